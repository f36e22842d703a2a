"""Calls from other threads, work on other threads, and the frame ticker."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from pytestqt.qtbot import QtBot

from desk_llm.errors import Cancelled, RequestError
from desk_llm.events import Event
from desk_llm.ui import bridge


def _emit_from_threads(event: Event[int], count: int) -> None:
    threads = [threading.Thread(target=event.emit, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_news_arrive_on_the_gui_thread(qtbot: QtBot) -> None:
    event: Event[int] = Event()
    owner = QObject()
    heard: list[tuple[int, str]] = []
    bridge.on_gui(event, lambda n: heard.append((n, threading.current_thread().name)), owner)
    _emit_from_threads(event, 20)
    assert heard == []  # not before the loop turns
    qtbot.waitUntil(lambda: len(heard) == 20)
    assert sorted(n for n, _name in heard) == list(range(20))
    assert {name for _n, name in heard} == {threading.main_thread().name}


def test_news_keep_their_order(qtbot: QtBot) -> None:
    event: Event[int] = Event()
    owner = QObject()
    heard: list[int] = []
    bridge.on_gui(event, heard.append, owner)
    for n in range(100):
        event.emit(n)
    qtbot.waitUntil(lambda: len(heard) == 100)
    assert heard == list(range(100))


def test_a_dead_owner_hears_nothing(qtbot: QtBot) -> None:
    event: Event[int] = Event()
    owner = QObject()
    heard: list[int] = []
    bridge.on_gui(event, heard.append, owner)
    event.emit(1)  # on its way when the owner dies
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete)
    event.emit(2)
    qtbot.wait(20)
    assert heard == []
    assert event._listeners == ()


def test_run_works_elsewhere_and_answers_here(qtbot: QtBot) -> None:
    done: list[tuple[str, str]] = []

    def work() -> str:
        return threading.current_thread().name

    bridge.run(work).then(lambda name: done.append((name, threading.current_thread().name)))
    qtbot.waitUntil(lambda: bool(done))
    worker, here = done[0]
    assert worker.startswith("ui-worker")
    assert here == threading.main_thread().name


def test_run_reports_a_desk_error(qtbot: QtBot) -> None:
    failed: list[str] = []

    def work() -> None:
        raise RequestError("No.")

    bridge.run(work).then(lambda _none: failed.append("then")).failed(
        lambda error: failed.append(error.message)
    )
    qtbot.waitUntil(lambda: bool(failed))
    assert failed == ["No."]


def test_a_bug_is_not_swallowed(qtbot: QtBot) -> None:
    with qtbot.capture_exceptions() as caught:
        bridge.run(lambda: 1 // 0).then(lambda _n: None)
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is ZeroDivisionError


@pytest.mark.parametrize("is_cancelled_by_us", [True, False])
def test_cancelled_is_never_told(qtbot: QtBot, is_cancelled_by_us: bool) -> None:
    future: Future[int] = Future()
    told: list[object] = []
    bridge.follow(future).then(told.append).failed(told.append)
    if is_cancelled_by_us:
        future.set_exception(Cancelled("stop"))
    else:
        future.cancel()
    qtbot.wait(20)
    assert told == []


def test_ticker_runs_only_while_something_generates(qtbot: QtBot) -> None:
    owner = QObject()
    left = [3]

    def pump() -> bool:
        left[0] -= 1
        return left[0] > 0

    ticker = bridge.Ticker(pump, owner)
    assert not ticker.is_running
    ticker.start()
    ticker.start()
    assert ticker.is_running
    qtbot.waitUntil(lambda: not ticker.is_running)
    assert left == [0]


def test_posting_costs_little() -> None:
    event: Event[int] = Event()
    owner = QObject()
    bridge.on_gui(event, lambda _n: None, owner)
    start = time.perf_counter()
    for n in range(1000):
        event.emit(n)
    assert time.perf_counter() - start < 0.25
    QCoreApplication.processEvents()


def test_servers_that_do_not_answer_hold_up_no_other_work(qtbot: QtBot) -> None:
    release = threading.Event()
    owner = QObject()
    answered: list[bool] = []
    for _ in range(20):
        bridge.ask(lambda: release.wait(20), owner).then(answered.append)
    done: list[str] = []
    bridge.run(lambda: "read", owner).then(done.append)
    qtbot.waitUntil(lambda: done == ["read"])
    assert answered == []
    release.set()
    qtbot.waitUntil(lambda: answered == [True] * 20)
