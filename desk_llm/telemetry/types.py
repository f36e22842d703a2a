"""One second of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from desk_llm.engine.types import EngineStats


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


class GpuProvider(Protocol):
    """A source of GPU numbers; raises OSError or RuntimeError when it cannot read."""

    name: str

    def sample(self) -> tuple[GpuSample, ...]: ...

    def close(self) -> None: ...
