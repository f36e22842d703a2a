"""A draft model in the plan of a load: it is the first to go, and nothing moves for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.draft.params import draft_params
from desk_llm.engine.probe.results import Outcome
from desk_llm.engine.types import ALL_LAYERS, DeviceInfo, LoadParams
from desk_llm.models.fit.formula import MemoryNeed, guess, with_weights
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.loading.companions import together
from desk_llm.models.loading.ladder import given_up, next_rung, start_at
from desk_llm.models.loading.plan import FreeMemory, Plan, make_plan
from desk_llm.models.presets.types import Preset
from desk_llm.models.types import GgufInfo, ModelFile
from desk_llm.settings import EngineSettings
from tests.helpers.gguf_models import tiny_model

GIB = 1 << 30
FILE = ModelFile("big", Path("big.gguf"), "Big", 20 * GIB)
PRESET = Preset(draft="draft.gguf")


@pytest.fixture
def big(tmp_path: Path) -> GgufInfo:
    """20 layers of 1 GiB, 1.25 GiB of KV cache at 8192 tokens."""
    tiny = read_gguf(tiny_model(tmp_path / "tiny.gguf"))
    sizes = {"n_layers": 20, "layer_sizes": (GIB,) * 20, "layer_bytes": 20 * GIB}
    heads = {"n_head_kv_sum": 20 * 8, "head_dim_k": 256, "head_dim_v": 256, "caches": ()}
    return _replaced(tiny, tensor_bytes=20 * GIB, n_ctx_train=32_768, **sizes, **heads)


def _replaced(info: GgufInfo, **values: object) -> GgufInfo:
    known = {name: value for name, value in values.items() if hasattr(info, name)}
    return replace(info, **known)  # type: ignore[arg-type]


def planned(big: GgufInfo, ram: int, *gpus: DeviceInfo) -> Plan:
    """With a draft of 2 GiB."""
    small = _replaced(
        big,
        n_layers=2,
        layer_sizes=(GIB,) * 2,
        layer_bytes=2 * GIB,
        tensor_bytes=2 * GIB,
        n_head_kv_sum=16,
    )

    def needs(params: LoadParams) -> MemoryNeed:
        alone = with_weights(big, params, guess(big, params, gpus))
        if not params.draft_path:
            return alone
        own = draft_params(params)
        return together(alone, with_weights(small, own, guess(small, own, gpus)))

    settings = EngineSettings(use_mmap=False)
    return make_plan(FILE, big, settings, FreeMemory(ram, gpus), needs, "", PRESET)


def gpu(free: int) -> DeviceInfo:
    return DeviceInfo("CUDA0", "GPU", "CUDA", 80 * GIB, free)


def test_with_room_it_stays_and_is_counted(big: GgufInfo) -> None:
    plan = planned(big, 64 * GIB)
    assert plan.params.draft_path == "draft.gguf"
    assert sum(use.weights for use in plan.need) == 22 * GIB
    assert plan.warnings == ()


def test_in_little_ram_it_goes_before_the_context_is_made_shorter(big: GgufInfo) -> None:
    plan = planned(big, 22 * GIB)
    assert plan.params.draft_path == ""
    assert plan.params.n_ctx == 8192
    assert any("draft" in one.message for one in plan.warnings)


@pytest.mark.parametrize("free", [23 * GIB, 16 * GIB])
def test_no_layer_leaves_the_gpu_for_it(big: GgufInfo, free: int) -> None:
    plan = planned(big, 64 * GIB, gpu(free))
    assert plan.params.draft_path == ""
    assert (plan.params.n_gpu_layers == ALL_LAYERS) is (free == 23 * GIB)


def test_on_a_large_gpu_both_are_there(big: GgufInfo) -> None:
    plan = planned(big, 64 * GIB, gpu(40 * GIB))
    assert plan.params.draft_path == "draft.gguf"
    assert plan.params.n_gpu_layers == ALL_LAYERS


def test_it_is_the_first_rung_of_the_ladder_and_is_remembered(big: GgufInfo) -> None:
    params = LoadParams("m", "m", n_ctx=8192, draft_path="draft.gguf")
    rung = next_rung(params, Outcome.CRASH, big, has_gpu=True)
    assert rung == replace(params, draft_path="")
    assert start_at(params, given_up(params, rung)) == rung
    assert next_rung(params, Outcome.REFUSED, big, has_gpu=True) is None
