"""PrefixCache: the slots, what their KV caches hold, and which beginning a prompt can reuse."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from desk_llm.engine import sequence


class KvCache(Protocol):
    """What is asked of the KV cache; one sequence id per slot."""

    def keep_prefix(self, slot: int, n_tokens: int) -> bool:
        """Forget what lies behind `n_tokens`; False: this model cannot, nothing happened."""
        ...

    def share_prefix(self, source: int, target: int, n_tokens: int) -> bool:
        """Let `target` hold exactly the first `n_tokens` of `source`; False: it holds nothing."""
        ...


@dataclass(slots=True)
class Slot:
    """One sequence id of the context: what its KV cache holds, and who uses it now."""

    id: int
    cached: list[int]  # token ids in the KV cache while idle; a running sequence has its own
    sequence: sequence.Sequence | None = None
    last_used: float = 0.0

    def tokens(self) -> list[int]:
        """The token ids whose keys and values are in the cache now."""
        if self.sequence is None:
            return self.cached
        return self.sequence.tokens[: self.sequence.n_computed]


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a new sequence goes, and whose prefix it starts with."""

    slot: Slot
    source: Slot | None  # not None: share its first `n_tokens` with `slot`
    n_tokens: int


def common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    """Length of the longest common beginning; slices compare in C, so bisect.

    >>> common_prefix([1, 2, 3, 4], [1, 2, 9]), common_prefix([], [1]), common_prefix([1], [1])
    (2, 0, 1)
    """
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def choose_slot(slots: Sequence[Slot], prompt: Sequence[int]) -> Choice | None:
    """The best idle slot for a prompt; None when all are busy.

    A slot is continued in place when the prompt uses at least half of what it holds; else the
    prefix is shared into the least recently used slot, so that the other conversation keeps
    its cache too. At least one prompt token is always computed: its logits are needed.
    """
    idle = [slot for slot in slots if slot.sequence is None]
    if not idle:
        return None
    most = len(prompt) - 1
    lengths = {slot.id: min(common_prefix(slot.tokens(), prompt), most) for slot in slots}
    best = max(slots, key=lambda slot: (lengths[slot.id], slot.sequence is None))
    n_best = lengths[best.id]
    if best.sequence is None and n_best * 2 >= len(best.cached) and n_best > 0:
        return Choice(best, None, n_best)
    target = min(idle, key=lambda slot: (bool(slot.cached), slot.last_used))
    if target is best or n_best <= lengths[target.id]:
        return Choice(target, None, lengths[target.id])
    return Choice(target, best, n_best)


class PrefixCache:
    """Gives sequences their slots, and starts them with all that was computed before."""

    def __init__(self, cache: KvCache, n_slots: int) -> None:
        self._cache = cache
        self.slots = [Slot(i, []) for i in range(n_slots)]

    def place(self, seq: sequence.Sequence) -> bool:
        """Put `seq` into the best idle slot; False when all are busy."""
        choice = choose_slot(self.slots, seq.tokens)
        if choice is None:
            return False
        slot, kept = choice.slot, self._reuse(choice)
        slot.cached = []
        slot.sequence = seq
        seq.slot, seq.n_computed = slot.id, kept
        return True

    def _reuse(self, choice: Choice) -> int:
        """Make the slot hold the chosen prefix; its length, 0 when the model cannot."""
        slot, kept = choice.slot, choice.n_tokens
        if choice.source is not None:
            return kept if self._cache.share_prefix(choice.source.id, slot.id, kept) else 0
        if kept == len(slot.cached) or self._cache.keep_prefix(slot.id, kept):
            return kept
        self._cache.keep_prefix(slot.id, 0)  # recurrent models cannot drop a tail
        return 0

    def release(self, seq: sequence.Sequence) -> None:
        """Take `seq` out of its slot, which keeps the tokens that were computed."""
        slot = self.slots[seq.slot]
        slot.cached = seq.tokens[: seq.n_computed]
        slot.sequence = None
        slot.last_used = time.perf_counter()
        seq.slot = -1

    def roll_back(self, seq: sequence.Sequence) -> None:
        """Make its slot hold exactly `n_computed` tokens, or nothing."""
        if not self._cache.keep_prefix(seq.slot, seq.n_computed):
            self._cache.keep_prefix(seq.slot, 0)
            seq.n_computed = 0

    def drop_idle(self) -> bool:
        """Forget the idle cache that was not used for the longest time; False: there is none."""
        idle = [slot for slot in self.slots if slot.sequence is None and slot.cached]
        if idle:
            self.forget(min(idle, key=lambda slot: slot.last_used))
        return bool(idle)

    def forget(self, slot: Slot) -> None:
        """Empty a slot."""
        self._cache.keep_prefix(slot.id, 0)
        slot.cached = []

    def forget_all(self) -> None:
        """The context is in an unknown state."""
        for slot in self.slots:
            self.forget(slot)
