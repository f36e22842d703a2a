"""What is kept of loads, and how it corrects the next prediction."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.models.fit import measured as measured_module
from desk_llm.models.fit.factors import Factors
from desk_llm.models.fit.measured import MeasuredStore
from desk_llm.models.types import GgufInfo, ModelFile
from tests.models.fit.conftest import MakeFile

MIB = 1 << 20
PARAMS = LoadParams("m", "/models/m.gguf", n_ctx=4096, fingerprint="print")


def need(weights: int, cache: int = 0, compute: int = 0) -> tuple[MemoryUse, ...]:
    return (MemoryUse("CPU", weights * MIB, cache * MIB, compute * MIB),)


@pytest.fixture
def info(make_file: MakeFile) -> GgufInfo:
    found = make_file("llama (GQA 4:1)").info
    assert found is not None
    return found


def new_store(path: Path | None) -> MeasuredStore:
    store = MeasuredStore(path, build=lambda: "build")
    store.read()
    return store


def test_loads_outlive_the_app(info: GgufInfo, tmp_path: Path) -> None:
    path = tmp_path / "cache" / "loads.json"
    file = ModelFile("m", Path("m.gguf"), "m", 5, modified_at=3.0)
    store = new_store(path)
    store.remember_print(file, "print")
    store.add(info, PARAMS, need(100), need(180), need(190, 5, 7))
    again = new_store(path)
    load = again.load_of(PARAMS)
    assert load is not None
    assert (load.formula, load.simulated) == (need(100), need(180))
    assert load.measured == need(190, 5, 7)
    assert again.print_of(file) == "print"
    assert again.print_of(replace(file, modified_at=4.0)) == ""
    assert again.load_of(replace(PARAMS, n_ctx=8192)) is None
    assert again.load_of(replace(PARAMS, fingerprint="")) is None


def test_a_second_load_keeps_what_was_simulated_for_the_first(info: GgufInfo) -> None:
    store = new_store(None)
    store.add(info, PARAMS, need(100), need(180), need(190))
    store.add(info, PARAMS, need(100), (), need(191))
    load = store.load_of(PARAMS)
    assert load is not None
    assert load.simulated == need(180)
    assert load.measured == need(191)


def test_the_same_model_corrects_before_its_kin(info: GgufInfo) -> None:
    store = new_store(None)
    assert store.factors(info, PARAMS, is_simulated=False) == Factors()
    store.add(info, PARAMS, need(100, 10, 10), need(200, 10, 10), need(200, 10, 12))
    other = replace(PARAMS, fingerprint="other", path="/models/other.gguf", n_ctx=8192)
    for params in (replace(PARAMS, n_ctx=512), other):
        said = store.factors(info, params, is_simulated=False)
        assert (said.weights, said.kv_cache, said.compute) == (2.0, 1.0, 1.2)
        assert store.factors(info, params, is_simulated=True).weights == 1.0
    store.add(info, other, need(100), need(100), need(150))
    assert store.factors(info, other, is_simulated=False).weights == 1.5
    assert store.factors(info, PARAMS, is_simulated=False).weights == 2.0


def test_another_place_is_another_matter(info: GgufInfo) -> None:
    store = new_store(None)
    store.add(info, PARAMS, need(100), need(100), need(200))
    plain = replace(PARAMS, use_extra_bufts=False)
    assert store.factors(info, plain, is_simulated=False).weights == 1.0


def test_absurd_ratios_are_not_learnt(info: GgufInfo) -> None:
    store = new_store(None)
    store.add(info, PARAMS, need(100), need(100), need(1000))
    assert store.factors(info, PARAMS, is_simulated=False).weights == 1.0


def test_the_store_is_bounded(
    info: GgufInfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured_module, "MAX_LOADS", 5)
    store = new_store(tmp_path / "loads.json")
    for n in range(20):
        store.add(info, replace(PARAMS, n_ctx=256 * (n + 1)), need(1), need(1), need(1))
    again = new_store(tmp_path / "loads.json")
    kept = [n for n in range(20) if again.load_of(replace(PARAMS, n_ctx=256 * (n + 1)))]
    assert kept == [15, 16, 17, 18, 19]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"loads": [1], "prints": {}}', '{"loads": [], "prints": 3}', "[" * 100_000],
)
def test_a_damaged_file_is_an_empty_one(info: GgufInfo, tmp_path: Path, content: str) -> None:
    path = tmp_path / "loads.json"
    path.write_text(content)
    store = new_store(path)
    assert store.load_of(PARAMS) is None
    store.add(info, PARAMS, need(1), (), need(1))
    assert new_store(path).load_of(PARAMS) is not None


def test_a_disk_that_takes_nothing_costs_only_memory(info: GgufInfo, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = new_store(tmp_path / "file" / "loads.json")
    store.add(info, PARAMS, need(1), (), need(1))
    assert store.load_of(PARAMS) is not None
