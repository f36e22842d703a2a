"""Does the context of a run fit? Many streams need many times what a chat needs."""

from __future__ import annotations

from collections.abc import Iterable

import psutil

from desk_llm.engine.types import DeviceInfo, LoadParams, ModelInfo
from desk_llm.errors import QT_TRANSLATE_NOOP, OutOfMemory

_GB = 1 << 30


def check(info: ModelInfo, params: LoadParams, devices: Iterable[DeviceInfo]) -> None:
    """Raises OutOfMemory before the system would have to end the app.

    The loader's own load tells what the model needs on each device; the KV cache grows with the
    context. Where layers were moved by the run's options, the engine finds out by itself.
    """
    if params.n_gpu_layers != (info.params or params).n_gpu_layers:
        return
    free = {one.name: one.memory_free for one in devices}
    free["CPU"] = psutil.virtual_memory().available
    growth = (params.n_ctx or info.n_ctx) / max(info.n_ctx, 1)
    for use in info.memory:
        is_mapped = use.device == "CPU" and params.use_mmap  # weights can be read again
        weights = 0 if is_mapped else use.weights
        need = int(weights + use.kv_cache * growth + use.compute)
        room = free.get(use.device)
        if room is not None and need > room:
            raise OutOfMemory(
                QT_TRANSLATE_NOOP(
                    "errors", "The test needs {need} GB of memory, {free} GB are free."
                ),
                QT_TRANSLATE_NOOP("errors", "Use fewer streams, or shorter prompts and replies."),
                need=f"{need / _GB:.1f}",
                free=f"{room / _GB:.1f}",
            )
