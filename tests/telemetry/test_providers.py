"""System and GPU numbers: NVML's answers, its refusals, and the engine's devices."""

from __future__ import annotations

import os
import time

import pytest

from desk_llm.engine.types import DeviceInfo, EngineStats
from desk_llm.telemetry.devices import EngineDevices, by_device
from desk_llm.telemetry.nvidia import Nvidia
from desk_llm.telemetry.system import System
from desk_llm.telemetry.types import GpuSample
from tests.helpers.fake_nvml import FakeGpu, FakeNvml

GIB = 1 << 30


def test_the_machine() -> None:
    system = System()
    sample = system.sample()
    assert 0 <= sample.cpu_percent <= 100
    assert 0 <= sample.process_cpu_percent <= 100
    assert 0 < sample.memory_ours < sample.memory_used < sample.memory_total


def test_our_own_work_is_seen() -> None:
    system = System()
    until = time.perf_counter() + 0.2
    while time.perf_counter() < until:
        pass
    assert system.sample().process_cpu_percent > 0


def test_a_sample_is_cheap() -> None:
    system = System()
    times = []
    for _ in range(20):
        started = time.perf_counter()
        system.sample()
        times.append(time.perf_counter() - started)
    assert min(times) < 0.002


def test_an_nvidia_gpu() -> None:
    nvidia = Nvidia(FakeNvml(FakeGpu()))
    assert nvidia.sample() == (
        GpuSample(
            name="NVIDIA GeForce RTX 4090",
            memory_total=24 * GIB,
            memory_used=9 * GIB,
            memory_ours=7 * GIB,
            utilisation=94.0,
            power_w=287.123,
            temperature_c=61.0,
            bandwidth=1008.096e9,  # the data sheet says 1008 GB/s
        ),
    )


@pytest.mark.parametrize(
    ("reasons", "limits"),
    [(0x1, ()), (0x20, ("heat",)), (0x40, ("heat",)), (0x4, ("power",)), (0xA4, ("heat", "power"))],
)
def test_what_holds_the_clock_down(reasons: int, limits: tuple[str, ...]) -> None:
    (sample,) = Nvidia(FakeNvml(FakeGpu(reasons=reasons))).sample()
    assert sample.limits == limits


def test_devices_find_their_driver_numbers() -> None:
    devices = (
        DeviceInfo("CUDA0", "RTX 4090", "CUDA", 1, 1),
        DeviceInfo("CUDA1", "L4", "CUDA", 1, 1),
        DeviceInfo("Vulkan0", "Another name", "Vulkan", 1, 1),
    )
    gpus = (GpuSample("L4", 2, 1), GpuSample("RTX 4090", 3, 1), GpuSample("L4", 4, 1))
    found = by_device(devices, gpus)
    assert found == {"CUDA0": gpus[1], "CUDA1": gpus[0], "Vulkan0": gpus[2]}
    assert by_device(devices, ()) == {}


def test_several_gpus_and_old_drivers() -> None:
    nvidia = Nvidia(FakeNvml(FakeGpu(b"Tesla K80"), FakeGpu("L4")))
    assert [gpu.name for gpu in nvidia.sample()] == ["Tesla K80", "L4"]


def test_what_a_gpu_cannot_tell_is_none() -> None:
    gpu = FakeGpu(
        load=None,
        milliwatts=None,
        celsius=None,
        memory_mhz=None,
        reasons=None,
        processes={1: 5},
    )
    (sample,) = Nvidia(FakeNvml(gpu)).sample()
    assert sample.memory_used == 9 * GIB
    assert (sample.utilisation, sample.power_w, sample.temperature_c) == (None, None, None)
    assert sample.memory_ours is None
    assert (sample.bandwidth, sample.limits) == (None, ())


def test_no_memory_per_process_on_windows() -> None:
    (sample,) = Nvidia(FakeNvml(FakeGpu(processes={os.getpid(): None}))).sample()
    assert sample.memory_ours is None


def test_no_driver_and_no_gpu() -> None:
    with pytest.raises(RuntimeError, match="no GPU"):
        Nvidia(FakeNvml())
    lost = FakeNvml(FakeGpu())
    lost.is_lost = True
    with pytest.raises(RuntimeError, match="NVML"):
        Nvidia(lost)


def test_a_lost_driver_is_a_runtime_error() -> None:
    nvml = FakeNvml(FakeGpu())
    nvidia = Nvidia(nvml)
    nvml.is_lost = True
    with pytest.raises(RuntimeError):
        nvidia.sample()
    nvidia.close()
    nvml.is_lost = False
    nvidia.close()
    assert nvml.shutdowns == 1


def test_devices_of_the_engine() -> None:
    device = DeviceInfo("Vulkan0", "AMD Radeon RX 7900", "Vulkan", 20 * GIB, 15 * GIB)
    provider = EngineDevices(lambda: EngineStats(devices=(device,), started=True))
    (sample,) = provider.sample()
    assert sample == GpuSample("AMD Radeon RX 7900", 20 * GIB, 5 * GIB)
    assert EngineDevices(EngineStats).sample() == ()
    provider.close()
