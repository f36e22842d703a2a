"""How a model is loaded here: context, GPU layers and a warning, from header and free memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desk_llm.engine.types import ALL_LAYERS, DeviceInfo, LoadParams
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, OutOfMemory, ResourceError
from desk_llm.models.fit import (
    Estimate,
    context_for,
    estimate,
    free_device_memory,
    layers_that_fit,
)
from desk_llm.models.types import GgufInfo, ModelFile
from desk_llm.settings import EngineSettings

LEAST_N_CTX = 512
_GB = 1 << 30


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask of the engine, and what the person should know about it."""

    params: LoadParams
    warning: DeskError | None = None


def make_plan(
    file: ModelFile,
    info: GgufInfo,
    settings: EngineSettings,
    devices: Sequence[DeviceInfo],
    free_ram: int,
) -> Plan:
    """As many layers on the GPUs as fit, and a context that the rest of the memory can hold.

    Weights that exceed the RAM are fine when the file is mapped: the system reads them again and
    again, which is slow. The KV cache is different: too large a one gets the app killed.
    Raises OutOfMemory when there is no way.
    """
    wanted = context_for(info, settings.n_ctx)
    n_ctx, layers = wanted, 0
    while True:
        layers = _gpu_layers(info, n_ctx, settings.n_gpu_layers, devices)
        need = _on_cpu(info, estimate(info, n_ctx, settings.n_slots), layers if devices else 0)
        if not settings.use_mmap and need.weights > free_ram:
            raise _no_room(file, need.weights, free_ram)
        if need.kv_cache + need.compute <= free_ram:
            break
        if n_ctx <= LEAST_N_CTX:
            raise _no_room(file, need.kv_cache + need.compute, free_ram)
        n_ctx = max(LEAST_N_CTX, n_ctx // 2)
    params = LoadParams(
        key=file.id,
        path=str(file.path),
        n_ctx=n_ctx,
        n_gpu_layers=layers,
        n_slots=settings.n_slots,
        n_threads=settings.n_threads,
        flash_attn=settings.flash_attn,
        use_mmap=settings.use_mmap,
    )
    if n_ctx < wanted:
        return Plan(params, shorter_context(n_ctx, wanted))
    if need.total > free_ram:
        return Plan(params, _slow(file, need.total, free_ram))
    return Plan(params)


def make_smaller(plan: Plan, info: GgufInfo, devices: Sequence[DeviceInfo]) -> Plan | None:
    """A second try after OutOfMemory: fewer GPU layers, else a shorter context; None: no way."""
    params = plan.params
    n_ctx = params.n_ctx or context_for(info, None)
    now = params.n_gpu_layers if 0 <= params.n_gpu_layers < info.n_layers else info.n_layers
    if devices and now > 0:
        fitting = layers_that_fit(info, n_ctx, free_device_memory(devices) * 3 // 4)
        fewer = max(0, min(now - max(1, now // 4), info.n_layers if fitting < 0 else fitting))
        return Plan(replace(params, n_gpu_layers=fewer), plan.warning)
    if n_ctx <= LEAST_N_CTX:
        return None
    shorter = max(LEAST_N_CTX, n_ctx // 4)
    return Plan(replace(params, n_ctx=shorter), shorter_context(shorter, n_ctx))


def _gpu_layers(info: GgufInfo, n_ctx: int, wanted: int, devices: Sequence[DeviceInfo]) -> int:
    if wanted != ALL_LAYERS or not devices:
        return wanted
    return layers_that_fit(info, n_ctx, free_device_memory(devices))


def _on_cpu(info: GgufInfo, need: Estimate, layers: int) -> Estimate:
    """The part that stays in RAM."""
    if layers == ALL_LAYERS or layers > info.n_layers:
        return Estimate(0, 0, need.compute)
    left = info.n_layers - layers
    moved = info.layer_bytes * layers // info.n_layers
    return Estimate(need.weights - moved, need.kv_cache * left // info.n_layers, need.compute)


def shorter_context(n_ctx: int, wanted: int) -> ResourceError:
    """The warning that the context is smaller than asked for."""
    return ResourceError(
        QT_TRANSLATE_NOOP("errors", "The context is {n_ctx} tokens: {wanted} do not fit."),
        QT_TRANSLATE_NOOP("errors", "Close other programs, or choose a smaller model."),
        n_ctx=n_ctx,
        wanted=wanted,
    )


def _slow(file: ModelFile, need: int, free: int) -> ResourceError:
    return ResourceError(
        QT_TRANSLATE_NOOP("errors", "{model} needs {need} GB of memory, {free} GB are free."),
        QT_TRANSLATE_NOOP(
            "errors", "It runs, but slowly: it is read from the disk again and again."
        ),
        model=file.name,
        need=_gb(need),
        free=_gb(free),
    )


def _no_room(file: ModelFile, need: int, free: int) -> OutOfMemory:
    return OutOfMemory(
        QT_TRANSLATE_NOOP("errors", "{model} needs {need} GB of memory, {free} GB are free."),
        QT_TRANSLATE_NOOP("errors", "Close other programs, or choose a smaller model."),
        model=file.name,
        need=_gb(need),
        free=_gb(free),
    )


def _gb(size: int) -> str:
    return f"{size / _GB:.1f}"
