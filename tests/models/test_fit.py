"""Memory estimates and the number of layers that fit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.types import ALL_LAYERS, DeviceInfo
from desk_llm.models.fit import (
    DEVICE_MARGIN,
    context_for,
    estimate,
    free_device_memory,
    layers_that_fit,
)
from desk_llm.models.gguf import read_gguf
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


def test_layers_follow_the_free_memory(info: GgufInfo) -> None:
    big = replace(info, n_layers=40, layer_bytes=40 << 30, tensor_bytes=42 << 30)
    assert layers_that_fit(big, 4096, 80 << 30) == ALL_LAYERS
    assert layers_that_fit(big, 4096, 0) == 0
    counts = [layers_that_fit(big, 4096, gib << 30) for gib in range(1, 42)]
    assert counts == sorted(counts)
    assert counts[10] in {10, 11}
    assert max(counts) <= 40


def test_every_device_keeps_a_margin() -> None:
    def device(free: int) -> DeviceInfo:
        return DeviceInfo("d", "", "CUDA", 8 << 30, free)

    assert free_device_memory([]) == 0
    assert free_device_memory([device(100)]) == 0
    assert free_device_memory([device(4 << 30)] * 2) == 2 * ((4 << 30) - DEVICE_MARGIN)


def test_the_context_is_the_wish_else_the_smaller_of_training_and_8192(info: GgufInfo) -> None:
    assert context_for(info, None) == 512
    assert context_for(replace(info, n_ctx_train=131_072), None) == 8192
    assert context_for(replace(info, n_ctx_train=0), None) == 8192
    assert context_for(info, 2048) == 2048
