"""SamplingParams → a chain of native samplers, in the order that is fast.

    order            why there                                                    cost at 152k
    logit bias       indexes by token id while the candidates are in order        nothing
    pre-cut          top-k wide enough that nothing behind it can change          0.17 ms
    penalties, DRY   look every candidate up in a table                           0.85 ms without
    top-n-sigma      its mean is over the whole vocabulary: it forbids a pre-cut  0.7 ms
    top-k            the rest see 40 candidates                                   0.17 ms
    typical          sorts by surprise                                            10 ms without
    top-p            sorts by probability                                         10 ms without
    min-p, XTC       compare with the likeliest                                   1.7 ms without
    temperature      its entropy (dynamic) is over what is left
    draw             by probability; or adaptive-p, or Mirostat, which draw too   1 ms without

("without": without the cut before it; engine as a whole: 0.18 ms instead of 10.) It is the order
of llama.cpp's own tools but for the pre-cut, and the reply can differ from theirs where

- top-k is off and something behind it sorts: the 1,000 likeliest are kept, not all. What is left
  out is noise unless the temperature is far above 1;
- the penalties look back over the whole context: the pre-cut then allows for 4,000 penalised
  tokens. With a shorter window it is exact: penalties only lower, and lower at most as many tokens
  as the window holds. Settings that raise tokens (a repeat penalty below 1, negative frequency or
  presence penalties) switch the pre-cut off;
- Mirostat is on: penalties and DRY, if asked for, still work;
- the temperature is 0: it is greedy after bias, penalties and DRY, and nothing else matters;
- typical is on: candidates below 1e-10 of the likeliest are left out before, whose logarithm would
  turn the entropy into NaN.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Sequence

from desk_llm.engine.llama.sampler_chain import SamplerChain
from desk_llm.engine.llama.vocab import Vocab
from desk_llm.engine.types import SamplingParams

WIDE_TOP_K = 1000
_MOST_PENALISED = 4000
_NOT_ZERO = 1e-10  # of the likeliest: below it a float's probability may underflow to 0
_RANDOM_SEED = 0xFFFFFFFF  # what llama.cpp takes for "any seed"


def build_chain(
    params: SamplingParams, vocab: Vocab, prompt: Sequence[int], n_ctx: int
) -> SamplerChain:
    """A chain for one request; `prompt` feeds the penalties. `params` must have been checked."""
    chain = SamplerChain()
    try:
        _fill(chain, params, vocab, n_ctx)
    except BaseException:
        chain.free()
        raise
    window = max(_penalty_window(params, n_ctx), _dry_window(params, n_ctx))
    for token in prompt[-window:] if window else ():
        chain.accept(token)
    return chain


def draws_by_chance(params: SamplingParams) -> bool:
    """False when the same logits always give the same token."""
    return params.temperature > 0.0


def seed_of(params: SamplingParams) -> int:
    """The 32 bits of the seed; None and -1 are chance, as in llama.cpp."""
    if params.seed is None or params.seed == -1:
        return secrets.randbelow(_RANDOM_SEED)
    return min(params.seed & 0xFFFFFFFF, _RANDOM_SEED - 1)


def has_memory(params: SamplingParams) -> bool:
    """True when accepting a token that is then taken back would change what follows."""
    return _penalises(params) or _uses_dry(params) or params.adaptive_target >= 0.0


def _fill(chain: SamplerChain, params: SamplingParams, vocab: Vocab, n_ctx: int) -> None:
    bias = list(params.logit_bias)
    if params.ignore_eos:
        bias += [(token, -math.inf) for token in vocab.eog_tokens()]
    if bias:
        chain.add_logit_bias(vocab.n_tokens, bias)
    cut = _pre_cut(params, n_ctx)
    if cut and cut * 4 < vocab.n_tokens:
        chain.add_top_k(cut)
    if _penalises(params):
        chain.add_penalties(
            vocab.n_tokens,
            _penalty_window(params, n_ctx),
            params.repeat_penalty,
            params.frequency_penalty,
            params.presence_penalty,
        )
    if _uses_dry(params):
        chain.add_dry(
            vocab,
            (params.dry_multiplier, params.dry_base),
            params.dry_allowed_length,
            _dry_window(params, n_ctx),
            [text.encode("utf-8", "replace") for text in params.dry_sequence_breakers if text],
        )
    if not draws_by_chance(params):
        chain.add_greedy()
    elif params.mirostat:
        _add_mirostat(chain, params, vocab)
    else:
        _add_cuts(chain, params, vocab.n_tokens)
        _add_draw(chain, params)


def _add_cuts(chain: SamplerChain, params: SamplingParams, n_vocab: int) -> None:
    if params.top_n_sigma > 0.0:
        chain.add_top_n_sigma(params.top_n_sigma)
    top_k = params.top_k or (WIDE_TOP_K if _sorts(params) else 0)
    if 0 < top_k < n_vocab:  # in the graph, more than there are ends the process
        chain.add_top_k(top_k)
    if params.typical_p < 1.0:
        chain.add_min_p(_NOT_ZERO)
        chain.add_typical(params.typical_p)
    if params.top_p < 1.0:
        chain.add_top_p(params.top_p)
    if params.min_p > 0.0:
        chain.add_min_p(params.min_p)
    if params.xtc_probability > 0.0 and params.xtc_threshold <= 0.5:
        chain.add_xtc(params.xtc_probability, params.xtc_threshold, seed_of(params))


def _add_draw(chain: SamplerChain, params: SamplingParams) -> None:
    chain.add_temperature(params.temperature, params.dynatemp_range, params.dynatemp_exponent)
    if params.adaptive_target >= 0.0:
        chain.add_adaptive_p(params.adaptive_target, params.adaptive_decay, seed_of(params))
    else:
        chain.add_draw(seed_of(params))


def _add_mirostat(chain: SamplerChain, params: SamplingParams, vocab: Vocab) -> None:
    chain.add_top_k(WIDE_TOP_K)
    chain.add_min_p(_NOT_ZERO)
    chain.add_temperature(params.temperature, 0.0, 1.0)
    tau, eta, seed = params.mirostat_tau, params.mirostat_eta, seed_of(params)
    if params.mirostat == 1:
        chain.add_mirostat(vocab.n_tokens, tau, eta, seed)
    else:
        chain.add_mirostat_v2(tau, eta, seed)


def _sorts(params: SamplingParams) -> bool:
    """True when a cut behind top-k is dear on a whole vocabulary."""
    return (
        params.top_p < 1.0
        or params.min_p > 0.0
        or params.typical_p < 1.0
        or params.xtc_probability > 0.0
        or params.dynatemp_range > 0.0
        or params.adaptive_target >= 0.0
    )


def _pre_cut(params: SamplingParams, n_ctx: int) -> int:
    """So many likeliest tokens hold all that can be chosen after the penalties; 0: unknown."""
    lowers_only = (
        params.repeat_penalty >= 1.0
        and params.frequency_penalty >= 0.0
        and params.presence_penalty >= 0.0
    )
    if not lowers_only or not (_penalises(params) or _uses_dry(params)):
        return 0
    if not draws_by_chance(params):
        kept = 1
    elif params.top_n_sigma > 0.0 or not (params.mirostat or params.top_k or _sorts(params)):
        return 0
    else:
        kept = WIDE_TOP_K if params.mirostat else params.top_k or WIDE_TOP_K
    n_lowered = _penalty_window(params, n_ctx) + _dry_window(params, n_ctx)
    return kept + min(n_lowered, _MOST_PENALISED)


def _penalises(params: SamplingParams) -> bool:
    changes = (params.repeat_penalty - 1.0, params.frequency_penalty, params.presence_penalty)
    return params.repeat_last_n != 0 and any(changes)


def _penalty_window(params: SamplingParams, n_ctx: int) -> int:
    if not _penalises(params):
        return 0
    return n_ctx if params.repeat_last_n < 0 else min(params.repeat_last_n, n_ctx)


def _uses_dry(params: SamplingParams) -> bool:
    return params.dry_multiplier > 0.0 and params.dry_penalty_last_n != 0


def _dry_window(params: SamplingParams, n_ctx: int) -> int:
    if not _uses_dry(params):
        return 0
    return n_ctx if params.dry_penalty_last_n < 0 else min(params.dry_penalty_last_n, n_ctx)
