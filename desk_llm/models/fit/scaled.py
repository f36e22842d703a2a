"""The header of another quant of the same model, guessed from one that is known."""

from __future__ import annotations

from dataclasses import replace

from desk_llm.models.types import GgufInfo


def scaled(info: GgufInfo, share: float, label: str) -> GgufInfo:
    """The same shape with `share` times the bytes: good for a list, before any other is read."""
    return replace(
        info,
        quant=label,
        tensor_bytes=round(info.tensor_bytes * share),
        layer_bytes=round(info.layer_bytes * share),
        layer_sizes=tuple(round(one * share) for one in info.layer_sizes),
        expert_sizes=tuple(round(one * share) for one in info.expert_sizes),
        output_bytes=round(info.output_bytes * share),
        embedding_bytes=round(info.embedding_bytes * share),
    )
