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


def test_the_end_of_a_reply_is_no_reason_to_rest() -> None:
    def stepped(n_rows: int) -> float:  # the second row is dear, and the others are not
        return 1.0 + 0.8 * (n_rows > 1) + 0.01 * n_rows

    made = policy(0.4, right=20)
    assert made.size(15, 1, stepped)
    assert made.size(1, 1, stepped) == made.size(0, 1, stepped) == 0
    assert not made.rests()


def test_where_rows_cost_as_much_as_steps_nothing_is_guessed() -> None:
    assert policy(right=20).size(15, 1, steep) == 0


def test_nothing_is_guessed_before_anything_was_measured() -> None:
    assert policy(right=20).size(15, 1, lambda _rows: 0.0) == 0


def test_a_draft_as_slow_as_its_target_does_not_pay() -> None:
    assert policy(1.0, right=20).size(15, 1, flat) == 0


def steps(made: DraftPolicy, n_steps: int, *, is_right: bool) -> list[int]:
    """The steps in which something was guessed."""
    guessed = []
    for step in range(n_steps):
        if made.rests():
            continue
        size = made.size(15, 1, flat)
        if size:
            made.learn(size, size if is_right else 0)
            guessed.append(step)
    return guessed


def test_wrong_guesses_make_it_rest_and_it_looks_again_ever_more_rarely() -> None:
    guessed = steps(policy(), 40 * FIRST_REST, is_right=False)
    pauses = [b - a for a, b in itertools.pairwise(guessed) if b - a > 1]
    assert len(pauses) >= 3
    assert pauses == sorted(pauses)
    assert pauses[0] > FIRST_REST
    assert len(guessed) < 8 * FIRST_REST  # of forty


def test_right_guesses_never_rest() -> None:
    assert len(steps(policy(), 1000, is_right=True)) == 1000


def test_it_comes_back_when_the_guesses_become_right() -> None:
    made = policy(wrong=60)
    assert len(steps(made, 3000, is_right=True)) > 1500


def test_measured_drafts_count_more_than_the_sizes_of_the_models() -> None:
    made = policy(0.01, right=20)
    made.pace.learn_decode(1, 2.0, has_drafts=True)  # it is slower than its target
    assert made.size(15, 1, flat) == 0


def test_a_long_prompt_is_not_followed_for_a_short_reply() -> None:
    made = policy(right=20)
    assert made.follows(1000, 1000, 1, flat)
    assert not made.follows(100_000, 3, 1, flat)
    assert made.follow_rows(1.0) >= 64
