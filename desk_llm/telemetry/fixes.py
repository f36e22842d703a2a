"""Which engine setting helps against a slowdown; the window offers it as one button."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from desk_llm.engine.types import ModelInfo
from desk_llm.telemetry.machine import Cause, Machine

LEAST_N_CTX = 2048
ROOM = 0.08  # of the memory should be free again
Q8_SAVES = 0.46  # of an f16 cache


class FixKind(Enum):
    """What is changed."""

    SHORTER_CONTEXT = "context"
    SMALLER_KV = "kv"
    FEWER_LAYERS = "layers"
    FEWER_THREADS = "threads"
    MAP_FILE = "mmap"


@dataclass(frozen=True, slots=True)
class Fix:
    """`settings` are fields of the group "engine"; `value` is what the sentence names."""

    kind: FixKind
    value: int
    settings: tuple[tuple[str, object], ...]


def fix_for(cause: Cause, info: ModelInfo, machine: Machine) -> Fix | None:
    """The mildest change that should be enough; None: no setting helps."""
    if cause is Cause.VRAM:
        return _free_vram(info, machine)
    if cause in (Cause.SWAP, Cause.PAGING):
        return _free_ram(info)
    if cause is Cause.OTHERS:
        threads = max(1, machine.cores - math.ceil(machine.others * machine.cores))
        now = info.n_threads or machine.cores
        return _fix(FixKind.FEWER_THREADS, threads, n_threads=threads) if threads < now else None
    return None


def _free_vram(info: ModelInfo, machine: Machine) -> Fix | None:
    gpu = machine.full_gpu()
    if gpu is None:
        return None
    need = gpu.memory_total * ROOM - (gpu.memory_total - gpu.memory_used)
    uses = [use for use in info.memory if use.device != "CPU"]
    cache, weights = sum(use.kv_cache for use in uses), sum(use.weights for use in uses)
    smaller = _smaller_cache(info, cache, need)
    if smaller is not None:
        return smaller
    layers = info.n_layers if info.n_gpu_layers < 0 else min(info.n_gpu_layers, info.n_layers)
    per_layer = (weights or info.size_bytes) / max(1, layers)
    fewer = max(0, layers - max(1, math.ceil(need / per_layer if per_layer else 1)))
    return _fix(FixKind.FEWER_LAYERS, fewer, n_gpu_layers=fewer)


def _free_ram(info: ModelInfo) -> Fix | None:
    params = info.params
    if params is not None and not params.use_mmap:
        return _fix(FixKind.MAP_FILE, 1, use_mmap=True)
    cache = sum(use.kv_cache for use in info.memory if use.device == "CPU")
    return _smaller_cache(info, cache, info.size_bytes * ROOM)


def _smaller_cache(info: ModelInfo, cache: int, need: float) -> Fix | None:
    """A cache of 8 bits if that is enough, else a context half as long."""
    params = info.params
    is_f16 = params is not None and params.type_k == params.type_v == "f16"
    if is_f16 and cache * Q8_SAVES >= need:
        return _fix(FixKind.SMALLER_KV, 8, kv_type="q8_0")
    half = info.n_ctx // 2
    if half >= LEAST_N_CTX and cache / 2 >= need:
        return _fix(FixKind.SHORTER_CONTEXT, half, n_ctx=half)
    return None


def _fix(kind: FixKind, value: int, **settings: object) -> Fix:
    return Fix(kind, value, tuple(settings.items()))
