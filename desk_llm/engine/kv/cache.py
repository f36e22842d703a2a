"""What the scheduler and the caches ask of a model's KV cache; one sequence id per slot."""

from __future__ import annotations

from typing import Protocol

Buffer = bytearray | memoryview


class KvCache(Protocol):
    """Engine thread only."""

    needs_checkpoints: bool
    """False for dense attention, which can go back to any position."""

    def can_keep(self, slot: int, n_tokens: int) -> bool:
        """True when the slot can go on behind `n_tokens` as if nothing had come after them."""
        ...

    def keep_prefix(self, slot: int, n_tokens: int) -> bool:
        """Forget what lies behind `n_tokens`; False: this model cannot, nothing happened."""
        ...

    def share_prefix(
        self, source: int, target: int, n_tokens: int, partial: Buffer | None = None
    ) -> bool:
        """Let `target` hold exactly the first `n_tokens` of `source`; False: it holds nothing.

        `partial` is the partial state of `source` when it had `n_tokens`; source and target may
        be the same slot, which then goes back there.
        """
        ...

    def state_size(self, slot: int, *, is_partial: bool = False) -> int:
        """Bytes that `save_state` would make; 0 when the slot holds nothing."""
        ...

    def save_state(self, slot: int, *, is_partial: bool = False) -> bytearray | None:
        """A copy of what the slot holds; None when it is nothing."""
        ...

    def load_state(self, slot: int, data: Buffer, n_tokens: int) -> bool:
        """Let the slot hold a saved state of `n_tokens`; False: no room, it holds nothing."""
        ...
