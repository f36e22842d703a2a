"""Models of Ollama's store: loaded in place, and told apart when only Ollama can load them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import ChatMessage, GenerationRequest
from desk_llm.errors import Unsupported
from desk_llm.models.library.library import Library
from desk_llm.models.library.types import Layout, Place
from desk_llm.models.loading.loader import Loader
from desk_llm.models.types import Origin
from desk_llm.settings import SettingsStore
from tests.helpers.gguf_models import scripted_model, tiny_model
from tests.helpers.model_stores import put_ollama

WAIT = 60.0


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def loader(engine: Engine, store: Path, tmp_path: Path) -> Iterator[Loader]:
    """Over a library that knows Ollama's store only."""
    good = scripted_model(tmp_path / "good.gguf").read_bytes()
    # An architecture that Ollama's engine alone knows; nothing in the header tells it.
    foreign = tiny_model(tmp_path / "foreign.gguf").read_bytes().replace(b"llama", b"gptos")
    put_ollama(store, "good:1b", {"model": good})
    put_ollama(store, "foreign:1b", {"model": foreign})
    place = Place(Origin.OLLAMA, store, Layout.OLLAMA)
    (tmp_path / "own").mkdir()
    library = Library(lambda: [tmp_path / "own"], tmp_path / "none", others=lambda: [place])
    library.refresh()
    settings = SettingsStore(tmp_path / "settings.toml")
    loader = Loader(engine, library, settings, tmp_path)
    yield loader
    loader.close()
    settings.close()


def contents(folder: Path) -> dict[Path, tuple[bytes, int]]:
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_blob_answers_where_it_is(loader: Loader, engine: Engine, store: Path) -> None:
    before = contents(store)
    info = loader.ensure("ollama:good:1b").result(WAIT)
    asked = GenerationRequest("r", info.key, (ChatMessage("user", "script:hello"),))
    assert engine.submit(asked).result().text == "Hello, this is a scripted answer."
    assert contents(store) == before
    assert all(os.access(path, os.R_OK) for path in before)


def test_what_only_ollama_can_load_is_said(loader: Loader) -> None:
    with pytest.raises(Unsupported, match="is an Ollama-only file") as caught:
        loader.ensure("ollama:foreign:1b").result(WAIT)
    assert "gptos" in caught.value.detail
