"""Limiter: all downloads together take no more than the person allows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_STEP_S = 0.05  # how much is read at once, in seconds of the allowed rate
_CREDIT_S = 0.1  # of unused time that may be caught up with


class Limiter:
    """`bytes_per_s` is asked at every step: a new limit holds at once. 0: no limit."""

    def __init__(self, bytes_per_s: Callable[[], float]) -> None:
        self._rate = bytes_per_s
        self._lock = threading.Lock()
        self._paid_until = 0.0

    def step(self, most: int) -> int:
        """How many bytes to read at once."""
        rate = self._rate()
        return most if rate <= 0 else max(1, min(most, int(rate * _STEP_S)))

    def pay(self, n_bytes: int, stop: threading.Event) -> None:
        """Wait until so many bytes were allowed, or `stop` is set."""
        rate = self._rate()
        if rate <= 0:
            return
        with self._lock:
            now = time.monotonic()
            self._paid_until = max(self._paid_until, now - _CREDIT_S) + n_bytes / rate
            wait = self._paid_until - now
        if wait > 0:
            stop.wait(wait)
