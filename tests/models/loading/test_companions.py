"""Adapters and draft models of a load: checked before it, counted, told apart, given up last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gguf
import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.probe.results import Outcome, TrialResult
from desk_llm.engine.types import LoadParams
from desk_llm.errors import DeskError, Unsupported
from desk_llm.models.gguf.adapter import check_adapter, read_adapter
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.library.library import Library
from desk_llm.models.loading.companions import read_companions
from desk_llm.models.loading.loader import Loader
from desk_llm.models.loading.wishes import Wish
from desk_llm.models.presets.store import PresetStore
from desk_llm.models.presets.types import Adapter, Preset
from desk_llm.models.types import LoadedModel
from desk_llm.settings import SettingsStore
from tests.helpers.fake_probe import FakeProbe
from tests.helpers.gguf_lora import lora
from tests.helpers.gguf_models import scripted_model, tiny_model

WAIT = 30.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "models"
    made.mkdir()
    tiny_model(made / "base.gguf")
    return made


@pytest.fixture
def probe() -> FakeProbe:
    return FakeProbe()


@pytest.fixture
def presets(tmp_path: Path) -> Iterator[PresetStore]:
    store = PresetStore(tmp_path / "presets.json")
    yield store
    store.close()


@pytest.fixture
def loader(
    folder: Path, tmp_path: Path, probe: FakeProbe, presets: PresetStore
) -> Iterator[Loader]:
    engine, store = Engine(), SettingsStore(tmp_path / "settings.toml")
    library = Library(lambda: [folder], folder / "none")
    library.refresh()
    made = Loader(engine, library, store, presets=presets, make_probe=lambda: probe)
    yield made
    made.close()
    engine.close()
    store.close()


def load(loader: Loader, preset: Preset, *, anyway: bool = False) -> LoadedModel:
    loader.load_with("base", Wish(preset, anyway)).result(WAIT)
    return loader.loaded[0]


def with_lora(path: Path, scale: float = 1.0) -> Preset:
    return Preset(adapters=(Adapter(str(path), scale),))


def test_adapters_are_loaded_counted_and_told_apart(loader: Loader, tmp_path: Path) -> None:
    alone = load(loader, Preset())
    one, two = lora(tmp_path / "one.gguf"), lora(tmp_path / "two.gguf", seed=2)
    adapted = load(loader, with_lora(one))
    params = adapted.info.params
    assert params is not None
    assert params.adapters == ((str(one), 1.0),)
    size = read_adapter(one).size_bytes
    assert sum(use.weights for use in adapted.need) >= sum(u.weights for u in alone.need) + size
    prints = {alone.wanted.fingerprint, adapted.wanted.fingerprint}
    prints.add(load(loader, with_lora(two)).wanted.fingerprint)
    two.replace(one)  # the same path, other weights
    prints.add(load(loader, with_lora(tmp_path / "one.gguf")).wanted.fingerprint)
    assert len(prints) == 3  # the last is `two` again


def test_another_scale_loads_again_and_the_same_does_not(loader: Loader, tmp_path: Path) -> None:
    path = lora(tmp_path / "one.gguf")
    first = load(loader, with_lora(path))
    assert load(loader, with_lora(path)).info is first.info
    assert load(loader, with_lora(path, 0.5)).info is not first.info


def test_a_model_is_not_loaded_without_its_adapter(loader: Loader, tmp_path: Path) -> None:
    for path in (tmp_path / "gone.gguf", lora(tmp_path / "other.gguf", architecture="qwen2")):
        with pytest.raises(DeskError):
            load(loader, with_lora(path))
    assert loader.loaded == ()


def test_a_saved_preset_replaces_a_wish(
    loader: Loader, presets: PresetStore, tmp_path: Path
) -> None:
    load(loader, with_lora(lora(tmp_path / "one.gguf")))
    presets.save("base", Preset(load={"n_ctx": 256}))
    info = loader.ensure("base").result(WAIT)
    assert info.params is not None
    assert (info.params.n_ctx, info.params.adapters) == (256, ())


def test_load_anyway_leaves_nothing_to_the_plan(
    loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader._room, "_free_ram", lambda: 1 << 20)
    with pytest.raises(DeskError):
        load(loader, Preset(load={"n_ctx": 4096}))
    loaded = load(loader, Preset(load={"n_ctx": 4096}), anyway=True)
    assert loaded.info.n_ctx == 4096


def test_a_draft_that_crashes_its_trial_is_given_up_first(
    loader: Loader, probe: FakeProbe, folder: Path
) -> None:
    draft = tiny_model(folder / "draft.gguf", n_layers=1)
    probe.results.append(TrialResult(Outcome.CRASH, "SIGSEGV"))
    loaded = load(loader, Preset(draft=str(draft)))
    assert [one.draft_path for one in probe.trials] == [str(draft), ""]
    assert loaded.info.params is not None
    assert loaded.info.params.use_extra_bufts
    assert any("draft" in warning.message for warning in loaded.warnings)


@pytest.mark.parametrize("kind", ["gone", "no model"])
def test_a_draft_that_does_not_fit_the_model_is_left_out(
    loader: Loader, probe: FakeProbe, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "draft.gguf"
    if kind == "no model":
        path.write_bytes(b"nothing")
    loaded = load(loader, Preset(draft=str(path)))
    assert probe.trials[-1].draft_path == ""
    assert loaded.wanted.draft_path == str(path)  # asked for the same again, nothing is loaded
    assert loaded.warnings
    assert load(loader, Preset(draft=str(path))).info is loaded.info


def test_a_draft_with_other_words_is_told_by_the_engine(loader: Loader, tmp_path: Path) -> None:
    """As many words, by the headers; only the engine compares them."""
    loaded = load(loader, Preset(draft=str(scripted_model(tmp_path / "draft.gguf"))))
    assert loaded.info.draft is not None
    assert loaded.info.draft.problem in loaded.warnings


def test_a_draft_counts_in_what_a_model_needs(loader: Loader, folder: Path) -> None:
    alone = load(loader, Preset())
    draft = tiny_model(folder / "draft.gguf", n_layers=1)
    both = load(loader, Preset(draft=str(draft)))
    weights = read_gguf(draft).tensor_bytes
    more = sum(u.weights for u in both.need) - sum(u.weights for u in alone.need)
    assert more == pytest.approx(weights, abs=0.02 * (1 << 20))  # the log has two decimals


def adapter_file(path: Path, **change: object) -> Path:
    """A LoRA whose header is wrong in one place."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type(str(change.get("type", "adapter")))
    writer.add_string("adapter.type", "lora")
    if "double" in change:
        writer.add_float64("adapter.lora.alpha", 8.0)
    else:
        writer.add_float32("adapter.lora.alpha", float(str(change.get("alpha", 8.0))))
    if "alora" in change:
        writer.add_array("adapter.alora.invocation_tokens", [1, 2])
    import numpy as np

    for name in change.get("names", ("blk.0.attn_q.weight.lora_a", "blk.0.attn_q.weight.lora_b")):  # type: ignore[attr-defined]
        writer.add_tensor(name, np.ones((4, 64), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize(
    "change",
    [
        {"type": "model"},
        {"double": True},  # llama.cpp ends the process over it
        {"alpha": "nan"},
        {"alora": True},
        {"names": ("blk.0.attn_q.weight.lora_a",)},
        {"names": ("something",)},
        {"names": ()},
    ],
)
def test_bad_adapters_get_a_sentence(tmp_path: Path, change: dict[str, object]) -> None:
    assert read_adapter(adapter_file(tmp_path / "good.gguf")).alpha == 8.0
    with pytest.raises(DeskError) as caught:
        read_adapter(adapter_file(tmp_path / "bad.gguf", **change))
    assert "bad.gguf" in caught.value.message


def test_adapters_for_more_layers_are_another_models(tmp_path: Path) -> None:
    path = lora(tmp_path / "deep.gguf", n_layers=5)
    assert check_adapter(path, "llama", 5).n_layers == 5
    with pytest.raises(Unsupported):
        check_adapter(path, "llama", 4)


def test_companions_of_a_model_alone_are_nothing(folder: Path) -> None:
    found = read_companions(read_gguf(folder / "base.gguf"), LoadParams("m", "m"))
    assert (found.adapter_bytes, found.draft, found.problem) == (0, None, None)
