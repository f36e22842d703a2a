"""PrefixCache: the slots, what their KV caches hold, and which beginning a prompt can reuse.

A prompt starts with the longest beginning that some cache gives: its own slot, another slot (also
one that still generates), or a file of an earlier run. Models that cannot cut a tail go back to
a checkpoint instead.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from desk_llm.engine import sequence
from desk_llm.engine.kv.cache import KvCache
from desk_llm.engine.kv.checkpoints import MAX_BYTES, Checkpoint, Checkpoints, next_position
from desk_llm.engine.kv.file import KvState
from desk_llm.engine.kv.keeper import EVICT_WITHIN_S, MIN_GAIN, NEW_SHARE, REST_WITHIN_S, KvKeeper
from desk_llm.engine.kv.prefix import common_prefix, usable_prefix

IDLE_S = 3.0  # a slot that rests as long is saved


@dataclass(slots=True)
class Slot:
    """One sequence id of the context: what its KV cache holds, and who uses it now."""

    id: int
    checkpoints: Checkpoints
    cached: list[int]  # token ids in the KV cache while idle; a running sequence has its own
    conversation: str = ""
    sequence: sequence.Sequence | None = None
    last_used: float = 0.0
    is_saved: bool = True  # or not worth it: nothing to decide any more

    def tokens(self) -> list[int]:
        """The token ids whose keys and values are in the cache now."""
        running = self.sequence
        return self.cached if running is None else running.tokens[: running.n_computed]


@dataclass(frozen=True, slots=True)
class Reuse:
    """The beginning of a prompt that a slot can give, directly or from a checkpoint."""

    slot: Slot
    n_tokens: int
    checkpoint: Checkpoint | None = None


class PrefixCache:
    """Gives sequences their slots, and starts them with all that was computed before.

    Engine thread only, except `n_held`.
    """

    def __init__(self, cache: KvCache, n_slots: int, keeper: KvKeeper | None = None) -> None:
        self._cache = cache
        self.keeper = keeper
        self.slots = [Slot(i, Checkpoints(MAX_BYTES // n_slots), []) for i in range(n_slots)]

    # ── a sequence comes ─────────────────────────────────────────────────

    def place(self, seq: sequence.Sequence) -> bool:
        """Put `seq` into the best idle slot; False when all are busy."""
        idle = [slot for slot in self.slots if slot.sequence is None]
        if not idle:
            return False
        found = [self._reuse(slot, seq.tokens) for slot in self.slots]
        best = max(found, key=lambda reuse: (reuse.n_tokens, reuse.slot.sequence is None))
        conversation = seq.request.conversation
        slot = _choose(idle, best, conversation)
        stored, seq.stored = seq.stored, None
        kept = 0
        if stored is not None:
            kept = self._load(slot, stored, seq.tokens, best.n_tokens)
        if not kept:
            kept = self._start(slot, best, conversation)
        slot.cached = []
        slot.conversation = conversation
        slot.sequence = seq
        seq.slot, seq.n_computed = slot.id, kept
        return True

    def _reuse(self, slot: Slot, prompt: list[int]) -> Reuse:
        n = min(common_prefix(slot.tokens(), prompt), len(prompt) - 1)
        cache = self._cache
        if n <= 0 or not cache.needs_checkpoints or cache.can_keep(slot.id, n):
            return Reuse(slot, max(n, 0))
        checkpoint = slot.checkpoints.best(n)
        return Reuse(slot, checkpoint.n_tokens if checkpoint else 0, checkpoint)

    def _start(self, slot: Slot, best: Reuse, conversation: str) -> int:
        """Make the slot hold the beginning; its length, 0 when that failed."""
        n, source = best.n_tokens, best.slot
        if slot is not source or slot.conversation != conversation:
            self._save_evicted(slot)
        if not n:
            self.forget(slot)
            return 0
        if slot is source and best.checkpoint is None:
            is_kept = self._cache.keep_prefix(slot.id, n)
        else:
            partial = best.checkpoint.data if best.checkpoint else None
            is_kept = self._cache.share_prefix(source.id, slot.id, n, partial)
        if not is_kept:
            self.forget(slot)
            return 0
        if slot is source:
            slot.checkpoints.cut(n)
        else:
            slot.checkpoints.replace(source.checkpoints.all, n)
        return n

    def _load(self, slot: Slot, stored: KvState, prompt: list[int], n_held: int) -> int:
        """Let the slot go on from a file; how many tokens that saves, 0 when it does not pay."""
        held, cache = stored.tokens.tolist(), self._cache
        positions = [one.n_tokens for one in stored.checkpoints]
        n = usable_prefix(held, prompt, positions, can_cut=not cache.needs_checkpoints)
        if n < n_held + MIN_GAIN:
            return 0
        self._save_evicted(slot)
        self.forget(slot)
        while not cache.load_state(slot.id, stored.data, len(held)):
            if not self.drop_idle():
                if self.keeper is not None:
                    self.keeper.reject(stored)
                return 0
        slot.checkpoints.replace(stored.checkpoints, n)
        if not cache.keep_prefix(slot.id, n):
            checkpoint = slot.checkpoints.best(n)
            partial = checkpoint.data if checkpoint else None
            if not cache.share_prefix(slot.id, slot.id, n, partial):
                self.forget(slot)
                return 0
        return n

    def n_held(self, prompt: list[int]) -> int:
        """About how much of a prompt the slots hold. Any thread: nothing depends on it but time."""
        can_cut = not self._cache.needs_checkpoints
        return max(
            usable_prefix(
                slot.tokens(),
                prompt,
                [one.n_tokens for one in slot.checkpoints.all],
                can_cut=can_cut,
            )
            for slot in self.slots
        )

    # ── while it runs ────────────────────────────────────────────────────

    def catch_up(self, seq: sequence.Sequence) -> None:
        """Before its first chunk: others may have computed more of its beginning since it came."""
        slot = self.slots[seq.slot]
        found = [self._reuse(other, seq.tokens) for other in self.slots if other is not slot]
        best = max(found, key=lambda reuse: reuse.n_tokens, default=None)
        if best is not None and best.n_tokens >= seq.n_computed + MIN_GAIN:
            seq.n_computed = seq.n_cached = self._start(slot, best, slot.conversation)

    def chunk_limit(self, seq: sequence.Sequence, start: int, count: int) -> int:
        """How many of `count` prompt tokens from `start` on may be one batch."""
        if not self._cache.needs_checkpoints:
            return count
        position = next_position(seq.n_prompt, start)
        return count if position is None else min(count, position - start)

    def after_step(self, seq: sequence.Sequence) -> None:
        """A part of its prompt was computed: make a checkpoint if this is the place."""
        n = seq.n_computed
        if not self._cache.needs_checkpoints or next_position(seq.n_prompt, n - 1) != n:
            return
        slot = self.slots[seq.slot]
        if slot.checkpoints.fits(self._cache.state_size(slot.id, is_partial=True)):
            data = self._cache.save_state(slot.id, is_partial=True)
            if data is not None:
                slot.checkpoints.add(Checkpoint(n, data))

    def roll_back(self, seq: sequence.Sequence) -> None:
        """Make its slot hold exactly `n_computed` tokens, or fewer where the model cannot."""
        if self._cache.keep_prefix(seq.slot, seq.n_computed):
            return
        slot = self.slots[seq.slot]
        checkpoint = slot.checkpoints.best(seq.n_computed)
        seq.n_computed = 0
        if checkpoint is None:
            self._cache.keep_prefix(seq.slot, 0)
        elif self._cache.share_prefix(slot.id, slot.id, checkpoint.n_tokens, checkpoint.data):
            seq.n_computed = checkpoint.n_tokens

    def release(self, seq: sequence.Sequence) -> None:
        """Take `seq` out of its slot, which keeps the tokens that were computed."""
        slot = self.slots[seq.slot]
        slot.cached = seq.tokens[: seq.n_computed]
        slot.sequence = None
        slot.last_used = time.perf_counter()
        slot.is_saved = False
        seq.slot = -1

    # ── idle slots ───────────────────────────────────────────────────────

    def drop_idle(self) -> bool:
        """Forget the idle cache that was not used for the longest time; False: there is none."""
        idle = [slot for slot in self.slots if slot.sequence is None and slot.cached]
        if idle:
            oldest = min(idle, key=lambda slot: slot.last_used)
            self._save_evicted(oldest)
            self.forget(oldest)
        return bool(idle)

    def forget(self, slot: Slot) -> None:
        """Empty a slot."""
        self._cache.keep_prefix(slot.id, 0)
        slot.cached = []
        slot.checkpoints.cut(0)
        slot.is_saved = True

    def forget_all(self) -> None:
        """The context is in an unknown state."""
        for slot in self.slots:
            self.forget(slot)

    def disown(self, conversation: str) -> None:
        """A conversation was deleted: what the slots hold of it is not saved."""
        for slot in self.slots:
            if slot.conversation == conversation:
                slot.conversation = ""

    def save_resting(self, now: float) -> None:
        """Save one slot that was idle for a while: the next request waits for one at most."""
        for slot in self.slots:
            if slot.is_saved or slot.sequence is not None or now - slot.last_used < IDLE_S:
                continue
            if self._save(slot, new_share=NEW_SHARE):
                return

    def save_all(self, until: float) -> None:
        """The model is unloaded: save the newest first, as long as there is time."""
        for slot in sorted(self.slots, key=lambda slot: -slot.last_used):
            left = until - time.perf_counter()
            if slot.sequence is None and left > 0:
                self._save(slot, within_s=left)

    def _save_evicted(self, slot: Slot) -> None:
        if not slot.is_saved:
            self._save(slot, within_s=EVICT_WITHIN_S)

    def _save(self, slot: Slot, *, new_share: float = 0.0, within_s: float = REST_WITHIN_S) -> bool:
        slot.is_saved = True
        if self.keeper is None or not slot.cached or not slot.conversation:
            return False
        if not self._cache.keep_prefix(slot.id, len(slot.cached)):
            return False  # it holds something else than it should
        return self.keeper.save(
            slot.id,
            slot.conversation,
            slot.cached,
            slot.checkpoints.all,
            new_share=new_share,
            within_s=within_s,
        )


def _choose(idle: list[Slot], best: Reuse, conversation: str) -> Slot:
    """The idle slot for a prompt.

    The best one is continued in place when the prompt uses at least half of what it holds (all
    of it when it is another conversation's and there are empty slots); else the prefix is shared
    into another, so that the other branch or conversation keeps its cache too: an empty slot, its
    own conversation's, or the least recently used.
    """
    source = best.slot
    if source.sequence is None and best.n_tokens > 0:
        has_empty = any(not slot.cached for slot in idle)
        is_own = source.conversation == conversation
        least = 1 if has_empty and not is_own else 0.5
        if best.n_tokens >= len(source.cached) * least:
            return source
    return min(
        idle,
        key=lambda slot: (
            bool(slot.cached),
            not conversation or slot.conversation != conversation,
            slot.last_used,
        ),
    )
