"""Several loaded models: who makes room, who must stay, who is idle; trials that are remembered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.generation import Generation
from desk_llm.engine.probe.results import Outcome, TrialResult
from desk_llm.engine.types import ChatMessage, GenerationRequest, LoadParams, SamplingParams
from desk_llm.errors import Cancelled, LoadFailed, OutOfMemory
from desk_llm.models.fit.formula import estimated
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.library.library import Library
from desk_llm.models.loading.loader import Loader
from desk_llm.models.types import LoadedModel, LoadPhase, LoadState
from desk_llm.settings import SettingsStore
from tests.helpers.fake_probe import FakeProbe
from tests.helpers.fake_runner import FakeFactory
from tests.helpers.gguf_models import tiny_model

WAIT = 20.0
MIB = 1 << 20
TINY = LoadParams("", "", n_ctx=512)
ENDLESS = SamplingParams(ignore_eos=True)


class Machine:
    """A loader on a machine whose memory and time are the test's."""

    def __init__(self, folder: Path, cache: Path, memory: int) -> None:
        self.memory = memory
        self.now = 1000.0
        self.probe = FakeProbe()
        self.store = SettingsStore(cache / "settings.toml")
        self.engine = Engine(lambda: FakeFactory(delay_s=0.001))
        library = Library(lambda: [folder], folder / "none")
        library.refresh()
        self.loader = Loader(
            self.engine,
            library,
            self.store,
            cache,
            make_probe=lambda: self.probe,
            free_ram=self.free_ram,
            clock=lambda: self.now,
        )

    def free_ram(self) -> int:
        return self.memory - sum(one.size for one in self.loader.loaded)

    def load(self, *names: str) -> None:
        for name in names:
            self.now += 10.0
            self.loader.ensure(name).result(WAIT)
        self.now += 10.0

    @property
    def loaded(self) -> list[str]:
        return [one.file.id for one in self.loader.loaded]

    def write_for_ever(self, name: str) -> Generation:
        request = GenerationRequest(name, name, (ChatMessage("user", "Hi"),), sampling=ENDLESS)
        reply = self.engine.submit(request)
        next(iter(reply))
        return reply

    def close(self) -> None:
        self.loader.close()
        self.engine.close()
        self.store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    for number, name in enumerate("abcd"):
        tiny_model(tmp_path / "models" / f"{name}.gguf", seed=number)
    return tmp_path / "models"


def size_of_one(folder: Path) -> int:
    return estimated(read_gguf(folder / "a.gguf"), TINY).total


@pytest.fixture
def start(folder: Path, tmp_path: Path) -> Iterator[Callable[..., Machine]]:
    """Makes machines with one cache; by default two models fit into their memory."""
    made: list[Machine] = []

    def make(n_models: float = 2.3) -> Machine:
        made.append(Machine(folder, tmp_path, round(n_models * size_of_one(folder))))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def machine(start: Callable[..., Machine]) -> Machine:
    return start()


# ── room ─────────────────────────────────────────────────────────────────


def test_the_least_recently_used_makes_room(machine: Machine) -> None:
    news: list[tuple[LoadedModel, ...]] = []
    machine.loader.loaded_changed.connect(news.append)
    machine.load("a", "b")
    assert machine.loaded == ["b", "a"]
    machine.load("a", "c")
    assert machine.loaded == ["c", "a"]
    assert [[one.file.id for one in models] for models in news] == [
        ["a"],
        ["b", "a"],
        ["a"],
        ["c", "a"],
    ]
    assert {info.key for info in machine.engine.stats().models} == {"a", "c"}
    assert machine.loader.loaded[0].size > 2 * MIB


def test_a_model_that_writes_is_not_the_one_to_go(machine: Machine) -> None:
    machine.load("a", "b")
    reply = machine.write_for_ever("a")
    machine.load("c")
    assert machine.loaded == ["c", "a"]
    assert not reply.is_finished
    reply.abort()


def waiting(machine: Machine, name: str) -> Future[object]:
    """Ask for a model, and return when it waits for others."""
    waits = threading.Event()

    def on_changed(state: LoadState) -> None:
        if state.waits_for:
            waits.set()

    machine.loader.changed.connect(on_changed)
    future = machine.loader.ensure(name)
    assert waits.wait(WAIT)
    return future  # type: ignore[return-value]


def test_when_all_write_the_new_one_waits(machine: Machine) -> None:
    machine.load("a", "b")
    replies = [machine.write_for_ever(name) for name in "ab"]
    future = waiting(machine, "c")
    state = machine.loader.state
    assert (state.phase, state.waits_for) == (LoadPhase.LOADING, "tiny-0, tiny-1")
    assert not future.done()
    replies[1].abort()
    future.result(WAIT)
    assert machine.loaded == ["c", "a"]
    assert not replies[0].is_finished
    replies[0].abort()


def test_waiting_can_be_cancelled(machine: Machine) -> None:
    machine.load("a", "b")
    replies = [machine.write_for_ever(name) for name in "ab"]
    future = waiting(machine, "c")
    machine.loader.cancel("c")
    assert isinstance(future.exception(WAIT), Cancelled)
    assert machine.loader.state.phase is LoadPhase.READY
    assert machine.loaded == ["b", "a"]
    for reply in replies:
        reply.abort()


def test_who_was_asked_for_this_moment_stays(machine: Machine) -> None:
    machine.load("a")
    machine.loader.ensure("b").result(WAIT)
    machine.loader.ensure("a").result(WAIT)
    future = waiting(machine, "c")
    machine.now += 10.0
    future.result(WAIT)
    assert machine.loaded == ["c", "a"]


def test_a_model_that_never_fits_waits_for_nobody(start: Callable[..., Machine]) -> None:
    machine = start(1.2)
    machine.load("a")
    reply = machine.write_for_ever("a")
    machine.memory //= 2
    with pytest.raises(OutOfMemory, match=r"needs 0\.0 GB"):
        machine.loader.ensure("b").result(WAIT)
    reply.abort()


def test_unload_one(machine: Machine) -> None:
    machine.load("a", "b")
    machine.loader.unload("b").result(WAIT)
    assert machine.loaded == ["a"]
    assert machine.loader.state.model is not None
    assert machine.loader.state.model.id == "a"
    machine.loader.unload("nothing").result(WAIT)
    machine.loader.unload().result(WAIT)
    assert machine.loaded == []
    assert machine.loader.state == LoadState()
    assert machine.engine.stats().models == ()


# ── idle ─────────────────────────────────────────────────────────────────


def test_idle_models_go(machine: Machine) -> None:
    machine.store.change("engine", unload_after_min=5)
    machine.load("a")
    machine.now += 200
    machine.load("b")
    machine.loader.unload_idle()
    assert machine.loaded == ["b", "a"]
    machine.now += 100
    machine.loader.unload_idle()
    assert machine.loaded == ["b"]
    machine.now += 300
    machine.loader.unload_idle()
    assert machine.loaded == []
    assert machine.loader.state == LoadState()


def test_the_time_counts_from_the_end_of_a_reply(machine: Machine) -> None:
    machine.store.change("engine", unload_after_min=5)
    machine.load("a")
    reply = machine.write_for_ever("a")
    machine.now += 600
    machine.loader.unload_idle()
    reply.abort()
    reply.result()
    machine.now += 200
    machine.loader.unload_idle()
    assert machine.loaded == ["a"]
    machine.now += 200
    machine.loader.unload_idle()
    assert machine.loaded == []


def test_never(machine: Machine) -> None:
    machine.store.change("engine", unload_after_min=0)
    machine.load("a")
    machine.now += 1e9
    machine.loader.unload_idle()
    assert machine.loaded == ["a"]


# ── trials ───────────────────────────────────────────────────────────────


def test_a_file_is_tried_once(start: Callable[..., Machine], folder: Path) -> None:
    first = start()
    first.load("a", "b", "a")
    first.loader.unload().result(WAIT)
    first.load("a")
    assert [params.key for params in first.probe.trials] == ["a", "b"]
    assert first.probe.trials[0].n_ctx == 512
    assert first.probe.trials[0].fingerprint
    second = start()
    second.load("a")
    assert second.probe.trials == []
    tiny_model(folder / "a.gguf", seed=9)
    third = start()
    third.load("a")
    assert len(third.probe.trials) == 1


def crash_of(machine: Machine, *outcomes: Outcome) -> None:
    machine.probe.results.extend(TrialResult(one, "SIGSEGV") for one in outcomes)


def test_the_ladder_is_remembered(start: Callable[..., Machine]) -> None:
    machine = start()
    crash_of(machine, Outcome.CRASH)
    machine.load("a")
    assert [one.use_extra_bufts for one in machine.probe.trials] == [True, False]
    (said,) = machine.loader.loaded[0].warnings
    assert "without repacked weights" in said.message
    again = start()
    again.load("a")
    assert again.probe.trials == []
    (said_again,) = again.loader.loaded[0].warnings
    assert said_again.message == said.message


def test_a_file_that_crashes_everywhere_is_refused(start: Callable[..., Machine]) -> None:
    machine = start()
    crash_of(machine, *[Outcome.CRASH] * 3)
    with pytest.raises(LoadFailed, match="tiny-0 is not loaded: it crashed the engine"):
        machine.loader.ensure("a").result(WAIT)
    assert machine.loader.state.phase is LoadPhase.FAILED
    assert machine.engine.stats().models == ()
    machine.load("b")  # the app lives
    again = start()
    with pytest.raises(LoadFailed, match="crashed"):
        again.loader.ensure("a").result(WAIT)
    assert again.probe.trials == []  # it is known


@pytest.mark.parametrize(
    ("outcome", "said", "trials"),
    [
        (Outcome.HANG, "did not come to an end", 2),
        (Outcome.NONSENSE, "weights in tiny-0 are damaged", 2),
        (Outcome.REFUSED, "cannot load tiny-0", 1),
    ],
)
def test_other_ends(machine: Machine, outcome: Outcome, said: str, trials: int) -> None:
    crash_of(machine, *[outcome] * 5)
    with pytest.raises(LoadFailed, match=said):
        machine.loader.ensure("a").result(WAIT)
    assert len(machine.probe.trials) == trials


def test_killed_for_its_memory(machine: Machine) -> None:
    machine.memory = 80 * MIB
    machine.store.change("engine", n_ctx=4096)
    machine.probe.results.extend([TrialResult(Outcome.CRASH, "SIGKILL")] * 4)
    with pytest.raises(OutOfMemory, match="not enough memory to load tiny-0"):
        machine.loader.ensure("a").result(WAIT)
    assert [one.n_ctx for one in machine.probe.trials] == [4096, 4096, 1024, 512]


def test_the_bar_shows_trial_and_load_as_one(machine: Machine) -> None:
    news: list[float] = []
    machine.loader.changed.connect(lambda state: news.append(state.progress))
    machine.load("a")
    assert news == sorted(news)
    assert 0.5 in news
    assert news[-1] == 1.0


class EndlessProbe(FakeProbe):
    """Its trials go on until they are cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.has_begun = threading.Event()

    def trial(
        self,
        params: LoadParams,
        on_progress: Callable[[float], None],
        is_cancelled: Callable[[], bool],
        work_bytes: int,
    ) -> TrialResult:
        self.trials.append(params)
        self.has_begun.set()
        pause = threading.Event()
        while not is_cancelled():
            pause.wait(0.005)
        return TrialResult(Outcome.CRASH, "killed with the child")


def test_cancel_during_a_trial(folder: Path, tmp_path: Path) -> None:
    machine = Machine(folder, tmp_path, round(2.3 * size_of_one(folder)))
    try:
        probe = EndlessProbe()
        machine.loader._probe = probe
        future = machine.loader.ensure("a")
        assert probe.has_begun.wait(WAIT)
        machine.loader.cancel()
        assert isinstance(future.exception(WAIT), Cancelled)
        machine.loader._probe = machine.probe
        machine.load("a")  # nothing was remembered of the trial that did not end
        assert len(machine.probe.trials) == 1
    finally:
        machine.close()
