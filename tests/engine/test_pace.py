"""Prompt chunks from measured steps."""

from __future__ import annotations

import pytest

from desk_llm.engine.pace import GAP_STEPS, MAX_STEP_S, MIN_CHUNK, ROW_BLOCK, StepPace


def paced(row_s: float, *steps: tuple[int, float]) -> StepPace:
    pace = StepPace()
    pace.learn_prefill(512, 512 * row_s)
    for n_rows, seconds in steps:
        pace.learn_decode(n_rows, seconds, has_drafts=False)
        pace.learn_decode(n_rows, seconds, has_drafts=False)
    return pace


def test_nothing_measured_means_the_least_chunk() -> None:
    assert StepPace().chunk_rows(3, is_urgent=False) == 93
    assert StepPace().chunk_rows(64, is_urgent=False) == MIN_CHUNK


@pytest.mark.parametrize("step_s", [0.005, 0.02, 0.05])
def test_the_gap_is_a_multiple_of_the_usual_step(step_s: float) -> None:
    row_s = step_s / 40
    rows = paced(row_s, (3, step_s)).chunk_rows(3, is_urgent=False)
    assert rows >= MIN_CHUNK
    assert (rows + 3) % ROW_BLOCK == 0
    assert step_s + rows * row_s <= max(GAP_STEPS * step_s, 0.03) + ROW_BLOCK * row_s


def test_a_slow_machine_still_gets_the_least_chunk() -> None:
    assert paced(0.05, (3, 0.5)).chunk_rows(3, is_urgent=False) == 93


def test_no_step_is_longer_than_people_bear() -> None:
    rows = paced(0.001, (1, 0.3)).chunk_rows(1, is_urgent=False)
    assert 0.3 + rows * 0.001 <= MAX_STEP_S + ROW_BLOCK * 0.001


def test_a_person_s_prompt_gets_more() -> None:
    pace = paced(0.001, (2, 0.05))
    assert pace.chunk_rows(2, is_urgent=True) > 1.5 * pace.chunk_rows(2, is_urgent=False)


def test_short_chunks_do_not_count() -> None:
    pace = paced(0.001, (1, 0.05))
    before = pace.chunk_rows(1, is_urgent=False)
    pace.learn_prefill(MIN_CHUNK - 1, 60.0)
    assert pace.chunk_rows(1, is_urgent=False) == before


def test_a_batch_of_another_size_than_before_does_not_count() -> None:
    pace = StepPace()
    for n_rows in (1, 8, 1, 8, 1):
        pace.learn_decode(n_rows, 9.0, has_drafts=False)
    assert pace.decode_s(1) == 0.0
    pace.learn_decode(1, 0.5, has_drafts=False)
    assert pace.decode_s(1) == 0.5


def test_sizes_between_the_measured_ones_lie_on_the_line() -> None:
    pace = paced(0.001, (1, 0.02), (9, 0.10))
    assert pace.decode_s(5) == pytest.approx(0.06)
    assert pace.decode_s(17) == pytest.approx(0.18)


def test_slow_outliers_count_less_than_fast_ones() -> None:
    slow, fast = paced(0.001, (1, 0.02)), paced(0.001, (1, 0.02))
    slow.learn_decode(1, 0.03, has_drafts=False)
    fast.learn_decode(1, 0.01, has_drafts=False)
    assert slow.decode_s(1) - 0.02 < 0.02 - fast.decode_s(1)
