"""Logprobs are the natural logarithms of the model's own probabilities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import GenerationRequest, SamplingParams
from tests.engine.sampling.conftest import Bench


def test_they_equal_a_softmax(bench: Bench) -> None:
    logits = bench.logits.astype(np.float64)
    expected = logits - logits.max() - np.log(np.exp(logits - logits.max()).sum())
    order = np.argsort(-expected)
    sampler = bench.sampler(SamplingParams(seed=1, temperature=2.0, n_probs=20))
    for _ in range(5):
        token = sampler.sample(bench.context, bench.row)
        found = sampler.logprob
        assert found is not None
        assert found.token == token
        assert found.text == bench.vocab.piece(token)
        assert found.logprob == pytest.approx(expected[token], abs=1e-5)
        assert [one[0] for one in found.top] == order[:20].tolist()
        assert [one[2] for one in found.top] == pytest.approx(expected[order[:20]], abs=1e-5)
    sampler.free()


def test_samplers_do_not_change_them(bench: Bench) -> None:
    params = SamplingParams(temperature=0.0, n_probs=1)
    plain = bench.sampler(params)
    changed = bench.sampler(
        replace(params, temperature=0.1, presence_penalty=9.0, logit_bias=((5, 100.0),))
    )
    plain.sample(bench.context, bench.row)
    changed.sample(bench.context, bench.row)
    assert plain.logprob is not None
    assert changed.logprob is not None
    assert changed.logprob.token == 5
    assert changed.logprob.top == plain.logprob.top
    assert changed.logprob.logprob < plain.logprob.logprob
    plain.free()
    changed.free()


def test_only_on_request(bench: Bench) -> None:
    sampler = bench.sampler(SamplingParams(seed=1))
    sampler.sample(bench.context, bench.row)
    assert sampler.logprob is None
    assert not sampler.reports
    sampler.free()
    alone = bench.sampler(SamplingParams(seed=1, n_probs=0))
    alone.sample(bench.context, bench.row)
    assert alone.logprob is not None
    assert alone.logprob.top == ()
    alone.free()


def test_they_come_with_the_text(tiny: Engine) -> None:
    sampling = SamplingParams(temperature=0.0, max_tokens=8, n_probs=3, ignore_eos=True)
    generation = tiny.submit(GenerationRequest("r", "m", prompt="Hello", sampling=sampling))
    found = [one for delta in generation for one in delta.logprobs]
    assert len(found) == 8
    assert all(one.logprob == one.top[0][2] for one in found)  # greedy: the likeliest
