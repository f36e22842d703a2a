"""What is done to both sides of a comparison; each returns the figures of one run."""

from __future__ import annotations

import random
import statistics
import string
import time
from dataclasses import dataclass

from tests.benchmarks.peers.reply import Reply, Side, decode_rate, gaps

STREAM_PROMPT, STREAM_TOKENS = 24, 64
CHAT_TOKENS, NEW_TOKENS = 1800, 24
LONG_TOKENS = 1024
WARM_TOKENS = 8  # of each stream before a measurement starts
USUAL_GAPS = 12


def letters(n: int, seed: object) -> str:
    """n characters that no other seed starts with: n tokens of the synthetic model."""
    chance = random.Random(str(seed))
    text = "".join(chance.choices(string.ascii_lowercase, k=n))
    return "".join(" " if at % 7 == 6 else letter for at, letter in enumerate(text))


def warm_up(side: Side) -> None:
    """Threads, caches and pages come to life."""
    side.ask(letters(64, "warm"), 8).wait()


def streams(side: Side, n: int, seed: object) -> tuple[float, float]:
    """(tokens/s of n streams while all decode, tokens/s with their prompts and the queue)."""
    side.forget()
    prompts = [letters(STREAM_PROMPT, f"{seed} {number}") for number in range(n)]
    replies = [side.ask(prompt, STREAM_TOKENS) for prompt in prompts]
    for reply in replies:
        reply.wait()
    seconds = max(reply.arrivals[-1] for reply in replies) - replies[0].asked
    return decode_rate(replies), sum(len(reply.arrivals) for reply in replies) / seconds


def first_token(side: Side, n_prompt: int, seed: object) -> tuple[float]:
    """(milliseconds to the first token of a prompt that nobody has seen,)"""
    side.forget()
    reply = side.ask(letters(n_prompt, seed), 2).wait()
    assert not reply.n_cached, reply.n_cached
    return (reply.ttft * 1e3,)


@dataclass(frozen=True, slots=True)
class Chat:
    """Milliseconds to the first token, and cached prompt tokens."""

    cold: float
    other_chat: float  # the same beginning, while the first chat is still answered
    next_turn: float
    n_other_cached: int
    n_next_cached: int


def chat(side: Side, seed: object) -> Chat:
    """A long chat, another one with the same beginning beside it, then its next turn."""
    side.forget()
    beginning = letters(CHAT_TOKENS, seed)
    first = side.ask(beginning, STREAM_TOKENS).wait_for(4)
    other = side.ask(beginning + letters(NEW_TOKENS, f"other {seed}"), 2).wait()
    first.wait()
    turn = beginning + first.text + letters(NEW_TOKENS, f"next {seed}")
    following = side.ask(turn, 2).wait()
    return Chat(
        first.ttft * 1e3,
        other.ttft * 1e3,
        following.ttft * 1e3,
        other.n_cached,
        following.n_cached,
    )


@dataclass(frozen=True, slots=True)
class Intrusion:
    """What others feel of a long prompt, in seconds."""

    usual: float  # median gap of the others before it
    median: float  # while it comes in
    worst: float
    ttft: float  # of the long prompt


def intrusion(side: Side, seed: object) -> Intrusion:
    """Three streams decode, then a long prompt comes in."""
    side.forget()
    streams = [side.ask(letters(16, f"{seed} {n}"), 1000) for n in range(3)]
    for stream in streams:
        stream.wait_for(WARM_TOKENS)
    start = time.perf_counter()
    for stream in streams:
        stream.wait_for(len(stream.arrivals) + USUAL_GAPS)
    asked = time.perf_counter()
    long = side.ask(letters(LONG_TOKENS, f"long {seed}"), 4).wait()
    _stop(streams)
    usual = [gap for stream in streams for gap in gaps(stream, start, asked)]
    # The step that ends the prompt gives the others their token a moment later.
    end = long.arrivals[0] + statistics.median(usual) / 2
    during = [gap for stream in streams for gap in gaps(stream, asked, end)]
    return Intrusion(statistics.median(usual), statistics.median(during), max(during), long.ttft)


def _stop(streams: list[Reply]) -> None:
    for stream in streams:
        stream.cancel()
    for stream in streams:
        stream.done.wait(10)
