"""Whatever a slot held before, a reply is what it would be in an empty one; for all memories."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk_llm.engine.detokenizer import Detokenizer
from desk_llm.engine.engine import Engine
from desk_llm.engine.generation import Generation
from desk_llm.engine.host import Host
from desk_llm.engine.kv.checkpoints import BEFORE_END, EVERY
from desk_llm.engine.kv.prefix import common_prefix
from desk_llm.engine.llama.library import L
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.types import FinishReason, GenerationRequest, LoadParams
from tests.engine.conftest import GREEDY
from tests.helpers.gguf_kinds import KINDS, WINDOW
from tests.helpers.gguf_mamba import mamba_model
from tests.helpers.gguf_models import tiny_model
from tests.helpers.waiting import wait_until

MODELS: dict[str, Callable[[Path], Path]] = {
    "dense": lambda path: tiny_model(path, n_ctx=4096),
    "mamba": mamba_model,
    **KINDS,
}
TIE = 0.05  # logits spread over ten and more
CANNOT_CUT = ("mamba", "lfm2")


class Pair:
    """An engine that keeps its caches, and one that forgets them before every request."""

    def __init__(self, path: Path, n_slots: int = 3) -> None:
        self.warm, self.cold = Engine(), Engine()
        params = LoadParams(
            "m", str(path), 4096, n_slots=n_slots, n_threads=1, type_k="f32", type_v="f32"
        )
        for engine in (self.warm, self.cold):
            engine.load(params).result(30)

    def ask(self, prompt: list[int], n_tokens: int = 8) -> Sequence:
        """The warm reply, which is the cold one."""
        sequence = start(self.warm, prompt, n_tokens)
        sequence.generation.result()
        self.check(sequence, prompt, n_tokens)
        return sequence

    def check(self, warm: Sequence, prompt: list[int], n_tokens: int) -> None:
        """Equal to the cold reply, up to where two tokens are as good as each other.

        Batches of another shape round differently, and a tie may then end the other way.
        """
        cold = self.fresh(prompt, n_tokens)
        n_same = common_prefix(warm.tokens, cold)
        if n_same < len(cold):
            assert n_same >= len(prompt)
            assert self._gap(cold, n_same, warm.tokens[n_same]) < TIE
        assert len(warm.tokens) == len(cold)

    def _gap(self, tokens: list[int], n: int, other: int) -> float:
        """How much likelier the cold token at `n` is than the warm one, as logits."""
        self.fresh(tokens[:n], 1)
        logits: list[float] = []

        def read() -> None:
            runner: Any = host(self.cold).runner
            row = L.llama_get_logits_ith(runner._context.pointer, -1)
            logits.extend((row[tokens[n]], row[other]))

        on_engine_thread(self.cold, read)
        return abs(logits[0] - logits[1])

    def fresh(self, prompt: list[int], n_tokens: int = 8) -> list[int]:
        """The cold reply."""
        on_engine_thread(self.cold, host(self.cold).scheduler.forget_all)
        sequence = start(self.cold, prompt, n_tokens)
        sequence.generation.result()
        assert sequence.n_cached == 0
        return sequence.tokens

    def close(self) -> None:
        self.warm.close()
        self.cold.close()


def host(engine: Engine) -> Host:
    found = engine._loop.host("m")
    assert found is not None
    return found


def start(engine: Engine, prompt: list[int], n_tokens: int) -> Sequence:
    """By token ids: the bytes of a reply cannot always be written as text."""
    request = GenerationRequest(
        "q", "m", sampling=replace(GREEDY, max_tokens=n_tokens, ignore_eos=True)
    )
    one = host(engine)

    def abort() -> None:
        sequence.is_aborted = True
        one.interrupt()

    generation = Generation("q", abort)
    detokenizer = Detokenizer(one.runner.piece, ())
    sequence = Sequence(request, generation, list(prompt), detokenizer, 0.0, one.runner.info.n_ctx)
    engine._loop.post(lambda: one.add(sequence))
    return sequence


def on_engine_thread(engine: Engine, work: Callable[[], None]) -> None:
    done: Future[None] = Future()

    def run() -> None:
        work()
        done.set_result(None)

    engine._loop.post(run)
    done.result(20)


def some(seed: int, n: int) -> list[int]:
    """Random tokens."""
    rng = random.Random(seed)
    return [rng.randrange(3, 259) for _ in range(n)]


def computed(sequence: Sequence) -> int:
    """Tokens of the prompt that no cache had."""
    return sequence.n_prompt - sequence.n_cached


@pytest.fixture(scope="module", params=MODELS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pair(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    pair = Pair(MODELS[kind](tmp_path_factory.mktemp("models") / f"{kind}.gguf"))
    yield pair
    pair.close()


def test_replies_depend_on_the_whole_prompt(pair: Pair) -> None:
    """Else the other tests here would prove nothing."""
    one, other = (pair.fresh(some(seed, 100) + some(2, 20))[120:] for seed in (1, 3))
    assert one != other


def test_the_next_turn_computes_only_what_is_new(pair: Pair) -> None:
    first = pair.ask(some(10, 300), 30)
    second = pair.ask(first.tokens + some(11, 20))
    assert computed(second) == 21  # the last token of a reply is sampled, not computed


def test_the_same_question_again(pair: Pair) -> None:
    question = some(20, 300)
    pair.ask(question, 100)
    assert computed(pair.ask(question, 100)) <= BEFORE_END


def test_an_edit_of_an_earlier_message(pair: Pair, kind: str) -> None:
    """Two turns, then another second question: the first prompt is not read again."""
    first = pair.ask(some(30, 400), 20)
    pair.ask(first.tokens + some(31, 100), 20)
    edited = pair.ask(first.tokens + some(32, 100))
    assert computed(edited) <= (100 + 20 + BEFORE_END if kind in CANNOT_CUT else 101)


def test_another_chat_with_the_same_beginning(pair: Pair, kind: str) -> None:
    beginning = some(40, 500)
    pair.ask(beginning + some(41, 30), 20)
    other = pair.ask(beginning + some(42, 30), 20)
    if kind not in CANNOT_CUT:
        assert other.n_cached == 500
    pair.ask(beginning + some(43, 30), 20)
    pair.ask(beginning + some(41, 30), 20)


def test_a_donor_that_still_generates(pair: Pair, kind: str) -> None:
    beginning = some(50, 400)
    donor = start(pair.warm, beginning, 1500)
    wait_until(lambda: donor.n_generated > 0)
    same = pair.ask(beginning)
    longer = pair.ask(beginning + some(51, 30))
    assert not donor.generation.is_finished
    donor.generation.abort()
    donor.generation.result()
    assert computed(same) <= BEFORE_END
    assert computed(longer) <= 30 + (BEFORE_END if kind in CANNOT_CUT else 0)


def test_the_same_beginning_at_the_same_time(pair: Pair) -> None:
    beginning = some(55, 1100)
    prompts = [beginning + some(56 + n, 10) for n in range(3)]
    running = [start(pair.warm, prompt, 12) for prompt in prompts]
    for prompt, sequence in zip(prompts, running, strict=True):
        sequence.generation.result()
        pair.check(sequence, prompt, 12)
    assert sum(sequence.n_cached >= 500 for sequence in running) >= 1


def test_going_back_behind_the_window(pair: Pair, kind: str) -> None:
    question = some(60, 200)
    # More than the sliding layers' cells of all slots.
    long = pair.ask(question, 14 * WINDOW if kind == "gemma3" else 150)
    assert computed(pair.ask(question, 20)) <= BEFORE_END
    pair.ask(long.tokens[:300] + some(61, 5), 20)


def test_a_long_prompt_has_places_to_come_back_to(pair: Pair, kind: str) -> None:
    beginning = some(70, EVERY + 200)
    pair.ask(beginning + some(71, 300))
    back = pair.ask(beginning + some(72, 20))
    assert back.n_cached == (EVERY if kind in CANNOT_CUT else EVERY + 200)


def test_an_aborted_prompt_can_be_asked_again(pair: Pair) -> None:
    prompt = some(80, 1500)
    sequence = start(pair.warm, prompt, 8)
    wait_until(lambda: sequence.n_computed > 0)
    sequence.generation.abort()
    sequence.generation.result()
    pair.ask(prompt)


def test_a_full_cache_preempts_and_the_replies_stay_right(pair: Pair) -> None:
    prompts = [some(90 + n, 1340) for n in range(3)]
    running = [start(pair.warm, prompt, 60) for prompt in prompts]
    for prompt, sequence in zip(prompts, running, strict=True):
        assert sequence.generation.result().finish_reason is FinishReason.LENGTH
        pair.check(sequence, prompt, 60)


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 12))]
)
def test_random_branches(pair: Pair, seed: int) -> None:
    """Chats that grow, go back to any point, and share beginnings, in random order."""
    rng = random.Random(seed)
    known = [some(1000 + seed, 200)]
    n_cached = n_prompt = 0
    for n in range(20):
        base = rng.choice(known)
        prompt = base[: rng.randrange(1, len(base) + 1)]
        prompt = prompt + some(2000 + 100 * seed + n, rng.choice((0, 1, 8, 40, 300)))
        reply = pair.ask(prompt, rng.choice((1, 6, 100)))
        known.append(reply.tokens)
        n_cached, n_prompt = n_cached + reply.n_cached, n_prompt + reply.n_prompt
    assert 0 < n_cached < n_prompt
