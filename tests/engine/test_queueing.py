"""Cancel, move, refuse, and what the queue shows: through the engine's front door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desk_llm.engine import engine as engine_module
from desk_llm.engine.engine import Engine
from desk_llm.engine.generation import Generation
from desk_llm.engine.types import EngineStats, FinishReason, GenerationRequest, Phase, Source
from desk_llm.errors import QueueFull
from tests.engine.conftest import GREEDY, FakeEngine
from tests.helpers.waiting import wait_until

Make = Callable[..., FakeEngine]
ENDLESS = replace(GREEDY, ignore_eos=True)


def submit(
    engine: Engine, name: str, *, endless: bool = False, client: str = "", source: Source = "api"
) -> Generation:
    return engine.submit(
        GenerationRequest(
            name,
            "m",
            prompt=name * 5,
            sampling=ENDLESS if endless else GREEDY,
            source=source,
            client=client,
        )
    )


def waiting(engine: Engine) -> list[str]:
    return [one.request_id for one in engine.stats().queue if one.slot is None]


@pytest.fixture
def busy(fake: Make) -> tuple[Engine, Generation]:
    """One slot, and a reply in it that never ends by itself."""
    engine = fake("word ", n_slots=1, delay_s=0.002, n_ctx=100_000).engine
    running = submit(engine, "running", endless=True)
    next(iter(running))
    return engine, running


def test_the_queue_shows_who_runs_and_who_waits(busy: tuple[Engine, Generation]) -> None:
    engine, _running = busy
    submit(engine, "later", client="editor")

    def stats() -> EngineStats:
        return engine.stats()

    wait_until(lambda: len(stats().queue) == 2 and stats().queue[0].n_generated > 5)
    first, second = stats().queue
    assert (first.request_id, first.slot, first.phase) == ("running", 0, Phase.DECODE)
    assert first.n_computed >= first.n_prompt
    assert (second.request_id, second.slot, second.client) == ("later", None, "editor")
    assert second.phase is Phase.QUEUED
    assert second.waited_s >= 0


def test_a_waiting_request_can_be_cancelled(busy: tuple[Engine, Generation]) -> None:
    engine, running = busy
    unwanted, wanted = submit(engine, "unwanted"), submit(engine, "wanted")
    wait_until(lambda: waiting(engine) == ["unwanted", "wanted"])
    engine.cancel("unwanted")
    assert unwanted.result().finish_reason is FinishReason.ABORT
    assert not running.is_finished
    engine.cancel("running")
    assert running.result().finish_reason is FinishReason.ABORT
    assert wanted.result().text == "word "


def test_cancelling_what_is_not_there_is_fine(busy: tuple[Engine, Generation]) -> None:
    engine, running = busy
    engine.cancel("nobody")
    assert not running.is_finished


def test_a_waiting_request_can_go_first(busy: tuple[Engine, Generation]) -> None:
    engine, running = busy
    replies = [submit(engine, name) for name in "abc"]
    wait_until(lambda: waiting(engine) == ["a", "b", "c"])
    engine.move("c", "a")
    wait_until(lambda: waiting(engine) == ["c", "a", "b"])
    engine.move("a", None)
    wait_until(lambda: waiting(engine) == ["c", "b", "a"])
    running.abort()
    a, b, c = (one.result().timings.queue_s for one in replies)
    assert c < b < a


def test_one_too_many_is_refused_at_once(
    busy: tuple[Engine, Generation], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, running = busy
    monkeypatch.setattr(engine_module, "MAX_WAITING", 3)
    accepted = [submit(engine, f"ok{n}") for n in range(3)]
    wait_until(lambda: len(waiting(engine)) == 3)
    with pytest.raises(QueueFull) as refused:
        submit(engine, "too many").result()
    assert refused.value.status == 429
    running.abort()
    assert all(one.result().text == "word " for one in accepted)


def test_a_flood_of_one_client_does_not_hold_up_another(busy: tuple[Engine, Generation]) -> None:
    engine, running = busy
    flood = [submit(engine, f"flood{n}", client="batch") for n in range(10)]
    wait_until(lambda: len(waiting(engine)) == 10)
    person = submit(engine, "person", client="My chat", source="chat")
    wait_until(lambda: len(waiting(engine)) == 11)
    running.abort()
    assert person.result().timings.queue_s < min(one.result().timings.queue_s for one in flood[2:])


def test_every_step_is_remembered_with_what_it_computed(fake: Make) -> None:
    engine = fake("hello").engine
    engine.submit(GenerationRequest("1", "m", prompt="x" * 700, sampling=GREEDY)).result()
    wait_until(lambda: sum(step.n_tokens for step in engine.steps()) == 6)
    steps = engine.steps()
    assert sum(step.n_prefill for step in steps) == 700
    assert sum(step.n_decode for step in steps) == 5
    assert steps[-1].n_past >= 700
    assert all(step.seconds > 0 for step in steps)
    engine.submit(GenerationRequest("2", "m", prompt="x" * 700, sampling=GREEDY)).result()
    wait_until(lambda: sum(step.n_tokens for step in engine.steps()) == 12)
    assert sum(step.n_reused for step in engine.steps()) == 699
