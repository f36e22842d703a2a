"""A context that no device can hold is refused before it is made."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk_llm.benchmark.memory import check
from desk_llm.engine.types import DeviceInfo, LoadParams, MemoryUse, ModelInfo
from desk_llm.errors import OutOfMemory

GB = 1 << 30
GPU = DeviceInfo("CUDA0", "RTX 4090", "CUDA", 24 * GB, 20 * GB)
PARAMS = LoadParams("demo", "/m/demo.gguf", n_ctx=8192)
INFO = ModelInfo(
    "demo", "/m/demo.gguf", "Demo", "llama", 8, 5 * GB, 8192, 8192, 33, 33, 4, 32_000, "RTX 4090",
    has_chat_template=True, load_s=1.0, params=PARAMS,
    memory=(MemoryUse("CUDA0", 5 * GB, GB, GB // 2), MemoryUse("CPU", GB // 2, 0, 1 << 20)),
)  # fmt: skip


def test_what_fits() -> None:
    check(INFO, PARAMS, (GPU,))
    check(INFO, replace(PARAMS, n_ctx=8192 * 14), (GPU,))


def test_a_context_that_is_too_large() -> None:
    with pytest.raises(OutOfMemory, match=r"needs 21.5 GB of memory, 20.0 GB are free") as caught:
        check(INFO, replace(PARAMS, n_ctx=8192 * 16), (GPU,))
    assert "fewer streams" in caught.value.hint


def test_the_ram_as_well() -> None:
    on_cpu = replace(INFO, memory=(MemoryUse("CPU", 0, 1 << 40, 0),))
    with pytest.raises(OutOfMemory):
        check(on_cpu, PARAMS, ())


def test_what_nobody_knows_is_left_to_the_engine() -> None:
    check(replace(INFO, memory=()), replace(PARAMS, n_ctx=1 << 30), (GPU,))
    check(INFO, replace(PARAMS, n_ctx=1 << 30, n_gpu_layers=3), (GPU,))
    check(INFO, replace(PARAMS, n_ctx=8192 * 16), ())  # a device without numbers
