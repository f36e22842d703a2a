"""Caches and buffers of a context, from the header: what grows with tokens and sequences.

The sources of the formulas are named in formula.py.
"""

from __future__ import annotations

from desk_llm.engine.speculation import MAX_DRAFT
from desk_llm.engine.types import KvType, LoadParams
from desk_llm.models.types import GgufInfo, LayerCache

N_UBATCH = 512
DEFAULT_N_CTX = 8192
KV_CELLS = 256  # the KV cache is rounded up to so many tokens
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
_SCRATCH = 1 << 20  # what flash attention needs for itself, and rounding


def context_for(info: GgufInfo, wanted: int | None) -> int:
    """The context length to load with: what the person wants, else a sensible one."""
    return wanted or min(info.n_ctx_train or DEFAULT_N_CTX, DEFAULT_N_CTX)


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
    blocks = input_buffers(info, params) + rows * _F32 * (info.n_embd + block)
    if is_encoder:
        return blocks
    row = info.n_vocab * _F32
    n_outputs = min(params.n_slots + (MAX_DRAFT if params.speculate else 0), rows)
    return max(blocks, n_outputs * row) + params.n_slots * row + _SCRATCH


def input_buffers(info: GgufInfo, params: LoadParams) -> int:
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
