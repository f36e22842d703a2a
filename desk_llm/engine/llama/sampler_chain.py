"""A chain of native samplers."""

from __future__ import annotations

from collections.abc import Sequence

from desk_llm.engine.llama.context import Context
from desk_llm.engine.llama.library import L
from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported


class SamplerChain:
    """A chain of native samplers: logits in, one token out, accepted into its state."""

    def __init__(self) -> None:
        params = L.llama_sampler_chain_default_params()
        params.no_perf = True
        self._pointer: int = L.llama_sampler_chain_init(params)

    def _add(self, sampler: int | None) -> None:
        if not sampler:  # a NULL inside the chain would crash at the first token
            raise Unsupported(QT_TRANSLATE_NOOP("errors", "The engine refused a sampling setting."))
        L.llama_sampler_chain_add(self._pointer, sampler)

    def add_logit_bias(self, n_vocab: int, bias: Sequence[tuple[int, float]]) -> None:
        """Add a number to the logits of single tokens."""
        pairs = [L.llama_logit_bias(t, b) for t, b in bias if 0 <= t < n_vocab]
        array = (L.llama_logit_bias * len(pairs))(*pairs)
        self._add(L.llama_sampler_init_logit_bias(n_vocab, len(pairs), array))

    def add_penalties(self, n_vocab: int, last_n: int, repeat: float) -> None:
        """Make the tokens of the last `last_n` less likely."""
        self._add(L.llama_sampler_init_penalties(n_vocab, last_n, repeat, 0.0, 0.0))

    def add_top_k(self, k: int) -> None:
        """Keep the k likeliest."""
        self._add(L.llama_sampler_init_top_k(k))

    def add_top_p(self, p: float) -> None:
        """Keep the likeliest that together reach p."""
        self._add(L.llama_sampler_init_top_p(p, 1))

    def add_min_p(self, p: float) -> None:
        """Keep those at least p times as likely as the likeliest."""
        self._add(L.llama_sampler_init_min_p(p, 1))

    def add_temperature_and_draw(self, temperature: float, seed: int) -> None:
        """Scale, then draw by probability."""
        self._add(L.llama_sampler_init_temp(temperature))
        self._add(L.llama_sampler_init_dist(seed & 0xFFFFFFFF))

    def add_greedy(self) -> None:
        """Take the likeliest."""
        self._add(L.llama_sampler_init_greedy())

    def accept(self, token: int) -> None:
        """Tell penalties about a token of the prompt."""
        L.llama_sampler_accept(self._pointer, token)

    def sample(self, context: Context, row: int) -> int:
        """Choose from the logits of an output row, and accept the choice."""
        token: int = L.llama_sampler_sample(self._pointer, context.pointer, row)
        return token

    def free(self) -> None:
        """Free the chain and its samplers."""
        if self._pointer:
            L.llama_sampler_free(self._pointer)
            self._pointer = 0
