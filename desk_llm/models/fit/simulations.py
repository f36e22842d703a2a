"""Simulations: llama.cpp's own answers, from a child that is kept warm; the newest request wins.

One thread asks. A request that waits is dropped for a newer one of the same owner; one that runs
is given up only when it takes long, because that ends the child and the next one must start.
"""

from __future__ import annotations

import collections
import functools
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

from desk_llm.engine.probe.results import Simulation
from desk_llm.engine.types import LoadParams
from desk_llm.errors import QT_TRANSLATE_NOOP, Cancelled, DeskError, EngineError
from desk_llm.models.types import ModelFile

log = logging.getLogger("desk.models")
T = TypeVar("T")

MAX_KNOWN = 512
IDLE_S = 60.0  # then the child ends: it holds 80 MB, and a context on each GPU
PATIENCE_S = 1.0  # how long a request that nobody wants any more may run to its end

Key = tuple[object, ...]
Ask = Callable[[ModelFile, LoadParams], Simulation | None]


class ProbePort(Protocol):
    """The child process; see engine/probe."""

    def simulate(
        self, params: LoadParams, is_cancelled: Callable[[], bool]
    ) -> Simulation | None: ...

    def close(self) -> None: ...


@dataclass(eq=False, slots=True)
class _Request:
    owner: str
    run: Callable[[Ask], None]
    cancel: Callable[[], None]
    is_stale: threading.Event = field(default_factory=threading.Event)


class Simulations:
    """Any thread; `submit` returns at once, and the work runs on a thread of its own."""

    def __init__(self, make_probe: Callable[[], ProbePort]) -> None:
        self._make_probe = make_probe
        self._probe: ProbePort | None = None
        self._known: collections.OrderedDict[Key, Simulation | None] = collections.OrderedDict()
        self._waiting: collections.deque[_Request] = collections.deque()
        self._running: _Request | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def known(self, file: ModelFile, params: LoadParams) -> Simulation | None:
        """An earlier answer; nothing is read from the disk for it."""
        return self._known.get(_key(file, params))

    def submit(self, owner: str, work: Callable[[Ask], T]) -> Future[T]:
        """`work` may ask as often as it likes; it ends with Cancelled when its owner asks anew.

        Requests without an owner wait for their turn and are never dropped.
        """
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()

        def run(ask: Ask) -> None:
            try:
                future.set_result(work(ask))
            except DeskError as error:
                future.set_exception(error)
            except Exception as error:
                log.exception("a prediction failed")
                future.set_exception(_unexpected(error))

        request = _Request(owner, run, lambda: future.set_exception(_cancelled()))
        with self._changed:
            dropped = self._supersede(owner) if owner else []
            if self._is_closed:
                dropped.append(request)
            else:
                self._waiting.append(request)
                self._start()
                self._changed.notify()
        for one in dropped:
            one.cancel()
        return future

    def close(self) -> None:
        """Cancel what waits and end the child. Idempotent."""
        with self._changed:
            self._is_closed = True
            dropped, self._waiting = list(self._waiting), collections.deque()
            if self._running is not None:
                self._running.is_stale.set()
            self._changed.notify()
        for one in dropped:
            one.cancel()
        if self._thread is not None:
            self._thread.join()

    # ── under the lock ───────────────────────────────────────────────────

    def _supersede(self, owner: str) -> list[_Request]:
        dropped = [one for one in self._waiting if one.owner == owner]
        self._waiting = collections.deque(one for one in self._waiting if one.owner != owner)
        if self._running is not None and self._running.owner == owner:
            self._running.is_stale.set()
        return dropped

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="fit", daemon=True)
            self._thread.start()

    # ── the thread ───────────────────────────────────────────────────────

    def _work(self) -> None:
        while True:
            request = self._next()
            if request is None:
                break
            request.run(functools.partial(self._ask, request))
            with self._changed:
                self._running = None
        self._end_child()

    def _next(self) -> _Request | None:
        while True:
            with self._changed:
                if not self._waiting and not self._is_closed:
                    self._changed.wait(IDLE_S)
                if self._is_closed:
                    return None
                if self._waiting:
                    self._running = self._waiting.popleft()
                    return self._running
            self._end_child()  # nobody asked for a while

    def _ask(self, request: _Request, file: ModelFile, params: LoadParams) -> Simulation | None:
        if request.is_stale.is_set():
            raise _cancelled()
        key = _key(file, params)
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        if self._probe is None:
            self._probe = self._make_probe()
        started = time.monotonic()

        def is_cancelled() -> bool:
            long = time.monotonic() - started > PATIENCE_S
            return request.is_stale.is_set() and (long or self._is_closed)

        found = self._probe.simulate(params, is_cancelled)
        if found is None and request.is_stale.is_set():
            raise _cancelled()
        self._known[key] = found
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)
        return found

    def _end_child(self) -> None:
        if self._probe is not None:
            self._probe.close()


def _key(file: ModelFile, params: LoadParams) -> Key:
    """What makes a difference: the file, and every parameter but its name."""
    plain = replace(params, key="", fingerprint="", n_threads=None, draft_path="", adapters=())
    return (str(file.path), file.size_bytes, file.modified_at, plain)


def _cancelled() -> Cancelled:
    return Cancelled(QT_TRANSLATE_NOOP("errors", "A newer question took the place of this one."))


def _unexpected(error: Exception) -> EngineError:
    return EngineError(
        QT_TRANSLATE_NOOP("errors", "The prediction met an unexpected problem."),
        QT_TRANSLATE_NOOP("errors", "Try again; the log has the details."),
        f"{type(error).__name__}: {error}",
    )
