"""Loader: several models, the newest choice wins, news in order, the end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import ChatMessage, GenerationRequest, LoadParams, ModelInfo
from desk_llm.errors import Cancelled, DeskError, EngineStopped, FileDamaged, ModelNotFound
from desk_llm.errors import OutOfMemory as NoMemory
from desk_llm.models.library.library import Library
from desk_llm.models.loading.loader import Loader
from desk_llm.models.types import LoadPhase, LoadState
from desk_llm.settings import SettingsStore
from tests.helpers.fake_probe import FakeProbe
from tests.helpers.fake_runner import FakeFactory, FakeRunner
from tests.helpers.gguf_models import tiny_model

WAIT = 20.0


class SlowFactory(FakeFactory):
    """Loads only while `gate` is open, telling progress; fails as often as `errors` says."""

    def __init__(self) -> None:
        super().__init__(reply="Hello.")
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Semaphore(0)
        self.errors: list[DeskError] = []
        self.loads: list[LoadParams] = []

    def load(self, params: LoadParams, on_progress: Callable[[float], bool] | None) -> FakeRunner:
        assert on_progress is not None
        self.loads.append(params)
        self.begun.release()
        if self.errors:
            raise self.errors.pop(0)
        while not self.gate.wait(0.005):
            if not on_progress(0.1):
                raise Cancelled("cancelled")
        for step in range(1001):
            if not on_progress(step / 1000):
                raise Cancelled("cancelled")
        return super().load(params, on_progress)


@pytest.fixture
def factory() -> SlowFactory:
    return SlowFactory()


@pytest.fixture
def engine(factory: SlowFactory) -> Iterator[Engine]:
    engine = Engine(lambda: factory)
    yield engine
    factory.gate.set()
    engine.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    for number, name in enumerate("abc"):
        tiny_model(tmp_path / "models" / f"{name}.gguf", seed=number)
    return tmp_path / "models"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SettingsStore]:
    store = SettingsStore(tmp_path / "settings.toml")
    yield store
    store.close()


@pytest.fixture
def probe() -> FakeProbe:
    return FakeProbe()


@pytest.fixture
def loader(
    engine: Engine, folder: Path, store: SettingsStore, probe: FakeProbe
) -> Iterator[Loader]:
    library = Library(lambda: [folder], folder / "none")
    library.refresh()
    loader = Loader(engine, library, store, make_probe=lambda: probe)
    yield loader
    loader.close()


@pytest.fixture
def news(loader: Loader) -> list[LoadState]:
    news: list[LoadState] = []
    loader.changed.connect(news.append)
    return news


def phase(loader: Loader) -> LoadPhase:
    return loader.state.phase


def is_cancelled(future: Future[ModelInfo]) -> bool:
    return isinstance(future.exception(WAIT), Cancelled)


def test_load_once(loader: Loader, factory: SlowFactory) -> None:
    info = loader.ensure("a").result(WAIT)
    assert info.key == "a"
    assert phase(loader) is LoadPhase.READY
    assert loader.state.info == info
    again = loader.ensure("a")
    assert again.done()
    assert again.result() is info
    assert loader.ensure("A.gguf").done()  # another name of the same model
    assert len(factory.loads) == 1
    assert factory.loads[0].n_ctx == 512


def test_two_wishes_for_one_model_share_a_load(loader: Loader, factory: SlowFactory) -> None:
    factory.gate.clear()
    first, second = loader.ensure("a"), loader.ensure("tiny-0")
    assert first is second
    factory.gate.set()
    assert first.result(WAIT).key == "a"
    assert len(factory.loads) == 1


def test_news_of_a_load(loader: Loader, news: list[LoadState]) -> None:
    loader.ensure("b").result(WAIT)
    assert [state.phase for state in news[:-1]] == [LoadPhase.LOADING] * (len(news) - 1)
    assert news[-1].phase is LoadPhase.READY
    assert all(state.model is not None and state.model.id == "b" for state in news)
    steps = [state.progress for state in news]
    assert steps == sorted(steps)
    assert 50 <= len(news) <= 103  # 1001 calls of the engine became steps of 1 %
    assert steps[-1] == 1.0


def test_two_models_answer(loader: Loader, engine: Engine) -> None:
    loader.ensure("a").result(WAIT)
    loader.ensure("b").result(WAIT)
    assert [one.file.id for one in loader.loaded] == ["b", "a"]
    for key in "ab":
        reply = engine.submit(GenerationRequest(key, key, (ChatMessage("user", "Hi"),)))
        assert reply.result().text == "Hello."
    loader.ensure("a").result(WAIT)
    assert [one.file.id for one in loader.loaded] == ["a", "b"]
    assert loader.state.info is not None
    assert loader.state.info.key == "a"


def test_loads_wait_for_each_other(loader: Loader, factory: SlowFactory) -> None:
    factory.gate.clear()
    first = loader.ensure("a")
    assert factory.begun.acquire(timeout=WAIT)
    second = loader.ensure("b")
    assert loader.state.model is not None
    assert loader.state.model.id == "a"
    factory.gate.set()
    assert first.result(WAIT).key == "a"
    assert second.result(WAIT).key == "b"


def test_the_newest_choice_wins(
    loader: Loader, factory: SlowFactory, news: list[LoadState]
) -> None:
    factory.gate.clear()
    first = loader.ensure("a", is_choice=True)
    assert factory.begun.acquire(timeout=WAIT)
    second, third = (loader.ensure(name, is_choice=True) for name in "bc")
    assert is_cancelled(first)
    assert is_cancelled(second)
    factory.gate.set()
    assert third.result(WAIT).key == "c"
    assert [params.key for params in factory.loads] == ["a", "c"]
    assert phase(loader) is LoadPhase.READY
    models = [state.model.id for state in news if state.model]
    assert models == sorted(models)  # no late news of an older wish


def test_a_choice_does_not_end_a_load_for_a_reply(loader: Loader, factory: SlowFactory) -> None:
    factory.gate.clear()
    chosen = loader.ensure("a", is_choice=True)
    assert loader.ensure("a") is chosen  # a reply needs it as well
    other = loader.ensure("b", is_choice=True)
    factory.gate.set()
    assert chosen.result(WAIT).key == "a"
    assert other.result(WAIT).key == "b"


def test_cancel_one_of_two(loader: Loader, factory: SlowFactory) -> None:
    factory.gate.clear()
    first, second = loader.ensure("a"), loader.ensure("b")
    loader.cancel("b")
    assert is_cancelled(second)
    assert phase(loader) is LoadPhase.LOADING
    factory.gate.set()
    assert first.result(WAIT).key == "a"


def test_cancel(loader: Loader, factory: SlowFactory, engine: Engine) -> None:
    factory.gate.clear()
    future = loader.ensure("a")
    assert factory.begun.acquire(timeout=WAIT)
    loader.cancel()
    assert is_cancelled(future)
    assert loader.state == LoadState()
    factory.gate.set()
    assert loader.ensure("b").result(WAIT).key == "b"
    loader.cancel()  # nothing under way: nothing happens
    assert phase(loader) is LoadPhase.READY


def test_unload(loader: Loader, engine: Engine) -> None:
    loader.unload().result(WAIT)
    loader.ensure("a").result(WAIT)
    loader.unload().result(WAIT)
    assert loader.state == LoadState()
    assert engine.stats().model is None
    assert loader.ensure("a").result(WAIT).key == "a"


def test_no_such_model(loader: Loader) -> None:
    with pytest.raises(ModelNotFound):
        loader.ensure("nothing").result(WAIT)
    assert phase(loader) is LoadPhase.FAILED
    assert isinstance(loader.state.error, ModelNotFound)


def test_a_bad_file_never_reaches_the_engine(
    loader: Loader, factory: SlowFactory, folder: Path
) -> None:
    loader.ensure("a").result(WAIT)
    (folder / "b.gguf").write_bytes((folder / "b.gguf").read_bytes()[:-100])
    (folder / "c.gguf").unlink()
    with pytest.raises(FileDamaged, match=r"“b\.gguf” is incomplete"):
        loader.ensure("b").result(WAIT)
    assert phase(loader) is LoadPhase.FAILED
    with pytest.raises(ModelNotFound, match=r"“c\.gguf” is gone"):
        loader.ensure("c").result(WAIT)
    assert [params.key for params in factory.loads] == ["a"]
    assert loader.ensure("a").done()  # it is still there
    assert phase(loader) is LoadPhase.READY


def test_less_memory_is_tried_step_by_step(
    loader: Loader, factory: SlowFactory, probe: FakeProbe, store: SettingsStore
) -> None:
    store.change("engine", n_ctx=4096)
    factory.errors = [NoMemory("no memory")] * 2
    loader.ensure("a").result(WAIT)
    tried = [(params.use_extra_bufts, params.n_ctx) for params in factory.loads]
    assert tried == [(True, 4096), (False, 4096), (False, 1024)]
    said = [warning.message for warning in loader.state.warnings]
    assert said == [
        "tiny-0 runs without repacked weights: it failed its trial with them.",
        "The context is 1024 tokens: 4096 do not fit.",
    ]
    loader.ensure("a").result(WAIT)
    assert loader.state.warnings == ()  # said once


def test_the_end_of_the_ladder_is_an_error(
    loader: Loader, factory: SlowFactory, store: SettingsStore
) -> None:
    store.change("engine", n_ctx=4096)
    factory.errors = [NoMemory("no memory")] * 4
    with pytest.raises(NoMemory, match="not enough memory to load tiny-0"):
        loader.ensure("a").result(WAIT)
    assert [params.n_ctx for params in factory.loads] == [4096, 4096, 1024, 512]
    assert phase(loader) is LoadPhase.FAILED
    assert loader.ensure("a").result(WAIT).key == "a"


def test_changed_settings_load_again(
    loader: Loader, factory: SlowFactory, store: SettingsStore
) -> None:
    loader.ensure("a").result(WAIT)
    store.change("engine", n_ctx=1024)
    assert loader.ensure("a").result(WAIT).n_ctx == 1024
    assert len(factory.loads) == 2
    store.change("sampling", temperature=0.1)
    assert loader.ensure("a").done()


def test_an_engine_that_lost_the_model(loader: Loader, engine: Engine) -> None:
    loader.ensure("a").result(WAIT)
    engine.unload("a").result(WAIT)
    assert loader.state == LoadState()
    assert loader.ensure("a").result(WAIT).key == "a"


def test_after_the_end(loader: Loader, factory: SlowFactory) -> None:
    factory.gate.clear()
    future = loader.ensure("a")
    loader.close()
    loader.close()
    assert is_cancelled(future)
    with pytest.raises(EngineStopped):
        loader.ensure("a").result(WAIT)


def test_a_bug_is_an_error_too(
    loader: Loader, monkeypatch: pytest.MonkeyPatch, log_errors: list[logging.LogRecord]
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr("desk_llm.models.loading.attempt.make_plan", broken)
    with pytest.raises(DeskError, match="unexpected problem"):
        loader.ensure("a").result(WAIT)
    assert [record.getMessage() for record in log_errors] == ["loading a failed"]


def test_many_wishes_at_once(loader: Loader, factory: SlowFactory) -> None:
    futures: list[Future[ModelInfo]] = []
    lock = threading.Lock()

    def wish(name: str) -> None:
        for _ in range(10):
            future = loader.ensure(name)
            with lock:
                futures.append(future)

    threads = [threading.Thread(target=wish, args=(name,)) for name in "abcabc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    for future in futures:
        assert future.exception(WAIT) is None or is_cancelled(future)
    assert phase(loader) is LoadPhase.READY
    assert loader.state.info is not None
