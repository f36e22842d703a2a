"""What our scheduler costs: against the tightest loop over llama_decode, and per step.

python3 run.py test -m bench tests/benchmarks/test_engine_bench.py -s
DESK_LLM_BENCH_MODEL=FILE adds a file (tests/benchmarks/synthetic.py makes a 0.5B).
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import GenerationRequest, LoadParams, SamplingParams
from desk_llm.paths import ASSETS
from tests.benchmarks.peers.scenarios import letters

ROUNDS = 7
N_TOKENS = 256
PROMPT = "What can you do for me today? Tell me about models, please."


def _models() -> list[Path]:
    extra = os.environ.get("DESK_LLM_BENCH_MODEL")
    return [*sorted((ASSETS / "models").glob("*.gguf")), *([Path(extra)] if extra else [])]


@pytest.fixture(params=_models(), ids=lambda path: path.stem)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = Engine()
    params = LoadParams("m", str(request.param), n_ctx=2048, n_slots=16, n_threads=_threads())
    engine.load(params).result(120)
    yield engine
    engine.close()


def _threads() -> int | None:
    chosen = os.environ.get("DESK_LLM_BENCH_THREADS")
    return int(chosen) if chosen else None


def _on_engine_thread(engine: Engine, work: Callable[[], float]) -> float:
    # A second thread that computes would get its own OpenMP pool and slow both down.
    future: Future[float] = Future()
    engine._loop.post(lambda: future.set_result(work()))
    return future.result(300)


def _tight_loop(engine: Engine) -> float:
    """Tokens/s of llama_decode + greedy sampling with nothing around them."""
    from desk_llm.engine.llama.library import L

    host = engine._loop.host("m")
    assert host is not None
    runner: Any = host.runner
    context, prompt = runner._context, runner.tokenize(PROMPT, add_special=True, parse_special=True)

    def work() -> float:
        pointer, memory = context.pointer, context._memory
        host.scheduler.forget_all()
        sampler = L.llama_sampler_init_greedy()
        batch = L.llama_batch_init(len(prompt), 0, 1)
        batch.n_tokens = len(prompt)
        for row, token in enumerate(prompt):
            batch.token[row], batch.pos[row], batch.n_seq_id[row] = token, row, 1
            batch.seq_id[row][0] = 0
            batch.logits[row] = row == len(prompt) - 1
        L.llama_decode(pointer, batch)
        token = L.llama_sampler_sample(sampler, pointer, -1)
        batch.n_tokens, batch.logits[0] = 1, 1
        decode, sample = L.llama_decode, L.llama_sampler_sample
        tokens, positions = batch.token, batch.pos
        started = time.perf_counter()
        for position in range(len(prompt), len(prompt) + N_TOKENS):
            tokens[0], positions[0] = token, position
            decode(pointer, batch)
            token = sample(sampler, pointer, -1)
        seconds = time.perf_counter() - started
        L.llama_memory_seq_rm(memory, 0, -1, -1)
        L.llama_batch_free(batch)
        L.llama_sampler_free(sampler)
        return N_TOKENS / seconds

    return _on_engine_thread(engine, work)


def _request(n: int, max_tokens: int, temperature: float = 0.0) -> GenerationRequest:
    sampling = SamplingParams(
        temperature=temperature, max_tokens=max_tokens, ignore_eos=True, seed=n
    )
    return GenerationRequest(str(n), "m", prompt=PROMPT, sampling=sampling)


def _through_the_engine(engine: Engine) -> float:
    return engine.submit(_request(0, N_TOKENS + 1)).result().timings.decode_tok_s


@pytest.mark.bench
def test_single_stream_against_the_tight_loop(engine: Engine) -> None:
    """Plain decoding on both sides: greedy babble repeats itself, and guesses would win."""
    host = engine._loop.host("m")
    assert host is not None
    host.scheduler._n_drafts = 0
    _tight_loop(engine)
    pairs = [(_tight_loop(engine), _through_the_engine(engine)) for _ in range(ROUNDS)]
    tight = statistics.median(pair[0] for pair in pairs)
    ours = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(pair[1] / pair[0] for pair in pairs)
    print(f"\ntight {tight:.1f} tok/s, engine {ours:.1f} tok/s, median paired ratio {ratio:.3f}")


class _NativeClock:
    """Sums the seconds inside llama_decode and llama_sampler_sample."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from desk_llm.engine.llama.library import L

        self.seconds = 0.0
        for name in ("llama_decode", "llama_sampler_sample"):
            monkeypatch.setattr(L, name, self._timed(getattr(L, name)))

    def _timed(self, function: Callable[..., int]) -> Callable[..., int]:
        def call(*arguments: Any) -> int:
            started = time.perf_counter()
            result = function(*arguments)
            self.seconds += time.perf_counter() - started
            return result

        return call


class _StepClock:
    """Microseconds of Python in each step in which so many sequences decode and no prompt is."""

    def __init__(self, engine: Engine, n_streams: int, monkeypatch: pytest.MonkeyPatch) -> None:
        host = engine._loop.host("m")
        assert host is not None
        self._host, self._step, self._n_streams = host, host.step, n_streams
        self._native = _NativeClock(monkeypatch)
        self.n_ctx = host.runner.info.n_ctx
        self.python_us: list[float] = []
        monkeypatch.setattr(self._host, "step", self._timed_step)

    def _timed_step(self) -> bool:
        native, host = self._native, self._host
        before, started = native.seconds, time.perf_counter()
        has_worked = self._step()
        python_s = time.perf_counter() - started - (native.seconds - before)
        if len(host.scheduler.running) == self._n_streams and not host._in_prefill:
            self.python_us.append(python_s * 1e6)
        return has_worked

    def row(self) -> str:
        steps = sorted(self.python_us)
        return (
            f"Python {statistics.median(steps):.0f} us/step, "
            f"p95 {steps[int(len(steps) * 0.95)]:.0f} us, {len(steps)} steps"
        )


@pytest.mark.bench
@pytest.mark.parametrize("n_streams", [1, 4, 8, 16])
def test_python_time_per_step(
    engine: Engine, n_streams: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = _StepClock(engine, n_streams, monkeypatch)
    for generation in [engine.submit(_request(n, N_TOKENS, 0.8)) for n in range(n_streams)]:
        generation.result()
    print(f"\n{n_streams:2d} streams: {clock.row()}")


@pytest.mark.bench
def test_python_time_by_length_of_the_text(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same decoding behind short and long prompts, in turn."""
    clock = _StepClock(engine, 1, monkeypatch)
    n_ctx = clock.n_ctx
    lengths = (n_ctx // 10, n_ctx - N_TOKENS // 4 - 1)
    steps: dict[int, list[float]] = {length: [] for length in lengths}
    for number in range(ROUNDS // 2):  # long prompts take their time
        for length in lengths:
            clock.python_us.clear()
            prompt = _text_of(engine, length, number)
            sampling = SamplingParams(
                temperature=0.8, max_tokens=N_TOKENS // 4, ignore_eos=True, seed=number
            )
            engine.submit(GenerationRequest("0", "m", prompt=prompt, sampling=sampling)).result()
            steps[length] += clock.python_us
    medians = [statistics.median(steps[length]) for length in lengths]
    print(
        f"\nPython per step behind {lengths[0]} and {lengths[1]} tokens: {medians[0]:.0f} and "
        f"{medians[1]:.0f} us, ratio {medians[1] / medians[0]:.2f}"
    )


def _text_of(engine: Engine, n_tokens: int, seed: int) -> str:
    """A text of at most so many tokens, hardly fewer."""
    text = letters(n_tokens * 4, seed)
    while (count := len(engine.tokenize("m", text).result(10))) > n_tokens:
        text = text[: len(text) * n_tokens // count]
    return text
