"""The header of another quant of the same model, guessed from one that is known."""

from __future__ import annotations

from dataclasses import replace

from desk_llm.models.gguf.quants import TENSOR_TYPES
from desk_llm.models.types import GgufInfo


def scaled(info: GgufInfo, share: float, label: str) -> GgufInfo:
    """The same shape with `share` times the bytes: good for a list, before any other is read."""
    kind = type_of(label)
    return replace(
        info,
        quant=label,
        tensor_bytes=round(info.tensor_bytes * share),
        layer_bytes=round(info.layer_bytes * share),
        layer_sizes=tuple(round(one * share) for one in info.layer_sizes),
        expert_sizes=tuple(round(one * share) for one in info.expert_sizes),
        output_bytes=round(info.output_bytes * share),
        embedding_bytes=round(info.embedding_bytes * share),
        type_bytes=((kind, round(info.tensor_bytes * share)),),
        embedding_type=kind,
    )


def type_of(label: str) -> int:
    """The tensor type that a quant is mostly made of; -1: not known.

    >>> type_of("Q4_K_M"), type_of("UD-Q8_0"), type_of("what is that")
    (12, 8, -1)
    """
    found = [(len(name), kind) for kind, (name, *_size) in TENSOR_TYPES.items() if name in label]
    return max(found, default=(0, -1))[1]
