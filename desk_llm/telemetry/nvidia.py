"""NVIDIA GPUs through NVML (the library behind nvidia-smi): load, memory, power, temperature."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any, TypeVar

from desk_llm.telemetry.types import GpuSample, Limit

T = TypeVar("T")

# Bits of NVML's "clocks event reasons": SW thermal, HW thermal; SW power cap, HW power brake.
_HEAT, _POWER = 0x20 | 0x40, 0x04 | 0x80


class Nvidia:
    """A GpuProvider. Making one raises RuntimeError where there is no driver or no GPU."""

    name = "nvidia"

    def __init__(self, nvml: ModuleType | None = None) -> None:
        self._nvml: Any = _import_nvml() if nvml is None else nvml
        self._error: type[Exception] = self._nvml.NVMLError
        try:
            self._nvml.nvmlInit()
            count = self._nvml.nvmlDeviceGetCount()
            self._handles = [self._nvml.nvmlDeviceGetHandleByIndex(n) for n in range(count)]
            self._names = [_text(self._nvml.nvmlDeviceGetName(one)) for one in self._handles]
            self._bandwidths = [self._bandwidth(one) for one in self._handles]
        except self._error as error:
            raise RuntimeError(f"NVML: {error}") from error
        if not self._handles:
            raise RuntimeError("NVML: no GPU")

    def sample(self) -> tuple[GpuSample, ...]:
        """One per GPU; raises RuntimeError when the driver is gone."""
        try:
            return tuple(map(self._sample, self._names, self._handles, self._bandwidths))
        except self._error as error:
            raise RuntimeError(f"NVML: {error}") from error

    def _sample(self, name: str, handle: object, bandwidth: float | None) -> GpuSample:
        nvml = self._nvml
        memory = nvml.nvmlDeviceGetMemoryInfo(handle)
        power = self._ask(lambda: nvml.nvmlDeviceGetPowerUsage(handle) / 1000)
        return GpuSample(
            name=name,
            memory_total=memory.total,
            memory_used=memory.used,
            memory_ours=self._memory_ours(handle),
            utilisation=self._ask(lambda: float(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)),
            power_w=power,
            temperature_c=self._ask(
                lambda: float(nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU))
            ),
            bandwidth=bandwidth,
            limits=self._limits(handle),
        )

    def _bandwidth(self, handle: object) -> float | None:
        """Clock times width of the memory bus, twice per clock: what the data sheet says."""
        nvml = self._nvml
        clock = self._ask(lambda: nvml.nvmlDeviceGetMaxClockInfo(handle, nvml.NVML_CLOCK_MEM))
        bits = self._ask(lambda: nvml.nvmlDeviceGetMemoryBusWidth(handle))
        return clock * 1e6 * 2 * bits / 8 if clock and bits else None

    def _limits(self, handle: object) -> tuple[Limit, ...]:
        reasons = self._ask(
            lambda: int(self._nvml.nvmlDeviceGetCurrentClocksThrottleReasons(handle))
        )
        kinds: tuple[tuple[Limit, int], ...] = (("heat", _HEAT), ("power", _POWER))
        return tuple(kind for kind, bits in kinds if (reasons or 0) & bits)

    def _memory_ours(self, handle: object) -> int | None:
        """Bytes of this process; None where the driver does not say (Windows, containers)."""
        for ask in (
            self._nvml.nvmlDeviceGetComputeRunningProcesses,
            self._nvml.nvmlDeviceGetGraphicsRunningProcesses,
        ):
            for process in self._ask(partial(ask, handle)) or ():
                if process.pid == os.getpid():
                    used = process.usedGpuMemory
                    return None if used is None else int(used)
        return None

    def _ask(self, question: Callable[[], T]) -> T | None:
        """The answer, or None: many a GPU cannot tell its power or its temperature."""
        try:
            return question()
        except self._error:
            return None

    def close(self) -> None:
        """Leave the library; it may be gone already."""
        self._ask(self._nvml.nvmlShutdown)


def _import_nvml() -> ModuleType:
    """Late: most machines have no use for it."""
    try:
        import pynvml
    except ImportError as error:
        raise RuntimeError("nvidia-ml-py is not installed") from error
    module: ModuleType = pynvml
    return module


def _text(name: str | bytes) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name
