"""Speed of a real tiny model: counted tokens, no cache, cancel, and what the record holds."""

from __future__ import annotations

import contextlib
import threading

import pytest

from desk_llm.benchmark.service import BenchmarkService, RunState
from desk_llm.benchmark.types import LoadOptions, SpeedResult, SpeedSpec
from desk_llm.engine.types import FinishReason
from desk_llm.errors import Cancelled, ModelNotFound, RequestError
from desk_llm.services import Core

PATIENCE_S = 60


def test_every_test_in_every_repetition(service: BenchmarkService, core: Core) -> None:
    spec = SpeedSpec("tiny", prompts=(32, 64), gens=(8,), depths=(0, 96), reps=3)
    seen: list[RunState] = []
    service.changed.connect(seen.append)
    run = service.start(spec).result(PATIENCE_S)
    assert isinstance(run.result, SpeedResult)
    names = [row.test for row in run.result.rows]
    assert names == ["pp32", "pp64", "tg8", "pp32 @ d96", "pp64 @ d96", "tg8 @ d96"]
    assert all(len(row.samples) == 3 and min(row.samples) > 0 for row in run.result.rows)
    assert all(row.mean > 0 and row.stdev >= 0 for row in run.result.rows)
    assert run.result.notes == ()
    assert run.is_complete
    assert run.model.startswith("tiny")
    assert len(run.fingerprint) == 32
    assert run.engine_build
    assert (run.setup.n_slots, run.setup.n_ctx) == (1, 256)
    assert run.machine.ram > 0
    stages = [state.progress.stage for state in seen if state.progress is not None]
    assert stages[0] == "load"
    assert stages[-1] == "measure"
    fractions = [s.progress.fraction for s in seen if s.progress and s.progress.stage == "measure"]
    assert fractions[-1] < 1
    assert seen[-1] == RunState()
    assert service.store.get(run.id) == run
    assert core.engine.stats().models == ()  # nothing was loaded before, nothing is now


def test_nothing_is_taken_from_the_cache(service: BenchmarkService, core: Core) -> None:
    cached: list[tuple[int, int]] = []
    submit = core.engine.submit

    def watched(request: object) -> object:
        generation = submit(request)  # type: ignore[arg-type]
        whole = generation.result

        def result() -> object:
            made = whole()
            assert made.finish_reason is FinishReason.LENGTH
            cached.append((made.usage.prompt_tokens, made.usage.cached_tokens))
            return made

        generation.result = result  # type: ignore[method-assign, assignment]
        return generation

    core.engine.submit = watched  # type: ignore[method-assign, assignment]
    service.start(SpeedSpec("tiny", (48,), (4,), (0, 64), 2)).result(PATIENCE_S)
    warm_up, *rest = cached
    assert warm_up[1] == 0
    # Each round: pp48, tg4, then the depth, pp48 behind it, tg4 behind 64 tokens of its own.
    for place in range(2):
        prefill, decode, depth, behind, deep = rest[place * 5 : place * 5 + 5]
        assert abs(prefill[0] - 48) <= 2
        assert abs(depth[0] - 64) <= 2
        # BOS and the first digits of the number that a prompt begins with.
        assert max(prefill[1], decode[1], depth[1], deep[1]) <= 6
        assert behind[1] >= 60
        assert 40 <= behind[0] - behind[1] <= 56


def test_load_parameters_are_those_of_the_run(service: BenchmarkService) -> None:
    options = LoadOptions(n_threads=1, n_ctx=1024, type_kv="bf16", flash_attn=True)
    run = service.start(SpeedSpec("tiny", (16,), (), reps=1, load=options)).result(PATIENCE_S)
    setup = run.setup
    assert (setup.n_threads, setup.n_ctx, setup.type_k, setup.flash_attn) == (1, 1024, "bf16", "on")


def test_the_model_that_was_loaded_comes_back(service: BenchmarkService, core: Core) -> None:
    before = core.loader.ensure("tiny").result(PATIENCE_S)
    service.start(SpeedSpec("tiny", (16,), (), reps=1)).result(PATIENCE_S)
    after = core.loader.ensure("tiny").result(PATIENCE_S)
    assert after.params == before.params
    assert [info.key for info in core.engine.stats().models] == [before.key]


def test_a_stopped_run_keeps_what_it_has(service: BenchmarkService) -> None:
    stopped = threading.Event()

    def stop(state: RunState) -> None:
        if state.result is not None and not stopped.is_set():
            stopped.set()
            service.cancel()

    service.changed.connect(stop)
    run = service.start(SpeedSpec("tiny", (16, 24), (), reps=500)).result(PATIENCE_S)
    assert not run.is_complete
    assert isinstance(run.result, SpeedResult)
    assert run.result.rows[0].samples
    assert not service.store.get(run.id).is_complete


def test_a_run_stopped_before_any_figure_is_cancelled(service: BenchmarkService) -> None:
    service.changed.connect(lambda _state: service.cancel())
    with pytest.raises(Cancelled):
        service.start(SpeedSpec("tiny")).result(PATIENCE_S)
    assert service.store.list() == []


def test_one_at_a_time(service: BenchmarkService) -> None:
    first = service.start(SpeedSpec("tiny", (16,), (), reps=500))
    with pytest.raises(RequestError, match="running already"):
        service.start(SpeedSpec("tiny")).result(PATIENCE_S)
    service.cancel()
    with contextlib.suppress(Cancelled):
        first.result(PATIENCE_S)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (SpeedSpec("tiny", (), ()), "nothing to measure"),
        (SpeedSpec("tiny", depths=()), "nothing to measure"),
        (SpeedSpec("tiny", reps=0), "“reps” is 0"),
        (SpeedSpec("tiny", gens=(1,)), "“gen” is 1"),
        (SpeedSpec("tiny", prompts=(1 << 30,)), "“prompt” is 1073741824"),
        (SpeedSpec("tiny", depths=(-1,)), "“depth” is -1"),
        (SpeedSpec("tiny", load=LoadOptions(n_ctx=256)), "needs 544 tokens"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    service: BenchmarkService, spec: SpeedSpec, message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        service.start(spec).result(PATIENCE_S)


def test_an_unknown_model(service: BenchmarkService) -> None:
    with pytest.raises(ModelNotFound):
        service.start(SpeedSpec("no such model")).result(PATIENCE_S)


def test_the_end_of_the_app_ends_a_run_and_loads_nothing(
    service: BenchmarkService, core: Core
) -> None:
    core.loader.ensure("tiny").result(PATIENCE_S)
    measured = threading.Event()
    service.changed.connect(lambda state: measured.set() if state.result else None)
    future = service.start(SpeedSpec("tiny", (16,), (), reps=1000))
    assert measured.wait(PATIENCE_S)
    service.close(PATIENCE_S)
    assert not future.result(PATIENCE_S).is_complete
    assert core.loader.loaded == ()
    assert core.engine.stats().models == ()


def test_nothing_starts_after_the_end(service: BenchmarkService) -> None:
    service.close()
    with pytest.raises(Exception, match="stopped"):
        service.start(SpeedSpec("tiny")).result(PATIENCE_S)
