"""KvKeeper: decides which slots' states are worth a file, and copies them out; one model's.

The copy is made on the engine thread; the store writes it on its own. A copy costs milliseconds
per hundred megabytes where the cells of a slot lie together, and seconds on a GPU where parallel
replies have mixed them, so its speed is measured and a copy that would take too long is not made.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence

from desk_llm.engine.kv.cache import KvCache
from desk_llm.engine.kv.checkpoints import Checkpoint
from desk_llm.engine.kv.file import KvIdentity, KvState, token_array
from desk_llm.engine.kv.store import KvStore

MIN_GAIN = 64  # tokens: fewer are computed again sooner than a file is read
# A state is written as a whole. At every turn that would be gigabytes a day; when a quarter is
# new, all writes of a conversation together are five times its last size at most.
NEW_SHARE = 0.25
EVICT_WITHIN_S = 0.15  # a request waits for the slot
REST_WITHIN_S = 1.0  # nobody waits, but somebody may come
FIRST_BYTES_S = 2e9  # nothing measured yet
MIN_MEASURED = 1 << 20  # bytes
KEPT_CHECKPOINTS = 2


class KvKeeper:
    """Engine thread only, except `find`."""

    def __init__(self, cache: KvCache, store: KvStore, identity: KvIdentity, n_ctx: int) -> None:
        self._cache = cache
        self._store = store
        self._identity = identity
        self._n_ctx = n_ctx
        self._bytes_s = FIRST_BYTES_S

    def find(self, conversation: str, tokens: Sequence[int], n_held: int) -> KvState | None:
        """A saved state that beats the `n_held` tokens the slots have; prepare thread."""
        return self._store.find(
            conversation,
            self._identity,
            token_array(tokens),
            n_held + MIN_GAIN,
            can_cut=not self._cache.needs_checkpoints,
            n_ctx=self._n_ctx,
        )

    def reject(self, state: KvState) -> None:
        """A state could not be loaded."""
        self._store.reject(state)

    def save(
        self,
        slot: int,
        conversation: str,
        tokens: Sequence[int],
        checkpoints: Sequence[Checkpoint],
        *,
        new_share: float = 0.0,
        within_s: float = REST_WITHIN_S,
    ) -> bool:
        """Hand an idle slot's state to the store if enough of it is new; False: it is not."""
        held = token_array(tokens)
        if not self._is_worth(conversation, held, new_share):
            return False
        size = self._cache.state_size(slot)
        if not size or not self._store.accepts(conversation, size):
            return False
        if size > within_s * self._bytes_s:
            self._bytes_s *= 1.25  # it may be better next time
            return False
        started = time.perf_counter()
        data = self._cache.save_state(slot)
        if size >= MIN_MEASURED:
            self._bytes_s = size / max(time.perf_counter() - started, 1e-9)
        if data is None:
            return False
        newest = tuple(checkpoints[-KEPT_CHECKPOINTS:])
        self._store.save(KvState(conversation, self._identity, held, data, newest))
        return True

    def _is_worth(self, conversation: str, tokens: array[int], new_share: float) -> bool:
        if not conversation or len(tokens) < MIN_GAIN:
            return False
        n_new = len(tokens) - self._store.n_known(conversation, self._identity, tokens)
        return n_new >= max(MIN_GAIN, len(tokens) * new_share)
