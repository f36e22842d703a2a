"""What the caches save: time to the first token as a share of computing the prompt anew.

DESK_LLM_BENCH_MODEL=FILE python3 run.py test -m bench tests/benchmarks/test_cache_bench.py -s
(tests/benchmarks/synthetic.py makes a 0.5B.) Each round computes its own prompt, cold and warm.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.fingerprint import fingerprint
from desk_llm.engine.generation import Generation, Result
from desk_llm.engine.kv.store import KvStore
from desk_llm.engine.types import GenerationRequest, LoadParams, SamplingParams
from desk_llm.paths import ASSETS

ROUNDS = int(os.environ.get("DESK_LLM_BENCH_ROUNDS", "3"))
N_PROMPT = 1800  # tokens, about
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"


def _model() -> Path:
    chosen = os.environ.get("DESK_LLM_BENCH_MODEL")
    return Path(chosen) if chosen else next((ASSETS / "models").glob("*.gguf"))


def _threads() -> int | None:
    chosen = os.environ.get("DESK_LLM_BENCH_THREADS")
    return int(chosen) if chosen else None


class App:
    """An engine with a store on disk; after `close`, `start` goes on with what the disk has."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._params = LoadParams(
            "m", str(_model()), 8192, n_threads=_threads(), fingerprint=fingerprint(_model())
        )
        self.start()

    def start(self) -> None:
        self.engine = Engine(kv_store=KvStore(self._folder, lambda: 4 << 30))
        self.engine.load(self._params).result(120)
        self.ask(_words(0, 80), "")  # the first batch of a process is slow

    def submit(self, prompt: str, conversation: str, n_tokens: int = 1) -> Generation:
        sampling = SamplingParams(temperature=0.0, max_tokens=n_tokens, ignore_eos=True)
        request = GenerationRequest(
            f"{conversation}-{time.perf_counter_ns()}",
            "m",
            prompt=prompt,
            sampling=sampling,
            conversation=conversation,
        )
        return self.engine.submit(request)

    def ask(self, prompt: str, conversation: str, n_tokens: int = 1) -> Result:
        return self.submit(prompt, conversation, n_tokens).result()


def _words(seed: int, n_tokens: int) -> str:
    rng = random.Random(seed)
    # Two letters and a space make three tokens of the synthetic vocabulary.
    return "".join(rng.choice(LETTERS) + rng.choice(LETTERS) + " " for _ in range(n_tokens // 3))


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    one = App(tmp_path / "kv")
    yield one
    one.engine.close()


def _chat(app: App, n: int) -> tuple[str, float]:
    """A chat of some 1,800 tokens, and the seconds of its cold start."""
    prompt = _words(n, N_PROMPT)
    result = app.ask(prompt, f"chat-{n}", 32)
    assert result.usage.cached_tokens < 8
    return prompt, result.timings.ttft_s


def _report(name: str, cold: list[float], warm: list[float], aim: float) -> None:
    shares = [b / a for a, b in zip(cold, warm, strict=True)]
    print(
        f"\n{name}: cold {statistics.median(cold) * 1000:.0f} ms, "
        f"warm {statistics.median(warm) * 1000:.0f} ms, "
        f"share {statistics.median(shares):.3f} (of {ROUNDS}: {min(shares):.3f} to "
        f"{max(shares):.3f}), aim {aim}"
    )


@pytest.mark.bench
def test_the_next_turn(app: App) -> None:
    cold, warm = [], []
    for n in range(1, ROUNDS + 1):
        prompt, seconds = _chat(app, n)
        turn = app.ask(prompt + _words(100 + n, 16), f"chat-{n}")
        cold.append(seconds)
        warm.append(turn.timings.ttft_s)
    _report("next turn", cold, warm, 0.05)


@pytest.mark.bench
def test_the_same_beginning_while_the_first_generates(app: App) -> None:
    cold, warm = [], []
    for n in range(11, ROUNDS + 11):
        prompt, seconds = _chat(app, n)
        first = app.submit(prompt, f"chat-{n}", 200)
        next(iter(first))
        other = app.ask(prompt + _words(200 + n, 16), "other")
        first.abort()
        first.result()
        cold.append(seconds)
        warm.append(other.timings.ttft_s)
    _report("same beginning, donor generates", cold, warm, 0.05)


@pytest.mark.bench
def test_a_chat_of_before_the_restart(app: App) -> None:
    cold, warm = [], []
    for n in range(21, ROUNDS + 21):
        prompt, seconds = _chat(app, n)
        started = time.perf_counter()
        app.engine.close()
        closing = time.perf_counter() - started
        app.start()
        resumed = app.ask(prompt + _words(300 + n, 16), f"chat-{n}")
        print(f"\n{resumed.usage}, close {closing:.2f} s", end="")
        cold.append(seconds)
        warm.append(resumed.timings.ttft_s)
    _report("resumed from disk", cold, warm, 0.08)
