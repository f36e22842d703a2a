"""Memory by owner: of each device, what holds weights, caches, buffers, and what others hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desk_llm.engine.types import MemoryUse, ModelInfo
from desk_llm.telemetry.expected import CPU
from desk_llm.telemetry.types import GpuSample, Sample


@dataclass(frozen=True, slots=True)
class Owners:
    """Bytes; they add up to the whole memory. None: nobody can tell."""

    weights: int | None
    kv_cache: int | None
    compute: int | None
    app: int | None  # the app's own memory without the models
    others: int
    free: int


def ram_owners(sample: Sample) -> Owners:
    """Mapped weights count for us, though the system calls them available."""
    use = _sum(sample.engine.models, (CPU,))
    ours = sample.memory_ours
    others = sample.memory_used - (ours - sample.memory_ours_file)
    return _share_out(use, ours, max(0, others), sample.memory_total)


def gpu_owners(gpu: GpuSample, names: Sequence[str], models: Sequence[ModelInfo]) -> Owners:
    """`names`: what the engine calls this GPU."""
    use = _sum(models, names)
    known = 0 if use is None else use.weights + use.kv_cache + use.compute
    if gpu.memory_ours is None:  # the driver does not say: what the models hold is ours
        others = max(0, gpu.memory_used - known)
        return _share_out(use, min(known, gpu.memory_used), others, gpu.memory_total, False)
    ours = min(gpu.memory_ours, gpu.memory_used)
    return _share_out(use, ours, gpu.memory_used - ours, gpu.memory_total)


def _sum(models: Iterable[ModelInfo], devices: Sequence[str]) -> MemoryUse | None:
    """All models together; None when one does not know its memory."""
    weights = kv_cache = compute = 0
    for model in models:
        if not model.memory:
            return None
        for use in model.memory:
            if use.device in devices:
                weights += use.weights
                kv_cache += use.kv_cache
                compute += use.compute
    return MemoryUse(devices[0] if devices else "", weights, kv_cache, compute)


def _share_out(
    use: MemoryUse | None, ours: int, others: int, total: int, is_app_known: bool = True
) -> Owners:
    """What is ours, to its owners: a mapped file may not be in the memory as a whole."""
    free = max(0, total - ours - others)
    if use is None:
        return Owners(None, None, None, ours, others, free)
    kv_cache = min(use.kv_cache, ours)
    compute = min(use.compute, ours - kv_cache)
    weights = min(use.weights, ours - kv_cache - compute)
    app = ours - kv_cache - compute - weights
    return Owners(weights, kv_cache, compute, app if is_app_known else None, others, free)
