"""The plan of a load: context, cache, where the layers go, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.types import ALL_LAYERS, DeviceInfo, LoadParams, MemoryUse
from desk_llm.errors import OutOfMemory
from desk_llm.models.fit.formula import guess, with_weights
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.loading.plan import FreeMemory, Plan, make_plan
from desk_llm.models.types import GgufInfo, ModelFile
from desk_llm.settings import EngineSettings
from tests.helpers.gguf_models import tiny_model

GIB = 1 << 30
FILE = ModelFile("big", Path("big.gguf"), "Big", 42 * GIB)
AUTO = EngineSettings()


@pytest.fixture
def info(tmp_path: Path) -> GgufInfo:
    """40 layers of 1 GiB; 2.5 GiB of KV cache at 8192 tokens."""
    tiny = read_gguf(tiny_model(tmp_path / "tiny.gguf"))
    return replace(
        tiny,
        n_layers=40,
        layer_bytes=40 * GIB,
        tensor_bytes=42 * GIB,
        n_ctx_train=32_768,
        n_head_kv_sum=40 * 8,
        head_dim_k=256,
        head_dim_v=256,
        caches=None,
        layer_sizes=(GIB,) * 40,
        output_bytes=GIB,
        embedding_bytes=GIB,
    )


def planned(
    info: GgufInfo, settings: EngineSettings, devices: tuple[DeviceInfo, ...], free_ram: int
) -> Plan:
    """With needs by formula."""
    return make_plan(
        FILE,
        info,
        settings,
        FreeMemory(free_ram, devices),
        lambda params: with_weights(info, params, guess(info, params, devices)),
    )


def gpu(free: int) -> DeviceInfo:
    return DeviceInfo("CUDA0", "GPU", "CUDA", 80 * GIB, free)


def test_a_computer_without_gpu(info: GgufInfo) -> None:
    plan = planned(info, AUTO, (), 64 * GIB)
    assert (plan.params.key, plan.params.path) == ("big", "big.gguf")
    assert (plan.params.n_ctx, plan.params.n_gpu_layers) == (8192, ALL_LAYERS)
    assert plan.warnings == ()


def test_settings_reach_the_engine(info: GgufInfo) -> None:
    settings = EngineSettings(
        n_ctx=1024, n_gpu_layers=3, n_slots=2, n_threads=5, flash_attn=False, use_mmap=False
    )
    params = planned(info, settings, (gpu(80 * GIB),), 64 * GIB).params
    assert (params.n_ctx, params.n_gpu_layers, params.n_slots) == (1024, 3, 2)
    assert (params.n_threads, params.flash_attn, params.use_mmap) == (5, False, False)


def test_as_many_layers_as_fit(info: GgufInfo) -> None:
    whole = planned(info, AUTO, (gpu(79 * GIB),), 8 * GIB)
    assert whole.params.n_gpu_layers == ALL_LAYERS
    assert whole.warnings == ()
    part = planned(info, AUTO, (gpu(24 * GIB),), 64 * GIB)
    assert 15 < part.params.n_gpu_layers < 23
    assert planned(info, AUTO, (gpu(GIB),), 64 * GIB).params.n_gpu_layers == 0


def test_mapped_weights_over_the_ram_only_warn(info: GgufInfo) -> None:
    plan = planned(info, AUTO, (), 16 * GIB)
    assert plan.params.n_ctx == 8192
    assert plan.warnings[0].message.startswith("Big needs 44.")
    assert "slowly" in plan.warnings[0].hint
    with pytest.raises(OutOfMemory, match=r"Big needs 42\.0 GB of memory, 16\.0 GB are free"):
        planned(info, replace(AUTO, use_mmap=False), (), 16 * GIB)


def test_a_context_over_the_ram_is_made_shorter(info: GgufInfo) -> None:
    plan = planned(info, replace(AUTO, n_ctx=32_768, kv_type="f16"), (), 4 * GIB)
    assert plan.params.n_ctx == 8192
    assert [one.message for one in plan.warnings] == [
        "The context is 8192 tokens: 32768 do not fit."
    ]
    with pytest.raises(OutOfMemory):
        planned(info, AUTO, (), 1 << 20)


def test_a_long_context_is_kept_in_8_bits_before_it_is_made_shorter(info: GgufInfo) -> None:
    long = replace(AUTO, n_ctx=32_768)
    plan = planned(info, long, (), 6 * GIB)
    assert (plan.params.n_ctx, plan.params.type_k, plan.params.type_v) == (32_768, "q8_0", "q8_0")
    assert [one.message for one in plan.warnings] == [
        "The context of Big is kept in 8 bits to save memory."
    ]
    both = planned(info, long, (), 4 * GIB)
    assert (both.params.n_ctx, both.params.type_k) == (16_384, "q8_0")
    assert len(both.warnings) == 2
    without = planned(info, replace(long, flash_attn=False), (), 6 * GIB)
    assert (without.params.n_ctx, without.params.type_k) == (16_384, "f16")
    odd = planned(replace(info, head_dim_k=80, head_dim_v=80), long, (), 3 * GIB)
    assert odd.params.type_k == "f16"


def test_the_type_of_the_cache_is_the_persons(info: GgufInfo) -> None:
    plan = planned(info, replace(AUTO, kv_type="q4_0"), (), 64 * GIB)
    assert (plan.params.type_k, plan.params.type_v) == ("q4_0", "q4_0")
    assert plan.warnings == ()


def test_experts_leave_the_gpu_before_layers_do(info: GgufInfo) -> None:
    moe = replace(info, expert_sizes=(GIB * 9 // 10,) * 40)
    plan = planned(moe, AUTO, (gpu(24 * GIB),), 64 * GIB)
    assert plan.params.n_gpu_layers == ALL_LAYERS
    assert 20 < plan.params.n_cpu_moe < 30
    assert plan.warnings == ()
    by_hand = planned(moe, replace(AUTO, n_cpu_moe=2), (gpu(24 * GIB),), 64 * GIB)
    assert by_hand.params.n_cpu_moe == 2
    assert by_hand.params.n_gpu_layers > 0


def test_two_gpus(info: GgufInfo) -> None:
    devices = (gpu(24 * GIB), replace(gpu(24 * GIB), name="CUDA1"))
    plan = planned(info, AUTO, devices, 64 * GIB)
    assert 38 < plan.params.n_gpu_layers < 41 or plan.params.n_gpu_layers == ALL_LAYERS
    assert planned(
        info, replace(AUTO, tensor_split="3,1"), devices, 64 * GIB
    ).params.tensor_split == (
        3.0,
        1.0,
    )
    assert (
        planned(info, replace(AUTO, tensor_split="0,0"), devices, GIB * 64).params.tensor_split
        == ()
    )


def test_locked_weights_must_fit(info: GgufInfo) -> None:
    with pytest.raises(OutOfMemory):
        planned(info, replace(AUTO, use_mlock=True), (), 16 * GIB)


def test_repacked_copies_cannot_be_taken_back(info: GgufInfo) -> None:
    """What a real load showed: the mapped file, and beside it another copy of the weights."""

    def measured(params: LoadParams) -> tuple[MemoryUse, ...]:
        return (MemoryUse("CPU", info.tensor_bytes + 8 * GIB, (params.n_ctx or 0) << 10, GIB),)

    plan = make_plan(FILE, info, AUTO, FreeMemory(10 * GIB), measured)
    assert plan.params.n_ctx == 8192
    with pytest.raises(OutOfMemory):
        make_plan(FILE, info, AUTO, FreeMemory(8 * GIB), measured)
