"""LoRA adapters: they change the weights as a merge would, and bad ones leave nothing behind."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from desk_llm.engine.llama.adapter import MAX_ADAPTERS, Adapters
from desk_llm.engine.llama.candidates import logits_of
from desk_llm.engine.llama.model import Model
from desk_llm.engine.opening import open_adapted
from desk_llm.engine.types import LoadParams
from desk_llm.errors import DeskError, LoadFailed, Unsupported
from tests.helpers.gguf_lora import lora, merged
from tests.helpers.gguf_models import tiny_model

TOKENS = (5, 77, 260, 301, 44, 45, 46, 300)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("lora")
    tiny_model(made / "base.gguf")
    lora(made / "one.gguf")
    lora(made / "two.gguf", seed=2)
    return made


def _logits(path: Path, *adapters: tuple[Path, float]) -> NDArray[np.float32]:
    """Of the last of a few tokens."""
    wanted = tuple((str(one), scale) for one, scale in adapters)
    params = LoadParams(
        "m", str(path), 256, n_slots=1, n_threads=1, type_k="f32", type_v="f32", adapters=wanted
    )
    model = Model(params, None)
    made, context = open_adapted(model, params)
    for row, token in enumerate(TOKENS):
        context.tokens[row], context.positions[row] = token, row
        context.outputs[row] = row == len(TOKENS) - 1
        context.sequences[row] = context.sequence_address[0]
    assert context.decode(len(TOKENS)) == 0
    logits = logits_of(context, len(TOKENS) - 1, model.vocab.n_tokens).copy()
    context.free()
    made.free()
    model.free()
    return logits


def test_an_adapter_computes_what_the_merged_model_computes(folder: Path) -> None:
    base = _logits(folder / "base.gguf")
    adapted = _logits(folder / "base.gguf", (folder / "one.gguf", 1.0))
    whole = _logits(merged(folder / "merged.gguf"))
    assert np.abs(adapted - base).max() > 0.1
    assert np.abs(adapted - whole).max() < 1e-3


def test_the_scale_says_how_much_is_added(folder: Path) -> None:
    half = _logits(folder / "base.gguf", (folder / "one.gguf", 0.5))
    assert np.abs(half - _logits(merged(folder / "half.gguf", scale=0.5))).max() < 1e-3
    nothing = _logits(folder / "base.gguf", (folder / "one.gguf", 0.0))
    assert np.abs(nothing - _logits(folder / "base.gguf")).max() < 1e-5


def test_several_adapters_add_up(folder: Path) -> None:
    one, two = (folder / "one.gguf", 1.0), (folder / "two.gguf", 0.5)
    both = _logits(folder / "base.gguf", one, two)
    assert np.abs(both - _logits(folder / "base.gguf", two, one)).max() < 1e-3
    for alone in (one, two):
        assert np.abs(both - _logits(folder / "base.gguf", alone)).max() > 0.1


def test_adapters_of_other_models_are_refused(folder: Path) -> None:
    wrong = {
        "gone": folder / "gone.gguf",
        "model": folder / "base.gguf",
        "architecture": lora(folder / "qwen.gguf", architecture="qwen2"),
        "kind": lora(folder / "kind.gguf", kind="other"),
        "layers": lora(folder / "layers.gguf", n_layers=3),
    }
    model = Model(LoadParams("m", str(folder / "base.gguf")), None)
    for path in wrong.values():
        with pytest.raises(LoadFailed):
            Adapters(model, [(str(folder / "one.gguf"), 1.0), (str(path), 1.0)])
    model.free()


@pytest.mark.parametrize("scale", [math.nan, math.inf, -math.inf, 1e9])
def test_scales_are_numbers(folder: Path, scale: float) -> None:
    model = Model(LoadParams("m", str(folder / "base.gguf")), None)
    with pytest.raises(Unsupported):
        Adapters(model, [(str(folder / "one.gguf"), scale)])
    with pytest.raises(Unsupported):
        Adapters(model, [(str(folder / "one.gguf"), 1.0)] * (MAX_ADAPTERS + 1))
    model.free()


def test_freeing_twice_is_harmless(folder: Path) -> None:
    model = Model(LoadParams("m", str(folder / "base.gguf")), None)
    made = Adapters(model, [(str(folder / "one.gguf"), 1.0)])
    assert len(made) == 1
    made.free()
    made.free()
    model.free()


def test_a_refused_adapter_frees_the_model(folder: Path) -> None:
    params = LoadParams("m", str(folder / "base.gguf"), adapters=((str(folder / "x"), 1.0),))
    model = Model(params, None)
    with pytest.raises(DeskError):
        open_adapted(model, params)
    model.free()
