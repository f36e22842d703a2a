"""LoRA adapters of a loaded model: small matrices that llama.cpp adds to the weights."""

from __future__ import annotations

import ctypes as c
import math
import os
from collections.abc import Sequence
from typing import Any

from desk_llm.engine.llama.context import Context
from desk_llm.engine.llama.library import L, recent_problems
from desk_llm.engine.llama.model import Model
from desk_llm.errors import QT_TRANSLATE_NOOP, LoadFailed, Unsupported

MAX_ADAPTERS = 16
MAX_SCALE = 100.0


class Adapters:
    """The adapters of one model; engine thread only.

    Make it before the context, whose graph is measured with them, `give_to` every context before
    its first batch, and free it behind the contexts and before the model.
    """

    def __init__(self, model: Model, wanted: Sequence[tuple[str, float]]) -> None:
        """Raises LoadFailed or Unsupported; nothing is left of it then."""
        self._pointers: list[Any] = []
        self._scales = [scale for _path, scale in wanted]
        if len(wanted) > MAX_ADAPTERS or not all(map(is_scale, self._scales)):
            raise Unsupported(
                QT_TRANSLATE_NOOP("errors", "The engine refused a load parameter."),
                detail=f"{len(wanted)} adapters, scales {self._scales}",
            )
        try:
            for path, _scale in wanted:
                self._pointers.append(_load(model, path))
        except LoadFailed:
            self.free()
            raise

    def __len__(self) -> int:
        return len(self._pointers)

    def give_to(self, context: Context) -> None:
        """Let the context compute with them. Raises LoadFailed."""
        n = len(self._pointers)
        if not n:
            return
        pointers = (L.llama_adapter_lora_p_ctypes * n)(*self._pointers)
        scales = (c.c_float * n)(*self._scales)
        if L.llama_set_adapters_lora(context.pointer, pointers, n, scales) != 0:
            raise LoadFailed(
                QT_TRANSLATE_NOOP("errors", "The engine refused the LoRA adapters."),
                detail=recent_problems(),
            )

    def free(self) -> None:
        """Give the memory back; idempotent."""
        while self._pointers:
            L.llama_adapter_lora_free(self._pointers.pop())


def is_scale(scale: float) -> bool:
    """NaN and infinity would make every logit nonsense."""
    return math.isfinite(scale) and abs(scale) <= MAX_SCALE


def _load(model: Model, path: str) -> Any:
    recent_problems()
    pointer = L.llama_adapter_lora_init(model.pointer, os.fsencode(path))
    if not pointer:
        raise LoadFailed(
            QT_TRANSLATE_NOOP("errors", "The LoRA adapter {name} does not belong to this model."),
            QT_TRANSLATE_NOOP("errors", "Choose an adapter that was made for this very model."),
            recent_problems(),
            name=os.path.basename(path),
        )
    return pointer
