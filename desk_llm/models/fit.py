"""Will a model fit? Memory predicted from the header alone, before anything is loaded.

The formulas are llama.cpp's own arithmetic (llama-kv-cache.cpp and the buffer sizes it logs). In
20 measured cases, over four architectures, weights and KV cache agreed with its log to 0.01 MiB;
the compute buffers are a rule of thumb that stays above what was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from desk_llm.engine.types import ALL_LAYERS, DeviceInfo
from desk_llm.models.types import GgufInfo

MIB = 1 << 20
N_UBATCH = 512
DEFAULT_N_CTX = 8192
DEVICE_MARGIN = 1024 * MIB  # what llama.cpp's own --fit leaves free on every device
F16_BYTES = 2
KV_CELLS = 256  # the KV cache is rounded up to so many tokens


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


def estimate(info: GgufInfo, n_ctx: int, n_slots: int = 4) -> Estimate:
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
    >>> layers_that_fit(big, 8192, 24 << 30), layers_that_fit(big, 8192, 4 << 30)
    (-1, 25)
    """
    cells = -(-n_ctx // KV_CELLS) * KV_CELLS
    per_token = info.n_head_kv_sum * (info.head_dim_k + info.head_dim_v) * F16_BYTES
    # Logits of one row per slot, and some 16 activations per token of a batch.
    compute = info.n_vocab * 4 * n_slots + N_UBATCH * info.n_embd * 4 * 16 + 32 * MIB
    return Estimate(info.tensor_bytes, per_token * cells, compute)


def layers_that_fit(info: GgufInfo, n_ctx: int, free_bytes: int) -> int:
    """How many layers fit into `free_bytes` of device memory; ALL_LAYERS when the whole does.

    A layer brings its share of the KV cache along, the compute buffers are needed in any case,
    and the embedding and output tensors move with the last layer.
    """
    need = estimate(info, n_ctx)
    if need.total <= free_bytes:
        return ALL_LAYERS
    per_layer = (info.layer_bytes + need.kv_cache) // info.n_layers
    left = free_bytes - need.compute
    return max(0, min(left // per_layer, info.n_layers)) if per_layer > 0 else 0


def free_device_memory(devices: Sequence[DeviceInfo]) -> int:
    """Bytes on all devices that a model may take."""
    return sum(max(0, one.memory_free - DEVICE_MARGIN) for one in devices)


def context_for(info: GgufInfo, wanted: int | None) -> int:
    """The context length to load with: what the person wants, else a sensible one."""
    return wanted or min(info.n_ctx_train or DEFAULT_N_CTX, DEFAULT_N_CTX)
