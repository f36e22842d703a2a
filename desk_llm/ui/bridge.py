"""How other threads reach the window, and how the window hands away slow work.

any thread ── Event.emit ──▶ on_gui(event, slot, owner) ──▶ slot, on the GUI thread
GUI thread ── run(op)     ──▶ worker ──▶ .then(ok) / .failed(error), on the GUI thread
GUI thread ── ask(op)     ──▶ the same for what waits for servers, on workers of its own
GUI thread ── follow(future) ──────────▶ the same, for work another room does
GUI thread ── Ticker      ──▶ pump() every 33 ms, only while something generates
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Generic, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt, QTimer, Signal, Slot

from desk_llm.errors import Cancelled, DeskError
from desk_llm.events import Event

T = TypeVar("T")
log = logging.getLogger("desk.ui")

FRAME_MS = 33
_WORKERS = 3
_ASKERS = 4


class _Courier(QObject):
    """Carries calls to the GUI thread, in the order in which they were posted."""

    mail = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.mail.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _deliver(self, call: Callable[[], None]) -> None:
        call()


class _Post:
    """The process's one courier and its workers; made on the GUI thread at first use."""

    courier: _Courier | None = None
    workers: ThreadPoolExecutor | None = None
    askers: ThreadPoolExecutor | None = None


def _courier() -> _Courier:
    if _Post.courier is None or not shiboken6.isValid(_Post.courier):
        _Post.courier = _Courier()
        app = QCoreApplication.instance()
        if app is not None:
            _Post.courier.moveToThread(app.thread())
    return _Post.courier


def post(call: Callable[[], None]) -> None:
    """Run `call` on the GUI thread at the next turn of its event loop; from any thread."""
    try:
        _courier().mail.emit(call)
    except RuntimeError:  # the application is gone; so is whoever wanted to know
        log.debug("news after the end of the window")


def on_gui(event: Event[T], slot: Callable[[T], None], owner: QObject) -> None:
    """Call `slot` on the GUI thread at every emit, as long as `owner` lives."""
    courier = _courier()

    def deliver(value: T) -> None:
        if shiboken6.isValid(owner):
            slot(value)

    def listener(value: T) -> None:
        if shiboken6.isValid(courier):
            post(lambda: deliver(value))

    disconnect = event.connect(listener)
    owner.destroyed.connect(disconnect)


class Task(Generic[T]):
    """Work under way; its callbacks run on the GUI thread, and not at all once `owner` is gone."""

    def __init__(self, future: Future[T], owner: QObject | None) -> None:
        self._owner = owner
        self._then: Callable[[T], None] | None = None
        self._failed: Callable[[DeskError], None] | None = None
        future.add_done_callback(lambda done: post(lambda: self._deliver(done)))

    def then(self, callback: Callable[[T], None]) -> Task[T]:
        """What to do with the result. Attach in the same turn of the event loop."""
        self._then = callback
        return self

    def failed(self, callback: Callable[[DeskError], None]) -> Task[T]:
        """What to do with a DeskError; `Cancelled` is never reported."""
        self._failed = callback
        return self

    def _deliver(self, done: Future[T]) -> None:
        if self._owner is not None and not shiboken6.isValid(self._owner):
            return
        try:
            result = done.result()
        except (Cancelled, CancelledError):
            return
        except DeskError as error:
            if self._failed is None:
                raise  # nobody answers for it: the crash dialog does
            self._failed(error)
            return
        if self._then is not None:
            self._then(result)


def run(op: Callable[[], T], owner: QObject | None = None) -> Task[T]:
    """Run `op` on a worker thread: disk, database, anything that may take over 4 ms."""
    _courier()
    if _Post.workers is None:
        _Post.workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="ui-worker")
    return Task(_Post.workers.submit(op), owner)


def ask(op: Callable[[], T], owner: QObject | None = None) -> Task[T]:
    """Run `op`, which asks a server: a dead connection must not hold up the work of the disk."""
    _courier()
    if _Post.askers is None:
        _Post.askers = ThreadPoolExecutor(_ASKERS, thread_name_prefix="ui-asker")
    return Task(_Post.askers.submit(op), owner)


def follow(future: Future[T], owner: QObject | None = None) -> Task[T]:
    """Hear on the GUI thread how a future of another room ends."""
    _courier()
    return Task(future, owner)


def close() -> None:
    """Let go of the workers; what waits is dropped, what runs may end by itself."""
    pools = (_Post.workers, _Post.askers)
    _Post.workers = _Post.askers = None
    for pool in pools:
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


class Ticker(QObject):
    """Calls `pump` every frame until it says that nothing is active; `start` wakes it."""

    def __init__(self, pump: Callable[[], bool], owner: QObject) -> None:
        super().__init__(owner)
        self._pump = pump
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def is_running(self) -> bool:
        """True while something generates."""
        return self._timer.isActive()

    def start(self) -> None:
        """Something started; idempotent."""
        if not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Stop at once."""
        self._timer.stop()

    def _on_timeout(self) -> None:
        if not self._pump():
            self._timer.stop()
