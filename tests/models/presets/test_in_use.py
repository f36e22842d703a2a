"""The loader follows a model's preset, and loads again when it changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.models.fit.formula import MemoryNeed
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.library.library import Library
from desk_llm.models.loading.loader import Loader
from desk_llm.models.loading.plan import FreeMemory, make_plan
from desk_llm.models.presets.store import PresetStore
from desk_llm.models.presets.types import Adapter, Preset
from desk_llm.models.types import ModelFile
from desk_llm.settings import EngineSettings, SettingsStore
from tests.helpers.fake_probe import FakeProbe
from tests.helpers.fake_runner import FakeFactory
from tests.helpers.gguf_lora import lora
from tests.helpers.gguf_models import tiny_model

WAIT = 20.0


class Clock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def presets(tmp_path: Path) -> Iterator[PresetStore]:
    store = PresetStore(tmp_path / "presets.json")
    yield store
    store.close()


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[SettingsStore]:
    store = SettingsStore(tmp_path / "settings.toml")
    yield store
    store.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def loader(
    tmp_path: Path, settings: SettingsStore, presets: PresetStore, clock: Clock
) -> Iterator[Loader]:
    folder = tmp_path / "models"
    folder.mkdir()
    for number, name in enumerate("ab"):
        tiny_model(folder / f"{name}.gguf", seed=number)
    library = Library(lambda: [folder], folder / "none")
    library.refresh()
    engine = Engine(lambda: FakeFactory("Hello."))
    loader = Loader(engine, library, settings, presets=presets, make_probe=FakeProbe, clock=clock)
    yield loader
    loader.close()
    engine.close()


def loaded_params(loader: Loader, model: str) -> LoadParams:
    params = loader.ensure(model).result(WAIT).params
    assert params is not None
    return params


def test_a_preset_goes_over_the_general_settings(
    loader: Loader, settings: SettingsStore, presets: PresetStore
) -> None:
    settings.change("engine", n_ctx=512, n_slots=3)
    presets.save("a", Preset(load={"n_ctx": 256, "use_mmap": False, "speculate": False}))
    params = loaded_params(loader, "a")
    assert (params.n_ctx, params.n_slots, params.use_mmap, params.speculate) == (
        256,
        3,
        False,
        False,
    )
    assert loaded_params(loader, "b").n_ctx == 512


def test_a_changed_preset_loads_again_at_the_next_use(loader: Loader, presets: PresetStore) -> None:
    first = loader.ensure("a").result(WAIT)
    other = loader.ensure("b").result(WAIT)
    presets.save("a", Preset(load={"n_ctx": 256}))
    assert loader.ensure("b").result(WAIT) is other
    second = loader.ensure("a").result(WAIT)
    assert second is not first
    assert second.params is not None
    assert second.params.n_ctx == 256
    assert loader.ensure("a").result(WAIT) is second
    presets.save("a", Preset(load={"n_ctx": 256}, sampling={"temperature": 0.1}, stop=("x",)))
    assert loader.ensure("a").result(WAIT) is second  # how it is asked needs no other load
    presets.remove("a")
    assert loaded_params(loader, "a").n_ctx == 512


def test_adapters_reach_the_engine(loader: Loader, presets: PresetStore, tmp_path: Path) -> None:
    path = str(lora(tmp_path / "lora.gguf"))
    presets.save("a", Preset(adapters=(Adapter(path, 0.5),)))
    assert loaded_params(loader, "a").adapters == ((path, 0.5),)
    presets.save("a", Preset(adapters=(Adapter(path, 0.25),)))
    assert loaded_params(loader, "a").adapters == ((path, 0.25),)


def test_a_model_may_stay_longer_than_the_others(
    loader: Loader, presets: PresetStore, clock: Clock
) -> None:
    presets.save("a", Preset(load={"unload_after_min": 0}))
    for model in "ab":
        loader.ensure(model).result(WAIT)
    clock.now += 31 * 60
    loader.unload_idle()
    assert [one.file.id for one in loader.loaded] == ["a"]
    presets.save("a", Preset(load={"unload_after_min": 40}))
    loader.unload_idle()
    assert loader.loaded
    clock.now += 10 * 60
    loader.unload_idle()
    assert not loader.loaded


def test_what_the_preset_asks_for_decides_what_may_be_given_up(tmp_path: Path) -> None:
    path = tiny_model(tmp_path / "m.gguf", n_ctx=8192)
    file = ModelFile("m", path, "m", path.stat().st_size)
    free = FreeMemory(1 << 20)

    def needs(params: LoadParams) -> MemoryNeed:
        bits = 2 if params.type_k == "f16" else 1
        return (MemoryUse("CPU", 0, (params.n_ctx or 0) * 150 * bits),)

    info = replace(read_gguf(path), head_dim_k=64, head_dim_v=64)  # whole blocks of 8-bit values
    general = EngineSettings()
    shorter = make_plan(file, info, general, free, needs)
    assert (shorter.params.n_ctx, shorter.params.type_k) == (2048, "f16")
    asked = Preset(load={"n_ctx": 4096})
    smaller = make_plan(file, info, general, free, needs, preset=asked)
    assert (smaller.params.n_ctx, smaller.params.type_k) == (4096, "q8_0")
