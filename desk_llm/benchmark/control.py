"""RunControl: between a running benchmark and whoever watches it: news out, cancel in."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from typing import TypeVar

from desk_llm.benchmark.types import Note, Progress, Result
from desk_llm.errors import QT_TRANSLATE_NOOP, Cancelled

T = TypeVar("T")
_LOOK_S = 0.1


class RunControl:
    """`cancel` may be called on any thread; the rest belongs to the thread that measures."""

    def __init__(
        self,
        on_progress: Callable[[Progress], None] = lambda _progress: None,
        on_result: Callable[[Result], None] = lambda _result: None,
    ) -> None:
        self.tell = on_progress
        self.tell_result = on_result
        self._lock = threading.Lock()
        self._is_cancelled = False
        self.is_closing = False  # the app ends: nothing needs to be as it was before
        self._stops: list[Callable[[], None]] = []

    @property
    def is_cancelled(self) -> bool:
        """True once somebody wants the run to end."""
        return self._is_cancelled

    def cancel(self) -> None:
        """End the run; what was measured stays. Idempotent."""
        with self._lock:
            self._is_cancelled = True
            stops = tuple(self._stops)
        for stop in stops:
            stop()

    def close(self) -> None:
        """`cancel`, and leave things as they are."""
        self.is_closing = True
        self.cancel()

    def check(self) -> None:
        """Raise Cancelled when the run is to end."""
        if self._is_cancelled:
            raise Cancelled(QT_TRANSLATE_NOOP("errors", "The benchmark was stopped."))

    @contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """While the body runs, `cancel` calls `stop`; it is called at once if it came before."""
        with self._lock:
            self._stops.append(stop)
            is_late = self._is_cancelled
        try:
            if is_late:
                stop()
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)

    def wait(self, future: Future[T]) -> T:
        """The result of a future; raises Cancelled soon after `cancel`."""
        while True:
            self.check()
            try:
                return future.result(_LOOK_S)
            except FutureTimeout:
                if future.done():  # it failed with a timeout of its own
                    raise

    def wait_until(self, is_true: Callable[[], bool]) -> None:
        """Look every tenth of a second; raises Cancelled soon after `cancel`."""
        while not is_true():
            self.check()
            time.sleep(_LOOK_S)


class Plan:
    """The units of work of a run, and from those done, how long the rest takes."""

    def __init__(self, units: Sequence[tuple[str, float]]) -> None:
        """Each unit is (kind, size); units of a kind take time in proportion to their size."""
        self._units = list(units)
        self._done = 0
        self._sizes: defaultdict[str, float] = defaultdict(float)
        self._seconds: defaultdict[str, float] = defaultdict(float)

    @property
    def total(self) -> int:
        return len(self._units)

    @property
    def n_done(self) -> int:
        return self._done

    def finish(self, seconds: float) -> None:
        """The next unit is done and took so long."""
        kind, size = self._units[self._done]
        self._done += 1
        self._sizes[kind] += size
        self._seconds[kind] += seconds

    def remaining_s(self) -> float | None:
        """None while a kind that is still to come has never been measured."""
        left = self._units[self._done :]
        if any(not self._sizes[kind] for kind, _size in left):
            return None
        return sum(size * self._seconds[kind] / self._sizes[kind] for kind, size in left)

    def fraction(self) -> float:
        """By time where it is known, else by count."""
        remaining = self.remaining_s()
        spent = sum(self._seconds.values())
        if remaining is None or not spent:
            return self._done / self.total if self.total else 1.0
        return spent / (spent + remaining)


class Notes:
    """What a reader of the result must know, each once, in the order in which it came up."""

    def __init__(self) -> None:
        self._notes: dict[Note, None] = {}

    def add(self, note: Note) -> None:
        """Say it once."""
        self._notes[note] = None

    def all(self) -> tuple[Note, ...]:
        """In order."""
        return tuple(self._notes)
