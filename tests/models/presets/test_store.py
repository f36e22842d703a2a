"""PresetStore: over the general settings, checked, kept, and never half written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk_llm.errors import DeskError, FileDamaged, RequestError
from desk_llm.models.presets import codec
from desk_llm.models.presets.apply import LOAD_FIELDS, SAMPLING_FIELDS
from desk_llm.models.presets.store import PresetStore
from desk_llm.models.presets.types import Adapter, Preset, PresetMessage
from desk_llm.settings import EngineSettings, SamplingSettings

FULL = Preset(
    load={"n_ctx": 4096, "kv_type": "q8_0", "flash_attn": True, "n_threads": None},
    sampling={"temperature": 0.25, "system_prompt": "短一点。\n", "mirostat": "2", "seed": 7},
    adapters=(Adapter("/a/ü.gguf", 0.5), Adapter("/b.gguf")),
    draft="/models/small.gguf",
    stop=("###", "\n"),
    messages=(PresetMessage("user", "Hi"), PresetMessage("assistant", "Hello.")),
    template="{{ .Prompt }}",
    licence="MIT",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "presets.json"


def reopened(path: Path) -> PresetStore:
    store = PresetStore(path)
    store.close()
    return store


def test_a_preset_goes_over_the_general_settings(path: Path) -> None:
    store = PresetStore(path)
    store.save("m", FULL)
    general = EngineSettings(n_ctx=1024, n_slots=2, n_threads=8)
    engine = store.engine("m", general)
    assert (engine.n_ctx, engine.n_slots, engine.kv_type) == (4096, 2, "q8_0")
    assert engine.n_threads is None  # chosen for this model, whatever the others have
    sampling = store.sampling("m", SamplingSettings(temperature=1.0, top_k=3))
    assert (sampling.temperature, sampling.top_k, sampling.mirostat) == (0.25, 3, "2")
    assert store.engine("other", general) is general
    store.close()


def test_it_is_told_and_kept(path: Path) -> None:
    store, told = PresetStore(path), list[str]()
    store.changed.connect(told.append)
    store.save("某人/模型", FULL)
    store.save("某人/模型", FULL)
    store.save("b", Preset(stop=("x", "", "x")))
    store.close()
    assert told == ["某人/模型", "b"]
    assert reopened(path).get("某人/模型") == FULL
    assert reopened(path).get("b") == Preset(stop=("x",))
    assert reopened(path).get("c") == Preset()
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_empty_preset_is_none(path: Path) -> None:
    store = PresetStore(path)
    store.save("a", FULL)
    store.save("b", FULL)
    store.remove("a")
    store.close()
    assert set(store.all) == set(reopened(path).all) == {"b"}


def test_two_processes_do_not_undo_each_other(path: Path) -> None:
    window, terminal = PresetStore(path), PresetStore(path)
    terminal.save("a", FULL)
    terminal.flush()
    window.save("b", FULL)
    window.close()
    terminal.close()
    assert set(reopened(path).all) == {"a", "b"}


@pytest.mark.parametrize(
    "wrong",
    [
        Preset(load={"n_ctx": 1}),
        Preset(load={"n_ctx": "many"}),
        Preset(load={"kv_disk_mb": 100}),  # the app's, not a model's
        Preset(load={"temperature": 0.5}),
        Preset(sampling={"temperature": float("nan")}),
        Preset(sampling={"n_ctx": 512}),
        Preset(adapters=(Adapter("/a.gguf", float("inf")),)),
        Preset(adapters=(Adapter(""),)),
        Preset(messages=(PresetMessage("robot", "hi"),)),
    ],
)
def test_what_is_wrong_is_refused_whole(path: Path, wrong: Preset) -> None:
    store = PresetStore(path)
    with pytest.raises(RequestError):
        store.save("m", wrong)
    store.close()
    assert store.get("m") == Preset()
    assert not path.exists()


def test_only_what_a_load_reads_belongs_to_a_model() -> None:
    assert {"n_ctx", "n_gpu_layers", "kv_type", "unload_after_min"} <= set(LOAD_FIELDS)
    assert "kv_disk_mb" not in LOAD_FIELDS
    assert "system_prompt" in SAMPLING_FIELDS


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"presets": 3}', b"\xff" * 9, b"[" * 99999])
def test_a_damaged_file_is_kept_aside(path: Path, data: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(data)
    store = PresetStore(path)
    assert isinstance(store.problem, FileDamaged)
    assert path.with_name("presets.json.damaged-1").read_bytes() == data
    store.save("m", FULL)
    store.close()
    assert reopened(path).get("m") == FULL


def test_what_is_wrong_in_a_file_is_left_out(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(
        '{"version": 1, "presets": {"m": {"load": {"n_ctx": 4096, "n_slots": 99, "new": 1},'
        ' "stop": ["a", 3], "messages": [{"role": "robot", "text": "x"}, 5], "draft": 3,'
        ' "adapters": [{"path": "/a", "scale": "x"}, {"path": "/b"}]}, "n": 7}}'
    )
    store = reopened(path)
    expected = Preset(load={"n_ctx": 4096}, stop=("a",), adapters=(Adapter("/b"),))
    assert store.all == {"m": expected}
    assert store.problem is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_disk_that_says_no(path: Path) -> None:
    path.parent.mkdir(mode=0o500)
    _check_unwritable(path)


def test_a_folder_where_the_file_should_be(path: Path) -> None:
    store = PresetStore(path)
    path.with_name("presets.json.new").mkdir(parents=True)
    _check_unwritable(path, store)
    path.with_name("presets.json.new").rmdir()
    store.close()


def _check_unwritable(path: Path, store: PresetStore | None = None) -> None:
    store = store or PresetStore(path)
    failures: list[DeskError] = []
    store.failed.connect(failures.append)
    store.save("m", FULL)
    store.flush()
    assert "cannot be saved" in str(failures[0])
    assert store.get("m") == FULL


_VALUES = {"n_ctx": st.none() | st.integers(256, 1 << 20), "use_mmap": st.booleans()}
_TEXT = st.text(max_size=20)
_PRESETS = st.builds(
    Preset,
    load=st.fixed_dictionaries({}, optional=_VALUES),
    sampling=st.fixed_dictionaries({}, optional={"top_p": st.floats(0, 1)}),
    adapters=st.tuples(st.builds(Adapter, _TEXT.filter(bool), st.floats(-9, 9))),
    draft=_TEXT,
    stop=st.lists(_TEXT.filter(bool), unique=True, max_size=3).map(tuple),
    messages=st.tuples(st.builds(PresetMessage, st.sampled_from(["user", "system"]), _TEXT)),
    licence=_TEXT,
)


@given(st.dictionaries(_TEXT, _PRESETS, max_size=3))
def test_what_was_written_is_read_the_same(presets: dict[str, Preset]) -> None:
    assert codec.parse(codec.dump(presets).encode()) == (presets, ())
