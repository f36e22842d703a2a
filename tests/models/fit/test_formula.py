"""Memory estimates and the number of layers that fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.probe.results import Simulation
from desk_llm.engine.types import DeviceInfo, LoadParams, MemoryUse
from desk_llm.models.fit.buffers import context_for
from desk_llm.models.fit.formula import CPU, estimate, guess, on_device, with_weights
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.types import GgufInfo
from tests.helpers.gguf_models import tiny_model


@pytest.fixture
def info(tmp_path: Path) -> GgufInfo:
    return read_gguf(tiny_model(tmp_path / "tiny.gguf"))


def test_kv_cache_is_two_vectors_per_layer_head_and_token(info: GgufInfo) -> None:
    # 2 (K and V) · layers · tokens · heads · size of a head · 2 bytes
    assert estimate(info, 512).kv_cache == 2 * 2 * 512 * 2 * 16 * 2
    assert estimate(info, 513).kv_cache == 2 * 2 * 768 * 2 * 16 * 2


def test_weights_are_the_tensors(info: GgufInfo) -> None:
    need = estimate(info, 512)
    assert need.weights == info.tensor_bytes
    assert need.total == need.weights + need.kv_cache + need.compute


def test_a_quantized_cache_is_smaller(info: GgufInfo) -> None:
    whole = estimate(info, 512).kv_cache
    assert estimate(info, 512, type_k="q8_0", type_v="q8_0").kv_cache == whole * 8.5 // 16
    assert estimate(info, 512, type_v="f32").kv_cache == whole * 3 // 2


def gpu(name: str, free: int) -> DeviceInfo:
    return DeviceInfo(name, "", "CUDA", 8 << 30, free)


def test_the_guess_puts_the_last_layers_on_the_gpus(info: GgufInfo) -> None:
    big = replace(info, n_layers=8, layer_sizes=())
    nothing = guess(big, LoadParams("", "", n_gpu_layers=5), ())
    assert set(nothing.layers) == {CPU}
    devices = (gpu("CUDA0", 3 << 30), gpu("CUDA1", 1 << 30))
    half = guess(big, LoadParams("", "", n_gpu_layers=4), devices)
    assert half.layers == (CPU,) * 5 + ("CUDA0",) * 3 + ("CUDA1",)
    assert len(guess(big, LoadParams("", ""), devices).layers) == 9
    assert CPU not in guess(big, LoadParams("", ""), devices).layers


def test_weights_lie_where_their_layers_are(info: GgufInfo) -> None:
    layers = ("CPU", "CUDA0", "CUDA0")
    need = with_weights(
        info, LoadParams("", ""), Simulation(layers, (MemoryUse("CUDA0", 0, 7, 5),))
    )
    on_gpu = on_device(need, "CUDA0")
    assert on_gpu.weights == info.layer_sizes[1] + info.output_bytes
    assert (on_gpu.kv_cache, on_gpu.compute) == (7, 5)
    assert sum(one.weights for one in need) == info.tensor_bytes


def test_experts_may_stay_in_ram(info: GgufInfo) -> None:
    moe = replace(info, expert_sizes=(100, 100))
    simulated = Simulation(("CUDA0",) * 3, ())
    whole = with_weights(moe, LoadParams("", ""), simulated)
    moved = with_weights(moe, LoadParams("", "", n_cpu_moe=1), simulated)
    assert on_device(whole, CPU).weights + 100 == on_device(moved, CPU).weights
    assert on_device(whole, "CUDA0").weights - 100 == on_device(moved, "CUDA0").weights


def test_a_tied_embedding_is_kept_twice_beside_a_gpu(info: GgufInfo) -> None:
    tied = replace(info, output_bytes=256)
    simulated = Simulation(("CPU", "CPU", "CUDA0"), ())
    on_gpu = on_device(with_weights(tied, LoadParams("", ""), simulated), "CUDA0")
    assert on_gpu.weights == 256 + info.embedding_bytes


def test_the_context_is_the_wish_else_the_smaller_of_training_and_8192(info: GgufInfo) -> None:
    assert context_for(info, None) == 512
    assert context_for(replace(info, n_ctx_train=131_072), None) == 8192
    assert context_for(replace(info, n_ctx_train=0), None) == 8192
    assert context_for(info, 2048) == 2048
