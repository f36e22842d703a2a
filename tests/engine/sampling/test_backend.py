"""Sampling in the graph gives the tokens that sampling outside gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from desk_llm.engine.sampling.backend import applies
from desk_llm.engine.types import SamplingParams
from tests.engine.sampling.conftest import PROMPT, Bench

PLAIN = SamplingParams(seed=5)


@pytest.fixture
def reply(bench: Bench) -> Callable[[SamplingParams, bool], list[int]]:
    """Twelve tokens after the prompt, and the context as it was before."""

    def generate(params: SamplingParams, in_graph: bool) -> list[int]:
        sampler = bench.sampler(params)
        tokens: list[int] = []
        try:
            assert sampler.attach(bench.context, 0) == in_graph if in_graph else True
            bench.states.keep_prefix(0, len(PROMPT) - 1)
            bench.decode(PROMPT[-1:], len(PROMPT) - 1)
            for n in range(12):
                tokens.append(sampler.sample(bench.context, 0))
                bench.decode(tokens[-1:], len(PROMPT) + n)
        finally:
            sampler.free()
            bench.states.keep_prefix(0, 0)
            bench.decode(PROMPT, 0)
        return tokens

    return generate


@pytest.mark.parametrize(
    "params",
    [
        SamplingParams(temperature=0.0),
        PLAIN,
        replace(PLAIN, top_k=0, min_p=0.0),
        replace(PLAIN, top_k=10**6),
        replace(PLAIN, logit_bias=((300, 3.0),)),
    ],
    ids=["greedy", "usual", "top-p", "more than there are", "bias"],
)
def test_the_same_tokens(
    reply: Callable[[SamplingParams, bool], list[int]], params: SamplingParams
) -> None:
    assert applies(params)
    assert reply(params, True) == reply(params, False)


@pytest.mark.parametrize(
    "params",
    [
        replace(PLAIN, grammar='root ::= "a"'),
        replace(PLAIN, n_probs=0),
        replace(PLAIN, mirostat=2),
        replace(PLAIN, typical_p=0.9),
        replace(PLAIN, dry_multiplier=0.8),
        replace(PLAIN, xtc_probability=0.1),
        replace(PLAIN, adaptive_target=0.1),
        replace(PLAIN, repeat_penalty=1.1),
        replace(PLAIN, dynatemp_range=0.4),
    ],
)
def test_others_stay_outside(bench: Bench, params: SamplingParams) -> None:
    assert not applies(params)
    sampler = bench.sampler(params)
    assert not sampler.attach(bench.context, 0)
    sampler.detach()
    sampler.free()
