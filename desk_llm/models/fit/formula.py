"""Will a model fit? Memory predicted from the header alone, before anything is loaded.

The formulas are llama.cpp's own arithmetic (build 0.3.36):

    weights     the bytes of the tensors; an embedding that serves as output as well lies on the
                GPU once more (llama_model_loader::create_tensor, TENSOR_DUPLICATED)
    KV cache    cells x sum over layers of (n_head_kv x d_k x bytes_k + n_head_kv x d_v x bytes_v),
                cells = n_ctx rounded up to 256 (llama-kv-cache.cpp); for layers with a window
                min(n_ctx, window x sequences + n_ubatch) (llama-kv-cache-iswa.cpp)
    state       4 bytes x (n_embd_r + n_embd_s) x sequences (llama-memory-recurrent.cpp)
    buffers     masks and the widest block or the logits, whichever is larger, by measurement

Weights and caches agree with llama.cpp's log to its last digit; where this CPU repacks a type
(CPU_REPACK, AMX; known since the first simulation) weights are within 10 %. All together is within
6 % of the log for 13 architectures. Where llama.cpp itself can be asked (engine/probe), its answer
is taken; `tests/models/fit/test_against_log.py` compares.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from desk_llm.engine.probe.results import Simulation
from desk_llm.engine.types import ALL_LAYERS, DeviceInfo, KvType, LoadParams, MemoryUse
from desk_llm.models.fit.buffers import compute_buffers, input_buffers, layer_bytes
from desk_llm.models.types import GgufInfo

MIB = 1 << 20
CPU = "CPU"  # the RAM, in every MemoryUse
DEVICE_MARGIN = 1024 * MIB  # what llama.cpp's own --fit leaves free on every device
MemoryNeed = tuple[MemoryUse, ...]  # one per device


@dataclass(frozen=True, slots=True)
class Estimate:
    """Bytes."""

    weights: int
    kv_cache: int
    compute: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.kv_cache + self.compute


def estimate(
    info: GgufInfo, n_ctx: int, n_slots: int = 4, type_k: KvType = "f16", type_v: KvType = "f16"
) -> Estimate:
    """What a loaded model needs; the context is shared by all slots.

    An 8B model of the Llama 3 family in Q4_K_M with a context of 8192 tokens: 32 layers of
    8 heads x (128 + 128) numbers x 2 bytes are 128 KiB per token, 1 GiB together.

    >>> big = GgufInfo(version=3, architecture="llama", name="", file_type=15, quant="Q4_K_M",
    ...     n_params=8_030_261_248, n_layers=32, n_ctx_train=8192, n_embd=4096, n_head=32,
    ...     n_head_kv=8, n_head_kv_sum=256, head_dim_k=128, head_dim_v=128, n_vocab=128_256,
    ...     chat_template="", licence="", description="", tensor_bytes=4_912_898_048,
    ...     layer_bytes=4_187_000_000, n_ff=14336)
    >>> need = estimate(big, 8192)
    >>> need.weights // MIB, need.kv_cache // MIB, need.compute // MIB
    (4685, 1024, 110)
    >>> estimate(big, 8192, type_k="q8_0", type_v="q8_0").kv_cache // MIB
    544
    """
    params = LoadParams("", "", n_ctx=n_ctx, n_slots=n_slots, type_k=type_k, type_v=type_v)
    return estimated(info, params)


def estimated(
    info: GgufInfo, params: LoadParams, repacked: Collection[int] = frozenset()
) -> Estimate:
    """The same for whole parameters, on the CPU; `repacked`: types that it keeps otherwise."""
    cache = sum(layer_bytes(info, params))
    weights = info.tensor_bytes + copies(info, params, repacked)
    return Estimate(weights, cache, compute_buffers(info, params))


def copies(info: GgufInfo, params: LoadParams, repacked: Collection[int]) -> int:
    """Bytes of weights that are in RAM besides the file's own.

    The CPU multiplies with repacked matrices; a mapped file stays mapped beside them. Of the
    embedding only the part that serves as output is multiplied with.
    """
    if not params.use_extra_bufts:
        return 0
    is_embedding = info.embedding_type in repacked
    beside = sum(size for kind, size in info.type_bytes if kind in repacked)
    beside -= info.embedding_bytes if is_embedding else 0
    as_output = info.embedding_bytes if is_embedding and is_tied(info) else 0
    return (beside if params.use_mmap else 0) + as_output


def is_tied(info: GgufInfo) -> bool:
    """Whether the embedding serves as output as well."""
    return info.output_bytes < info.embedding_bytes // 8 and info.caches != ()


def guess(info: GgufInfo, params: LoadParams, devices: Sequence[DeviceInfo]) -> Simulation:
    """What a simulation would say, by formula: where it cannot be had."""
    layers = _layers_on(info.n_layers + 1, params.n_gpu_layers, devices)
    compute = compute_buffers(info, params)
    cache = dict.fromkeys(layers, 0)
    for device, size in zip(layers[:-1], layer_bytes(info, params), strict=False):
        cache[device] += size
    buffers = dict.fromkeys({*layers, CPU}, compute)
    if CPU not in layers:  # it looks up the tokens and makes the masks
        buffers[CPU] = min(compute, input_buffers(info, params))
    used = [
        MemoryUse(name, kv_cache=cache.get(name, 0), compute=buffers[name])
        for name in sorted(buffers)
    ]
    return Simulation(layers, tuple(used))


def _layers_on(n_layers: int, wanted: int, devices: Sequence[DeviceInfo]) -> tuple[str, ...]:
    """The last layers go to the GPUs, shared out by their free memory, as llama.cpp does."""
    on_gpu = n_layers if wanted == ALL_LAYERS else min(max(0, wanted), n_layers)
    if not devices:
        on_gpu = 0
    total = sum(max(1, one.memory_free) for one in devices)
    layers = [CPU] * (n_layers - on_gpu)
    share = 0.0
    for one in devices:
        share += max(1, one.memory_free) / total
        layers += [one.name] * (n_layers - on_gpu + round(on_gpu * share) - len(layers))
    return tuple(layers)


def with_weights(
    info: GgufInfo,
    params: LoadParams,
    simulation: Simulation,
    repacked: Collection[int] = frozenset(),
) -> MemoryNeed:
    """Add the weights where the simulation has none: each layer's lie on the layer's device."""
    if any(one.weights for one in simulation.memory):
        return simulation.memory
    weights: dict[str, int] = dict.fromkeys((one.device for one in simulation.memory), 0)
    weights.setdefault(CPU, 0)
    rest = info.tensor_bytes
    for number, device in enumerate(simulation.layers[: info.n_layers]):
        size = layer_size(info, number)
        rest -= size
        moved = 0
        if number < params.n_cpu_moe and number < len(info.expert_sizes):
            moved = info.expert_sizes[number]
        weights[device] = weights.get(device, 0) + size - moved
        weights[CPU] += moved
    last = simulation.layers[-1] if simulation.layers else CPU
    if last != CPU:  # a matrix that is the embedding's as well is kept twice then
        tied = info.embedding_bytes if is_tied(info) else 0
        weights[last] = weights.get(last, 0) + info.output_bytes + tied
        rest -= info.output_bytes
    weights[CPU] += max(0, rest)
    if set(weights) == {CPU}:  # with a GPU, its pinned memory takes what would be repacked
        weights[CPU] += copies(info, params, repacked)
    others = {one.device: one for one in simulation.memory}
    return tuple(
        MemoryUse(
            name,
            size,
            others[name].kv_cache if name in others else 0,
            others[name].compute if name in others else 0,
        )
        for name, size in weights.items()
    )


def layer_size(info: GgufInfo, number: int) -> int:
    """Bytes of one repeating layer."""
    if len(info.layer_sizes) == info.n_layers:
        return info.layer_sizes[number]
    return info.layer_bytes // info.n_layers


def on_device(need: MemoryNeed, name: str) -> MemoryUse:
    """The part of one device; nothing when it has none."""
    return next((one for one in need if one.device == name), MemoryUse(name))


def total(use: MemoryUse) -> int:
    """Bytes of all owners."""
    return use.weights + use.kv_cache + use.compute
