r"""n-gram speculation on and off: replies that repeat their prompt, and replies that do not.

python3 run.py test -m bench tests/benchmarks/test_speculation_bench.py -s -p no:randomly \
    -o faulthandler_timeout=0

DESK_LLM_BENCH_RECITER  a file made by `python -m tests.benchmarks.reciter FILE`: it rewrites JSON,
                        edits code and tells prose at the speed of a 0.5B model
DESK_LLM_BENCH_MODEL    any other file, for random text: `python -m tests.benchmarks.synthetic FILE`

The file is loaded twice, with and without speculation, and asked in turn.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import GenerationRequest, LoadParams, SamplingParams
from tests.benchmarks import reciter
from tests.benchmarks.peers.rounds import ROUNDS, Pairs, header, interleave
from tests.benchmarks.peers.scenarios import letters
from tests.benchmarks.rewrites import REWRITES, Rewrite

pytestmark = pytest.mark.bench

ON, OFF = "with speculation", "without"
TITLE = f"speculation, {ROUNDS} pairs"
N_RANDOM = 128


def _loaded(variable: str) -> Iterator[Engine]:
    path = os.environ.get(variable)
    if not path:
        pytest.skip(f"{variable} names no file; see the docstring of this file")
    threads = os.environ.get("DESK_LLM_BENCH_THREADS")
    with closing(Engine()) as engine:
        for key in (ON, OFF):
            n_threads = int(threads) if threads else None
            params = LoadParams(key, path, n_ctx=2048, n_threads=n_threads, speculate=key == ON)
            engine.load(params).result(120)
        yield engine


@pytest.fixture(scope="module")
def reciting() -> Iterator[Engine]:
    yield from _loaded("DESK_LLM_BENCH_RECITER")


@pytest.fixture(scope="module")
def babbling() -> Iterator[Engine]:
    yield from _loaded("DESK_LLM_BENCH_MODEL")


def _recite(engine: Engine, rewrite: Rewrite, key: str, _number: int) -> tuple[float]:
    """Tokens/s of one reply, which must be the text of the script."""
    n_question = len(engine.tokenize(key, rewrite.question).result(10))
    n_reply = len(engine.tokenize(key, rewrite.reply).result(10))
    request = GenerationRequest(
        rewrite.name,
        key,
        prompt=reciter.prompt(rewrite, n_question),
        sampling=SamplingParams(temperature=0.0, max_tokens=n_reply, ignore_eos=True),
    )
    result = engine.submit(request).result()
    assert result.usage.prompt_tokens == rewrite.start
    assert result.text == rewrite.reply
    return (result.timings.decode_tok_s,)


def _babble(engine: Engine, n_streams: int, key: str, number: int) -> tuple[float]:
    """Tokens/s of all streams together."""
    requests = [
        GenerationRequest(
            f"{number} {n}",
            key,
            prompt=letters(24, f"{number} {n}"),
            sampling=SamplingParams(
                temperature=0.8, min_p=0.0, max_tokens=N_RANDOM, ignore_eos=True, seed=n
            ),
        )
        for n in range(n_streams)
    ]
    replies = [engine.submit(request) for request in requests]
    return (sum(reply.result().timings.decode_tok_s for reply in replies),)


class _Count:
    """Drafts of the speculating model since it was made."""

    def __init__(self, engine: Engine) -> None:
        host = engine._loop.host(ON)
        assert host is not None
        self._host, self._drafts, self._right = host, host.n_draft, host.n_accepted

    def row(self) -> str:
        drafts, right = self._host.n_draft - self._drafts, self._host.n_accepted - self._right
        share = f"{right / drafts:.0%}" if drafts else "-"
        return f"    drafts {drafts}, right {share}"


@pytest.mark.parametrize("rewrite", REWRITES, ids=lambda rewrite: rewrite.name)
def test_recited_text(reciting: Engine, rewrite: Rewrite) -> None:
    work = partial(_recite, reciting, rewrite)
    work(ON, -1)  # what a batch costs is learned
    work(OFF, -1)
    count = _Count(reciting)
    pair = Pairs(rewrite.name, "tok/s")
    interleave([pair], partial(work, ON), partial(work, OFF))
    print(f"{header(TITLE, ON, OFF)}\n{pair.row()}\n{count.row()}")


@pytest.mark.parametrize("n_streams", [1, 4])
def test_random_text(babbling: Engine, n_streams: int) -> None:
    work = partial(_babble, babbling, n_streams)
    work(ON, -1)
    work(OFF, -1)
    count = _Count(babbling)
    pair = Pairs(f"random text, {n_streams} streams", "tok/s")
    interleave([pair], partial(work, ON), partial(work, OFF))
    print(f"{header(TITLE, ON, OFF)}\n{pair.row()}\n{count.row()}")
