"""Replies that are sampled inside the compute graph, as on a GPU; the CPU's graph can do it too."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.sampling import sampler
from desk_llm.engine.types import ChatMessage, GenerationRequest, LoadParams, SamplingParams
from desk_llm.paths import ASSETS

STARTER = next((ASSETS / "models").glob("*.gguf"))
GREEDY = SamplingParams(temperature=0.0, max_tokens=60, ignore_eos=True)


def make(path: Path, *, in_graph: bool, n_ctx: int = 2048) -> Engine:
    engine = Engine()
    engine.load(LoadParams("m", str(path), n_ctx=n_ctx, n_slots=3)).result(60)
    host = engine._loop.host("m")
    assert host is not None
    runner: Any = host.runner
    runner._is_on_gpu = in_graph
    return engine


@pytest.fixture
def attached(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The slots to which chains were given."""
    slots: list[int] = []
    attach = sampler.PlainSampler.attach

    def counted(self: sampler.PlainSampler, context: Any, slot: int) -> bool:
        was_attached = attach(self, context, slot)
        if was_attached:
            slots.append(slot)
        return was_attached

    monkeypatch.setattr(sampler.PlainSampler, "attach", counted)
    return slots


def replies(engine: Engine, sampling: SamplingParams, n: int = 6) -> list[str]:
    running = [
        engine.submit(
            GenerationRequest(
                str(i), "m", (ChatMessage("user", f"Tell me {i} things."),), sampling=sampling
            )
        )
        for i in range(n)
    ]
    texts = [one.result().text for one in running]
    engine.close()
    return texts


@pytest.mark.model
def test_greedy_replies_are_the_same(attached: list[int]) -> None:
    plain = replies(make(STARTER, in_graph=False), GREEDY)
    assert not attached
    assert replies(make(STARTER, in_graph=True), GREEDY) == plain
    assert len(attached) == 6


@pytest.mark.model
def test_a_preempted_reply_takes_its_sampler_along(attached: list[int]) -> None:
    longer = replace(GREEDY, max_tokens=150)
    plain = replies(make(STARTER, in_graph=False, n_ctx=256), longer)
    assert replies(make(STARTER, in_graph=True, n_ctx=256), longer) == plain
    assert len(attached) > 6, "nobody was preempted: the test proves nothing"


@pytest.mark.model
def test_a_seed_stays_outside(attached: list[int]) -> None:
    seeded = replace(GREEDY, temperature=0.9, seed=3)
    first = replies(make(STARTER, in_graph=True), seeded)
    assert replies(make(STARTER, in_graph=False), seeded) == first
    assert not attached


@pytest.mark.model
def test_without_a_seed_chance_is_left_to_the_graph(attached: list[int]) -> None:
    texts = replies(make(STARTER, in_graph=True), replace(GREEDY, temperature=0.9))
    assert all(texts)
    assert len(attached) == 6
