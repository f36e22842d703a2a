"""Event: order, leaving, listeners that fail, many threads."""

from __future__ import annotations

import logging
import threading

from desk_llm.events import Event


def test_listeners_hear_in_the_order_in_which_they_came() -> None:
    event: Event[int] = Event()
    heard: list[tuple[str, int]] = []
    event.connect(lambda value: heard.append(("a", value)))
    event.connect(lambda value: heard.append(("b", value)))
    event.emit(1)
    assert heard == [("a", 1), ("b", 1)]


def test_one_that_left_hears_nothing() -> None:
    event: Event[int] = Event()
    heard: list[int] = []
    leave = event.connect(heard.append)
    leave()
    leave()
    event.emit(1)
    assert heard == []


def test_one_may_leave_while_it_hears() -> None:
    event: Event[int] = Event()
    heard: list[int] = []

    def once(value: int) -> None:
        leave()
        heard.append(value)

    leave = event.connect(once)
    event.connect(heard.append)
    event.emit(1)
    event.emit(2)
    assert heard == [1, 1, 2]


def test_one_that_fails_does_not_silence_the_others(log_errors: list[logging.LogRecord]) -> None:
    event: Event[int] = Event()
    heard: list[int] = []

    def fail(value: int) -> None:
        raise KeyError(value)

    event.connect(fail)
    event.connect(heard.append)
    event.emit(1)
    assert heard == [1]
    assert len(log_errors) == 1


def test_many_threads_come_and_go() -> None:
    event: Event[int] = Event()

    def come_and_go() -> None:
        for _ in range(200):
            event.connect(lambda _value: None)()
            event.emit(0)

    threads = [threading.Thread(target=come_and_go) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert event._listeners == ()
