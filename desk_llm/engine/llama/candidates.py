"""Candidates: an array of tokens with logits that native samplers reduce, and views of logits.

Imports numpy: import this module where it is first needed, not when the app starts.
"""

from __future__ import annotations

import ctypes as c
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from desk_llm.engine.llama.context import Context
from desk_llm.engine.llama.library import L

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TOKEN_DATA = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


def logits_of(context: Context, row: int, n_vocab: int) -> NDArray[np.float32]:
    """The logits of an output row of the newest batch, without a copy; true until the next."""
    pointer = L.llama_get_logits_ith(context.pointer, row)
    if not pointer:  # reading it would crash
        raise IndexError(row)
    address = c.addressof(pointer.contents)
    raw = cast("bytes", (c.c_float * n_vocab).from_address(address))
    return np.frombuffer(raw, np.float32)


class Candidates:
    """Room for a whole vocabulary; `array` is what native samplers take."""

    def __init__(self, n_vocab: int) -> None:
        self._ids = np.arange(n_vocab, dtype=np.int32)
        self._data = np.zeros(n_vocab, _TOKEN_DATA)
        self._address = self._data.ctypes.data
        self._struct = L.llama_token_data_array()
        self.array: Any = c.byref(self._struct)

    def __len__(self) -> int:
        return int(self._struct.size)

    def fill(self, logits: NDArray[np.float32], forbidden: Sequence[int] = ()) -> None:
        """All tokens, in the order of their ids."""
        self._data["id"] = self._ids
        self._data["logit"] = logits
        for token in forbidden:
            self._data[token]["logit"] = -np.inf
        self._describe(len(self._data))

    def _describe(self, n: int) -> None:
        struct = self._struct
        struct.data = c.cast(self._address, L.llama_token_data_p)
        struct.size, struct.selected, struct.sorted = n, -1, False

    def drop_forbidden(self) -> None:
        """Leave only those above -inf: some samplers compute NaN from the others."""
        kept = self._view()
        kept = kept[kept["logit"] > -np.inf]
        self._data[: len(kept)] = kept
        self._describe(len(kept))

    def _view(self) -> NDArray[Any]:
        # A sampler may have moved the pointer into memory of its own.
        address = c.addressof(self._struct.data.contents)
        raw = cast("bytes", (c.c_char * (len(self) * _TOKEN_DATA.itemsize)).from_address(address))
        return np.frombuffer(raw, _TOKEN_DATA)

    def logit_range(self) -> tuple[float, float]:
        """Smallest and largest logit; there must be one."""
        logits = self._view()["logit"]
        return float(logits.min()), float(logits.max())

    def selected(self) -> int | None:
        """The token that a chain chose; None when it chose none."""
        struct = self._struct
        if not 0 <= struct.selected < struct.size:
            return None
        return int(struct.data[struct.selected].id)
