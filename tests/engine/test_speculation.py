"""Guesses by repetition: when they are made, and that they change nothing but the speed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk_llm.engine import speculation
from desk_llm.engine.engine import Engine
from desk_llm.engine.generation import Result
from desk_llm.engine.llama.library import L
from desk_llm.engine.speculation import MAX_DRAFT, Drafter
from desk_llm.engine.types import ChatMessage, GenerationRequest, LoadParams, SamplingParams
from desk_llm.paths import ASSETS
from tests.helpers.gguf_mamba import mamba_model
from tests.helpers.waiting import wait_until


def cheap(n_rows: int) -> float:
    """A device on which rows cost little, as on a GPU."""
    return 1.0 + 0.01 * n_rows


def dear(n_rows: int) -> float:
    """A device on which rows cost as much as steps."""
    return float(n_rows)


def drafter_after(tokens: Sequence[int], n_prompt: int) -> Drafter:
    drafter = Drafter(tokens[:n_prompt])
    for end in range(n_prompt + 1, len(tokens) + 1):
        drafter.extend(tokens[:end])
    return drafter


COPY = [*range(100, 140), *range(100, 112)]  # 40 tokens, then their beginning again


def test_what_followed_before_is_guessed_again() -> None:
    draft = drafter_after(COPY, 40).propose(COPY, MAX_DRAFT, 1, cheap)
    assert len(draft) >= 7
    assert list(draft) == list(range(112, 112 + len(draft)))


def test_nothing_is_guessed_where_rows_cost_as_much_as_steps() -> None:
    assert not drafter_after(COPY, 40).propose(COPY, MAX_DRAFT, 1, dear)


def test_nothing_is_guessed_before_anything_was_measured() -> None:
    assert not drafter_after(COPY, 40).propose(COPY, MAX_DRAFT, 1, lambda _rows: 0.0)


def test_text_without_repetition_is_never_guessed() -> None:
    tokens = random.Random(1).sample(range(100_000), 2000)
    assert not drafter_after(tokens, 500).propose(tokens, MAX_DRAFT, 1, cheap)


def test_a_rewrite_goes_on_where_it_copied_last() -> None:
    """Three records begin alike; the copy of the second one is followed by the third's."""
    head = [1, 2, 3, 4, 5, 6]
    records = [[*head, *range(n, n + 10)] for n in (100, 200, 300)]
    prompt = [token for record in records for token in record]
    tokens = [*prompt, *records[0], *records[1], 77, *head]  # 77 was put in between
    draft = drafter_after(tokens, len(prompt)).propose(tokens, MAX_DRAFT, 1, cheap)
    assert list(draft[:3]) == [300, 301, 302]


def test_short_runs_that_always_end_are_not_trusted() -> None:
    """Fields of records are alike, their values never: no draft reaches beyond a field's name."""
    rng = random.Random(3)
    tokens: list[int] = []
    for _ in range(60):
        tokens += [11, 12, 13, 14, 15, 16, rng.randrange(1000, 90_000)]
    drafter = Drafter(tokens[:70])
    n_wrong = 0
    for end in range(71, len(tokens) + 1):
        drafter.extend(tokens[:end])
        draft = drafter.propose(tokens[:end], MAX_DRAFT, 1, lambda n: 1.0 + 0.45 * n)
        n_wrong += len(draft) > 3
    assert n_wrong < 20


def test_a_loop_shorter_than_the_draft_goes_round() -> None:
    tokens = [7, 8, 9] * 12
    draft = drafter_after(tokens, 6).propose(tokens, MAX_DRAFT, 1, cheap)
    assert len(draft) >= 15
    assert list(draft) == ([7, 8, 9] * 11)[: len(draft)]


def test_the_limit_holds() -> None:
    assert len(drafter_after(COPY, 40).propose(COPY, 5, 1, cheap)) <= 5
    assert not drafter_after(COPY, 40).propose(COPY, 0, 1, cheap)


def test_a_wrong_guess_silences_the_drafter() -> None:
    tokens = [*COPY, 999]
    drafter = drafter_after(tokens, 40)
    assert not drafter.propose(tokens, MAX_DRAFT, 1, cheap)


def test_many_streams_pay_for_the_drafts_of_one() -> None:
    def cpu(n_rows: int) -> float:  # the shape measured on a CPU: 4 rows cost 3, 16 cost 7
        return 1.0 + 0.45 * n_rows

    alone = drafter_after(COPY, 40).propose(COPY, MAX_DRAFT, 1, cpu)
    shared = drafter_after(COPY, 40).propose(COPY, MAX_DRAFT, 16, cpu)
    assert len(alone) > len(shared)


# ── with real models ──────────────────────────────────────────────────────


def replies(
    path: Path, prompts: Sequence[str], *, speculate: bool, **sampling: float
) -> list[Result]:
    engine = Engine()
    params = LoadParams("m", str(path), n_ctx=2048, speculate=speculate)
    engine.load(params).result(60)
    chosen = replace(SamplingParams(temperature=0.0, max_tokens=120, seed=5), **sampling)  # type: ignore[arg-type]
    try:
        results = []
        for n, text in enumerate(prompts):
            messages = (ChatMessage("user", text),)
            request = GenerationRequest(str(n), "m", messages, sampling=chosen)
            results.append(engine.submit(request).result())
        if speculate:
            # Else nothing was guessed, right and wrong, and the test proves nothing.
            wait_until(lambda: 0 < engine.stats().n_accepted < engine.stats().n_draft)
        return results
    finally:
        engine.close()


@pytest.fixture
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guess whenever there is anything to guess, right or wrong."""
    monkeypatch.setattr(speculation, "MIN_GAIN", 0.0)
    monkeypatch.setattr(speculation, "MIN_RUN", 0)


STARTER = next((ASSETS / "models").glob("*.gguf"))
PROMPTS = [
    f"Say it again: {word} can help you. {word} can help you. What can {word} do? {word} can"
    for word in ("the app", "a model", "this program", "the window", "a quant", "the GPU", "it")
] + [f"List {n} things that you can do, and list them again." for n in range(43)]


@pytest.mark.model
@pytest.mark.usefixtures("_eager")
def test_greedy_replies_are_the_same_for_fifty_prompts() -> None:
    plain = replies(STARTER, PROMPTS, speculate=False)
    guessed = replies(STARTER, PROMPTS, speculate=True)
    for a, b in zip(plain, guessed, strict=True):
        assert a.text == b.text
        assert a.usage.completion_tokens == b.usage.completion_tokens
        assert a.finish_reason is b.finish_reason


@pytest.mark.model
@pytest.mark.usefixtures("_eager")
def test_random_replies_with_a_seed_are_the_same_too() -> None:
    plain = replies(STARTER, PROMPTS[:30], speculate=False, temperature=0.6, repeat_penalty=1.01)
    guessed = replies(STARTER, PROMPTS[:30], speculate=True, temperature=0.6, repeat_penalty=1.01)
    assert [one.text for one in plain] == [one.text for one in guessed]


@pytest.mark.usefixtures("_eager")
def test_the_cache_is_right_after_wrong_guesses(scripted_path: Path) -> None:
    """Wrong guesses are gone from it, and the slot knows what it holds."""
    engine = Engine()
    engine.load(LoadParams("m", str(scripted_path))).result(30)
    sampling = SamplingParams(temperature=0.0, max_tokens=200)
    messages = (ChatMessage("user", "script:long"),)
    engine.submit(GenerationRequest("1", "m", messages, sampling=sampling)).result()
    wait_until(lambda: engine.stats().n_accepted > 0)
    host = engine._loop.host("m")
    assert host is not None
    runner: Any = host.runner
    held: Future[int] = Future()
    context = runner._context
    engine._loop.post(lambda: held.set_result(L.llama_memory_seq_pos_max(context._memory, 0) + 1))
    assert held.result(10) == len(host.scheduler.slots[0].cached) > 200
    engine.close()


def test_models_that_cannot_forget_a_tail_never_guess(tmp_path: Path) -> None:
    engine = Engine()
    engine.load(LoadParams("m", str(mamba_model(tmp_path / "mamba.gguf")))).result(30)
    host = engine._loop.host("m")
    assert host is not None
    assert host.runner.n_drafts == 0
    engine.close()
