"""Where a model would run with its parameters, and the sentence where it does not fit well."""

from __future__ import annotations

from desk_llm.engine.types import ALL_LAYERS, LoadParams
from desk_llm.errors import DeskError
from desk_llm.models.fit.formula import CPU, DEVICE_MARGIN, MemoryNeed, on_device, total
from desk_llm.models.fit.types import Free, Verdict
from desk_llm.models.loading import sentences
from desk_llm.models.loading.plan import must_have
from desk_llm.models.types import GgufInfo

TIGHT = 0.9  # of the RAM: beyond it the system begins to give up its file cache


def judge(
    name: str, info: GgufInfo, params: LoadParams, need: MemoryNeed, free: Free
) -> tuple[Verdict, DeskError | None]:
    """The verdict on parameters as they stand, and a sentence where it is NO, or slow."""
    for device in free.devices:
        used = total(on_device(need, device.name))
        if used > max(0, device.memory_free - DEVICE_MARGIN) and used:
            return Verdict.NO, sentences.no_room(name, used + DEVICE_MARGIN, device.memory_free)
    in_ram = on_device(need, CPU)
    needed = must_have(info, params, need)
    if needed > free.ram:
        return Verdict.NO, sentences.no_room(name, needed, free.ram)
    slow = None
    if total(in_ram) > free.ram:  # mapped weights are read again and again
        slow = sentences.slow(name, total(in_ram), free.ram)
    return _place(info, params, free), slow


def _place(info: GgufInfo, params: LoadParams, free: Free) -> Verdict:
    layers = params.n_gpu_layers
    if not free.devices or layers == 0:
        return Verdict.CPU
    if layers not in {ALL_LAYERS} and layers <= info.n_layers:
        return Verdict.SPLIT
    return Verdict.SPLIT if params.n_cpu_moe and info.expert_sizes else Verdict.GPU
