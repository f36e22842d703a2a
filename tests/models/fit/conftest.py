"""A fit service over a real engine and a real child, and files to ask about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.models.fit.service import FitService
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.types import ModelFile
from tests.helpers.gguf_shapes import shaped_model

MakeFile = Callable[[str], ModelFile]


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    yield engine
    engine.close()


@pytest.fixture
def service(engine: Engine, tmp_path: Path) -> Iterator[FitService]:
    service = FitService(engine, tmp_path / "cache")
    yield service
    service.close()


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """A file of gguf_shapes.SHAPES as the library would list it."""

    def make(name: str) -> ModelFile:
        return listed(shaped_model(tmp_path / "shape.gguf", name))

    return make


def listed(path: Path) -> ModelFile:
    """As the library lists it."""
    status = path.stat()
    info = read_gguf(path, any_kind=True)
    return ModelFile(
        path.stem, path, path.stem, status.st_size, info=info, modified_at=status.st_mtime
    )
