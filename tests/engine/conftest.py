"""Engines for the engine's tests: real ones over tiny files, and one over FakeRunner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.generation import Generation
from desk_llm.engine.types import ChatMessage, GenerationRequest, LoadParams, SamplingParams
from tests.helpers.fake_runner import FakeFactory, FakeRunner
from tests.helpers.gguf_models import scripted_model, tiny_model

GREEDY = SamplingParams(temperature=0.0)


@pytest.fixture(scope="session")
def scripted_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scripted_model(tmp_path_factory.mktemp("models") / "scripted.gguf")


@pytest.fixture(scope="session")
def tiny_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny.gguf", n_ctx=1024)


@pytest.fixture(scope="module")
def scripted(scripted_path: Path) -> Iterator[Engine]:
    """The scripted model, loaded under the key "m" with four slots."""
    engine = Engine()
    engine.load(LoadParams("m", str(scripted_path))).result(30)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def tiny(tiny_path: Path) -> Iterator[Engine]:
    """The babbling model, loaded under the key "m" with four slots."""
    engine = Engine()
    engine.load(LoadParams("m", str(tiny_path))).result(30)
    yield engine
    engine.close()


class FakeEngine:
    """An Engine over FakeRunner, and the runner to look into."""

    def __init__(self, factory: FakeFactory, params: LoadParams) -> None:
        self.engine = Engine(lambda: factory)
        self.engine.load(params).result(10)
        host = self.engine._loop.host(params.key)
        assert host is not None
        assert isinstance(host.runner, FakeRunner)
        self.runner = host.runner
        self.scheduler = host.scheduler


@pytest.fixture
def fake() -> Iterator[Callable[..., FakeEngine]]:
    """Make engines over FakeRunner: fake(reply, n_ctx=…, n_slots=…, n_cells=…, delay_s=…)."""
    made: list[FakeEngine] = []

    def make(
        reply: str | Callable[[str], str] = "Hello.",
        *,
        n_ctx: int = 4096,
        n_slots: int = 4,
        n_cells: int = 0,
        delay_s: float = 0.0,
    ) -> FakeEngine:
        factory = FakeFactory(reply, delay_s, n_cells)
        made.append(FakeEngine(factory, LoadParams("m", "", n_ctx=n_ctx, n_slots=n_slots)))
        return made[-1]

    yield make
    for one in made:
        one.engine.close()


def ask(engine: Engine, text: str, sampling: SamplingParams = GREEDY) -> Generation:
    """Submit one user message to the model "m"."""
    messages = (ChatMessage("user", text),)
    return engine.submit(GenerationRequest(text[:20], "m", messages, sampling=sampling))
