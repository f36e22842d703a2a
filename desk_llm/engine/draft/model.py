"""DraftModel: a second model whose context follows the sequences of the first.

Its KV cache holds a beginning of each slot's tokens, and wrong guesses behind it until the next
look. Nothing that goes wrong here ends a reply: there is no guess then.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from desk_llm.engine.draft.drafter import Want
from desk_llm.engine.kv.prefix import common_prefix
from desk_llm.engine.llama.context import KV_FULL, Context
from desk_llm.engine.llama.model import Model
from desk_llm.engine.llama.sampler_chain import SamplerChain
from desk_llm.engine.llama.state import SequenceStates
from desk_llm.engine.threads import ThreadPolicy, physical_cores

log = logging.getLogger("desk.engine")


class DraftModel:
    """Owns a model and its context; engine thread only."""

    def __init__(self, model: Model, context: Context, n_slots: int, n_vocab: int) -> None:
        self._model = model
        self._context = context
        self._states = SequenceStates(model, context)
        # Tokens that only one of the two knows: llama.cpp refuses a batch with one.
        self._n_vocab = min(n_vocab, model.vocab.n_tokens)
        self._held: list[list[int]] = [[] for _ in range(n_slots)]
        self._chain = SamplerChain()
        self._chain.add_greedy()
        self._threads = ThreadPolicy(physical_cores(), model.size_bytes)
        self.size_bytes = model.size_bytes
        self.is_broken = False

    def lag(self, want: Want) -> int:
        """Tokens to compute before the first guess; forgets what other tokens left behind."""
        held, n = self._held[want.slot], len(want.tokens)
        known = common_prefix(held, want.tokens[: len(held)])
        known = min(known, n - 1)  # the last one is computed for its logits
        if known < len(held):
            if not self._states.keep_prefix(want.slot, known):
                self._states.keep_prefix(want.slot, 0)
                known = 0
            del held[known:]
        return n - known

    def follow(self, want: Want, most: int) -> bool:
        """Compute up to `most` of the tokens that lie behind, without a guess."""
        held = self._held[want.slot]
        start = len(held)
        end = min(len(want.tokens) - 1, start + min(most, self._context.n_batch))
        return self._compute([(want, start, end)], wants_logits=False)

    def guess(self, wants: Sequence[Want], size: int) -> list[list[int]]:
        """Up to `size` likely tokens behind each; a shorter list where it cannot go on.

        Nobody's lag may exceed NEAR.
        """
        spans = [(want, len(self._held[want.slot]), len(want.tokens)) for want in wants]
        guesses: list[list[int]] = [[] for _ in wants]
        if sum(end - start for _, start, end in spans) > self._context.n_batch:
            return guesses
        if not self._compute(spans, wants_logits=True):
            return guesses
        for step in range(size):
            row = -1
            for n, (_want, start, end) in enumerate(spans):
                row += 1 if step else end - start
                guesses[n].append(self._chain.sample(self._context, row))
            if step == size - 1 or any(one[-1] >= self._n_vocab for one in guesses):
                break
            if not self._compute_guesses(wants, guesses):
                break
        return [_usable(one, self._n_vocab) for one in guesses]

    def knows(self, tokens: Sequence[int]) -> bool:
        """False when a token is not in both vocabularies."""
        return max(tokens, default=0) < self._n_vocab

    def make_way(self, others: float, *, at_once: bool) -> None:
        """Leave other programs the cores that they use."""
        n = self._threads.start(others) if at_once else self._threads.update(others)
        if n != self._context.n_threads:
            self._context.set_threads(n)

    def warm_up(self) -> bool:
        """One token; False when the weights compute nonsense."""
        want = Want(0, [0])
        is_well = self._compute([(want, 0, 1)], wants_logits=True)
        is_well = is_well and self._context.logits_are_finite(0)
        self._forget(0)
        return is_well

    def free(self) -> None:
        """Give the memory back."""
        self._chain.free()
        self._context.free()
        self._model.free()

    def _compute(self, spans: Sequence[tuple[Want, int, int]], *, wants_logits: bool) -> bool:
        context, row = self._context, 0
        for want, start, end in spans:
            count = end - start
            if count <= 0:
                return False
            last = row + count
            context.tokens[row:last] = want.tokens[start:end]
            context.positions[row:last] = range(start, end)
            context.outputs[row:last] = [0] * count
            context.outputs[last - 1] = wants_logits
            context.sequences[row:last] = [context.sequence_address[want.slot]] * count
            row = last
        if not self._decode(row, len(spans) if wants_logits else 0, {s[0].slot for s in spans}):
            return False
        for want, start, end in spans:
            self._held[want.slot] += want.tokens[start:end]
        return True

    def _compute_guesses(self, wants: Sequence[Want], guesses: Sequence[Sequence[int]]) -> bool:
        context = self._context
        for row, (want, guessed) in enumerate(zip(wants, guesses, strict=True)):
            context.tokens[row] = guessed[-1]
            context.positions[row] = len(self._held[want.slot])
            context.outputs[row] = 1
            context.sequences[row] = context.sequence_address[want.slot]
        if not self._decode(len(wants), len(wants), {want.slot for want in wants}):
            return False
        for want, guessed in zip(wants, guesses, strict=True):
            self._held[want.slot].append(guessed[-1])
        return True

    def _decode(self, n_rows: int, n_outputs: int, slots: set[int]) -> bool:
        """False after a failure; the slots of the batch are forgotten then."""
        result = self._context.decode(n_rows, n_outputs)
        if result == KV_FULL and self._drop_others(slots):
            result = self._context.decode(n_rows, n_outputs)
        if result == 0:
            return True
        for slot in slots:
            self._forget(slot)
        if result < 0:
            log.warning("the draft model failed (%d): no more guesses of it", result)
            self.is_broken = True
        return False

    def _drop_others(self, slots: set[int]) -> bool:
        idle = [slot for slot, held in enumerate(self._held) if held and slot not in slots]
        for slot in idle:
            self._forget(slot)
        return bool(idle)

    def _forget(self, slot: int) -> None:
        self._states.keep_prefix(slot, 0)
        self._held[slot].clear()


def _usable(guesses: list[int], n_vocab: int) -> list[int]:
    for n, token in enumerate(guesses):
        if token >= n_vocab:
            return guesses[:n]
    return guesses
