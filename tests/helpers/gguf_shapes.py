"""Models of many shapes, a few MB each, for predictions of memory: their weights are zeros."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np

from tests.helpers.gguf_models import _Vocabulary, _write_vocabulary

N_VOCAB = 8192
WINDOW = 512
_WINDOWED = ("gemma2", "gemma3", "cohere2")
_BLOCK = {"q8_0": (32, 34), "q4_0": (32, 18)}
_QUANT = {"q8_0": gguf.GGMLQuantizationType.Q8_0, "q4_0": gguf.GGMLQuantizationType.Q4_0}


@dataclass(frozen=True, slots=True)
class Shape:
    """What the files differ in."""

    architecture: str
    n_embd: int = 256
    n_layers: int = 4
    n_head: int = 8
    n_head_kv: int = 2
    head_dim: int = 32
    n_ff: int = 768
    is_tied: bool = False
    weights: str = "f16"  # or "f32", "q8_0", "q4_0"
    n_experts: int = 0


class _Writer:
    """A GGUF file whose matrices are zeros of the shape's type."""

    def __init__(self, path: Path, shape: Shape) -> None:
        self.shape = shape
        self.gguf = writer = gguf.GGUFWriter(path, shape.architecture)
        writer.add_name(f"shape-{shape.architecture}")
        writer.add_block_count(shape.n_layers)
        writer.add_context_length(32_768)
        writer.add_embedding_length(shape.n_embd)
        writer.add_feed_forward_length(shape.n_ff)
        writer.add_head_count(shape.n_head)
        writer.add_layer_norm_rms_eps(1e-5)
        vocabulary = _Vocabulary()
        while len(vocabulary.texts) < N_VOCAB:
            vocabulary.add(f"\u2581w{len(vocabulary.texts)}")
        _write_vocabulary(writer, vocabulary)
        writer.add_vocab_size(N_VOCAB)

    def heads(self) -> None:
        shape = self.shape
        self.gguf.add_head_count_kv(shape.n_head_kv)
        self.gguf.add_key_length(shape.head_dim)
        self.gguf.add_value_length(shape.head_dim)
        self.gguf.add_rope_dimension_count(shape.head_dim)

    def matrix(self, name: str, *shape: int, kind: str = "") -> None:
        """GGUF keeps the shape the other way round."""
        kind = kind or self.shape.weights
        full = f"{name}.weight"
        if kind in _BLOCK:
            per_block, size = _BLOCK[kind]
            rows = np.zeros((*shape[:-1], shape[-1] // per_block * size), np.uint8)
            self.gguf.add_tensor(full, rows, raw_dtype=_QUANT[kind])
        else:
            self.gguf.add_tensor(full, np.zeros(shape, np.float32 if kind == "f32" else np.float16))

    def vector(self, name: str, size: int, suffix: str = "weight") -> None:
        self.gguf.add_tensor(f"{name}.{suffix}", np.ones(size, np.float32))

    def ends(self, *norms: str) -> None:
        shape = self.shape
        self.matrix("token_embd", N_VOCAB, shape.n_embd)
        if not shape.is_tied:
            self.matrix("output", N_VOCAB, shape.n_embd)
        for norm in norms:
            self.vector(norm, shape.n_embd)

    def attention(self, block: str, *, has_norms: bool = False, has_biases: bool = False) -> None:
        shape = self.shape
        wide, narrow = shape.n_head * shape.head_dim, shape.n_head_kv * shape.head_dim
        self.matrix(f"{block}attn_q", wide, shape.n_embd)
        self.matrix(f"{block}attn_k", narrow, shape.n_embd)
        self.matrix(f"{block}attn_v", narrow, shape.n_embd)
        self.matrix(f"{block}attn_output", shape.n_embd, wide)
        if has_norms:
            self.vector(f"{block}attn_q_norm", shape.head_dim)
            self.vector(f"{block}attn_k_norm", shape.head_dim)
        if has_biases:
            for name, size in (("q", wide), ("k", narrow), ("v", narrow)):
                self.vector(f"{block}attn_{name}", size, "bias")

    def feed_forward(self, block: str) -> None:
        shape = self.shape
        for name in ("ffn_gate", "ffn_up"):
            self.matrix(block + name, shape.n_ff, shape.n_embd)
        self.matrix(f"{block}ffn_down", shape.n_embd, shape.n_ff)

    def experts(self, block: str) -> None:
        shape = self.shape
        n = shape.n_experts
        self.matrix(f"{block}ffn_gate_inp", n, shape.n_embd, kind="f32")
        for name in ("ffn_gate_exps", "ffn_up_exps"):
            self.matrix(block + name, n, shape.n_ff, shape.n_embd)
        self.matrix(f"{block}ffn_down_exps", n, shape.n_embd, shape.n_ff)

    def close(self) -> None:
        self.gguf.write_header_to_file()
        self.gguf.write_kv_data_to_file()
        self.gguf.write_tensors_to_file()
        self.gguf.close()


def decoder(path: Path, shape: Shape) -> Path:
    """llama, qwen2, qwen3, qwen3moe, gemma2, gemma3 or cohere2."""
    name = shape.architecture
    writer = _Writer(path, shape)
    writer.heads()
    if name in _WINDOWED:
        writer.gguf.add_sliding_window(WINDOW)
    if name == "cohere2":
        writer.gguf.add_logit_scale(1.0)
        writer.gguf.add_layer_norm_eps(1e-5)
    if shape.n_experts:
        writer.gguf.add_expert_count(shape.n_experts)
        writer.gguf.add_expert_used_count(2)
        writer.gguf.add_expert_feed_forward_length(shape.n_ff)
    writer.ends("output_norm")
    for layer in range(shape.n_layers):
        block = f"blk.{layer}."
        norms = ["attn_norm"] if name == "cohere2" else ["attn_norm", "ffn_norm"]
        if name.startswith("gemma"):
            norms += ["post_attention_norm", "post_ffw_norm"]
        for norm in norms:
            writer.vector(block + norm, shape.n_embd)
        has_norms = name in {"qwen3", "qwen3moe", "gemma3"}
        writer.attention(block, has_norms=has_norms, has_biases=name == "qwen2")
        if shape.n_experts:
            writer.experts(block)
        else:
            writer.feed_forward(block)
    writer.close()
    return path


def mamba(path: Path, shape: Shape) -> Path:
    """Every layer is recurrent: a state per sequence, and no cache that grows."""
    inner, state, kernel, rank = 2 * shape.n_embd, 16, 4, 16
    writer = _Writer(path, shape)
    writer.gguf.add_ssm_conv_kernel(kernel)
    writer.gguf.add_ssm_inner_size(inner)
    writer.gguf.add_ssm_state_size(state)
    writer.gguf.add_ssm_time_step_rank(rank)
    writer.ends("output_norm")
    for layer in range(shape.n_layers):
        block = f"blk.{layer}."
        writer.vector(f"{block}attn_norm", shape.n_embd)
        writer.matrix(f"{block}ssm_in", 2 * inner, shape.n_embd)
        writer.matrix(f"{block}ssm_conv1d", inner, kernel, kind="f32")
        writer.vector(f"{block}ssm_conv1d", inner, "bias")
        writer.matrix(f"{block}ssm_x", rank + 2 * state, inner)
        writer.matrix(f"{block}ssm_dt", inner, rank, kind="f32")
        writer.vector(f"{block}ssm_dt", inner, "bias")
        writer.gguf.add_tensor(f"{block}ssm_a", -np.ones((inner, state), np.float32))
        writer.gguf.add_tensor(f"{block}ssm_d", np.ones(inner, np.float32))
        writer.matrix(f"{block}ssm_out", shape.n_embd, inner)
    writer.close()
    return path


def bert(path: Path, shape: Shape) -> Path:
    """It sees a whole text at once, keeps nothing and has no logits."""
    writer = _Writer(path, shape)
    writer.gguf.add_causal_attention(False)
    writer.gguf.add_layer_norm_eps(1e-5)
    writer.gguf.add_token_type_count(2)
    writer.gguf.add_pooling_type(gguf.PoolingType.MEAN)
    writer.matrix("token_embd", N_VOCAB, shape.n_embd)
    writer.matrix("position_embd", 32_768, shape.n_embd, kind="f32")
    writer.matrix("token_types", 2, shape.n_embd, kind="f32")
    for part in ("weight", "bias"):
        writer.vector("token_embd_norm", shape.n_embd, part)
    for layer in range(shape.n_layers):
        block = f"blk.{layer}."
        writer.attention(block)
        writer.matrix(f"{block}ffn_up", shape.n_ff, shape.n_embd)
        writer.matrix(f"{block}ffn_down", shape.n_embd, shape.n_ff)
        for name, size in (
            ("attn_q", shape.n_embd),
            ("attn_k", shape.n_embd),
            ("attn_v", shape.n_embd),
            ("attn_output", shape.n_embd),
            ("attn_output_norm", shape.n_embd),
            ("layer_output_norm", shape.n_embd),
            ("ffn_up", shape.n_ff),
            ("ffn_down", shape.n_embd),
        ):
            writer.vector(block + name, size, "bias")
        for norm in ("attn_output_norm", "layer_output_norm"):
            writer.vector(block + norm, shape.n_embd)
    writer.close()
    return path


def lfm2(path: Path, shape: Shape) -> Path:
    """Short convolutions and attention in turn: heads differ from layer to layer."""
    writer = _Writer(path, shape)
    heads = [0 if layer % 3 else shape.n_head_kv for layer in range(shape.n_layers)]
    writer.gguf.add_head_count_kv(heads)
    writer.gguf.add_shortconv_l_cache(3)
    writer.ends("token_embd_norm")
    for layer, n_head_kv in enumerate(heads):
        block = f"blk.{layer}."
        writer.vector(f"{block}attn_norm", shape.n_embd)
        writer.vector(f"{block}ffn_norm", shape.n_embd)
        if n_head_kv:
            writer.attention(block, has_norms=True)
        else:
            writer.matrix(f"{block}shortconv.conv", shape.n_embd, 3, kind="f32")
            writer.matrix(f"{block}shortconv.in_proj", 3 * shape.n_embd, shape.n_embd)
            writer.matrix(f"{block}shortconv.out_proj", shape.n_embd, shape.n_embd)
        writer.feed_forward(block)
    writer.close()
    return path


def latent(path: Path, shape: Shape) -> Path:
    """deepseek2: one compressed vector per token and layer instead of K and V."""
    rank, rope, nope, value = 128, 32, 32, 32
    writer = _Writer(path, shape)
    out = writer.gguf
    out.add_head_count_kv(1)
    out.add_key_length(rank + rope)
    out.add_value_length(rank)
    out.add_key_length_mla(nope + rope)
    out.add_value_length_mla(value)
    out.add_kv_lora_rank(rank)
    out.add_q_lora_rank(64)
    out.add_rope_dimension_count(rope)
    out.add_leading_dense_block_count(shape.n_layers)
    out.add_expert_feed_forward_length(shape.n_ff)
    out.add_expert_shared_count(0)
    writer.ends("output_norm")
    for layer in range(shape.n_layers):
        block = f"blk.{layer}."
        writer.vector(f"{block}attn_norm", shape.n_embd)
        writer.vector(f"{block}ffn_norm", shape.n_embd)
        writer.vector(f"{block}attn_q_a_norm", 64)
        writer.vector(f"{block}attn_kv_a_norm", rank)
        writer.matrix(f"{block}attn_q_a", 64, shape.n_embd)
        writer.matrix(f"{block}attn_q_b", shape.n_head * (nope + rope), 64)
        writer.matrix(f"{block}attn_kv_a_mqa", rank + rope, shape.n_embd)
        writer.matrix(f"{block}attn_k_b", shape.n_head, rank, nope)
        writer.matrix(f"{block}attn_v_b", shape.n_head, value, rank)
        writer.matrix(f"{block}attn_output", shape.n_embd, shape.n_head * value)
        writer.feed_forward(block)
    writer.close()
    return path


SHAPES: dict[str, tuple[Callable[[Path, Shape], Path], Shape]] = {
    "llama (GQA 4:1)": (decoder, Shape("llama")),
    "llama (one KV head of 16)": (
        decoder,
        Shape("llama", 512, n_head=16, n_head_kv=1),
    ),
    "llama (all heads have KV)": (decoder, Shape("llama", n_head_kv=8, weights="q8_0")),
    "qwen2 (tied, Q4_0)": (
        decoder,
        Shape("qwen2", 512, is_tied=True, n_head=8, n_head_kv=1, head_dim=64, weights="q4_0"),
    ),
    "qwen3 (wide heads)": (decoder, Shape("qwen3", head_dim=128)),
    "qwen3moe (8 experts, Q4_0)": (
        decoder,
        Shape("qwen3moe", n_experts=8, n_ff=256, weights="q4_0"),
    ),
    "gemma3 (window 512, tied)": (decoder, Shape("gemma3", n_layers=12, is_tied=True)),
    "gemma2 (every other layer)": (decoder, Shape("gemma2", is_tied=True)),
    "cohere2 (three of four layers)": (decoder, Shape("cohere2", n_layers=8, is_tied=True)),
    "mamba": (mamba, Shape("mamba", n_head=0)),
    "bert": (bert, Shape("bert", n_head_kv=8)),
    "lfm2 (heads by layer)": (lfm2, Shape("lfm2", n_layers=6)),
    "deepseek2 (latent attention)": (latent, Shape("deepseek2")),
}


def shaped_model(path: Path, name: str) -> Path:
    """Write one of SHAPES."""
    write, shape = SHAPES[name]
    return write(path, shape)
