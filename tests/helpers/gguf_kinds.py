"""Tiny models of other kinds of memory: sliding windows, experts, and attention with recurrence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np

from tests.helpers.gguf_models import _CHATML, _Vocabulary, _write_vocabulary

N_EMBD, N_HEAD, N_HEAD_KV, HEAD_DIM, N_FF = 64, 4, 2, 16, 128
WINDOW = 64  # tokens that the sliding layers of `gemma3_model` see
N_CTX = 4096


class _Writer:
    """A GGUF file with a chat template and random weights."""

    def __init__(self, path: Path, architecture: str, n_layers: int) -> None:
        self.gguf = gguf.GGUFWriter(path, architecture)
        self._rng = np.random.default_rng(11)
        writer = self.gguf
        writer.add_name(f"tiny-{architecture}")
        writer.add_block_count(n_layers)
        writer.add_context_length(N_CTX)
        writer.add_embedding_length(N_EMBD)
        writer.add_feed_forward_length(N_FF)
        writer.add_head_count(N_HEAD)
        writer.add_layer_norm_rms_eps(1e-5)
        writer.add_file_type(gguf.LlamaFileType.ALL_F32)
        writer.add_chat_template(_CHATML)
        vocabulary = _Vocabulary()
        for n in range(64):
            vocabulary.add(f"\u2581word{n}")
        _write_vocabulary(writer, vocabulary)
        self.n_vocab = len(vocabulary.texts)
        writer.add_vocab_size(self.n_vocab)

    def random(self, name: str, *shape: int, scale: float = 0.2) -> None:
        values = self._rng.standard_normal(shape) * scale
        self.gguf.add_tensor(f"{name}.weight", values.astype(np.float32))

    def ones(self, name: str, size: int) -> None:
        self.gguf.add_tensor(f"{name}.weight", np.ones(size, np.float32))

    def attention(self, block: str) -> None:
        self.random(f"{block}attn_q", N_HEAD * HEAD_DIM, N_EMBD)
        self.random(f"{block}attn_k", N_HEAD_KV * HEAD_DIM, N_EMBD)
        self.random(f"{block}attn_v", N_HEAD_KV * HEAD_DIM, N_EMBD)
        self.random(f"{block}attn_output", N_EMBD, N_HEAD * HEAD_DIM)
        self.ones(f"{block}attn_q_norm", HEAD_DIM)
        self.ones(f"{block}attn_k_norm", HEAD_DIM)

    def feed_forward(self, block: str) -> None:
        self.random(f"{block}ffn_gate", N_FF, N_EMBD)
        self.random(f"{block}ffn_up", N_FF, N_EMBD)
        self.random(f"{block}ffn_down", N_EMBD, N_FF)

    def close(self) -> None:
        self.gguf.write_header_to_file()
        self.gguf.write_kv_data_to_file()
        self.gguf.write_tensors_to_file()
        self.gguf.close()


def gemma3_model(path: Path) -> Path:
    """Five layers with a window of 64 tokens, then one that sees everything."""
    n_layers = 6
    writer = _Writer(path, "gemma3", n_layers)
    _add_heads(writer)
    writer.gguf.add_head_count_kv(N_HEAD_KV)
    writer.gguf.add_sliding_window(WINDOW)
    writer.random("token_embd", writer.n_vocab, N_EMBD)
    writer.random("output", writer.n_vocab, N_EMBD)  # tied, it would say one token again and again
    writer.ones("output_norm", N_EMBD)
    for layer in range(n_layers):
        block = f"blk.{layer}."
        for norm in ("attn_norm", "ffn_norm", "post_attention_norm", "post_ffw_norm"):
            writer.ones(block + norm, N_EMBD)
        writer.attention(block)
        writer.feed_forward(block)
    writer.close()
    return path


def moe_model(path: Path) -> Path:
    """qwen3moe: four experts, all used: a tie between two of them would make replies jump."""
    n_layers, n_experts, n_ff = 2, 4, 64
    writer = _Writer(path, "qwen3moe", n_layers)
    _add_heads(writer)
    writer.gguf.add_head_count_kv(N_HEAD_KV)
    writer.gguf.add_expert_count(n_experts)
    writer.gguf.add_expert_used_count(n_experts)
    writer.gguf.add_expert_feed_forward_length(n_ff)
    writer.random("token_embd", writer.n_vocab, N_EMBD)
    writer.random("output", writer.n_vocab, N_EMBD)
    writer.ones("output_norm", N_EMBD)
    for layer in range(n_layers):
        block = f"blk.{layer}."
        writer.ones(f"{block}attn_norm", N_EMBD)
        writer.ones(f"{block}ffn_norm", N_EMBD)
        writer.attention(block)
        writer.random(f"{block}ffn_gate_inp", n_experts, N_EMBD)
        writer.random(f"{block}ffn_gate_exps", n_experts, n_ff, N_EMBD)
        writer.random(f"{block}ffn_up_exps", n_experts, n_ff, N_EMBD)
        writer.random(f"{block}ffn_down_exps", n_experts, N_EMBD, n_ff)
    writer.close()
    return path


def lfm2_model(path: Path) -> Path:
    """Short convolutions (recurrent) and attention in turn."""
    n_layers = 4
    writer = _Writer(path, "lfm2", n_layers)
    writer.gguf.add_head_count_kv([0 if layer % 2 == 0 else N_HEAD_KV for layer in range(n_layers)])
    writer.gguf.add_shortconv_l_cache(3)
    writer.random("token_embd", writer.n_vocab, N_EMBD)
    writer.random("output", writer.n_vocab, N_EMBD)
    writer.ones("token_embd_norm", N_EMBD)
    for layer in range(n_layers):
        block = f"blk.{layer}."
        writer.ones(f"{block}attn_norm", N_EMBD)
        writer.ones(f"{block}ffn_norm", N_EMBD)
        if layer % 2:
            writer.attention(block)
        else:
            writer.random(f"{block}shortconv.conv", N_EMBD, 3)
            writer.random(f"{block}shortconv.in_proj", 3 * N_EMBD, N_EMBD)
            writer.random(f"{block}shortconv.out_proj", N_EMBD, N_EMBD)
        writer.feed_forward(block)
    writer.close()
    return path


def _add_heads(writer: _Writer) -> None:
    writer.gguf.add_key_length(HEAD_DIM)
    writer.gguf.add_value_length(HEAD_DIM)
    writer.gguf.add_rope_dimension_count(HEAD_DIM)


KINDS: dict[str, Callable[[Path], Path]] = {
    "gemma3": gemma3_model,
    "moe": moe_model,
    "lfm2": lfm2_model,
}
