"""Checkpoints: partial states of a slot at earlier positions, for models that cannot cut a tail.

A recurrent state exists only for the newest token, a sliding window only for the newest few
hundred. A new branch of a chat needs an older one, so copies are made where branches start:
shortly before the end of each prompt, and every now and then in a long one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# A template ends the prompt with the reply's header (<|im_start|>assistant, <think> …), which the
# next turn may write differently: the checkpoint stands before it, and costs one short batch.
BEFORE_END = 8
EVERY = 1024  # tokens of a long prompt
MIN_PROMPT = 64  # tokens; a shorter one is computed again as fast as the checkpoint was made
MAX_COUNT = 8  # per slot
MAX_BYTES = 512 << 20  # of all slots together


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The partial state of a sequence when it had `n_tokens`."""

    n_tokens: int
    data: bytearray | memoryview


def next_position(n_prompt: int, start: int) -> int | None:
    """Where behind `start` a prompt gets its next checkpoint; None: nowhere.

    >>> [next_position(2500, n) for n in (0, 1024, 2048, 2492)]
    [1024, 2048, 2492, None]
    """
    if n_prompt < MIN_PROMPT:
        return None
    end = n_prompt - BEFORE_END
    regular = (start // EVERY + 1) * EVERY
    position = min(regular, end) if start < end else regular
    return position if position < n_prompt else None


class Checkpoints:
    """Those of one slot, the shortest first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._items: list[Checkpoint] = []

    def __len__(self) -> int:
        return len(self._items)

    @property
    def all(self) -> Sequence[Checkpoint]:
        """The shortest first."""
        return self._items

    def fits(self, n_bytes: int) -> bool:
        """Whether one of this size may be kept at all."""
        return 0 < n_bytes <= self._max_bytes

    def has(self, n_tokens: int) -> bool:
        """Whether there is one at this position."""
        return any(one.n_tokens == n_tokens for one in self._items)

    def best(self, most: int) -> Checkpoint | None:
        """The longest with at most `most` tokens."""
        return max(
            (one for one in self._items if one.n_tokens <= most),
            key=lambda one: one.n_tokens,
            default=None,
        )

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep one; when there are too many, the one that leaves the smallest gap goes."""
        items = [one for one in self._items if one.n_tokens != checkpoint.n_tokens]
        items.append(checkpoint)
        items.sort(key=lambda one: one.n_tokens)
        while len(items) > MAX_COUNT or (
            len(items) > 1 and sum(len(one.data) for one in items) > self._max_bytes
        ):
            items.pop(_least_useful(items))
        self._items = items

    def cut(self, n_tokens: int) -> None:
        """The slot's tokens behind `n_tokens` are not what they were."""
        self._items = [one for one in self._items if one.n_tokens <= n_tokens]

    def replace(self, items: Sequence[Checkpoint], n_tokens: int) -> None:
        """The slot holds the first `n_tokens` of another one now."""
        self._items = []
        for one in items:
            if one.n_tokens <= n_tokens and self.fits(len(one.data)):
                self.add(one)


def _least_useful(items: Sequence[Checkpoint]) -> int:
    """The newest stays; of the others the one whose neighbours are the closest together."""
    gaps = [
        (after.n_tokens - (items[n - 1].n_tokens if n else 0), n)
        for n, after in enumerate(items[1:])
    ]
    return min(gaps)[1]
