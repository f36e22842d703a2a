"""How fast a model could write: memory bandwidth over the bytes that one token reads.

Writing a token reads every weight once (of a mixture of experts: the chosen experts) and the
KV cache of the conversation so far; arithmetic hides behind that on all but the smallest models.
"""

from __future__ import annotations

from collections.abc import Mapping

from desk_llm.engine.types import MemoryUse, ModelInfo

CPU = "CPU"
TINY_BYTES = 200 << 20  # a token that reads less is bound by other things than bandwidth


def bytes_per_token(info: ModelInfo, n_past: int, read_share: float = 1.0) -> dict[str, float]:
    """By device; empty when nobody knows where the weights are.

    `read_share` is the part of the weights that one token needs: below 1 for experts.
    """
    uses = info.memory or _all_on_cpu(info)
    return {
        use.device: use.weights * read_share + use.kv_cache * n_past / max(1, info.n_ctx)
        for use in uses
    }


def _all_on_cpu(info: ModelInfo) -> tuple[MemoryUse, ...]:
    """Before the memory is known: a model without GPU layers is in the RAM as a whole."""
    return (MemoryUse(CPU, info.size_bytes),) if info.n_gpu_layers == 0 else ()


def bound_tok_s(reads: Mapping[str, float], bandwidths: Mapping[str, float]) -> float | None:
    """The most that the memory allows; None where it is unknown, or not what limits."""
    if sum(reads.values()) < TINY_BYTES or not reads.keys() <= bandwidths.keys():
        return None
    seconds = sum(size / bandwidths[device] for device, size in reads.items() if size)
    return 1.0 / seconds if seconds else None
