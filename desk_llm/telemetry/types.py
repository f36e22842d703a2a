"""One second of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from desk_llm.engine.types import EngineStats

Limit = Literal["heat", "power"]


@dataclass(frozen=True, slots=True)
class GpuSample:
    """One GPU; bytes, percent, watts, degrees Celsius. None: this provider cannot tell."""

    name: str
    memory_total: int
    memory_used: int  # by everybody
    memory_ours: int | None = None
    utilisation: float | None = None
    power_w: float | None = None
    temperature_c: float | None = None
    bandwidth: float | None = None  # of its memory in bytes/s, as the maker says
    limits: tuple[Limit, ...] = ()  # what holds its clock down at this moment


@dataclass(frozen=True, slots=True)
class Sample:
    """One second of the machine and the engine; `time` is monotonic seconds."""

    time: float
    cpu_percent: float  # of all cores together, 0…100
    process_cpu_percent: float  # our share of the same 100
    memory_total: int
    memory_used: int
    memory_ours: int  # RSS of this process
    gpus: tuple[GpuSample, ...]
    engine: EngineStats
    memory_ours_file: int = 0  # of `memory_ours`: mapped files, which the system can take back
    swap_bytes_s: float = 0.0  # read back from the swap file, by everybody
    page_reads_s: float = 0.0  # pages that this process had to wait for the disk for


class GpuProvider(Protocol):
    """A source of GPU numbers; raises OSError or RuntimeError when it cannot read."""

    name: str

    def sample(self) -> tuple[GpuSample, ...]: ...

    def close(self) -> None: ...
