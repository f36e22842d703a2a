"""Which rows the next batch gets: people's prompts, then short ones; the oldest never starves."""

from __future__ import annotations

import random

import pytest

from desk_llm.engine.detokenizer import Detokenizer
from desk_llm.engine.generation import Generation
from desk_llm.engine.pace import MIN_CHUNK, ROW_BLOCK
from desk_llm.engine.scheduler import Chunk, Scheduler
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.types import GenerationRequest, LoadParams, SamplingParams, Source
from tests.helpers.fake_runner import FakeRunner

N_CTX = 100_000


def scheduler(n_slots: int = 8) -> Scheduler:
    params = LoadParams("m", "", n_ctx=N_CTX, n_slots=n_slots)
    return Scheduler(FakeRunner(params, "ok", 0.0, 0), n_slots, N_CTX, 512)


def make(name: str, n_prompt: int, source: Source = "api", priority: int = 0) -> Sequence:
    request = GenerationRequest(
        name, "m", source=source, priority=priority, sampling=SamplingParams(temperature=0.0)
    )
    rng = random.Random(name)
    tokens = [rng.randrange(10_000) for _ in range(n_prompt)]
    generation = Generation(name, lambda: None)
    return Sequence(request, generation, tokens, Detokenizer(lambda _t: b"", ()), 0.0, N_CTX)


def rows(chunks: list[Chunk]) -> dict[str, int]:
    return {chunk.sequence.request.request_id: chunk.count for chunk in chunks}


def advance(chunks: list[Chunk]) -> None:
    """As after a batch: what wanted a token got one."""
    for chunk in chunks:
        chunk.sequence.n_computed += chunk.count
        if chunk.wants_token:
            chunk.sequence.tokens.append(1)
            chunk.sequence.n_generated += 1


def decoding(one: Scheduler, *names: str, source: Source = "api") -> None:
    """Let these be in the middle of their replies, and steps measured."""
    for name in names:
        one.add(make(name, 10, source))
    advance(one.schedule())
    for _ in range(3):
        one.pace.learn_decode(len(names), 0.02, has_drafts=False)
        one.pace.learn_prefill(512, 512 * 0.001)


def test_alone_a_prompt_gets_the_whole_batch() -> None:
    one = scheduler()
    one.add(make("long", 2000))
    assert rows(one.schedule()) == {"long": 512}


def test_a_person_s_prompt_comes_first() -> None:
    one = scheduler()
    one.add(make("program", 450))
    one.add(make("person", 450, "chat"))
    counts = rows(one.schedule())
    assert counts["person"] > 2 * counts["program"]


def test_the_shortest_prompt_comes_first_and_the_oldest_gets_its_quarter() -> None:
    one = scheduler()
    one.add(make("old and long", 5000))
    one.add(make("middle", 600))
    one.add(make("short", 30))
    assert rows(one.schedule()) == {"short": 30, "middle": 354, "old and long": 128}


def test_equal_prompts_are_done_one_after_the_other() -> None:
    """Sharing the rows would make all of them as late as the last."""
    one = scheduler()
    for name in ("first", "second", "third"):
        one.add(make(name, 500))
    advance(chunks := one.schedule())
    assert rows(chunks) == {"first": 500, "second": 12}
    one.release(chunks[0].sequence)
    assert rows(one.schedule())["second"] == 488


def test_no_prompt_starves_behind_short_ones() -> None:
    one = scheduler()
    old = make("old", 3000)
    one.add(old)
    for n in range(60):
        if old.n_left <= 1:
            break
        one.add(make(f"short{n}", 500))
        advance(chunks := one.schedule())
        for chunk in chunks:
            if chunk.wants_token and chunk.sequence is not old:
                one.release(chunk.sequence)
    assert old.n_left <= 1
    assert n <= 3000 / (512 // 4) + 2


def test_while_others_decode_the_chunk_keeps_the_step_short() -> None:
    one = scheduler()
    decoding(one, "a", "b", "c")
    one.add(make("prompt", 3000))
    counts = rows(one.schedule())
    assert counts["a"] == counts["b"] == counts["c"] == 1
    assert MIN_CHUNK <= counts["prompt"] <= 0.14 / 0.001 + ROW_BLOCK


def test_a_person_waits_less_when_only_programs_decode() -> None:
    calm, urgent = scheduler(), scheduler()
    decoding(calm, "a", "b", "c")
    decoding(urgent, "a", "b", "c")
    calm.add(make("prompt", 3000))
    urgent.add(make("prompt", 3000, "chat"))
    assert rows(urgent.schedule())["prompt"] > 1.5 * rows(calm.schedule())["prompt"]


def test_a_person_who_reads_is_not_held_up_more() -> None:
    one = scheduler()
    decoding(one, "a", "b", "c", source="chat")
    one.add(make("prompt", 3000, "chat"))
    assert rows(one.schedule())["prompt"] <= 0.14 / 0.001 + ROW_BLOCK


def preempted(*sequences: Sequence) -> str:
    one = scheduler()
    for sequence in sequences:
        one.add(sequence)
    advance(one.schedule())
    stuck, patient = one.make_room()
    assert stuck is None
    assert patient is one.waiting.first
    return patient.request.request_id


def test_of_equals_the_youngest_is_preempted() -> None:
    assert preempted(make("a", 10), make("b", 10), make("c", 10)) == "c"


def test_programs_are_preempted_before_people() -> None:
    assert preempted(make("person", 10, "chat"), make("program", 10)) == "program"
    assert preempted(make("program", 10), make("person", 10, "chat")) == "program"


def test_the_least_important_is_preempted() -> None:
    assert preempted(make("low", 10, priority=-1), make("high", 10, priority=1)) == "low"


def test_a_preempted_sequence_starts_again_with_its_tokens() -> None:
    one = scheduler()
    for name in "ab":
        one.add(make(name, 10))
    advance(one.schedule())
    one.make_room()
    sequence = one.waiting.first
    assert sequence.n_computed == 0
    assert len(sequence.tokens) == 11
    now = sequence.t_waits + 2.0
    waiting = [item.waited_s for item in one.queue_items("m", now) if item.slot is None]
    assert waiting == [pytest.approx(2.0)], "it counts from the preemption"
