"""What every layer keeps per token and per sequence, from the header: llama.cpp's own rules.

The rules are those of load_arch_hparams in llama.cpp's src/models/*.cpp, of create_memory in
llama-model.cpp, and of n_embd_r and n_embd_s in llama-hparams.cpp (build 0.3.36). What a later
architecture does otherwise is told by the simulation, and corrected by what was measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from desk_llm.models.gguf.header import Value
from desk_llm.models.types import LayerCache

_F32 = 4
# create_memory gives these none: they see a whole text at once.
NO_CACHE = frozenset(
    [
        "bert",
        "modern-bert",
        "nomic-bert",
        "nomic-bert-moe",
        "neo-bert",
        "jina-bert-v2",
        "jina-bert-v3",
        "eurobert",
        "gemma-embedding",
        "wavtokenizer-dec",
        "dream",
        "llada",
        "llada-moe",
        "rnd1",
    ]
)
_RECURRENT = frozenset(["mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"])
# Every n-th layer attends, the others are recurrent: `full_attention_interval`.
_INTERVAL = {"qwen3next": 4, "qwen35": 4, "qwen35moe": 4, "qwen4exp": 4, "minimax-01": 8}
_HYBRID = frozenset(
    [
        "jamba",
        "falcon-h1",
        "plamo2",
        "granitehybrid",
        "lfm2",
        "lfm2moe",
        "nemotron_h",
        "nemotron_h_moe",
        "kimi-linear",
        "bailingmoe3",
        "kimi-k3",
        "glm5-next",
    ]
)


@dataclass(frozen=True, slots=True)
class _Sliding:
    """The n-th layer of `period` sees everything, the others a window."""

    period: int
    is_dense_first: bool = False
    window: int = 0  # where the file does not say, or is not asked


_SLIDING = {
    "gemma2": _Sliding(2, window=4096),
    "gemma3": _Sliding(6),
    "gemma3n": _Sliding(5),
    "gemma4": _Sliding(0),
    "gpt-oss": _Sliding(2),
    "cohere2": _Sliding(4),
    "cohere2moe": _Sliding(4, is_dense_first=True),
    "llama4": _Sliding(4, window=8192),
    "olmo2": _Sliding(4),
    "exaone4": _Sliding(4, window=4096),
    "exaone-moe": _Sliding(4, window=128),
    "smallthinker": _Sliding(4, is_dense_first=True, window=4096),
    "plamo3": _Sliding(8),
    "afmoe": _Sliding(4),
    "mellum": _Sliding(4),
    "laguna": _Sliding(4, is_dense_first=True),
    "muse-glimmer": _Sliding(4),
}
_FIXED_WINDOW = frozenset({"llama4", "smallthinker"})  # the file only switches it on
_FLAGS_ONLY = frozenset(
    ["mimo2", "step35", "granite-swa", "spark2-5", "maple", "dots3note", "gemma4"]
)


class _Facts:
    """Numbers of the architecture; what is missing or odd counts as not said."""

    def __init__(self, metadata: Mapping[str, Value], n_layers: int) -> None:
        self._metadata = metadata
        architecture = metadata.get("general.architecture")
        self.architecture = architecture if isinstance(architecture, str) else ""
        self.n_layers = n_layers

    def number(self, key: str, default: int = 0) -> int:
        """A whole number that is not negative."""
        value = self._get(key)
        return value if type(value) is int and value >= 0 else default

    def per_layer(self, key: str) -> tuple[int, ...] | None:
        """One number (or flag) per layer; a single number stands for all."""
        value = self._get(key)
        if type(value) is int:
            return (value,) * self.n_layers
        if isinstance(value, tuple) and len(value) >= self.n_layers:
            return tuple(int(one) for one in value[: self.n_layers])
        return None

    def has_list(self, key: str) -> bool:
        """Whether there is one entry per layer."""
        value = self._get(key)
        return isinstance(value, tuple) and len(value) >= self.n_layers

    def _get(self, key: str) -> Value | None:
        return self._metadata.get(f"{self.architecture}.{key}")


def layer_caches(metadata: Mapping[str, Value], n_layers: int) -> tuple[LayerCache, ...]:
    """One for every layer; empty for models that keep nothing."""
    facts = _Facts(metadata, n_layers)
    if facts.architecture in NO_CACHE:
        return ()
    keys, values = _heads(facts)
    windows = _windows(facts)
    states = _states(facts)
    last = _last_with_cache(facts)
    is_both = facts.architecture == "falcon-h1"
    caches = []
    for n in range(n_layers):
        if n >= last:
            caches.append(LayerCache())
        elif states[n] and not is_both:
            caches.append(LayerCache(state=states[n]))
        else:
            caches.append(LayerCache(keys[n], values[n], windows[n], states[n]))
    return tuple(caches)


def _heads(facts: _Facts) -> tuple[list[int], list[int]]:
    """Numbers per token of K and of V, by layer; latent attention keeps no V."""
    none = (0,) * facts.n_layers
    heads = facts.per_layer("attention.head_count") or none
    kv_heads = facts.per_layer("attention.head_count_kv") or heads
    size = facts.number("embedding_length") // heads[0] if heads[0] else 0
    key = facts.number("attention.key_length", size)
    value = facts.number("attention.value_length", size)
    windowed = _windows(facts)
    key_of = {True: facts.number("attention.key_length_swa", key), False: key}
    value_of = {True: facts.number("attention.value_length_swa", value), False: value}
    is_latent = bool(facts.number("attention.key_length_mla"))
    if facts.architecture.startswith("nemotron_h"):  # of its layers some are only feed-forward
        forward = facts.per_layer("feed_forward_length") or none
        kv_heads = tuple(0 if wide else n for n, wide in zip(kv_heads, forward, strict=True))
    keys = [n * key_of[bool(w)] for n, w in zip(kv_heads, windowed, strict=True)]
    if is_latent:
        return keys, [0] * facts.n_layers
    return keys, [n * value_of[bool(w)] for n, w in zip(kv_heads, windowed, strict=True)]


def _windows(facts: _Facts) -> list[int]:
    """Tokens that a layer looks back; 0: all."""
    name, n_layers = facts.architecture, facts.n_layers
    rule = _SLIDING.get(name)
    size = facts.number("attention.sliding_window", -1)
    if rule is None and name not in _FLAGS_ONLY:
        is_windowed = name.startswith("lfm2") and size > 0
        return [size if is_windowed else 0] * n_layers
    if rule is not None and rule.window and (size < 0 or name in _FIXED_WINDOW) and size != 0:
        is_off = size < 0 and name == "smallthinker"
        size = 0 if is_off else rule.window
    if size <= 0 or (name == "exaone4" and n_layers != 64):
        return [0] * n_layers
    flags = facts.per_layer("attention.sliding_window_pattern")
    if flags is not None and facts.has_list("attention.sliding_window_pattern"):
        return [size if flag else 0 for flag in flags]
    if rule is None:
        return [0] * n_layers
    period = facts.number("attention.sliding_window_pattern", rule.period)
    if period == 0:
        return [size] * n_layers
    dense = 0 if rule.is_dense_first else period - 1
    return [0 if n % period == dense else size for n in range(n_layers)]


def _states(facts: _Facts) -> list[int]:
    """Bytes per sequence of a layer's recurrent state; 0 for layers that attend."""
    name, n_layers = facts.architecture, facts.n_layers
    size = _F32 * _state_numbers(facts)
    if name in _RECURRENT or name == "falcon-h1":
        return [size] * n_layers
    flags = facts.per_layer("attention.recurrent_layers")
    if name in _INTERVAL:
        interval = facts.number("full_attention_interval", _INTERVAL[name]) or 1
        trunk = n_layers - facts.number("nextn_predict_layers")
        if flags is None:
            flags = tuple(int(n < trunk and (n + 1) % interval != 0) for n in range(n_layers))
        return [size if flag else 0 for flag in flags]
    if name not in _HYBRID:
        return [0] * n_layers
    kv_heads = facts.per_layer("attention.head_count_kv") or (1,) * n_layers
    forward = (0,) * n_layers
    if name.startswith("nemotron_h"):
        forward = facts.per_layer("feed_forward_length") or forward
    return [0 if n or wide else size for n, wide in zip(kv_heads, forward, strict=True)]


def _state_numbers(facts: _Facts) -> int:
    """n_embd_r + n_embd_s of llama-hparams.cpp."""
    n_embd = facts.number("embedding_length")
    n_head = max(facts.per_layer("attention.head_count") or (0,))
    if head := facts.number("wkv.head_size"):  # RWKV
        return facts.number("token_shift_count", 2) * n_embd + n_embd * head
    if length := facts.number("shortconv.l_cache"):  # LFM2
        return n_embd * (length - 1)
    kernel = facts.number("ssm.conv_kernel")
    if head := facts.number("kda.head_dim"):  # Kimi
        return 3 * (kernel - 1 if kernel else 3) * n_head * head + head * head * n_head
    inner, state = facts.number("ssm.inner_size"), facts.number("ssm.state_size")
    conv = max(0, kernel - 1) * (inner + 2 * facts.number("ssm.group_count") * state)
    if facts.architecture == "minimax-01":
        head = facts.number("attention.key_length", n_embd // max(1, n_head))
        return conv + head * head * n_head
    return conv + state * inner


def _last_with_cache(facts: _Facts) -> int:
    """Layers from this one on share another's cache, or guess tokens and have none here."""
    if facts.architecture == "gemma3n":
        return 20
    shared = facts.number("attention.shared_kv_layers") if facts.architecture == "gemma4" else 0
    trunk = facts.n_layers - facts.number("nextn_predict_layers")
    return min(facts.n_layers - shared, trunk if trunk > 0 else facts.n_layers)


def widest_block(metadata: Mapping[str, Value], n_layers: int) -> int:
    """Numbers per token in the middle of the widest feed-forward (or recurrent) block."""
    facts = _Facts(metadata, n_layers)
    dense = max(facts.per_layer("feed_forward_length") or (0,))
    used = max(facts.per_layer("expert_used_count") or (0,))
    experts = max(facts.per_layer("expert_feed_forward_length") or (dense if used else 0,))
    shared = facts.number("expert_shared_feed_forward_length")
    if used and not facts.number("leading_dense_block_count"):
        dense = 0  # the file may say it, and no layer has it
    return max(dense, experts * used + shared, facts.number("ssm.inner_size"))
