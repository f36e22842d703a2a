"""Free memory: other programs, mapped weights, and what a replaced model gives back."""

from __future__ import annotations

from pathlib import Path

from desk_llm.engine.types import DeviceInfo, LoadParams, MemoryUse, ModelInfo
from desk_llm.models.fit.free import free_memory
from desk_llm.models.types import LoadedModel, ModelFile

GIB = 1 << 30
GPU = DeviceInfo("CUDA0", "GPU", "CUDA", 24 * GIB, 10 * GIB)


def loaded(name: str, *, use_mmap: bool) -> LoadedModel:
    """4 GiB of weights and 1 GiB of cache in RAM, 3 GiB on the GPU."""
    memory = (MemoryUse("CUDA0", 3 * GIB), MemoryUse("CPU", 4 * GIB, GIB))
    info = ModelInfo(name, "", name, "llama", 1, 1, 1, 1, 1, 0, 1, 1, "CPU", True, 1.0)
    file = ModelFile(name, Path(name), name, 4 * GIB)
    return LoadedModel(file, info, LoadParams(name, name, use_mmap=use_mmap), memory)


def test_nothing_is_loaded() -> None:
    free = free_memory(8 * GIB, (GPU,), ())
    assert (free.ram, free.devices) == (8 * GIB, (GPU,))
    assert free.total == 18 * GIB


def test_mapped_weights_count_as_free_to_the_system_only() -> None:
    assert free_memory(8 * GIB, (), [loaded("a", use_mmap=True)]).ram == 4 * GIB
    assert free_memory(8 * GIB, (), [loaded("a", use_mmap=False)]).ram == 8 * GIB


def test_a_replaced_model_gives_back_what_it_holds() -> None:
    models = [loaded("a", use_mmap=True), loaded("b", use_mmap=False)]
    free = free_memory(8 * GIB, (GPU,), models, "a")
    assert free.ram == 9 * GIB  # its cache; its weights were free to the system already
    assert free.devices[0].memory_free == 13 * GIB
    assert free_memory(8 * GIB, (GPU,), models, "b").ram == 8 * GIB + 5 * GIB - 4 * GIB
    assert free_memory(8 * GIB, (GPU,), models, "c").ram == 4 * GIB


def test_no_device_has_more_free_than_it_has() -> None:
    full = DeviceInfo("CUDA0", "GPU", "CUDA", 24 * GIB, 23 * GIB)
    assert free_memory(GIB, (full,), [loaded("a", use_mmap=True)], "a").devices[0] == DeviceInfo(
        "CUDA0", "GPU", "CUDA", 24 * GIB, 24 * GIB
    )
