"""The scheduler over FakeRunner: slots, chunks, preemption, and the cost of a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desk_llm.engine.kv.prefix import common_prefix
from desk_llm.engine.types import FinishReason, GenerationRequest
from tests.engine.conftest import GREEDY, FakeEngine, ask

Make = Callable[..., FakeEngine]


def echo(prompt: str) -> str:
    """A reply that shows which prompt it belongs to."""
    return f"<{prompt.split('user: ')[1].split(chr(10), maxsplit=1)[0]}>"


def test_more_requests_than_slots_all_get_their_own_reply(fake: Make) -> None:
    engine = fake(echo, n_slots=3).engine
    generations = {text: ask(engine, text) for text in (f"question {n}" for n in range(20))}
    for text, generation in generations.items():
        assert generation.result().text == f"<{text}>"


def test_prompts_are_computed_in_chunks(fake: Make) -> None:
    one = fake("ok", n_ctx=4096)
    ask(one.engine, "x" * 2000).result()
    counts = [count for batch in one.runner.batches for _slot, _start, count in batch]
    assert max(counts) <= one.runner.n_batch
    assert sum(counts) >= 2000


def test_decoding_goes_on_while_a_prompt_comes_in(fake: Make) -> None:
    one = fake("abc" * 200, n_ctx=8192, delay_s=0.001)
    talking = ask(one.engine, "first")
    next(iter(talking))
    ask(one.engine, "y" * 3000).result()
    talking.abort()
    mixed = [batch for batch in one.runner.batches if len(batch) == 2]
    chunk_sizes = [max(count for *_rest, count in batch) for batch in mixed]
    assert chunk_sizes, "no batch held both"
    assert any(size > 1 for size in chunk_sizes)


def test_a_full_cache_preempts_the_youngest_and_both_end_whole(fake: Make) -> None:
    one = fake("z" * 300, n_ctx=2000, n_cells=500, n_slots=4)
    replies = [ask(one.engine, f"q{n}").result for n in range(3)]
    assert [reply().text for reply in replies] == ["z" * 300] * 3


def test_a_lonely_sequence_ends_when_the_cache_is_full(fake: Make) -> None:
    one = fake("z" * 900, n_ctx=2000, n_cells=200)
    result = ask(one.engine, "q").result()
    assert result.finish_reason is FinishReason.LENGTH
    assert 100 < len(result.text) < 200


def test_a_preempted_reply_does_not_count_its_prompt_twice(fake: Make) -> None:
    one = fake("z" * 300, n_ctx=2000, n_cells=450, n_slots=2)
    first, second = ask(one.engine, "q1"), ask(one.engine, "q2")
    for result in (first.result(), second.result()):
        assert result.usage.completion_tokens == 301
        assert result.usage.prompt_tokens < 40


def test_idle_slots_keep_their_conversations(fake: Make) -> None:
    one = fake("ok", n_slots=2)
    ask(one.engine, "alpha " * 30).result()
    ask(one.engine, "beta " * 30).result()
    again = ask(one.engine, "alpha " * 30).result()
    assert again.usage.cached_tokens == again.usage.prompt_tokens - 1


def test_chats_with_the_same_beginning_keep_their_ends(fake: Make) -> None:
    engine = fake("ok", n_slots=3).engine
    beginning = "You are a helpful assistant. " * 20

    def chat(name: str) -> GenerationRequest:
        return GenerationRequest(
            name, "m", prompt=beginning + f"{name} asks. " * 9, conversation=name, sampling=GREEDY
        )

    for name in ("a", "b", "c"):
        engine.submit(chat(name)).result()
    again = engine.submit(chat("a")).result().usage
    assert again.cached_tokens == again.prompt_tokens - 1


def test_the_same_prompt_asked_many_times_at_once_is_computed_once(fake: Make) -> None:
    one = fake("ok", n_ctx=16384, n_slots=4, delay_s=0.002)
    for generation in [ask(one.engine, "x" * 3000) for _ in range(4)]:
        assert generation.result().text == "ok"
    rows = sum(count for batch in one.runner.batches for _slot, _start, count in batch)
    assert rows < 3000 + 3 * 2 * one.runner.n_batch


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [([], [], 0), ([1], [2], 0), ([1, 2, 3], [1, 2, 3, 4], 3), ([5] * 1000, [5] * 999 + [6], 999)],
)
def test_common_prefix(a: list[int], b: list[int], expected: int) -> None:
    assert common_prefix(a, b) == expected
    assert common_prefix(b, a) == expected


def test_a_step_does_not_grow_with_the_length_of_the_text(fake: Make) -> None:
    """Rows per batch stay at one per running sequence: nothing is computed twice."""
    one = fake("w" * 1000, n_ctx=4096)
    ask(one.engine, "go", replace(GREEDY, max_tokens=1000)).result()
    decoding = one.runner.batches[1:]
    assert len(decoding) == 999
    assert all(batch[0][2] == 1 for batch in decoding)
