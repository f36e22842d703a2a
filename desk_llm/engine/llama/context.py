"""A context: KV cache, compute buffers and the one reusable batch."""

from __future__ import annotations

import ctypes as c
import math
import os
from dataclasses import dataclass
from typing import Any

from desk_llm.engine import breadcrumb
from desk_llm.engine.llama.library import L, recent_problems
from desk_llm.engine.llama.model import Model
from desk_llm.engine.types import KvType
from desk_llm.errors import QT_TRANSLATE_NOOP, OutOfMemory, Unsupported

MAX_N_CTX = 1 << 24  # beyond it the cell table alone takes minutes and gigabytes to make
MAX_BATCH = 1 << 16
MAX_THREADS = 512  # GGML_MAX_N_THREADS: the arrays of a thread pool are as long
MAX_SEQUENCES = 256  # LLAMA_MAX_SEQ: more makes llama.cpp refuse the context
KV_FULL, ABORTED = 1, 2  # positive results of llama_decode

# GGML_TYPE_* of the types that a KV cache may have.
KV_TYPES: dict[KvType, int] = {
    "f32": 0,
    "f16": 1,
    "q4_0": 2,
    "q4_1": 3,
    "q5_0": 6,
    "q5_1": 7,
    "q8_0": 8,
    "bf16": 30,
}


@dataclass(frozen=True, slots=True)
class ContextParams:
    """What a context is made with."""

    n_ctx: int
    n_seq_max: int
    n_batch: int
    n_threads: int
    flash_attn: bool | None = None
    type_k: KvType = "f16"
    type_v: KvType = "f16"
    n_outputs: int = 0  # rows of one batch that may have logits; 0: one per sequence


class Context:
    """KV cache and compute buffers of a model, with one reusable batch of `n_batch` rows."""

    def __init__(self, model: Model, params: ContextParams) -> None:
        wanted = L.llama_context_default_params()
        wanted.n_ctx = params.n_ctx
        wanted.n_seq_max = min(max(1, params.n_seq_max), MAX_SEQUENCES)
        # 0 aborts the process, and so does less than a row for each sequence.
        wanted.n_batch = min(max(wanted.n_seq_max, params.n_batch), MAX_BATCH)
        wanted.n_ubatch = min(wanted.n_batch, 512)
        # 0 would reserve logits for a whole ubatch: 297 of 300 MiB with a vocabulary of 152k.
        wanted.n_outputs_max = min(max(params.n_outputs, wanted.n_seq_max), wanted.n_batch)
        wanted.n_threads = wanted.n_threads_batch = min(max(1, params.n_threads), MAX_THREADS)
        wanted.kv_unified = True  # prefixes are shared between sequences without a copy
        wanted.swa_full = False  # sliding windows keep the window, not the whole text
        wanted.no_perf = True
        wanted.type_k, wanted.type_v = KV_TYPES[params.type_k], KV_TYPES[params.type_v]
        wanted.flash_attn_type = (
            L.LLAMA_FLASH_ATTN_TYPE_AUTO if params.flash_attn is None else int(params.flash_attn)
        )
        recent_problems()
        self.pointer: int = 0
        if 0 < params.n_ctx <= MAX_N_CTX:
            self.pointer = L.llama_init_from_model(model.pointer, wanted)
        if not self.pointer:
            raise OutOfMemory(
                QT_TRANSLATE_NOOP(
                    "errors", "There is not enough memory for a context of {n_ctx} tokens."
                ),
                QT_TRANSLATE_NOOP("errors", "Choose a shorter context or fewer GPU layers."),
                recent_problems(),
                n_ctx=params.n_ctx,
            )
        self._memory: int | None = L.llama_get_memory(self.pointer)
        if not self._memory:
            self.free()
            raise Unsupported(
                QT_TRANSLATE_NOOP("errors", "This model makes embeddings: it cannot chat."),
                QT_TRANSLATE_NOOP("errors", "Choose a chat model."),
            )
        self.n_threads: int = wanted.n_threads
        self.n_ctx: int = L.llama_n_ctx(self.pointer)
        self.n_batch: int = L.llama_n_batch(self.pointer)
        self.n_outputs: int = wanted.n_outputs_max
        self._n_vocab = model.vocab.n_tokens
        self._n_seq_max: int = wanted.n_seq_max
        self._breadcrumb = breadcrumb.current()
        self._make_batch()
        self._make_abort_flag()

    def _make_batch(self) -> None:
        rows = self.n_batch
        self.tokens: Any = (c.c_int32 * rows)()
        self.positions: Any = (c.c_int32 * rows)()
        self.outputs: Any = (c.c_int8 * rows)()
        self._seq_counts = (c.c_int32 * rows)(*([1] * rows))
        self._seq_ids = [(c.c_int32 * 1)(i) for i in range(self._n_seq_max)]
        # Pointers as plain integers: assigning an int is far cheaper than a ctypes pointer.
        self.sequences: Any = (c.c_size_t * rows)()
        # No list: a slot of -1 must not be another conversation's.
        self.sequence_address = {n: c.addressof(one) for n, one in enumerate(self._seq_ids)}
        int32_p = c.POINTER(c.c_int32)
        self._batch = L.llama_batch(
            0,
            c.cast(self.tokens, int32_p),
            None,
            c.cast(self.positions, int32_p),
            c.cast(self._seq_counts, int32_p),
            c.cast(self.sequences, c.POINTER(int32_p)),
            c.cast(self.outputs, c.POINTER(c.c_int8)),
        )

    def _make_abort_flag(self) -> None:
        """ggml polls the callback 485 times a step: a Python callback costs 94 % of the speed.

        libc's strlen on an 8-byte buffer is the callback instead: no GIL, no Python frame, and
        writing one byte makes it non-zero. Only the CPU back end polls it.
        """
        self._abort_flag = (c.c_char * 8)()
        libc = c.CDLL("ucrtbase" if os.name == "nt" else None)
        self._abort_callback = c.cast(libc.strlen, L.ggml_abort_callback)
        L.llama_set_abort_callback(
            self.pointer, self._abort_callback, c.cast(self._abort_flag, c.c_void_p)
        )

    def request_abort(self) -> None:
        """Make the running `decode` return ABORTED within milliseconds. Any thread."""
        self._abort_flag[0] = b"\x01"

    def decode(self, n_rows: int, n_outputs: int = 1) -> int:
        """Compute the first `n_rows` of the batch; 0, KV_FULL, ABORTED, or negative.

        `n_outputs` of the rows have logits.
        """
        # More of either than the context was made for aborts the process.
        if not 0 < n_rows <= self.n_batch or n_outputs > self.n_outputs:
            raise ValueError((n_rows, n_outputs))
        batch = self._batch
        batch.n_tokens = n_rows
        self._breadcrumb.set_rows(n_rows)
        result: int = L.llama_decode(self.pointer, batch)
        self._breadcrumb.set_rows(0)
        if result == ABORTED:
            self._abort_flag[0] = b"\x00"
        return result

    def set_threads(self, n_threads: int) -> None:
        """Compute with so many threads from the next batch on."""
        self.n_threads = min(max(1, n_threads), MAX_THREADS)
        L.llama_set_n_threads(self.pointer, self.n_threads, self.n_threads)

    def logits_are_finite(self, row: int) -> bool:
        """False when the weights produce NaN or infinity. `row` must have been an output."""
        logits = L.llama_get_logits_ith(self.pointer, row)
        return bool(logits) and all(map(math.isfinite, logits[: self._n_vocab]))

    def free(self) -> None:
        """Give the memory back; before the model's."""
        if self.pointer:
            L.llama_free(self.pointer)
            self.pointer = 0
