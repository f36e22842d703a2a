"""What writing one token reads, device by device."""

from __future__ import annotations

from desk_llm.engine.types import ALL_LAYERS, LoadParams
from desk_llm.models.fit.buffers import caches_of, context_for, layer_cache
from desk_llm.models.fit.formula import CPU, MemoryNeed, is_tied
from desk_llm.models.types import GgufInfo


def weights_read(info: GgufInfo, params: LoadParams, need: MemoryNeed) -> dict[str, float]:
    """Bytes of weights that a token uses, by device.

    Not read are the experts that were not chosen, and the embedding (one row of it) where the
    output has a matrix of its own, or a copy on the GPU. Repacked weights are there twice in
    RAM, and read once.
    """
    here = {one.device: one.weights for one in need if one.weights}
    gpus = {name: float(size) for name, size in here.items() if name != CPU}
    in_ram = float(min(here.get(CPU, 0), info.tensor_bytes))
    idle = 1.0 - info.expert_share
    idle_in_ram = idle * _experts_in_ram(info, params, has_gpu=bool(gpus))
    idle_on_gpu = idle * sum(info.expert_sizes) - idle_in_ram
    unread = 0 if is_tied(info) and not (gpus and params.n_gpu_layers) else info.embedding_bytes
    on_gpu = sum(gpus.values())
    used = {name: size * max(0.0, 1 - idle_on_gpu / on_gpu) for name, size in gpus.items()}
    used[CPU] = max(0.0, in_ram - idle_in_ram - unread)
    return {name: size for name, size in used.items() if size > 0}


def bytes_per_token(
    info: GgufInfo, params: LoadParams, need: MemoryNeed, n_past: int
) -> dict[str, float]:
    """The weights, and the cache of `n_past` tokens."""
    reads = weights_read(info, params, need)
    if not reads:
        return {}
    cached = sum(one.kv_cache for one in need)
    cache = cache_read(info, params, n_past)
    for one in need:
        if one.kv_cache:
            reads[one.device] = reads.get(one.device, 0.0) + cache * one.kv_cache / cached
    return reads


def cache_read(info: GgufInfo, params: LoadParams, n_past: int) -> float:
    """Bytes of K, V and state that the attention of one token reads."""
    n_ctx = max(1, context_for(info, params.n_ctx))
    return sum(
        layer_cache(info, params, one) * min(n_past, one.window or n_past, n_ctx) / n_ctx
        if one.keys
        else one.state
        for one in caches_of(info)
    )


def _layers_in_ram(info: GgufInfo, params: LoadParams, *, has_gpu: bool) -> int:
    """The first ones; the last ones are on the GPUs."""
    if not has_gpu:
        return info.n_layers
    if params.n_gpu_layers == ALL_LAYERS:
        return 0
    return max(0, info.n_layers + 1 - params.n_gpu_layers)


def _experts_in_ram(info: GgufInfo, params: LoadParams, *, has_gpu: bool) -> int:
    n_layers = max(params.n_cpu_moe, _layers_in_ram(info, params, has_gpu=has_gpu))
    return sum(info.expert_sizes[:n_layers])
