"""Servers that misbehave, and an engine with a tiny real model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk_llm.benchmark.service import BenchmarkService
from desk_llm.benchmark.store import BenchmarkStore
from desk_llm.paths import Paths
from desk_llm.services import Core
from desk_llm.storage.database import Database
from tests.helpers.fake_openai import Behaviour, FakeServer
from tests.helpers.gguf_models import tiny_model

MakeServer = Callable[..., FakeServer]


@pytest.fixture
def serve() -> Iterator[MakeServer]:
    """Start a server that behaves in some way."""
    made: list[FakeServer] = []

    def start(**behaviour: object) -> FakeServer:
        made.append(FakeServer(Behaviour(**behaviour)))  # type: ignore[arg-type]
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database.temporary()
    yield made
    made.close()


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    """The real engine over a profile with a tiny model of random weights, "tiny"."""
    paths = Paths(tmp_path / "profile")
    paths.ensure()
    tiny_model(paths.models / "tiny.gguf", n_ctx=2048)
    made = Core.open(paths)
    made.library.refresh()
    yield made
    made.close()


@pytest.fixture
def service(core: Core, database: Database) -> Iterator[BenchmarkService]:
    made = BenchmarkService(core.engine, core.loader, core.library, BenchmarkStore(database))
    yield made
    made.close()
