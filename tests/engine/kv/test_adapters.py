"""What was computed with one adapter is never used with another, in memory or on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.fingerprint import weights_of
from desk_llm.engine.generation import Result
from desk_llm.engine.kv.store import KvStore
from desk_llm.engine.probe.results import params_from_json, params_to_json
from desk_llm.engine.types import GenerationRequest, LoadParams, SamplingParams
from tests.helpers.gguf_lora import lora, merged
from tests.helpers.gguf_models import tiny_model

PROMPT = "A long beginning that nobody wants to compute again, not even once. " * 3
GREEDY = SamplingParams(temperature=0.0, max_tokens=12, ignore_eos=True)


@pytest.fixture
def base(tmp_path: Path) -> LoadParams:
    path = tiny_model(tmp_path / "base.gguf", n_ctx=2048)
    return LoadParams("m", str(path), 1024, n_threads=1, fingerprint="f" * 32)


def ask(folder: Path, params: LoadParams, *adapters: tuple[Path, float]) -> Result:
    """In an app of its own, with the states that are on disk."""
    store = KvStore(folder / "kv", lambda: 64 << 20)
    engine = Engine(kv_store=store)
    wanted = tuple((str(path), scale) for path, scale in adapters)
    engine.load(replace(params, adapters=wanted)).result(30)
    request = GenerationRequest("1", "m", prompt=PROMPT, sampling=GREEDY, conversation="chat")
    result = engine.submit(request).result()
    engine.close()
    return result


def test_states_on_disk_belong_to_one_set_of_adapters(tmp_path: Path, base: LoadParams) -> None:
    one, two = lora(tmp_path / "one.gguf"), lora(tmp_path / "two.gguf", seed=2)
    first = ask(tmp_path, base)
    assert ask(tmp_path, base).usage.cached_tokens > 0
    for adapters in ([(one, 1.0)], [(one, 0.5)], [(two, 1.0)], [(one, 1.0), (two, 1.0)]):
        cold = ask(tmp_path, base, *adapters)
        assert cold.usage.cached_tokens == 0
        warm = ask(tmp_path, base, *adapters)
        assert warm.usage.cached_tokens > 0
        assert warm.text == cold.text != first.text
    assert ask(tmp_path, base).text == first.text


def test_slots_of_the_load_before_are_gone(tmp_path: Path, base: LoadParams) -> None:
    engine = Engine()
    texts = []
    for adapters in ((), ((str(lora(tmp_path / "one.gguf")), 1.0),), ()):
        engine.load(replace(base, adapters=adapters)).result(30)
        result = engine.submit(GenerationRequest("1", "m", prompt=PROMPT, sampling=GREEDY)).result()
        assert result.usage.cached_tokens == 0
        texts.append(result.text)
    engine.close()
    assert texts[0] == texts[2] != texts[1]


def test_an_engine_with_an_adapter_says_what_the_merged_model_says(
    tmp_path: Path, base: LoadParams
) -> None:
    adapted = ask(tmp_path / "a", base, (lora(tmp_path / "one.gguf"), 1.0))
    whole = replace(base, path=str(merged(tmp_path / "merged.gguf")), fingerprint="0" * 32)
    assert ask(tmp_path / "b", whole).text == adapted.text


def test_fingerprints_know_adapters_and_their_scales() -> None:
    plain = LoadParams("m", "m", fingerprint="f")
    kinds = {
        weights_of(LoadParams("m", "m", fingerprint="f", adapters=adapters))
        for adapters in ((), (("a", 1.0),), (("a", 0.5),), (("b", 1.0),), (("a", 1.0), ("b", 1.0)))
    }
    assert len(kinds) == 5
    assert weights_of(plain) == "f"
    assert weights_of(LoadParams("m", "m", adapters=(("a", 1.0),))) == ""


def test_parameters_travel_whole_to_the_child() -> None:
    params = LoadParams(
        "m", "m", tensor_split=(1.0, 2.0), adapters=(("a", 0.5), ("b", 1.0)), draft_path="d"
    )
    assert params_from_json(json.loads(json.dumps(params_to_json(params)))) == params
