"""A chain of native samplers, and a grammar as a sampler of its own."""

from __future__ import annotations

import ctypes as c
import math
from collections.abc import Sequence
from typing import Any

from desk_llm.engine.llama.context import Context
from desk_llm.engine.llama.library import L, recent_problems
from desk_llm.engine.llama.vocab import Vocab
from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported

# What the native functions need to be told: they never leave fewer tokens than this.
_MIN_KEEP = 1
_MIROSTAT_M = 100  # of the likeliest tokens, from which Mirostat 1 guesses the distribution


class SamplerChain:
    """Logits in, one token out, accepted into the chain's memory of what was said."""

    def __init__(self) -> None:
        params = L.llama_sampler_chain_default_params()
        params.no_perf = True
        self.pointer: int = L.llama_sampler_chain_init(params)

    def _add(self, sampler: int | None) -> None:
        if not sampler:  # a NULL inside the chain would crash at the first token
            raise Unsupported(QT_TRANSLATE_NOOP("errors", "The engine refused a sampling setting."))
        L.llama_sampler_chain_add(self.pointer, sampler)

    def add_logit_bias(self, n_vocab: int, bias: Sequence[tuple[int, float]]) -> None:
        """Add a number to the logits of single tokens; -inf forbids them."""
        pairs = [L.llama_logit_bias(t, b) for t, b in bias if 0 <= t < n_vocab]
        array = (L.llama_logit_bias * len(pairs))(*pairs)
        self._add(L.llama_sampler_init_logit_bias(n_vocab, len(pairs), array))

    def add_penalties(
        self, n_vocab: int, last_n: int, repeat: float, frequency: float, presence: float
    ) -> None:
        """Make the tokens of the last `last_n` less likely."""
        self._add(L.llama_sampler_init_penalties(n_vocab, last_n, repeat, frequency, presence))

    def add_dry(
        self,
        vocab: Vocab,
        strength: tuple[float, float],
        allowed_length: int,
        last_n: int,
        breakers: Sequence[bytes],
    ) -> None:
        """Forbid phrases to go on as they did before; `strength` is multiplier and base."""
        # Reading the breakers walks the vocabulary (65 ms at 152k): done once, then copied.
        key = (strength, allowed_length, last_n, tuple(breakers))
        original = vocab.dry_samplers.get(key)
        if original is None:
            array = (c.c_char_p * len(breakers))(*breakers)
            original = L.llama_sampler_init_dry(
                vocab.pointer, *strength, allowed_length, last_n, array, len(breakers)
            )
            vocab.keep_dry_sampler(key, original)
        self._add(L.llama_sampler_clone(original) if original else None)

    def add_top_n_sigma(self, n: float) -> None:
        """Keep those within n standard deviations of the likeliest."""
        self._add(L.llama_sampler_init_top_n_sigma(n))

    def add_top_k(self, k: int) -> None:
        """Keep the k likeliest."""
        self._add(L.llama_sampler_init_top_k(k))

    def add_typical(self, p: float) -> None:
        """Keep the tokens whose surprise is nearest to the expected one, that together reach p."""
        self._add(L.llama_sampler_init_typical(p, _MIN_KEEP))

    def add_top_p(self, p: float) -> None:
        """Keep the likeliest that together reach p."""
        self._add(L.llama_sampler_init_top_p(p, _MIN_KEEP))

    def add_min_p(self, p: float) -> None:
        """Keep those at least p times as likely as the likeliest."""
        self._add(L.llama_sampler_init_min_p(p, _MIN_KEEP))

    def add_xtc(self, probability: float, threshold: float, seed: int) -> None:
        """At times leave out all tokens above the threshold but the least likely of them."""
        self._add(L.llama_sampler_init_xtc(probability, threshold, _MIN_KEEP, seed))

    def add_temperature(self, temperature: float, spread: float, exponent: float) -> None:
        """Divide the logits; `spread` lets the divisor follow the entropy."""
        self._add(L.llama_sampler_init_temp_ext(temperature, spread, exponent))

    def add_draw(self, seed: int) -> None:
        """Draw one by its probability."""
        self._add(L.llama_sampler_init_dist(seed))

    def add_greedy(self) -> None:
        """Take the likeliest."""
        self._add(L.llama_sampler_init_greedy())

    def add_adaptive_p(self, target: float, decay: float, seed: int) -> None:
        """Draw so that the chosen tokens have the target probability on average."""
        self._add(L.llama_sampler_init_adaptive_p(target, decay, seed))

    def add_mirostat(self, n_vocab: int, tau: float, eta: float, seed: int) -> None:
        """Mirostat 1: cut where the surprise reaches tau on average, and draw."""
        self._add(L.llama_sampler_init_mirostat(n_vocab, seed, tau, eta, _MIROSTAT_M))

    def add_mirostat_v2(self, tau: float, eta: float, seed: int) -> None:
        """Mirostat 2: the same aim, without guessing the shape of the distribution."""
        self._add(L.llama_sampler_init_mirostat_v2(seed, tau, eta))

    def accept(self, token: int) -> None:
        """Remember a token for the penalties."""
        L.llama_sampler_accept(self.pointer, token)

    def apply(self, array: Any) -> None:
        """Reduce an array of candidates (a pointer to llama_token_data_array)."""
        L.llama_sampler_apply(self.pointer, array)

    def sample(self, context: Context, row: int) -> int:
        """Choose from the logits of an output row, and accept the choice."""
        if not context.outputs[row]:  # without logits llama.cpp ends the process
            raise IndexError(row)
        token: int = L.llama_sampler_sample(self.pointer, context.pointer, row)
        return token

    def give_to_slot(self, context: Context, slot: int) -> bool:
        """Let the graph apply the chain to a sequence's rows; False when it cannot."""
        return bool(L.llama_set_sampler(context.pointer, slot, self.pointer))

    def names(self) -> tuple[str, ...]:
        """llama.cpp's names of what the chain holds, in order."""
        chain, n = self.pointer, L.llama_sampler_chain_n(self.pointer)
        parts = (L.llama_sampler_chain_get(chain, i) for i in range(n))
        return tuple(L.llama_sampler_name(one).decode() for one in parts)

    def free(self) -> None:
        """Free the chain and its samplers."""
        if self.pointer:
            L.llama_sampler_free(self.pointer)
            self.pointer = 0


def clear_slot(context: Context, slot: int) -> None:
    """Take a slot's chain out of the graph; before the chain is freed."""
    if context.pointer:
        L.llama_set_sampler(context.pointer, slot, None)


class Grammar:
    """A GBNF grammar and how far the reply has come in it. Only checked texts may come here."""

    def __init__(self, vocab: Vocab, text: str) -> None:
        recent_problems()
        self._pointer: int | None = L.llama_sampler_init_grammar(
            vocab.pointer, text.encode(), b"root"
        )
        if not self._pointer:
            raise Unsupported(
                QT_TRANSLATE_NOOP("errors", "The engine refused the grammar."),
                detail=recent_problems(),
            )
        self._single = L.llama_token_data()
        self._array = L.llama_token_data_array(c.pointer(self._single), 1, -1, False)
        self._array_pointer = c.byref(self._array)

    def allows(self, token: int) -> bool:
        """True when the token may come next; an end token only when the grammar is finished."""
        single = self._single
        single.id, single.logit = token, 0.0
        L.llama_sampler_apply(self._pointer, self._array_pointer)
        return bool(single.logit > -math.inf)

    def restrict(self, array: Any) -> None:
        """Set the logits of all candidates that are not allowed to -inf."""
        L.llama_sampler_apply(self._pointer, array)

    def accept(self, token: int) -> None:
        """Go on by a token that `allows`; any other ends the process."""
        L.llama_sampler_accept(self._pointer, token)

    def free(self) -> None:
        """Free it."""
        if self._pointer:
            L.llama_sampler_free(self._pointer)
            self._pointer = None
