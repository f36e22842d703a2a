"""Which slot already holds the longest beginning of a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk_llm.engine import sequence


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
