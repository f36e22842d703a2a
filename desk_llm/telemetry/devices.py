"""GPUs as the engine sees them: memory only, for machines without a driver library we know."""

from __future__ import annotations

from collections.abc import Callable

from desk_llm.engine.types import DeviceInfo, EngineStats
from desk_llm.telemetry.types import GpuSample


class EngineDevices:
    """A GpuProvider over `engine.stats().devices`."""

    name = "engine"

    def __init__(self, stats: Callable[[], EngineStats]) -> None:
        self._stats = stats

    def sample(self) -> tuple[GpuSample, ...]:
        """One per device; empty before the engine has looked."""
        return tuple(_sample(device) for device in self._stats().devices)

    def close(self) -> None:
        """Nothing to free."""


def _sample(device: DeviceInfo) -> GpuSample:
    return GpuSample(
        name=device.description or device.name,
        memory_total=device.memory_total,
        memory_used=max(0, device.memory_total - device.memory_free),
    )
