"""The plan of a load: context, GPU layers, warnings, and the second try."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.types import ALL_LAYERS, DeviceInfo
from desk_llm.errors import OutOfMemory
from desk_llm.models.gguf import read_gguf
from desk_llm.models.plan import make_plan, make_smaller
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
    )


def gpu(free: int) -> DeviceInfo:
    return DeviceInfo("CUDA0", "GPU", "CUDA", 80 * GIB, free)


def test_a_computer_without_gpu(info: GgufInfo) -> None:
    plan = make_plan(FILE, info, AUTO, (), 64 * GIB)
    assert (plan.params.key, plan.params.path) == ("big", "big.gguf")
    assert (plan.params.n_ctx, plan.params.n_gpu_layers) == (8192, ALL_LAYERS)
    assert plan.warning is None


def test_settings_reach_the_engine(info: GgufInfo) -> None:
    settings = EngineSettings(
        n_ctx=1024, n_gpu_layers=3, n_slots=2, n_threads=5, flash_attn=False, use_mmap=False
    )
    params = make_plan(FILE, info, settings, (gpu(80 * GIB),), 64 * GIB).params
    assert (params.n_ctx, params.n_gpu_layers, params.n_slots) == (1024, 3, 2)
    assert (params.n_threads, params.flash_attn, params.use_mmap) == (5, False, False)


def test_as_many_layers_as_fit(info: GgufInfo) -> None:
    whole = make_plan(FILE, info, AUTO, (gpu(79 * GIB),), 8 * GIB)
    assert whole.params.n_gpu_layers == ALL_LAYERS
    assert whole.warning is None
    part = make_plan(FILE, info, AUTO, (gpu(24 * GIB),), 64 * GIB)
    assert 15 < part.params.n_gpu_layers < 23
    assert make_plan(FILE, info, AUTO, (gpu(GIB),), 64 * GIB).params.n_gpu_layers == 0


def test_mapped_weights_over_the_ram_only_warn(info: GgufInfo) -> None:
    plan = make_plan(FILE, info, AUTO, (), 16 * GIB)
    assert plan.params.n_ctx == 8192
    assert plan.warning is not None
    assert plan.warning.message.startswith("Big needs 44.")
    assert "slowly" in plan.warning.hint
    with pytest.raises(OutOfMemory, match=r"Big needs 42\.0 GB of memory, 16\.0 GB are free"):
        make_plan(FILE, info, replace(AUTO, use_mmap=False), (), 16 * GIB)


def test_a_context_over_the_ram_is_made_shorter(info: GgufInfo) -> None:
    plan = make_plan(FILE, info, replace(AUTO, n_ctx=32_768), (), 4 * GIB)
    assert plan.params.n_ctx == 8192
    assert plan.warning is not None
    assert plan.warning.message == "The context is 8192 tokens: 32768 do not fit."
    with pytest.raises(OutOfMemory):
        make_plan(FILE, info, AUTO, (), 1 << 20)


def test_the_second_try_takes_fewer_layers(info: GgufInfo) -> None:
    devices = (gpu(24 * GIB),)
    plan = make_plan(FILE, info, AUTO, devices, 64 * GIB)
    smaller = make_smaller(plan, info, devices)
    assert smaller is not None
    assert 0 < smaller.params.n_gpu_layers < plan.params.n_gpu_layers
    assert smaller.params.n_ctx == plan.params.n_ctx
    everything = replace(plan, params=replace(plan.params, n_gpu_layers=ALL_LAYERS))
    fewer = make_smaller(everything, info, (gpu(79 * GIB),))
    assert fewer is not None
    assert fewer.params.n_gpu_layers == 30


def test_the_second_try_without_gpu_takes_a_shorter_context(info: GgufInfo) -> None:
    plan = make_plan(FILE, info, AUTO, (), 64 * GIB)
    smaller = make_smaller(plan, info, ())
    assert smaller is not None
    assert smaller.params.n_ctx == 2048
    assert smaller.warning is not None
    least = replace(plan, params=replace(plan.params, n_ctx=512))
    assert make_smaller(least, info, ()) is None
