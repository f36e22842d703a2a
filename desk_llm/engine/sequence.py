"""Sequence: one request on the engine thread: its tokens, its slot and its progress."""

from __future__ import annotations

from dataclasses import dataclass, field

from desk_llm.engine.detokenizer import Detokenizer
from desk_llm.engine.generation import Generation
from desk_llm.engine.kv.file import KvState
from desk_llm.engine.speculation import Drafter
from desk_llm.engine.types import (
    Delta,
    FinishReason,
    GenerationRequest,
    Phase,
    Timings,
    Usage,
)


@dataclass(slots=True, eq=False)
class Sequence:
    """Token ids `tokens` = prompt + generated; the KV cache holds the first `n_computed`.

    Times are `time.perf_counter` seconds; 0.0 means "not yet".
    """

    request: GenerationRequest
    generation: Generation
    tokens: list[int]
    detokenizer: Detokenizer
    t_submit: float
    n_ctx: int
    drafter: Drafter | None = None
    stored: KvState | None = None  # of an earlier run, until it has a slot
    t_waits: float = field(init=False)  # since when, while it has no slot
    n_prompt: int = field(init=False)
    n_most: int = field(init=False)  # tokens at which it ends with LENGTH
    n_computed: int = 0
    n_cached: int = 0
    n_generated: int = 0
    slot: int = -1
    is_aborted: bool = False
    has_sampler: bool = False  # for the slot that it is in
    t_slot: float = 0.0
    t_first: float = 0.0
    t_last: float = 0.0

    def __post_init__(self) -> None:
        self.t_waits = self.t_submit
        self.n_prompt = len(self.tokens)
        max_tokens = self.request.sampling.max_tokens
        wanted = self.n_ctx if max_tokens is None else self.n_prompt + max_tokens
        self.n_most = min(wanted, self.n_ctx)

    @property
    def n_left(self) -> int:
        """Tokens that are not in the KV cache yet: 1 while decoding, more in prefill."""
        return len(self.tokens) - self.n_computed

    @property
    def phase(self) -> Phase:
        """Where the request is, for people."""
        if self.slot < 0:
            return Phase.QUEUED
        return Phase.DECODE if self.t_first else Phase.PREFILL

    def usage(self) -> Usage:
        """Tokens so far."""
        return Usage(self.n_prompt, self.n_generated, self.n_cached)

    def timings(self, now: float) -> Timings:
        """Seconds so far; rates are 0 while there is nothing to divide."""
        t_slot = self.t_slot or now
        t_first = self.t_first or now
        prefill_s = max(t_first - t_slot, 0.0)
        decode_s = max(self.t_last - self.t_first, 0.0) if self.t_first else 0.0
        n_prefilled = self.n_prompt - self.n_cached
        return Timings(
            queue_s=t_slot - self.t_submit,
            prefill_s=prefill_s,
            ttft_s=t_first - self.t_submit,
            decode_s=decode_s,
            total_s=now - self.t_submit,
            decode_tok_s=(self.n_generated - 1) / decode_s if decode_s > 0 else 0.0,
            prefill_tok_s=n_prefilled / prefill_s if prefill_s > 0 and self.t_first else 0.0,
        )

    def report(self, now: float) -> None:
        """Tell the client about phase and progress without text."""
        done = self.n_computed - self.n_cached
        total = self.n_prompt - self.n_cached
        self.generation.put(
            Delta(
                phase=self.phase,
                usage=self.usage(),
                timings=self.timings(now),
                progress=min(done / total, 1.0) if total > 0 else 0.0,
            )
        )

    def finish(self, reason: FinishReason, now: float, text: str = "") -> None:
        """Give the client its last text with usage and timings."""
        self.generation.put(
            Delta(
                text=text,
                phase=Phase.FINISHED,
                usage=self.usage(),
                timings=self.timings(now),
                progress=1.0,
                finish_reason=reason,
            )
        )
