"""CPU and memory of the machine and of this process, through psutil."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class SystemSample:
    """Percent of all cores together; bytes."""

    cpu_percent: float
    process_cpu_percent: float
    memory_total: int
    memory_used: int
    memory_ours: int
    cores_of_others: float = 0.0
    memory_ours_file: int = 0  # mapped files; 0 where the system does not tell
    swap_bytes_s: float = 0.0  # read back from the swap file
    page_reads_s: float = 0.0  # major page faults of this process


class System:
    """Shares and rates are those since the call before: the first call tells nothing of them."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._cores = psutil.cpu_count() or 1
        self._then = time.monotonic()
        self._swapped = psutil.swap_memory().sin
        self._page_reads = _page_reads()
        self.sample()

    def sample(self) -> SystemSample:
        """Some 0.3 ms."""
        memory = psutil.virtual_memory()
        ours = self._process.cpu_percent() / self._cores
        process = self._process.memory_info()
        swap_rate, page_rate = self._rates()
        everybody = psutil.cpu_percent()
        return SystemSample(
            cpu_percent=min(everybody, 100.0),
            process_cpu_percent=min(ours, 100.0),
            memory_total=memory.total,
            # Not psutil's `used`: what the system can give back at once counts as free.
            memory_used=memory.total - memory.available,
            memory_ours=process.rss,
            cores_of_others=max(0.0, everybody - ours) / 100 * self._cores,
            memory_ours_file=min(getattr(process, "shared", 0), process.rss),
            swap_bytes_s=swap_rate,
            page_reads_s=page_rate,
        )

    def _rates(self) -> tuple[float, float]:
        now, swapped, page_reads = time.monotonic(), psutil.swap_memory().sin, _page_reads()
        seconds = max(now - self._then, 1e-3)
        swap_rate = max(0, swapped - self._swapped) / seconds
        page_rate = max(0, page_reads - self._page_reads) / seconds
        self._then, self._swapped, self._page_reads = now, swapped, page_reads
        return swap_rate, page_rate


def _page_reads() -> int:
    """Major page faults of this process so far; Windows does not count them."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_majflt
