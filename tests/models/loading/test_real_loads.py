"""Loader, child process and engine together on real files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import ChatMessage, GenerationRequest, LoadParams
from desk_llm.errors import Cancelled, LoadFailed
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.library.library import Library
from desk_llm.models.loading.loader import Loader
from desk_llm.models.types import LoadPhase, LoadState
from desk_llm.settings import SettingsStore
from tests.helpers.gguf_models import scripted_model, tiny_model

WAIT = 60.0
MIB = 1 << 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def loader(engine: Engine, folder: Path, tmp_path: Path) -> Iterator[Loader]:
    store = SettingsStore(tmp_path / "settings.toml")
    loader = Loader(engine, Library(lambda: [folder], folder / "none"), store, tmp_path)
    yield loader
    loader.close()
    store.close()


def ask(engine: Engine, model: str, text: str) -> str:
    return (
        engine.submit(GenerationRequest(model, model, (ChatMessage("user", text),))).result().text
    )


def test_two_models_answer(loader: Loader, engine: Engine, folder: Path, tmp_path: Path) -> None:
    first = str(scripted_model(folder / "first.gguf"))
    second = str(scripted_model(folder / "second.gguf", n_ctx=2048))
    assert loader.ensure(first).result(WAIT).n_ctx == 4096
    assert loader.ensure(second).result(WAIT).n_ctx == 2048
    assert ask(engine, first, "script:hello") == "Hello, this is a scripted answer."
    assert ask(engine, second, "script:utf8") == "😀é!"
    assert ask(engine, first, "script:utf8") == "😀é!"
    assert (tmp_path / "trials.json").exists()
    for one in loader.loaded:
        (use,) = one.memory
        header = read_gguf(one.file.path)
        assert use.device == "CPU"
        assert use.weights == pytest.approx(header.tensor_bytes, abs=0.02 * MIB)
        assert use.kv_cache == pytest.approx(one.info.n_ctx * 2 * 256 * 2, abs=0.02 * MIB)
        assert one.size < 60 * MIB
        assert one.info.n_threads >= 1


def test_weights_that_are_nan(loader: Loader, engine: Engine, folder: Path) -> None:
    path = tiny_model(folder / "nan.gguf")
    found = next(one for one in gguf.GGUFReader(path).tensors if one.name == "output.weight")
    start, size = int(found.data_offset), int(found.n_bytes)
    raw = bytearray(path.read_bytes())
    raw[start : start + size] = np.full(size // 4, np.nan, np.float32).tobytes()
    path.write_bytes(raw)
    with pytest.raises(LoadFailed, match=r"The weights in tiny-1 are damaged"):
        loader.ensure(str(path)).result(WAIT)
    assert engine.stats().models == ()


def test_a_file_that_kills(
    loader: Loader, engine: Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that the header check would have to let through: it aborts inside llama.cpp."""
    good = read_gguf(tiny_model(folder / "good.gguf"))
    path = tiny_model(folder / "evil.gguf")
    at = gguf.GGUFReader(path).fields["llama.block_count"].offset + 8 + len("llama.block_count") + 4
    raw = bytearray(path.read_bytes())
    raw[at : at + 4] = (2**31).to_bytes(4, "little")
    path.write_bytes(raw)
    monkeypatch.setattr("desk_llm.models.loading.attempt.read_gguf", lambda *_a, **_k: good)
    monkeypatch.setattr("desk_llm.models.library.header_cache.read_gguf", lambda *_a, **_k: good)
    with pytest.raises(LoadFailed, match="it crashed the engine in its trial"):
        loader.ensure(str(path)).result(WAIT)
    assert loader.state.phase is LoadPhase.FAILED
    other = str(scripted_model(folder / "other.gguf"))
    loader.ensure(other).result(WAIT)
    assert ask(engine, other, "script:hello") == "Hello, this is a scripted answer."


def test_cancel_during_the_trial(loader: Loader, engine: Engine, folder: Path) -> None:
    """A child that has just begun is killed, and the next load starts afresh."""
    path = str(scripted_model(folder / "m.gguf"))
    begun = threading.Event()
    real_trial = loader._probe.trial

    def trial(params: LoadParams, *rest: object) -> object:
        begun.set()
        return real_trial(params, *rest)  # type: ignore[arg-type]

    loader._probe.trial = trial  # type: ignore[method-assign,assignment]
    future = loader.ensure(path)
    assert begun.wait(WAIT)
    loader.cancel()
    assert isinstance(future.exception(WAIT), Cancelled)
    assert loader.state == LoadState()
    assert loader.ensure(path).result(WAIT).key == path
    assert len(engine.stats().models) == 1


def test_closing_during_a_trial_is_quick(loader: Loader, folder: Path) -> None:
    path = str(scripted_model(folder / "m.gguf"))
    future = loader.ensure(path)
    loader.close()
    assert isinstance(future.exception(0), Cancelled)
