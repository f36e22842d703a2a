"""Sampling under a grammar: choose first, check the choice, and choose again only if refused.

Checking one token costs 2 µs, and most choices pass, because the model was asked for what the
grammar says. A refused choice is made again from the allowed tokens: of the likeliest thousand
first, and of the whole vocabulary (17 ms at 152k) only if those could miss a token that matters.
Imports numpy.
"""

from __future__ import annotations

import codecs
import time
from typing import TYPE_CHECKING

from desk_llm.engine.llama.candidates import Candidates, logits_of
from desk_llm.engine.llama.context import Context
from desk_llm.engine.llama.sampler_chain import Grammar, SamplerChain
from desk_llm.engine.llama.vocab import Vocab
from desk_llm.engine.sampling.chain import has_memory
from desk_llm.engine.types import SamplingParams, TokenLogprob
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, Unsupported

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

N_LIKELIEST = 1024
# Logits below the best allowed token: e^-12 times 40 candidates is 0.02 % of the probability,
# e^-22 times a vocabulary the same. With a high temperature the distance counts for less.
_FAR, _VERY_FAR = 12.0, 22.0
# An ambiguous grammar can get slower with each character: none may hold the engine up for longer.
_MOST_SECONDS = 1.0
_MOST_REFUSALS = 256  # of tokens that the grammar allows, but not as text


class ConstrainedSampler:
    """A chain whose choices a grammar must allow."""

    def __init__(self, chain: SamplerChain, params: SamplingParams, vocab: Vocab) -> None:
        self.reports = True
        self.logprob: TokenLogprob | None = None
        self.error: DeskError | None = None
        self._chain = chain
        self._vocab = vocab
        self._grammar = Grammar(vocab, params.grammar)
        self._candidates = Candidates(vocab.n_tokens)
        self._has_memory = has_memory(params)
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._cut = SamplerChain()
        self._cut.add_top_k(N_LIKELIEST)
        self._n_needed, self._distance = _what_is_enough(params)

    def sample(self, context: Context, row: int) -> int:
        """See Sampler."""
        if self.error is not None:
            return self._give_up(self.error)
        logits = logits_of(context, row, self._vocab.n_tokens)
        started = time.perf_counter()
        token = self._choose(context, row, logits)
        if token is None or not self._allows(token):
            token = self._choose_allowed(logits)
        if token is None:
            return self._give_up(_dead_end())
        self._grammar.accept(token)
        self._decoder.decode(self._vocab.piece(token))
        if self._has_memory:
            self._chain.accept(token)
        if time.perf_counter() - started > _MOST_SECONDS:
            self.error = _too_slow()  # the next token would take longer
        return token

    def _choose(self, context: Context, row: int, logits: NDArray[np.float32]) -> int | None:
        if not self._has_memory:  # it accepts as well, but there is nothing that would remember
            return self._chain.sample(context, row)
        self._candidates.fill(logits)
        self._chain.apply(self._candidates.array)
        return self._candidates.selected()

    def _allows(self, token: int) -> bool:
        return self._grammar.allows(token) and self._continues_text(token)

    def _continues_text(self, token: int) -> bool:
        """False when its bytes are no UTF-8: llama.cpp lets overlong spellings through."""
        decoder, state = self._decoder, self._decoder.getstate()
        if self._vocab.is_eog(token):
            return not state[0]
        try:
            decoder.decode(self._vocab.piece(token))
            begun = decoder.getstate()[0]
        except UnicodeDecodeError:
            return False
        finally:
            decoder.setstate(state)
        # Half a surrogate is told only at its third byte.
        return not (begun[:1] == b"\xed" and begun[1:2] >= b"\xa0")

    def _choose_allowed(self, logits: NDArray[np.float32]) -> int | None:
        refused: list[int] = []
        while len(refused) < _MOST_REFUSALS:
            candidates = self._candidates
            if not self._keep_likeliest_allowed(logits, refused):
                self._keep_allowed(logits, refused)
            if not len(candidates):
                return None
            self._chain.apply(candidates.array)
            token = candidates.selected()
            if token is None or self._allows(token):
                return token
            refused.append(token)
        return None

    def _keep_allowed(self, logits: NDArray[np.float32], refused: list[int]) -> None:
        candidates = self._candidates
        candidates.fill(logits, refused)
        self._grammar.restrict(candidates.array)
        candidates.drop_forbidden()

    def _keep_likeliest_allowed(self, logits: NDArray[np.float32], refused: list[int]) -> bool:
        """False when others than the likeliest thousand could matter."""
        if not self._n_needed or len(logits) <= N_LIKELIEST:
            return False
        candidates = self._candidates
        candidates.fill(logits, refused)
        self._cut.apply(candidates.array)
        lowest, _highest = candidates.logit_range()
        self._grammar.restrict(candidates.array)
        candidates.drop_forbidden()
        return self._is_enough(lowest)

    def _is_enough(self, lowest: float) -> bool:
        n_left = len(self._candidates)
        if n_left >= self._n_needed or not n_left:
            return n_left > 0
        _lowest, best = self._candidates.logit_range()
        return best - lowest >= self._distance

    def _give_up(self, error: DeskError) -> int:
        self.error = error
        ends = self._vocab.eog_tokens()
        return ends[0] if ends else 0

    def attach(self, context: Context, slot: int) -> bool:
        """Never: the grammar is not in the graph."""
        del context, slot
        return False

    def detach(self) -> None:
        """Nothing is attached."""

    def free(self) -> None:
        """See Sampler."""
        self._chain.free()
        self._cut.free()
        self._grammar.free()


def _what_is_enough(params: SamplingParams) -> tuple[int, float]:
    """How many allowed tokens, or what distance below the best, make the likeliest enough.

    No number is when something ahead of the first cut could raise other tokens.
    """
    if has_memory(params) or params.logit_bias or params.top_n_sigma > 0.0:
        return 0, 0.0
    if params.temperature <= 0.0:
        return 1, 0.0
    heat = max(1.0, params.temperature + params.dynatemp_range)
    if 0 < params.top_k <= N_LIKELIEST and not params.mirostat:
        return params.top_k, _FAR * heat
    return N_LIKELIEST, _VERY_FAR * heat


def _dead_end() -> DeskError:
    return Unsupported(
        QT_TRANSLATE_NOOP("errors", "The model has no token that continues the grammar."),
        QT_TRANSLATE_NOOP("errors", "Allow more characters at this place, or use another model."),
    )


def _too_slow() -> DeskError:
    return Unsupported(
        QT_TRANSLATE_NOOP("errors", "The grammar is too ambiguous: a token took {limit} s."),
        QT_TRANSLATE_NOOP("errors", "Let alternatives differ in their first characters."),
        limit=f"{_MOST_SECONDS:g}",
    )
