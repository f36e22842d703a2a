"""Where weights would go: by device, mapped, repacked, in parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_llm.engine.llama.library import listening
from desk_llm.engine.llama.memory import MemoryLog
from desk_llm.engine.llama.weights import FileTensor, read_tensors, weights_by_device
from desk_llm.engine.opening import open_model
from desk_llm.engine.types import LoadParams
from tests.helpers.gguf_shapes import shaped_model

MIB = 1 << 20
GPU = "CUDA0"


def params(path: Path, **more: object) -> LoadParams:
    return LoadParams("m", str(path), **more)  # type: ignore[arg-type]


@pytest.fixture
def tied(tmp_path: Path) -> Path:
    return shaped_model(tmp_path / "m.gguf", "gemma3 (window 512, tied)")


@pytest.fixture
def experts(tmp_path: Path) -> Path:
    return shaped_model(tmp_path / "m.gguf", "qwen3moe (8 experts, Q4_0)")


def sizes(tensors: list[FileTensor]) -> dict[str, int]:
    return {one.name: one.size for one in tensors}


def test_all_tensors_are_read(tied: Path) -> None:
    tensors = read_tensors(str(tied))
    assert sizes(tensors)["token_embd.weight"] == 8192 * 256 * 2
    assert tensors[0].shape == (256, 8192, 1, 1)
    assert {one.part for one in tensors} == {0}
    assert read_tensors(str(tied.with_name("none.gguf"))) == []


@pytest.mark.parametrize("mapped", [True, False])
@pytest.mark.parametrize("name", ["mamba", "qwen2 (tied, Q4_0)", "qwen3moe (8 experts, Q4_0)"])
def test_they_are_what_a_load_says(tmp_path: Path, name: str, mapped: bool) -> None:
    path = shaped_model(tmp_path / "m.gguf", name)
    wanted = params(path, use_mmap=mapped)
    memory = MemoryLog()
    with listening(memory.add):
        open_model(wanted, None).free()
    (real,) = memory.used()
    said = weights_by_device(read_tensors(str(path)), memory.layers, wanted, "llama")
    assert said == {"CPU": pytest.approx(real.weights, rel=0.001, abs=0.011 * MIB)}


def test_a_tied_embedding_lies_on_the_gpu_once_more(tied: Path) -> None:
    tensors = read_tensors(str(tied))
    said = weights_by_device(tensors, (GPU,) * 13, params(tied), "gemma3")
    embedding = sizes(tensors)["token_embd.weight"]
    whole = sum(one.size for one in tensors)
    assert said["CPU"] == embedding
    assert said[GPU] == pytest.approx(whole, rel=0.001)
    half = weights_by_device(tensors, ("CPU",) * 6 + (GPU,) * 7, params(tied), "gemma3")
    assert sum(half.values()) == pytest.approx(whole + embedding, rel=0.001)
    assert said[GPU] - half[GPU] == pytest.approx((whole - embedding) / 2, rel=0.001)


def test_vectors_need_no_output(tmp_path: Path) -> None:
    path = shaped_model(tmp_path / "m.gguf", "bert")
    tensors = read_tensors(str(path))
    said = weights_by_device(tensors, (GPU,) * 5, params(path), "bert")
    assert sum(said.values()) == pytest.approx(sum(one.size for one in tensors), rel=0.001)


def test_experts_stay_in_ram(experts: Path) -> None:
    tensors = read_tensors(str(experts))
    moved = sum(one.size for one in tensors if "_exps" in one.name and "blk.0" in one.name)
    whole = weights_by_device(tensors, (GPU,) * 5, params(experts, use_mmap=False), "qwen3moe")
    kept = weights_by_device(
        tensors, (GPU,) * 5, params(experts, use_mmap=False, n_cpu_moe=1), "qwen3moe"
    )
    assert whole[GPU] - kept[GPU] == moved
    assert kept["CPU"] - whole["CPU"] == moved


def test_repacked_weights_are_copies(experts: Path) -> None:
    """As large as the plain ones where this CPU has a layout of its own for them."""
    tensors = read_tensors(str(experts))
    layers = ("CPU",) * 5
    plain = weights_by_device(tensors, layers, params(experts, use_extra_bufts=False), "qwen3moe")
    packed = weights_by_device(tensors, layers, params(experts), "qwen3moe")
    matrices = sum(one.size for one in tensors if one.shape[1] > 1 and one.type == 2)
    assert plain["CPU"] <= packed["CPU"] <= plain["CPU"] + matrices
    assert plain["CPU"] >= sum(one.size for one in tensors)
