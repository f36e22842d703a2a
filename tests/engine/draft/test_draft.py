"""A draft model changes the speed and nothing else; what keeps it away is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest

from desk_llm.engine.draft import policy
from desk_llm.engine.engine import Engine
from desk_llm.engine.generation import Result
from desk_llm.engine.threads import ThreadPolicy
from desk_llm.engine.types import (
    ChatMessage,
    FinishReason,
    GenerationRequest,
    LoadParams,
    ModelInfo,
    SamplingParams,
)
from tests.helpers.gguf_lora import merged
from tests.helpers.gguf_mamba import mamba_model
from tests.helpers.gguf_models import REPLIES, scripted_model, tiny_model
from tests.helpers.waiting import wait_until

PROMPTS = [f"word{n} says {n * 7 % 13} and then word{n % 5} says" for n in range(40)]
GREEDY = SamplingParams(temperature=0.0, max_tokens=48, ignore_eos=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("draft")
    tiny_model(made / "target.gguf", n_ctx=2048)
    merged(made / "similar.gguf", scale=0.05)
    tiny_model(made / "other.gguf", seed=9, n_layers=1)
    return made


@pytest.fixture
def _eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guess always, right or wrong, however long it takes."""
    monkeypatch.setattr(policy, "MIN_GAIN", 0.0)
    monkeypatch.setattr(policy, "SIZES", (1, 3, 7))


def load(engine: Engine, path: Path, draft: Path | None, **more: Any) -> ModelInfo:
    params = LoadParams(
        "m",
        str(path),
        2048,
        n_threads=1,
        speculate=False,
        # Rows that are computed together then differ from single ones in the fifth digit only:
        # random weights have near ties.
        flash_attn=False,
        type_k="f32",
        type_v="f32",
        draft_path=str(draft or ""),
    )
    return engine.load(replace(params, **more)).result(30)


def replies(
    path: Path, draft: Path | None, sampling: SamplingParams = GREEDY, **more: Any
) -> tuple[list[Result], int, int]:
    """All prompts, one after the other, with how many tokens were guessed and right."""
    engine = Engine()
    try:
        load(engine, path, draft, n_slots=1, **more)
        waiting = [
            engine.submit(GenerationRequest(str(n), "m", prompt=text, sampling=sampling))
            for n, text in enumerate(PROMPTS)
        ]
        results = [one.result() for one in waiting]
        if draft is not None:
            wait_until(lambda: engine.stats().n_draft > 0)
        stats = engine.stats()
        return results, stats.n_draft, stats.n_accepted
    finally:
        engine.close()


def texts(results: Sequence[Result]) -> list[tuple[str, int, object]]:
    return [(one.text, one.usage.completion_tokens, one.finish_reason) for one in results]


@pytest.mark.usefixtures("_eager")
@pytest.mark.parametrize("name", ["target", "similar", "other"])
def test_greedy_replies_are_the_same(folder: Path, name: str) -> None:
    plain, n_none, _ = replies(folder / "target.gguf", None)
    drafted, n_draft, n_accepted = replies(folder / "target.gguf", folder / f"{name}.gguf")
    assert texts(drafted) == texts(plain)
    assert n_none == 0
    assert n_draft > 0
    if name == "target":  # it knows what it will say itself
        assert n_accepted > 0.95 * n_draft
    elif name == "similar":
        assert 0 < n_accepted < n_draft


@pytest.mark.usefixtures("_eager")
def test_random_replies_with_a_seed_are_the_same_too(folder: Path) -> None:
    sampling = SamplingParams(temperature=0.9, seed=7, max_tokens=40, repeat_penalty=1.1)
    plain, _, _ = replies(folder / "target.gguf", None, sampling)
    drafted, _, n_accepted = replies(folder / "target.gguf", folder / "similar.gguf", sampling)
    assert texts(drafted) == texts(plain)
    assert n_accepted > 0


@pytest.mark.usefixtures("_eager")
def test_with_guesses_by_repetition_beside_them(folder: Path) -> None:
    plain, _, _ = replies(folder / "target.gguf", None)
    both, _, _ = replies(folder / "target.gguf", folder / "similar.gguf", speculate=True)
    assert texts(both) == texts(plain)


def forgetful(path: Path) -> Path:
    """The scripted model, with other words behind every third token."""
    scripted_model(path)
    reader = gguf.GGUFReader(path, "r+")
    output = next(one for one in reader.tensors if one.name == "output.weight")
    rows = output.data
    rows[300::3] = np.roll(rows[300::3], 1, axis=0)
    reader.data.flush()
    return path


@pytest.mark.usefixtures("_eager")
@pytest.mark.parametrize(("n_slots", "n_ctx"), [(4, 4096), (8, 768)])
def test_many_replies_at_once_are_the_same(tmp_path: Path, n_slots: int, n_ctx: int) -> None:
    """With the small context, both caches run full and let go of what rests."""
    target, draft = scripted_model(tmp_path / "a.gguf"), forgetful(tmp_path / "b.gguf")
    engine = Engine()
    load(engine, target, draft, n_slots=n_slots, n_ctx=n_ctx)
    sampling = SamplingParams(temperature=0.0, max_tokens=300)
    names = [name for _ in range(6) for name in REPLIES]
    waiting = [
        engine.submit(
            GenerationRequest(
                str(n), "m", (ChatMessage("user", f"{n} script:{name}"),), sampling=sampling
            )
        )
        for n, name in enumerate(names)
    ]
    for name, one in zip(names, waiting, strict=True):
        assert one.result().text == REPLIES[name]
    wait_until(lambda: 0 < engine.stats().n_accepted < engine.stats().n_draft)
    engine.close()


@pytest.mark.usefixtures("_eager")
def test_a_long_prompt_is_followed_in_pieces(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy.DraftPolicy, "follows", lambda *_args: True)
    engine = Engine()
    load(engine, folder / "target.gguf", folder / "target.gguf")
    prompt = " ".join(PROMPTS)[:900]
    request = GenerationRequest("1", "m", prompt=prompt, sampling=replace(GREEDY, max_tokens=200))
    drafted = engine.submit(request).result()
    wait_until(lambda: engine.stats().n_accepted > 20)
    engine.close()
    engine = Engine()
    load(engine, folder / "target.gguf", None)
    assert engine.submit(request).result().text == drafted.text
    engine.close()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (scripted_model, "words"),
        (mamba_model, "guess"),
        (lambda path: path, "load"),  # there is none
        (lambda path: path.write_bytes(b"GGUF"), "load"),
    ],
)
def test_a_draft_that_cannot_be_used_is_left_out_with_a_sentence(
    folder: Path, tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    make(tmp_path / "draft.gguf")
    engine = Engine()
    info = load(engine, folder / "target.gguf", tmp_path / "draft.gguf")
    assert info.draft is not None
    assert info.draft.problem is not None
    assert words in info.draft.problem.message
    result = engine.submit(GenerationRequest("1", "m", prompt="word1", sampling=GREEDY)).result()
    assert result.usage.completion_tokens == 48
    assert engine.stats().n_draft == 0
    engine.close()


def test_a_model_that_cannot_take_guesses_back_has_no_draft(folder: Path, tmp_path: Path) -> None:
    engine = Engine()
    info = load(engine, mamba_model(tmp_path / "mamba.gguf"), folder / "other.gguf")
    assert info.draft is not None
    assert info.draft.problem is not None
    engine.close()


def test_the_memory_of_the_draft_is_counted(folder: Path) -> None:
    engine = Engine()
    alone = load(engine, folder / "target.gguf", None).memory
    info = load(engine, folder / "target.gguf", folder / "other.gguf")
    assert info.draft is not None
    assert info.draft.problem is None
    for one in ("weights", "kv_cache", "compute"):
        whole, part = (
            sum(getattr(use, one) for use in uses) for uses in (info.memory, info.draft.memory)
        )
        assert part > 0
        without = sum(getattr(use, one) for use in alone)
        assert whole - part >= without  # rows of guesses need logits of the target as well
    engine.close()


def test_unloading_frees_both(folder: Path) -> None:
    engine = Engine()
    load(engine, folder / "target.gguf", folder / "other.gguf")
    host = engine._loop.host("m")
    assert host is not None
    runner: Any = host.runner
    draft = runner._draft
    assert draft._model.pointer
    engine.unload("m").result(10)
    assert not draft._model.pointer
    assert not draft._context.pointer
    engine.close()


@pytest.mark.usefixtures("_eager")
def test_a_reply_can_be_ended_between_guesses(folder: Path) -> None:
    engine = Engine()
    load(engine, folder / "target.gguf", folder / "similar.gguf")
    request = GenerationRequest("1", "m", prompt=PROMPTS[0], sampling=GREEDY)
    whole = engine.submit(request).result().text
    for n in range(10):
        long = replace(GREEDY, max_tokens=1500)
        ended = engine.submit(replace(request, request_id=f"a{n}", sampling=long))
        wait_until(lambda: engine.stats().running > 0)
        ended.abort()
        assert ended.result().finish_reason is FinishReason.ABORT
        assert engine.submit(replace(request, request_id=f"b{n}")).result().text == whole
    engine.close()


def test_other_programs_take_cores_from_both(folder: Path) -> None:
    engine = Engine()
    load(engine, folder / "target.gguf", folder / "other.gguf", n_threads=None)
    host = engine._loop.host("m")
    assert host is not None
    runner: Any = host.runner
    runner._draft._threads = ThreadPolicy(4, 1 << 30)
    done: Future[int] = Future()

    def make_way() -> None:
        host.runner.make_way(3.0, at_once=True)
        done.set_result(runner._draft._context.n_threads)

    engine._loop.post(make_way)
    assert done.result(10) == 1
    engine.close()
