"""CPU and memory of the machine and of this process, through psutil."""

from __future__ import annotations

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


class System:
    """CPU shares are those since the call before, so the first call tells nothing of them."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._cores = psutil.cpu_count() or 1
        self.sample()

    def sample(self) -> SystemSample:
        """Some 0.3 ms."""
        memory = psutil.virtual_memory()
        ours = self._process.cpu_percent() / self._cores
        return SystemSample(
            cpu_percent=min(psutil.cpu_percent(), 100.0),
            process_cpu_percent=min(ours, 100.0),
            memory_total=memory.total,
            # Not psutil's `used`: what the system can give back at once counts as free.
            memory_used=memory.total - memory.available,
            memory_ours=self._process.memory_info().rss,
        )
