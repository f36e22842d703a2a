"""How many threads compute: one per core that other programs leave free.

ggml's threads meet at a barrier some hundred times a step. One of them without a core of its own
makes the others wait: with two cores and a second program on one of them, a 0.5B model made 28
tokens/s on one thread and 7 on two.
"""

from __future__ import annotations

import os
from functools import lru_cache

# A small model's step is shorter than what its hundreds of barriers cost: the 4 M-parameter test
# model makes 2,900 tokens/s on one thread, and 3 on two threads when other programs want a core.
SMALL_MODEL_BYTES = 64 << 20
_BUSY = 0.7  # of a core: so much of it is a core that is not ours
_CALM = 0.4
_SECONDS_TO_FEWER = 2  # in a row: a browser tab that opens is no reason
_SECONDS_TO_MORE = 5
_LEAST_S = 0.3  # the system counts in hundredths of a second


@lru_cache
def physical_cores() -> int:
    """Hyper-threads share the vector units and only add overhead. Some milliseconds, once."""
    import psutil  # 10 ms that the start of the window does not need

    cores = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = min(cores, len(os.sched_getaffinity(0)))
    return cores


class ThreadPolicy:
    """Threads for one model; tell it every second how many cores other programs use."""

    def __init__(self, n_cores: int, model_bytes: int) -> None:
        self._most = 1 if model_bytes < SMALL_MODEL_BYTES else max(1, n_cores)
        self.n_threads = self._most
        self._fewer = self._more = 0

    def start(self, others: float) -> int:
        """At the load: what is right now."""
        self.n_threads = self._fit(others, _BUSY)
        return self.n_threads

    def update(self, others: float) -> int:
        """A second later: fewer threads soon, more only after some calm seconds.

        >>> policy = ThreadPolicy(4, 1 << 30)
        >>> [policy.update(others) for others in (0.1, 1.2, 1.2, 0.5, *[0.2] * 6)]
        [4, 4, 3, 3, 3, 3, 3, 3, 4, 4]
        """
        self._fewer = self._fewer + 1 if self._fit(others, _BUSY) < self.n_threads else 0
        self._more = self._more + 1 if self._fit(others, _CALM) > self.n_threads else 0
        if self._fewer >= _SECONDS_TO_FEWER:
            self.n_threads = self._fit(others, _BUSY)
            self._fewer = 0
        elif self._more >= _SECONDS_TO_MORE:
            self.n_threads = self._fit(others, _CALM)
            self._more = 0
        return self.n_threads

    def _fit(self, others: float, threshold: float) -> int:
        """A core counts as taken from `threshold` of it on."""
        taken = int(max(0.0, others) + 1.0 - threshold)
        return min(max(1, self._most - taken), self._most)


class OtherLoad:
    """Cores that other programs use; each `cores` is since the call before. Not for the engine."""

    def __init__(self) -> None:
        import psutil

        self._process = psutil.Process()
        self._cpu_times, self._n_cpus = psutil.cpu_times, psutil.cpu_count() or 1
        self._total, self._idle, self._ours = self._read()

    def cores(self) -> float | None:
        """None when too little time passed to tell."""
        total, idle, ours = self._read()
        seconds = (total - self._total) / self._n_cpus
        if seconds < _LEAST_S:
            return None
        others = ((total - self._total) - (idle - self._idle) - (ours - self._ours)) / seconds
        self._total, self._idle, self._ours = total, idle, ours
        return max(0.0, others)

    def _read(self) -> tuple[float, float, float]:
        times, own = self._cpu_times(), self._process.cpu_times()
        idle = times.idle + getattr(times, "iowait", 0.0)
        # On Linux `guest` is part of `user`.
        total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        ours = own.user + own.system + own.children_user + own.children_system
        return total, idle, ours
