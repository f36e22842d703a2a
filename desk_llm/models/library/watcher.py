"""A small thread that notices new files: it asks for the times of known folders, nothing more."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("desk.models")

LOOK_S = 2.0


class Watcher:
    """Calls `look` every two seconds from `start` to `close`, on a thread of its own."""

    def __init__(self, look: Callable[[], None], interval_s: float = LOOK_S) -> None:
        self._look = look
        self._interval_s = interval_s
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Idempotent."""
        if self._thread is None and not self._end.is_set():
            self._thread = threading.Thread(target=self._work, name="library", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Idempotent; waits for a look under way, but not for a disk that hangs."""
        self._end.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(self._interval_s)

    def _work(self) -> None:
        while not self._end.wait(self._interval_s):
            try:
                self._look()
            except Exception:
                log.exception("looking for models failed")
