"""Prompts have the length that was asked for, and share no beginning."""

from __future__ import annotations

import random

import pytest

from desk_llm.benchmark.prompts import PromptMaker, WordCounter


def by_letters(text: str) -> int:
    """A tokenizer that makes two or three tokens of most words."""
    return -(-len(text) // 3)


@pytest.mark.parametrize("n_tokens", [1, 2, 7, 64, 513, 4096])
@pytest.mark.parametrize("count", [by_letters, len], ids=["pieces", "bytes"])
def test_exact_length(n_tokens: int, count: object) -> None:
    assert callable(count)
    made = PromptMaker(count, random.Random(1)).text(n_tokens)
    assert n_tokens - 2 <= count(made) <= n_tokens


def test_no_two_prompts_begin_alike() -> None:
    maker = PromptMaker(by_letters, random.Random(1))
    assert len({maker.text(64)[:7] for _n in range(200)}) == 200


def test_a_longer_prompt_begins_with_the_shorter_one() -> None:
    maker = PromptMaker(by_letters, random.Random(1))
    start = maker.text(40)
    assert maker.more(start, 20).startswith(start)


def test_a_server_teaches_the_word_counter() -> None:
    counter = WordCounter()
    counter.learn("one two three four", 10)
    assert counter("a b c d e f g h") == 20
    counter.learn("", 5)
    counter.learn("one", 0)
    assert counter("a b c d e f g h") == 20
