"""A stand-in for pynvml with the structures and quirks of the real one, for machines without."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace


class NVMLError(Exception):
    """What every NVML call raises."""


@dataclass
class FakeGpu:
    """One card; None means the driver answers NOT_SUPPORTED."""

    name: str | bytes = "NVIDIA GeForce RTX 4090"
    total: int = 24 << 30
    used: int = 9 << 30
    load: int | None = 94
    milliwatts: int | None = 287_123
    celsius: int | None = 61
    memory_mhz: int | None = 10_501
    bus_bits: int | None = 384
    reasons: int | None = 0  # why the clock is held down, as bits
    processes: dict[int, int | None] = field(default_factory=lambda: {os.getpid(): 7 << 30, 1: 1})


class FakeNvml(ModuleType):
    """Pass it as `Nvidia(nvml)`. `is_lost` makes every call fail, as after a driver update."""

    NVMLError = NVMLError
    NVML_TEMPERATURE_GPU = 0
    NVML_CLOCK_MEM = 2

    def __init__(self, *gpus: FakeGpu) -> None:
        super().__init__("fake_nvml")
        self.gpus = gpus
        self.is_lost = False
        self.inits = self.shutdowns = 0

    def _answer(self, value: object) -> object:
        if self.is_lost or value is None:
            raise NVMLError("Not Supported")
        return value

    def nvmlInit(self) -> None:
        self._answer(1)
        self.inits += 1

    def nvmlShutdown(self) -> None:
        self._answer(1)
        self.shutdowns += 1

    def nvmlDeviceGetCount(self) -> object:
        return self._answer(len(self.gpus))

    def nvmlDeviceGetHandleByIndex(self, index: int) -> object:
        return self._answer(self.gpus[index])

    def nvmlDeviceGetName(self, gpu: FakeGpu) -> object:
        return self._answer(gpu.name)

    def nvmlDeviceGetMemoryInfo(self, gpu: FakeGpu) -> object:
        return self._answer(SimpleNamespace(total=gpu.total, used=gpu.used))

    def nvmlDeviceGetUtilizationRates(self, gpu: FakeGpu) -> object:
        self._answer(gpu.load)
        return SimpleNamespace(gpu=gpu.load, memory=0)

    def nvmlDeviceGetPowerUsage(self, gpu: FakeGpu) -> object:
        return self._answer(gpu.milliwatts)

    def nvmlDeviceGetTemperature(self, gpu: FakeGpu, sensor: int) -> object:
        assert sensor == self.NVML_TEMPERATURE_GPU
        return self._answer(gpu.celsius)

    def nvmlDeviceGetMaxClockInfo(self, gpu: FakeGpu, clock: int) -> object:
        assert clock == self.NVML_CLOCK_MEM
        return self._answer(gpu.memory_mhz)

    def nvmlDeviceGetMemoryBusWidth(self, gpu: FakeGpu) -> object:
        return self._answer(gpu.bus_bits)

    def nvmlDeviceGetCurrentClocksThrottleReasons(self, gpu: FakeGpu) -> object:
        return self._answer(gpu.reasons)

    def nvmlDeviceGetComputeRunningProcesses(self, gpu: FakeGpu) -> object:
        self._answer(1)
        return [SimpleNamespace(pid=pid, usedGpuMemory=used) for pid, used in gpu.processes.items()]

    def nvmlDeviceGetGraphicsRunningProcesses(self, gpu: FakeGpu) -> object:
        del gpu
        return self._answer(None)
