"""GPUs as the engine sees them: memory only, for machines without a driver library we know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

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


def by_device(devices: Sequence[DeviceInfo], gpus: Sequence[GpuSample]) -> dict[str, GpuSample]:
    """The sample of each of the engine's devices, by the device's name.

    Driver and engine may count GPUs in different orders: the card's name decides, then the place.
    """
    left = list(gpus)
    found: dict[str, GpuSample] = {}
    for device in devices:
        same = next((gpu for gpu in left if gpu.name == device.description), None)
        gpu = same or next(iter(left), None)
        if gpu is not None:
            left.remove(gpu)
            found[device.name] = gpu
    return found


def as_of_now(devices: Sequence[DeviceInfo], gpus: Sequence[GpuSample]) -> tuple[DeviceInfo, ...]:
    """The engine looks at its devices when it loads; the driver tells every second what is free."""
    newest = by_device(devices, gpus)
    return tuple(
        replace(one, memory_free=max(0, one.memory_total - newest[one.name].memory_used))
        if one.name in newest
        else one
        for one in devices
    )


def _sample(device: DeviceInfo) -> GpuSample:
    return GpuSample(
        name=device.description or device.name,
        memory_total=device.memory_total,
        memory_used=max(0, device.memory_total - device.memory_free),
    )
