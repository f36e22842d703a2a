"""How a model is loaded here: where its layers go, how long its context is, and what to say of it.

The person's settings come first; what they leave open is chosen so that it fits: all layers on
the GPUs, else a mixture of experts keeps some experts in RAM, else fewer layers. In RAM the cache
must fit: it is kept in 8 bits where the person asked for a long context, and made shorter else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from desk_llm.engine.types import ALL_LAYERS, DeviceInfo, KvType, LoadParams
from desk_llm.errors import DeskError
from desk_llm.models.fit.buffers import KV_BITS, context_for
from desk_llm.models.fit.formula import CPU, DEVICE_MARGIN, MemoryNeed, layer_size, on_device, total
from desk_llm.models.fit.types import Free
from desk_llm.models.loading import sentences
from desk_llm.models.presets.apply import with_load
from desk_llm.models.presets.types import Preset
from desk_llm.models.types import GgufInfo, ModelFile
from desk_llm.settings import EngineSettings

LEAST_N_CTX = 512
_Q8_BLOCK = 32  # a head's size must be a multiple of it
_PLACINGS = 8  # tries; each asks what it would take

_NO_PRESET = Preset()

Needs = Callable[[LoadParams], MemoryNeed]


FreeMemory = Free  # bytes that a model may take: RAM, and what the GPUs say


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask of the engine, what that needs, and what the person should know about it.

    With a problem it does not fit; the parameters are then the wish itself.
    """

    params: LoadParams
    need: MemoryNeed = ()
    warnings: tuple[DeskError, ...] = ()
    problem: DeskError | None = None


@dataclass(frozen=True, slots=True)
class Leeway:
    """What may be chosen, besides the place of the layers where "all layers" are asked for."""

    is_n_ctx_asked: bool  # then a smaller cache comes before a shorter context
    may_quantize: bool  # the cache to 8 bits
    may_shorten: bool = True  # the context


def wanted_params(
    file: ModelFile,
    info: GgufInfo,
    settings: EngineSettings,
    fingerprint: str = "",
    preset: Preset = _NO_PRESET,
) -> LoadParams:
    """What the settings and the model's preset say, before anything is fitted."""
    settings = with_load(preset, settings)
    kv_type: KvType = next((one for one in KV_BITS if one == settings.kv_type), "f16")
    return LoadParams(
        key=file.id,
        path=str(file.path),
        n_ctx=context_for(info, settings.n_ctx),
        n_gpu_layers=settings.n_gpu_layers,
        n_slots=settings.n_slots,
        n_threads=settings.n_threads,
        flash_attn=settings.flash_attn,
        use_mmap=settings.use_mmap,
        use_mlock=settings.use_mlock,
        type_k=kv_type,
        type_v=kv_type,
        n_cpu_moe=settings.n_cpu_moe,
        tensor_split=_shares(settings.tensor_split),
        speculate=settings.speculate,
        fingerprint=fingerprint,
        adapters=tuple((one.path, one.scale) for one in preset.adapters),
        draft_path=preset.draft,
    )


def _shares(text: str) -> tuple[float, ...]:
    shares = tuple(float(part) for part in text.split(",")) if text.strip() else ()
    return shares if sum(shares) > 0 else ()  # llama.cpp divides by the sum


def make_plan(
    file: ModelFile,
    info: GgufInfo,
    settings: EngineSettings,
    free: FreeMemory,
    needs: Needs,
    fingerprint: str = "",
    preset: Preset = _NO_PRESET,
) -> Plan:
    """The best that fits into `free`; `needs` says what parameters would take.

    Weights that exceed the RAM are fine when the file is mapped: the system reads them again and
    again, which is slow. The KV cache is different: too large a one gets the app killed.
    Raises OutOfMemory when there is no way.
    """
    settings = with_load(preset, settings)
    wanted = wanted_params(file, info, settings, fingerprint, preset)
    leeway = Leeway(settings.n_ctx is not None, settings.kv_type not in KV_BITS)
    plan = plan_for(file.name, info, wanted, leeway, free, needs)
    if plan.problem is not None:
        raise plan.problem
    return plan


def plan_for(
    name: str, info: GgufInfo, wanted: LoadParams, leeway: Leeway, free: Free, needs: Needs
) -> Plan:
    """The first way that fits into the RAM with as much on the GPUs as fits there."""
    need: MemoryNeed = ()
    for option in _options(wanted, info, leeway):
        params = _placed(option, info, free.devices, needs)
        if params.draft_path and params != option:
            continue  # guesses gain less than layers in RAM cost
        need = needs(params)
        in_ram = on_device(need, CPU)
        if not params.use_mmap and in_ram.weights > free.ram:
            return Plan(wanted, need, (), sentences.no_room(name, in_ram.weights, free.ram))
        if must_have(info, params, need) <= free.ram:
            return Plan(params, need, _warnings(name, wanted, params, need, free))
    problem = sentences.no_room(name, must_have(info, wanted, need), free.ram)
    return Plan(wanted, need, (), problem)


def shortage(need: MemoryNeed, free: FreeMemory) -> int:
    """Bytes that are missing for all of `need` to be held at once; 0 when it fits."""
    missing = max(0, total(on_device(need, CPU)) - free.ram)
    return missing + max(0, overload(need, free.devices))


def must_have(info: GgufInfo, params: LoadParams, need: MemoryNeed) -> int:
    """RAM that the system cannot take back. Weights beyond the file's own are repacked copies."""
    in_ram = on_device(need, CPU)
    is_mapped = params.use_mmap and not params.use_mlock
    weights = max(0, in_ram.weights - info.tensor_bytes) if is_mapped else in_ram.weights
    return weights + in_ram.kv_cache + in_ram.compute


def _options(wanted: LoadParams, info: GgufInfo, leeway: Leeway) -> Iterator[LoadParams]:
    yield wanted
    if wanted.draft_path:
        wanted = replace(wanted, draft_path="")
        yield wanted
    params = wanted
    if leeway.is_n_ctx_asked and leeway.may_quantize and can_be_q8(info, wanted):
        params = replace(wanted, type_k="q8_0", type_v="q8_0")
        yield params
    n_ctx = (wanted.n_ctx or 0) if leeway.may_shorten else 0
    while n_ctx > LEAST_N_CTX:
        n_ctx = max(LEAST_N_CTX, n_ctx // 2)
        yield replace(params, n_ctx=n_ctx)


def can_be_q8(info: GgufInfo, params: LoadParams) -> bool:
    """Whether the KV cache may be kept in 8 bits: it needs flash attention and whole blocks."""
    has_blocks = info.head_dim_k % _Q8_BLOCK == 0 and info.head_dim_v % _Q8_BLOCK == 0
    is_bigger = KV_BITS[params.type_k] > KV_BITS["q8_0"]
    return has_blocks and info.head_dim_k > 0 and is_bigger and params.flash_attn is not False


def _placed(
    params: LoadParams,
    info: GgufInfo,
    devices: tuple[DeviceInfo, ...],
    needs: Needs,
) -> LoadParams:
    """As much on the GPUs as fits there."""
    if not devices or params.n_gpu_layers != ALL_LAYERS:
        return params
    may_move_experts = params.n_cpu_moe == 0
    for _ in range(_PLACINGS):
        over = overload(needs(params), devices)
        if over <= 0:
            return params
        params = _moved(params, info, over, needs, may_move_experts=may_move_experts)
        if params.n_gpu_layers == 0:
            break
    if params.n_gpu_layers and overload(needs(params), devices) > 0:
        return replace(params, n_gpu_layers=0)
    return params


def overload(need: MemoryNeed, devices: tuple[DeviceInfo, ...]) -> int:
    """Bytes too many on all GPUs together; one that has room does not help another."""
    over = 0
    for one in devices:
        use = total(on_device(need, one.name))
        if use:
            over += max(0, use - max(0, one.memory_free - DEVICE_MARGIN))
    return over


def _moved(
    params: LoadParams, info: GgufInfo, over: int, needs: Needs, *, may_move_experts: bool
) -> LoadParams:
    """Parameters that take `over` bytes less on the GPUs."""
    if may_move_experts and params.n_gpu_layers == ALL_LAYERS:
        moved = 0
        for number in range(params.n_cpu_moe, len(info.expert_sizes)):
            moved += info.expert_sizes[number]
            if moved >= over:
                return replace(params, n_cpu_moe=number + 1)
        if 0 < params.n_cpu_moe < len(info.expert_sizes):
            return replace(params, n_cpu_moe=len(info.expert_sizes))
    now = info.n_layers + 1 if params.n_gpu_layers == ALL_LAYERS else params.n_gpu_layers
    cache = sum(use.kv_cache for use in needs(params)) // info.n_layers
    left = over
    while now > 0 and left > 0:
        now -= 1
        # llama.cpp fills the GPUs from the end: the first layers stay in RAM.
        number = info.n_layers - now
        left -= layer_size(info, number) + cache if number < info.n_layers else cache
    return replace(params, n_gpu_layers=now)


def _warnings(
    name: str,
    wanted: LoadParams,
    params: LoadParams,
    need: MemoryNeed,
    free: FreeMemory,
) -> tuple[DeskError, ...]:
    # Where the layers go is a choice, not a loss.
    placed = replace(wanted, n_gpu_layers=params.n_gpu_layers, n_cpu_moe=params.n_cpu_moe)
    said = list(sentences.changes(name, placed, params))
    if not said and total(on_device(need, CPU)) > free.ram:
        said.append(sentences.slow(name, total(on_device(need, CPU)), free.ram))
    return tuple(said)
