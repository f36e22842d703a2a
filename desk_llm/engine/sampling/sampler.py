"""Sampler: what chooses the tokens of one request; plain, or with a grammar or logprobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from desk_llm.engine.llama.context import Context
from desk_llm.engine.llama.sampler_chain import SamplerChain
from desk_llm.engine.llama.vocab import Vocab
from desk_llm.engine.sampling.chain import build_chain
from desk_llm.engine.sampling.params import check
from desk_llm.engine.types import SamplingParams, TokenLogprob
from desk_llm.errors import DeskError


class Sampler(Protocol):
    """The sampler of one request, on the engine thread."""

    reports: bool  # False: `logprob` and `error` stay None
    logprob: TokenLogprob | None  # of the newest token, when `n_probs` asked for it

    @property
    def error(self) -> DeskError | None:
        """Why no token could be chosen: the request cannot go on."""
        ...

    def sample(self, context: Context, row: int) -> int:
        """Choose from an output row of the newest batch, and accept the choice.

        After an error an end token, so that the sequence ends.
        """
        ...

    def attach(self, context: Context, slot: int) -> bool:
        """Sample inside the graph from the next batch on, if this request can."""
        ...

    def detach(self) -> None:
        """Sample here again; before another sampler gets the slot."""
        ...

    def free(self) -> None:
        """Free the native objects."""
        ...


def make_sampler(
    params: SamplingParams, vocab: Vocab, prompt: Sequence[int], *, n_ctx: int
) -> Sampler:
    """The sampler of a request that `prepare` has seen. Raises RequestError, Unsupported."""
    check(params)

    def make_chain() -> SamplerChain:
        return build_chain(params, vocab, prompt, n_ctx)

    sampler: Sampler
    if params.grammar:
        sampler = _constrained(make_chain(), params, vocab)
    else:
        sampler = PlainSampler(make_chain, params)
    if params.n_probs is None:
        return sampler
    from desk_llm.engine.sampling.logprobs import LogprobSampler

    return LogprobSampler(sampler, vocab, params.n_probs)


def _constrained(chain: SamplerChain, params: SamplingParams, vocab: Vocab) -> Sampler:
    from desk_llm.engine.sampling.constrained import ConstrainedSampler

    try:
        return ConstrainedSampler(chain, params, vocab)
    except BaseException:
        chain.free()
        raise


class PlainSampler:
    """One native call a token."""

    def __init__(self, make_chain: Callable[[], SamplerChain], params: SamplingParams) -> None:
        self.reports = False
        self.logprob: TokenLogprob | None = None
        self.error: DeskError | None = None
        self._make_chain = make_chain
        self._params = params
        self._attached: tuple[Context, int] | None = None
        self._use(make_chain())

    def _use(self, chain: SamplerChain) -> None:
        self._chain = chain
        self.sample = chain.sample  # no frame of Python between the runner and the chain

    def attach(self, context: Context, slot: int) -> bool:
        """See Sampler."""
        from desk_llm.engine.sampling.backend import attach

        self.detach()
        if attach(self._chain, self._params, context, slot):
            self._attached = (context, slot)
        return self._attached is not None

    def detach(self) -> None:
        """See Sampler.

        llama.cpp marks the samplers of a chain that went into the graph, and skips them outside
        for ever; such chains have no memory (`backend.applies`), so a new one does the same.
        """
        if self._attached is not None:
            self._leave_graph()
            self._chain.free()
            self._use(self._make_chain())

    def _leave_graph(self) -> None:
        from desk_llm.engine.sampling.backend import detach

        if self._attached is not None:
            detach(*self._attached)
            self._attached = None

    def free(self) -> None:
        """See Sampler."""
        self._leave_graph()
        self._chain.free()
