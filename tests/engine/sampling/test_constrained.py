"""Sampling under a grammar: ends only when it may, chooses again only when refused, gives up."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.generation import Result
from desk_llm.engine.sampling import constrained
from desk_llm.engine.sampling.constrained import ConstrainedSampler
from desk_llm.engine.types import FinishReason, GenerationRequest, SamplingParams
from desk_llm.errors import DeskError
from tests.engine.sampling.conftest import PROMPT, Bench

GREEDY = SamplingParams(temperature=0.0)
WORDS = r'root ::= "{" [a-z]{2,6} ("," [a-z]{2,6})* "}"'


def ask(engine: Engine, sampling: SamplingParams) -> Result:
    request = GenerationRequest("r", "m", prompt="Hello", sampling=sampling)
    return engine.submit(request).result()


@pytest.mark.parametrize(
    "params",
    [
        SamplingParams(max_tokens=200),
        SamplingParams(max_tokens=200, temperature=0.0),
        SamplingParams(max_tokens=200, temperature=1.5, top_k=0, top_p=1.0, min_p=0.0),
        SamplingParams(max_tokens=200, repeat_penalty=1.2, dry_multiplier=0.8),
        SamplingParams(max_tokens=200, typical_p=0.5),
        SamplingParams(max_tokens=200, xtc_probability=0.5, top_n_sigma=1.0),
        SamplingParams(max_tokens=200, mirostat=1),
        SamplingParams(max_tokens=200, mirostat=2),
        SamplingParams(max_tokens=200, adaptive_target=0.3),
        SamplingParams(max_tokens=200, n_probs=2),
    ],
    ids=[
        "usual",
        "greedy",
        "hot",
        "penalties",
        "typical",
        "xtc",
        "mirostat",
        "mirostat 2",
        "adaptive",
        "logprobs",
    ],
)
def test_every_sampler_keeps_the_grammar(tiny: Engine, params: SamplingParams) -> None:
    for seed in range(3):
        result = ask(tiny, replace(params, grammar=WORDS, seed=seed))
        ended = result.finish_reason is FinishReason.STOP
        pattern = r"\{[a-z]{2,6}(,[a-z]{2,6})*\}" if ended else r"\{[a-z,]*"
        assert re.fullmatch(pattern, result.text), result.text


def test_it_ends_with_the_grammar_and_not_before(tiny: Engine) -> None:
    wants_to_end = replace(GREEDY, logit_bias=((2, 500.0),), grammar='root ::= "ab" [c-d]{3}')
    result = ask(tiny, wants_to_end)
    assert re.fullmatch("ab[cd]{3}", result.text)
    assert result.finish_reason is FinishReason.STOP


def test_a_dead_end_fails_that_request_only(tiny: Engine) -> None:
    with pytest.raises(DeskError, match="no token that continues"):
        ask(tiny, replace(GREEDY, grammar="root ::= <[100000]>"))
    assert ask(tiny, replace(GREEDY, grammar='root ::= "fine"')).text == "fine"


@pytest.mark.parametrize("grammar", ['root ::= root "a"', "root ::= foo", 'root ::= "a"{99999}'])
def test_a_bomb_fails_that_request_only(tiny: Engine, grammar: str) -> None:
    with pytest.raises(DeskError, match="grammar"):
        ask(tiny, replace(GREEDY, grammar=grammar))
    assert ask(tiny, replace(GREEDY, grammar='root ::= "fine"')).text == "fine"


def test_no_half_characters(tiny: Engine) -> None:
    """A vocabulary of single bytes could write what is no UTF-8, overlong forms included."""
    text = ""
    for seed in range(12):
        hot = SamplingParams(
            temperature=3.0,
            top_k=0,
            top_p=1.0,
            min_p=0.0,
            seed=seed,
            max_tokens=120,
            grammar=r"root ::= [\u0400-\u07FF\uD7F0-\uE010]{20}",
        )
        result = ask(tiny, hot)
        assert result.finish_reason is FinishReason.STOP
        assert len(result.text) == 20
        text += result.text
    assert "\ufffd" not in text


def test_the_likeliest_alone_are_enough(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut or not, the choice is the same."""
    params = replace(GREEDY, grammar="root ::= [a-z0-9 ]*")

    def choices() -> list[int]:
        sampler = bench.sampler(params)
        try:
            return [sampler.sample(bench.context, bench.row) for _ in range(6)]
        finally:
            sampler.free()

    monkeypatch.setattr(constrained, "N_LIKELIEST", 10**6)
    whole = choices()
    monkeypatch.setattr(constrained, "N_LIKELIEST", 200)
    assert choices() == whole
    monkeypatch.setattr(constrained, "N_LIKELIEST", 2)  # none of them allowed: all are tried
    assert choices() == whole


def test_too_slow_a_grammar_is_stopped(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constrained, "_MOST_SECONDS", -1.0)
    sampler = bench.sampler(replace(GREEDY, grammar="root ::= [a-z ]*"))
    assert isinstance(sampler, ConstrainedSampler)
    sampler.sample(bench.context, bench.row)  # this one still counts
    assert sampler.error is not None
    assert "too ambiguous" in sampler.error.message
    assert bench.vocab.is_eog(sampler.sample(bench.context, bench.row))
    sampler.free()


def test_refused_choices_do_not_count_for_the_penalties(bench: Bench) -> None:
    params = SamplingParams(temperature=0.0, presence_penalty=5.0)
    free = bench.draw(params, 3)
    bound = bench.draw(replace(params, grammar="root ::= [a-z]*"), 3)
    assert len(set(bound)) == 3
    assert not set(free) & set(bound)
    again = bench.draw(replace(params, grammar="root ::= [a-z]*"), 3, prompt=[*PROMPT, *free])
    assert again == bound
