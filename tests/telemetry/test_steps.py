"""The strip of the newest steps, and which of them measure the speed."""

from __future__ import annotations

from desk_llm.engine.types import Step
from desk_llm.telemetry.steps import STRIP_STEPS, is_plain, make_strip, newer
from tests.helpers.live_parts import step


def row(count: int, seconds: float = 0.03, start: float = 0.0) -> list[Step]:
    return [step(start + seconds * (n + 1), seconds) for n in range(count)]


def test_nothing_is_an_empty_strip() -> None:
    strip = make_strip(())
    assert (strip.bars, strip.median_s, strip.newest) == ((), 0.0, 0.0)


def test_the_newest_are_shown() -> None:
    strip = make_strip(row(500))
    assert len(strip.bars) == STRIP_STEPS
    assert strip.newest == row(500)[-1].time
    assert abs(strip.median_s - 0.03) < 1e-9
    assert not any(bar.is_stall for bar in strip.bars)


def test_a_prompt_is_no_stall_and_its_share_is_told() -> None:
    strip = make_strip([*row(20), step(1.6, 1.0, n_prefill=96, n_decode=4)])
    assert not strip.bars[-1].is_stall
    assert strip.bars[-1].prefill_share == 0.96
    assert abs(strip.median_s - 0.03) < 1e-9


def test_a_slow_step_is_a_stall() -> None:
    strip = make_strip([*row(20), step(0.8, 0.2)])
    assert [bar.is_stall for bar in strip.bars] == [False] * 20 + [True]


def test_time_between_the_steps_of_a_reply_is_a_stall() -> None:
    strip = make_strip([*row(20), step(0.6 + 0.5 + 0.03)])
    assert strip.bars[-1].is_stall
    assert abs(strip.bars[-1].wait_s - 0.5) < 1e-9


def test_a_pause_before_the_next_question_is_none() -> None:
    strip = make_strip([*row(20), step(60.0, 0.05, n_prefill=8, n_decode=0)])
    assert strip.bars[-1].wait_s == 0.0


def test_jitter_of_tiny_models_is_no_stall() -> None:
    assert not make_strip([*row(20, 0.0005), step(0.02, 0.008)]).bars[-1].is_stall


def test_only_new_steps_are_looked_at() -> None:
    class Counting(list[Step]):
        looked = 0

        def __reversed__(self):  # type: ignore[no-untyped-def]
            for one in super().__reversed__():
                Counting.looked += 1
                yield one

    steps = Counting(row(1000))
    assert newer(steps, steps[-3].time) == steps[-2:]
    assert Counting.looked == 3
    assert newer(steps, 1e9) == []
    assert newer(steps, -1.0) == steps


def test_plain_steps() -> None:
    assert is_plain(step(1.0))
    for other in ({"n_prefill": 64}, {"n_decode": 2}, {"n_draft": 4}, {"n_decode": 0}):
        assert not is_plain(step(1.0, **other))
