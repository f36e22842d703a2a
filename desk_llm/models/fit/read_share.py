"""The part of a model's weights that writing one token reads."""

from __future__ import annotations

from desk_llm.models.types import GgufInfo


def read_share(info: GgufInfo) -> float:
    """Below 1 for experts, of which a token uses a few, and for an embedding of its own.

    Of the embedding a token reads one row; where the output has no matrix, it reads it all there.
    """
    if not info.tensor_bytes:
        return 1.0
    unread = sum(info.expert_sizes) * (1.0 - info.expert_share)
    if info.output_bytes > info.embedding_bytes // 8:
        unread += info.embedding_bytes
    return max(0.0, 1.0 - unread / info.tensor_bytes)
