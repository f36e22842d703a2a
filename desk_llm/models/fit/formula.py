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
from desk_llm.engine.speculation import MAX_DRAFT
from desk_llm.engine.types import ALL_LAYERS, DeviceInfo, KvType, LoadParams, MemoryUse
from desk_llm.models.types import GgufInfo, LayerCache

MIB = 1 << 20
CPU = "CPU"  # the RAM, in every MemoryUse
N_UBATCH = 512
DEFAULT_N_CTX = 8192
DEVICE_MARGIN = 1024 * MIB  # what llama.cpp's own --fit leaves free on every device
KV_CELLS = 256  # the KV cache is rounded up to so many tokens
MemoryNeed = tuple[MemoryUse, ...]  # one per device
KV_BITS: dict[KvType, float] = {
    "f32": 32,
    "f16": 16,
    "bf16": 16,
    "q8_0": 8.5,
    "q5_1": 6,
    "q5_0": 5.5,
    "q4_1": 5,
    "q4_0": 4.5,
}
_F32 = 4
_SCRATCH = MIB  # what flash attention needs for itself, and rounding


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


def caches_of(info: GgufInfo) -> tuple[LayerCache, ...]:
    """What every layer keeps; for headers that were read without it, an even share."""
    if info.caches is not None:
        return info.caches
    heads = -(-info.n_head_kv_sum // info.n_layers)
    return (LayerCache(heads * info.head_dim_k, heads * info.head_dim_v),) * info.n_layers


def layer_bytes(info: GgufInfo, params: LoadParams) -> list[int]:
    """Bytes that each layer keeps; most layers are alike."""
    caches = caches_of(info)
    known = {one: layer_cache(info, params, one) for one in set(caches)}
    return [known[one] for one in caches]


def layer_cache(info: GgufInfo, params: LoadParams, layer: LayerCache) -> int:
    """Bytes of K, V and state that one layer keeps.

    With a window of 1024 tokens, four sequences and batches of 512, a layer keeps 4608 cells.
    """
    values = layer.values
    if params.flash_attn is False and values:  # transposed, it is as wide as the widest
        values = max(one.values for one in caches_of(info))
    bits = layer.keys * KV_BITS[params.type_k] + values * KV_BITS[params.type_v]
    return int(bits / 8 * cells(info, params, layer)) + layer.state * params.n_slots


def cells(info: GgufInfo, params: LoadParams, layer: LayerCache) -> int:
    """Tokens that one layer has room for."""
    n_ctx = _padded(context_for(info, params.n_ctx))
    if not layer.window:
        return n_ctx
    return min(n_ctx, _padded(layer.window * params.n_slots + min(params.n_batch, N_UBATCH)))


def compute_buffers(info: GgufInfo, params: LoadParams) -> int:
    """Masks and the widest block, or the logits of the rows that may have them: the larger one.

    Without flash attention the products of all heads with all cells are kept: at 8192 tokens
    32 heads x 512 x 8192 x 4 bytes = 512 MiB. The logits of every sequence lie in a buffer of
    their own besides.
    """
    rows = _rows(info, params)
    heads = 2 * info.n_head * info.head_dim_k + info.n_embd
    is_encoder = info.caches == ()  # its blocks have no gate, and nothing comes out of them
    block = max((2 if is_encoder else 3) * (info.n_ff or 3 * info.n_embd), heads)
    if params.flash_attn is False:
        block = max(block, info.n_head * max(_spans(info, params), default=rows))
    blocks = _inputs(info, params) + rows * _F32 * (info.n_embd + block)
    if is_encoder:
        return blocks
    row = info.n_vocab * _F32
    n_outputs = min(params.n_slots + (MAX_DRAFT if params.speculate else 0), rows)
    return max(blocks, n_outputs * row) + params.n_slots * row + _SCRATCH


def _inputs(info: GgufInfo, params: LoadParams) -> int:
    """The masks of every kind of cache, in half the bits for flash attention, and the tokens."""
    bytes_of_mask = _F32 if params.flash_attn is False else _F32 // 2
    masks = sum(_spans(info, params)) * bytes_of_mask
    return _rows(info, params) * (masks + info.n_embd * _F32)


def _spans(info: GgufInfo, params: LoadParams) -> list[int]:
    """Of the cache that keeps everything and of that with windows; each has its mask."""
    kinds = {bool(one.window): one for one in set(caches_of(info)) if one.keys}
    return [cells(info, params, one) for one in kinds.values()]


def _rows(info: GgufInfo, params: LoadParams) -> int:
    return min(params.n_batch, N_UBATCH, _padded(context_for(info, params.n_ctx)))


def _padded(n_ctx: int) -> int:
    return -(-n_ctx // KV_CELLS) * KV_CELLS


def guess(info: GgufInfo, params: LoadParams, devices: Sequence[DeviceInfo]) -> Simulation:
    """What a simulation would say, by formula: where it cannot be had."""
    layers = _layers_on(info.n_layers + 1, params.n_gpu_layers, devices)
    compute = compute_buffers(info, params)
    cache = dict.fromkeys(layers, 0)
    for device, size in zip(layers[:-1], layer_bytes(info, params), strict=False):
        cache[device] += size
    buffers = dict.fromkeys({*layers, CPU}, compute)
    if CPU not in layers:  # it looks up the tokens and makes the masks
        buffers[CPU] = min(compute, _inputs(info, params))
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


def context_for(info: GgufInfo, wanted: int | None) -> int:
    """The context length to load with: what the person wants, else a sensible one."""
    return wanted or min(info.n_ctx_train or DEFAULT_N_CTX, DEFAULT_N_CTX)
