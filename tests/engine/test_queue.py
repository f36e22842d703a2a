"""The waiting queue: priority, rounds of clients, order by hand."""

from __future__ import annotations

from typing import cast

import pytest

from desk_llm.engine.generation import Generation
from desk_llm.engine.queue import WaitingQueue
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.types import GenerationRequest, Source


def make(name: str, client: str = "", source: Source = "api", priority: int = 0) -> Sequence:
    request = GenerationRequest(name, "m", source=source, client=client, priority=priority)
    nothing = cast("Generation", None)
    return Sequence(request, nothing, [1], cast("object", None), 0.0, 10)  # type: ignore[arg-type]


def names(queue: WaitingQueue) -> list[str]:
    return [one.request.request_id for one in queue]


@pytest.fixture
def queue() -> WaitingQueue:
    return WaitingQueue()


def test_first_come_first_served_within_a_client(queue: WaitingQueue) -> None:
    for name in "abc":
        queue.add(make(name))
    assert names(queue) == ["a", "b", "c"]
    assert queue.pop().request.request_id == "a"


def test_a_flood_delays_another_client_by_one_turn_only(queue: WaitingQueue) -> None:
    for n in range(100):
        queue.add(make(f"flood{n}", "greedy"))
    queue.add(make("single", "modest"))
    assert names(queue)[:2] == ["flood0", "single"]


def test_many_small_clients_do_not_starve_a_flood(queue: WaitingQueue) -> None:
    for n in range(3):
        queue.add(make(f"flood{n}", "greedy"))
    served = []
    for n in range(30):
        queue.add(make(f"small{n}", f"client{n}"))
        served.append(queue.pop().request.request_id)
    assert [name for name in served if name.startswith("flood")] == ["flood0", "flood1", "flood2"]


def test_the_person_goes_first_in_a_round(queue: WaitingQueue) -> None:
    queue.add(make("program", "p"))
    queue.add(make("person", "chat", source="chat"))
    assert names(queue) == ["person", "program"]


def test_priority_beats_everything(queue: WaitingQueue) -> None:
    queue.add(make("person", "chat", source="chat"))
    queue.add(make("urgent", "p", priority=1))
    queue.add(make("idle", "q", priority=-1))
    assert names(queue) == ["urgent", "person", "idle"]


def test_a_preempted_one_is_next(queue: WaitingQueue) -> None:
    queue.add(make("urgent", priority=9))
    queue.put_back(make("preempted"))
    assert names(queue) == ["preempted", "urgent"]


@pytest.mark.parametrize(
    ("moved", "before", "expected"),
    [
        ("d", "a", "dabc"),
        ("a", "d", "bcad"),
        ("a", None, "bcda"),
        ("b", "c", "abcd"),
        ("d", None, "abcd"),
        ("c", "c", "abcd"),
    ],
)
def test_moving(queue: WaitingQueue, moved: str, before: str | None, expected: str) -> None:
    for name in "abcd":
        queue.add(make(name, name))
    assert queue.move(moved, before)
    assert "".join(names(queue)) == expected


def test_a_moved_one_stays_when_others_come(queue: WaitingQueue) -> None:
    for n in range(4):
        queue.add(make(f"a{n}", "a"))
    assert queue.move("a3", "a0")
    queue.add(make("b0", "b"))
    assert names(queue) == ["a3", "a0", "b0", "a1", "a2"]


def test_moving_what_is_not_there_changes_nothing(queue: WaitingQueue) -> None:
    queue.add(make("a"))
    assert not queue.move("x", "a")
    assert not queue.move("a", "x")
    assert names(queue) == ["a"]


def test_a_cancelled_one_leaves(queue: WaitingQueue) -> None:
    first, second = make("a"), make("b")
    queue.add(first)
    queue.add(second)
    queue.remove(first)
    assert names(queue) == ["b"]
    with pytest.raises(ValueError, match="a"):
        queue.remove(first)
