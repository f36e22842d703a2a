"""When guesses of a draft model are made: costs and reliability decide."""

from __future__ import annotations

import itertools

from desk_llm.engine.draft.policy import FIRST_REST, SIZES, DraftPolicy


def flat(n_rows: int) -> float:
    """A GPU: rows cost next to nothing."""
    return 1.0 + 0.01 * n_rows


def steep(n_rows: int) -> float:
    """Rows cost as much as steps."""
    return float(n_rows)


def policy(size_share: float = 0.05, *, right: int = 0, wrong: int = 0) -> DraftPolicy:
    made = DraftPolicy(size_share)
    for _ in range(right):
        made.learn(SIZES[-1], SIZES[-1])
    for _ in range(wrong):
        made.learn(SIZES[-1], 0)
    return made


def test_a_reliable_draft_on_a_fast_device_guesses_far() -> None:
    assert policy(right=20).size(15, 1, flat) >= 7


def test_the_room_is_the_limit() -> None:
    assert policy(right=20).size(3, 1, flat) <= 3
    assert policy(right=20).size(0, 1, flat) == 0


def test_where_rows_cost_as_much_as_steps_nothing_is_guessed() -> None:
    assert policy(right=20).size(15, 1, steep) == 0


def test_nothing_is_guessed_before_anything_was_measured() -> None:
    assert policy(right=20).size(15, 1, lambda _rows: 0.0) == 0


def test_a_draft_as_slow_as_its_target_does_not_pay() -> None:
    assert policy(1.0, right=20).size(15, 1, flat) == 0


def test_wrong_guesses_make_it_rest_and_it_looks_again_ever_more_rarely() -> None:
    made = policy(wrong=60)
    looks = []
    for step in range(FIRST_REST * 8):
        if made.size(15, 1, flat):
            looks.append(step)
            made.learn(3, 0)
    gaps = [b - a for a, b in itertools.pairwise(looks)]
    assert len(looks) >= 2
    assert gaps == sorted(gaps)
    assert gaps[0] > FIRST_REST


def test_it_comes_back_when_the_guesses_become_right() -> None:
    made = policy(wrong=60)
    n_guessed = 0
    for _ in range(3000):
        size = made.size(15, 1, flat)
        if size:
            made.learn(size, size)
            n_guessed += size
    assert n_guessed > 1000


def test_measured_drafts_count_more_than_the_sizes_of_the_models() -> None:
    made = policy(0.01, right=20)
    made.pace.learn_decode(1, 2.0, has_drafts=True)  # it is slower than its target
    assert made.size(15, 1, flat) == 0


def test_a_long_prompt_is_not_followed_for_a_short_reply() -> None:
    made = policy(right=20)
    assert made.follows(1000, 1000, 1, flat)
    assert not made.follows(100_000, 3, 1, flat)
    assert made.follow_rows(1.0) >= 64
