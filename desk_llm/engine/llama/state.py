"""The KV cache of a context, sequence by sequence: what can be kept, shared, saved and loaded.

Three kinds of memory differ in what can be dropped behind a position:

    dense attention    anything
    sliding windows    as long as the window before the position was not overwritten yet
    recurrent, hybrid  nothing: only the newest state exists

What cannot be cut in the last two is their "partial" state. It is small, and with a copy of it
from an earlier position the sequence goes back there.

A damaged state aborts the process: `load_state` is only for bytes that `save_state` made for the
same model, KV types and build, with a checksum in between where they left this process.
"""

from __future__ import annotations

import ctypes as c

from desk_llm.engine.llama.context import Context
from desk_llm.engine.llama.library import L
from desk_llm.engine.llama.model import Model

EMPTY_BYTES = 8  # magic and sequence id: the state of nothing

# Writable, because ctypes takes the address of nothing else without a copy.
Buffer = bytearray | memoryview


class SequenceStates:
    """The sequences of one context; engine thread only. A sequence id is a slot's."""

    def __init__(self, model: Model, context: Context) -> None:
        self._context = context
        self._memory: int = L.llama_get_memory(context.pointer)
        self._n_sequences: int = L.llama_n_seq_max(context.pointer)
        self._window: int = L.llama_model_n_swa(model.pointer)
        self._is_recurrent = not model.can_drop_tail

    @property
    def needs_checkpoints(self) -> bool:
        """False for dense attention, which can go back to any position."""
        return self._is_recurrent or self._window > 0

    def can_keep(self, slot: int, n_tokens: int) -> bool:
        """True when the slot can go on behind `n_tokens` as if nothing had come after them."""
        memory = self._memory
        self._check(slot)
        if n_tokens <= 0:
            return True
        last: int = L.llama_memory_seq_pos_max(memory, slot)
        if last < n_tokens - 1 or (self._is_recurrent and last != n_tokens - 1):
            return False
        if self._is_recurrent or self._window <= 0:
            return True
        # The next token, at position n, looks back at n - window + 1 and what follows.
        first: int = L.llama_memory_seq_pos_min(memory, slot)
        return first <= max(0, n_tokens - self._window + 1)

    def keep_prefix(self, slot: int, n_tokens: int) -> bool:
        """Forget what lies behind `n_tokens`; False: this model cannot, nothing happened."""
        if not self.can_keep(slot, n_tokens):
            return False
        return bool(L.llama_memory_seq_rm(self._memory, slot, n_tokens, -1))

    def share_prefix(
        self, source: int, target: int, n_tokens: int, partial: Buffer | None = None
    ) -> bool:
        """Let `target` hold exactly the first `n_tokens` of `source`; False: it holds nothing.

        Attention cells are shared without a copy. `partial` is the partial state of `source` when
        it had `n_tokens`; source and target may be the same slot, which then goes back there.
        """
        self._check(source)
        self._check(target)
        if source != target:
            L.llama_memory_seq_rm(self._memory, target, -1, -1)
            L.llama_memory_seq_cp(self._memory, source, target, 0, n_tokens)
        is_whole = partial is None or self._set(target, partial, is_partial=True)
        if is_whole and self.keep_prefix(target, n_tokens):
            return True
        L.llama_memory_seq_rm(self._memory, target, -1, -1)
        return False

    def state_size(self, slot: int, *, is_partial: bool = False) -> int:
        """Bytes that `save_state` would make; 0 when the slot holds nothing."""
        if not self._is_known(slot):
            return 0
        flags = _flags(is_partial)
        size: int = L.llama_state_seq_get_size_ext(self._context.pointer, slot, flags)
        return size if size > EMPTY_BYTES else 0

    def save_state(self, slot: int, *, is_partial: bool = False) -> bytearray | None:
        """A copy of what the slot holds; None when it is nothing."""
        size = self.state_size(slot, is_partial=is_partial)
        if not size:
            return None
        data = bytearray(size)
        written = L.llama_state_seq_get_data_ext(
            self._context.pointer,
            (c.c_uint8 * size).from_buffer(data),
            size,
            slot,
            _flags(is_partial),
        )
        return data if written == size else None

    def load_state(self, slot: int, data: Buffer, n_tokens: int) -> bool:
        """Let the slot hold a saved state of `n_tokens`; False: no room, it holds nothing."""
        self._check(slot)
        if self._set(slot, data, is_partial=False):
            last: int = L.llama_memory_seq_pos_max(self._memory, slot)
            if last == n_tokens - 1:
                return True
        L.llama_memory_seq_rm(self._memory, slot, -1, -1)
        return False

    def _set(self, slot: int, data: Buffer, *, is_partial: bool) -> bool:
        size = len(data)
        if not self._is_known(slot) or size <= EMPTY_BYTES:
            return False
        read: int = L.llama_state_seq_set_data_ext(
            self._context.pointer,
            (c.c_uint8 * size).from_buffer(data),
            size,
            slot,
            _flags(is_partial),
        )
        return read == size

    def _check(self, slot: int) -> None:
        # -1 means all sequences to llama.cpp, and one too many ends the process.
        if not self._is_known(slot):
            raise IndexError(slot)

    def _is_known(self, slot: int) -> bool:
        return bool(self._context.pointer) and 0 <= slot < self._n_sequences


def _flags(is_partial: bool) -> int:
    flags: int = L.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY if is_partial else 0
    return flags
