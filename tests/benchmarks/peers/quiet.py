"""Waits for a quiet computer, and tells how much CPU other programs took during a measurement."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import psutil

T = TypeVar("T")

LIMIT_CORES = 0.25  # of other programs: less counts as quiet
LOOK_S = 0.4
PATIENCE_S = float(os.environ.get("DESK_LLM_BENCH_PATIENCE", "8"))
TRIES = 2 if PATIENCE_S else 1


class Meter:
    """Cores that other programs used since it was made."""

    def __init__(self, pids: Sequence[int] = ()) -> None:
        self._ours = [psutil.Process(), *(psutil.Process(pid) for pid in pids)]
        self._busy, self._own, self._at = _busy_s(), self._own_s(), time.perf_counter()

    def others(self) -> float:
        """Cores of others, from 0 to the number of cores."""
        elapsed = time.perf_counter() - self._at
        foreign = (_busy_s() - self._busy) - (self._own_s() - self._own)
        return max(0.0, foreign / elapsed)

    def _own_s(self) -> float:
        total = 0.0
        for process in self._ours:
            times = process.cpu_times()
            total += times.user + times.system
        return total


def _busy_s() -> float:
    times = psutil.cpu_times()
    waiting = times.idle + getattr(times, "iowait", 0.0)
    # Guest time is part of user time already.
    guests = getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return float(sum(times) - waiting - guests)


def wait_until_quiet(pids: Sequence[int] = ()) -> None:
    """Wait until others use little CPU, but not for ever."""
    until = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < until:
        meter = Meter(pids)
        time.sleep(LOOK_S)
        if meter.others() < LIMIT_CORES:
            return


def measure(work: Callable[[], T], pids: Sequence[int] = ()) -> tuple[T, float]:
    """The result of `work` on a quiet computer, and the cores others used; repeats a loud run."""
    best: tuple[T, float] | None = None
    for _ in range(TRIES):
        wait_until_quiet(pids)
        meter = Meter(pids)
        result = work()
        others = meter.others()
        if best is None or others < best[1]:
            best = result, others
        if others < LIMIT_CORES:
            break
    assert best is not None
    return best
