"""The chain: what each sampler does to a real distribution, in which order, with which seed."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from desk_llm.engine.sampling import chain as chain_module
from desk_llm.engine.sampling.chain import build_chain
from desk_llm.engine.types import SamplingParams
from tests.engine.sampling.conftest import PROMPT, Bench

# Everything off: the probabilities of the model itself.
PURE = SamplingParams(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, seed=1)
N = 400


def probabilities(bench: Bench, temperature: float = 1.0) -> NDArray[np.float64]:
    logits = bench.logits.astype(np.float64) / temperature
    odds = np.exp(logits - logits.max())
    result: NDArray[np.float64] = odds / odds.sum()
    return result


def likeliest(bench: Bench, n: int) -> list[int]:
    return [int(token) for token in np.argsort(-bench.logits)[:n]]


def seen(bench: Bench, params: SamplingParams) -> Counter[int]:
    return Counter(bench.draw(params, N))


def names(bench: Bench, params: SamplingParams) -> tuple[str, ...]:
    chain = build_chain(params, bench.vocab, PROMPT, 512)
    try:
        return chain.names()
    finally:
        chain.free()


# ── order ────────────────────────────────────────────────────────────────


def test_the_usual_settings_make_the_short_chain(bench: Bench) -> None:
    assert names(bench, SamplingParams()) == ("top-k", "top-p", "min-p", "temp-ext", "dist")
    assert names(bench, SamplingParams(temperature=0.0)) == ("greedy",)


def test_everything_on_is_in_the_documented_order(bench: Bench) -> None:
    params = SamplingParams(
        logit_bias=((5, 1.0),),
        repeat_penalty=1.1,
        dry_multiplier=0.8,
        typical_p=0.9,
        xtc_probability=0.5,
        top_k=20,
        repeat_last_n=8,
        dry_penalty_last_n=8,
    )
    assert names(bench, params) == (
        "logit-bias",
        "top-k",  # the pre-cut
        "penalties",
        "dry",
        "top-k",
        "min-p",  # typical cannot bear probabilities of 0
        "typical",
        "top-p",
        "min-p",
        "xtc",
        "temp-ext",
        "dist",
    )


@pytest.mark.parametrize(
    "params",
    [
        SamplingParams(repeat_penalty=0.9),
        SamplingParams(presence_penalty=-0.5),
        SamplingParams(repeat_penalty=1.1, top_n_sigma=1.0),
        replace(PURE, repeat_penalty=1.1),
    ],
    ids=["raises tokens", "raises tokens too", "needs all for its mean", "cuts nothing"],
)
def test_no_pre_cut_where_it_could_change_the_choice(bench: Bench, params: SamplingParams) -> None:
    chain = names(bench, params)
    assert chain[0] == "penalties"


def test_the_pre_cut_changes_nothing(bench: Bench) -> None:
    """The same settings with the window it needs, and with one too wide for a cut."""
    narrow = replace(PURE, top_k=3, repeat_penalty=1.4, frequency_penalty=0.3, repeat_last_n=16)
    wide = replace(narrow, repeat_last_n=500)  # the prompt is shorter: the same penalties
    assert names(bench, narrow)[0] == "top-k"
    assert names(bench, wide)[0] == "penalties"
    for seed in range(40):
        one, other = replace(narrow, seed=seed), replace(wide, seed=seed)
        assert bench.draw(one) == bench.draw(other)


def test_top_k_is_put_in_when_something_sorts(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_module, "WIDE_TOP_K", 100)
    assert "top-k" in names(bench, replace(PURE, top_p=0.9))
    assert "top-k" not in names(bench, PURE)


# ── what each does ───────────────────────────────────────────────────────


def test_pure_sampling_follows_the_probabilities(bench: Bench) -> None:
    expected = probabilities(bench)
    counts = Counter(bench.draw(PURE, 4000))
    for token in likeliest(bench, 3):
        deviation = math.sqrt(4000 * expected[token])
        assert abs(counts[token] - 4000 * expected[token]) < 5 * deviation


def test_greedy_takes_the_likeliest(bench: Bench) -> None:
    assert set(bench.draw(SamplingParams(temperature=0.0), 5)) == set(likeliest(bench, 1))


def test_top_k(bench: Bench) -> None:
    assert set(seen(bench, replace(PURE, top_k=3))) == set(likeliest(bench, 3))


def test_top_p(bench: Bench) -> None:
    sums = np.cumsum(np.sort(probabilities(bench))[::-1])
    kept = int(np.searchsorted(sums, 0.3)) + 1
    assert set(seen(bench, replace(PURE, top_p=0.3))) <= set(likeliest(bench, kept))


def test_min_p(bench: Bench) -> None:
    expected = probabilities(bench)
    allowed = np.flatnonzero(expected >= 0.5 * expected.max() * 0.999)
    assert set(seen(bench, replace(PURE, min_p=0.5))) <= set(allowed.tolist())


def test_typical_keeps_tokens_of_the_expected_surprise(bench: Bench) -> None:
    expected = probabilities(bench)
    surprise = -np.log(expected)
    entropy = float((expected * surprise).sum())
    order = np.argsort(np.abs(surprise - entropy))
    kept = int(np.searchsorted(np.cumsum(expected[order]), 0.2)) + 2
    assert set(seen(bench, replace(PURE, typical_p=0.2))) <= set(order[:kept].tolist())


def test_top_n_sigma(bench: Bench) -> None:
    logits = bench.logits
    allowed = np.flatnonzero(logits >= logits.max() - 0.5 * logits.std() - 1e-3)
    assert set(seen(bench, replace(PURE, top_n_sigma=0.5))) <= set(allowed.tolist())


def test_xtc_leaves_the_likeliest_out(bench: Bench) -> None:
    expected = probabilities(bench)
    above = [t for t in likeliest(bench, 20) if expected[t] >= 0.02]
    assert len(above) >= 2
    counts = seen(bench, replace(PURE, xtc_probability=1.0, xtc_threshold=0.02))
    assert not set(above[:-1]) & set(counts)
    assert counts[above[-1]] > 0


def test_temperature_sharpens(bench: Bench) -> None:
    first = likeliest(bench, 1)[0]
    cold = seen(bench, replace(PURE, temperature=0.3))[first]
    hot = seen(bench, replace(PURE, temperature=3.0))[first]
    assert cold > hot
    assert cold / N == pytest.approx(probabilities(bench, 0.3)[first], abs=0.12)


def test_dynamic_temperature_moves_it(bench: Bench) -> None:
    plain = seen(bench, replace(PURE, top_k=40, temperature=0.7))
    moved = seen(bench, replace(PURE, top_k=40, temperature=0.7, dynatemp_range=0.69))
    assert plain != moved
    assert set(moved) <= set(likeliest(bench, 40))


def test_adaptive_p_prefers_its_target(bench: Bench) -> None:
    expected = probabilities(bench)
    low = bench.draw(replace(PURE, adaptive_target=0.01, adaptive_decay=0.5), N)
    high = bench.draw(replace(PURE, adaptive_target=0.9, adaptive_decay=0.5), N)
    assert np.mean([expected[t] for t in low]) < np.mean([expected[t] for t in high])


@pytest.mark.parametrize("version", [1, 2])
def test_mirostat_aims_at_its_surprise(bench: Bench, version: Literal[1, 2]) -> None:
    expected = probabilities(bench)

    def surprise(tau: float) -> float:
        params = replace(PURE, mirostat=version, mirostat_tau=tau, mirostat_eta=0.2)
        return float(np.mean([-math.log2(expected[t]) for t in bench.draw(params, N)]))

    assert surprise(1.0) < surprise(6.0)


def test_logit_bias_forbids_and_forces(bench: Bench) -> None:
    first, second = likeliest(bench, 2)
    greedy = SamplingParams(temperature=0.0)
    assert bench.draw(replace(greedy, logit_bias=((first, -math.inf),))) == [second]
    assert bench.draw(replace(greedy, logit_bias=((7, 1000.0),))) == [7]
    assert bench.draw(replace(PURE, logit_bias=((7, 1000.0),)), 5) == [7] * 5
    assert bench.draw(replace(greedy, logit_bias=((10**6, 5.0), (-1, 5.0)))) == [first]


def test_ignore_eos(bench: Bench) -> None:
    eog = bench.vocab.eog_tokens()
    forced = SamplingParams(temperature=0.0, logit_bias=tuple((t, 500.0) for t in eog))
    assert bench.draw(forced)[0] in eog
    assert bench.draw(replace(forced, ignore_eos=True))[0] not in eog


# ── repetition ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "params",
    [
        SamplingParams(temperature=0.0, repeat_penalty=3.0),
        SamplingParams(temperature=0.0, frequency_penalty=20.0),
        SamplingParams(temperature=0.0, presence_penalty=20.0),
        SamplingParams(temperature=0.0, presence_penalty=20.0, repeat_last_n=-1),
    ],
    ids=["repeat", "frequency", "presence", "whole context"],
)
def test_penalties_stop_repetition(bench: Bench, params: SamplingParams) -> None:
    assert len(set(bench.draw(SamplingParams(temperature=0.0), 6))) == 1
    assert len(set(bench.draw(params, 6))) == 6


def test_penalties_know_the_prompt_and_forget_behind_the_window(bench: Bench) -> None:
    first = likeliest(bench, 1)[0]
    params = SamplingParams(temperature=0.0, presence_penalty=20.0, repeat_last_n=4)
    assert bench.draw(params, prompt=[first, 9]) != [first]
    assert bench.draw(params, prompt=[first, 9, 10, 11, 12]) == [first]
    assert bench.draw(replace(params, repeat_last_n=0), prompt=[first, 9]) == [first]


def test_dry_stops_a_phrase_that_goes_on_as_before(bench: Bench) -> None:
    first, second = likeliest(bench, 2)
    phrase = [200, 201, 202, first, 50, 60, 200, 201, 202]
    params = SamplingParams(temperature=0.0, dry_multiplier=20.0, dry_allowed_length=2)
    assert bench.draw(SamplingParams(temperature=0.0), prompt=phrase) == [first]
    assert bench.draw(params, prompt=phrase) == [second]
    assert bench.draw(replace(params, dry_allowed_length=4), prompt=phrase) == [first]
    assert bench.draw(replace(params, dry_penalty_last_n=3), prompt=phrase) == [first]


def test_dry_forgets_at_a_breaker(bench: Bench) -> None:
    first = likeliest(bench, 1)[0]
    colon = next(t for t in range(bench.vocab.n_tokens) if bench.vocab.piece(t) == b":")
    phrase = [200, 201, colon, first, 50, 60, 200, 201, colon]
    params = SamplingParams(temperature=0.0, dry_multiplier=20.0, dry_allowed_length=1)
    assert bench.draw(params, prompt=phrase) == [first]
    assert bench.draw(replace(params, dry_sequence_breakers=()), prompt=phrase) != [first]


def test_dry_samplers_are_made_once_per_setting(bench: Bench) -> None:
    params = SamplingParams(dry_multiplier=0.5)
    bench.draw(params)
    known = dict(bench.vocab.dry_samplers)
    bench.draw(params)
    assert dict(bench.vocab.dry_samplers) == known
    for n in range(12):
        bench.draw(replace(params, dry_allowed_length=n + 3))
    assert len(bench.vocab.dry_samplers) <= 8


# ── seeds ────────────────────────────────────────────────────────────────


def test_a_seed_reproduces(bench: Bench) -> None:
    for params in (PURE, replace(PURE, mirostat=2), replace(PURE, adaptive_target=0.2)):
        assert bench.draw(params, 20) == bench.draw(params, 20)
        assert bench.draw(params, 20) != bench.draw(replace(params, seed=2), 20)


@pytest.mark.parametrize("seed", [0, -7, 2**32 - 1, 2**63, -(2**63)])
def test_any_whole_number_is_a_seed(bench: Bench, seed: int) -> None:
    params = replace(PURE, seed=seed)
    assert bench.draw(params, 10) == bench.draw(params, 10)


@pytest.mark.parametrize("seed", [None, -1])
def test_no_seed_is_chance(bench: Bench, seed: int | None) -> None:
    params = replace(PURE, seed=seed)
    assert len({tuple(bench.draw(params, 20)) for _ in range(4)}) > 1
