"""Will a model fit? Memory predicted from the header alone, before anything is loaded.

The formulas are llama.cpp's own arithmetic (llama-kv-cache.cpp and the buffer sizes it logs). In
20 measured cases, over four architectures, weights and KV cache agreed with its log to 0.01 MiB;
the compute buffers are a rule of thumb that stays above what was measured. Where llama.cpp itself
can be asked (engine/probe), its answer for cache and buffers is taken, and only the weights are
counted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk_llm.engine.probe.results import Simulation
from desk_llm.engine.types import ALL_LAYERS, DeviceInfo, KvType, LoadParams, MemoryUse
from desk_llm.models.types import GgufInfo

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

    An 8B model of the Llama 3 family in Q4_K_M with a context of 8192 tokens:

    >>> big = GgufInfo(version=3, architecture="llama", name="", file_type=15, quant="Q4_K_M",
    ...     n_params=8_030_261_248, n_layers=32, n_ctx_train=8192, n_embd=4096, n_head=32,
    ...     n_head_kv=8, n_head_kv_sum=256, head_dim_k=128, head_dim_v=128, n_vocab=128_256,
    ...     chat_template="", licence="", description="", tensor_bytes=4_912_898_048,
    ...     layer_bytes=4_187_000_000)
    >>> need = estimate(big, 8192)
    >>> need.weights // MIB, need.kv_cache // MIB, need.compute // MIB
    (4685, 1024, 161)
    >>> estimate(big, 8192, type_k="q8_0", type_v="q8_0").kv_cache // MIB
    544
    """
    cells = -(-n_ctx // KV_CELLS) * KV_CELLS
    bits = info.head_dim_k * KV_BITS[type_k] + info.head_dim_v * KV_BITS[type_v]
    # Logits of one row per slot, and some 16 activations per token of a batch.
    compute = info.n_vocab * 4 * n_slots + N_UBATCH * info.n_embd * 4 * 16 + 32 * MIB
    return Estimate(info.tensor_bytes, int(info.n_head_kv_sum * bits / 8) * cells, compute)


def guess(info: GgufInfo, params: LoadParams, devices: Sequence[DeviceInfo]) -> Simulation:
    """What a simulation would say, by formula: where it cannot be had."""
    n_ctx = params.n_ctx or context_for(info, None)
    need = estimate(info, n_ctx, params.n_slots, params.type_k, params.type_v)
    layers = _layers_on(info.n_layers + 1, params.n_gpu_layers, devices)
    used = []
    for name in sorted({*layers, CPU}):
        kv_cache = need.kv_cache * layers[:-1].count(name) // info.n_layers
        used.append(MemoryUse(name, kv_cache=kv_cache, compute=need.compute))
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


def with_weights(info: GgufInfo, params: LoadParams, simulation: Simulation) -> MemoryNeed:
    """Add the weights to what was simulated: each layer's lie on the layer's device."""
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
        is_tied = info.output_bytes < info.embedding_bytes // 8
        weights[last] = (
            weights.get(last, 0) + info.output_bytes + (info.embedding_bytes if is_tied else 0)
        )
        rest -= info.output_bytes
    weights[CPU] += max(0, rest)
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
