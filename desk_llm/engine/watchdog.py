"""Watchdog: a plain thread that beats, and sees when a native call of the engine hangs."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from desk_llm.engine.breadcrumb import COMPUTING, IDLE, Breadcrumb

log = logging.getLogger("desk.engine")

# A row of the largest model on the slowest machine takes about a second, and a batch is one call.
ROWS_PER_LIMIT = 30
# Between two reports of a load a GPU may compile its kernels.
LOADING_FACTOR = 4


class Watchdog:
    """Calls `on_hang` once, from its own thread, when nothing moved for `limit_s`."""

    def __init__(self, breadcrumb: Breadcrumb, limit_s: float, on_hang: Callable[[], None]) -> None:
        self._breadcrumb = breadcrumb
        self._limit_s = limit_s
        self._on_hang = on_hang
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """From now on."""
        self._thread.start()

    def stop(self) -> None:
        """No more. Idempotent."""
        self._ended.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        breadcrumb, pause = self._breadcrumb, min(1.0, self._limit_s / 5)
        seen = (-1, -1)
        since = looked = time.monotonic()
        while not self._ended.wait(pause):
            breadcrumb.beat()
            now, signs = time.monotonic(), (breadcrumb.marks, _pages_read())
            has_slept = now - looked > 2 * pause + 1  # the machine, or this process
            if breadcrumb.phase == IDLE or signs != seen or has_slept:
                since = now
            elif now - since > self._allowed():
                log.critical("no progress for %.0f s: %s", now - since, breadcrumb.model)
                self._on_hang()
                return
            seen, looked = signs, now

    def _allowed(self) -> float:
        if self._breadcrumb.phase == COMPUTING:
            return self._limit_s * (1 + self._breadcrumb.n_rows / ROWS_PER_LIMIT)
        return self._limit_s * LOADING_FACTOR


def _pages_read() -> int:
    """Weights that are mapped come from the disk while a batch is computed: that is progress."""
    try:
        import resource
    except ImportError:
        import psutil

        return int(getattr(psutil.Process().memory_info(), "num_page_faults", 0))
    return resource.getrusage(resource.RUSAGE_SELF).ru_majflt
