"""A random-weight model of the shape of Qwen2.5-0.5B in Q4_K_M: speed without a download.

python -m tests.benchmarks.synthetic FILE     (40 s and 1.3 GB of disk while it works)

It babbles in printable ASCII, one character a token, and its tokenizer has no other tokens for
them: n letters are n tokens, every token reaches the client as text, and a reply that comes back
in the next turn's prompt is the same tokens again.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import gguf
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_VOCAB, N_LAYERS, N_EMBD, N_FF, N_HEAD, N_HEAD_KV = 151_936, 24, 896, 4864, 14, 2
HEAD_DIM = N_EMBD // N_HEAD
PRINTABLE = range(33, 127)
LOUDNESS = 10.0  # of the printable rows: hardly anything else is ever sampled


def make(path: Path) -> Path:
    """Write the quantized model to `path`."""
    whole = path.with_suffix(".f16.gguf")
    _write_f16(whole)
    quantize(whole, path)
    whole.unlink()
    return path


def _write_f16(path: Path) -> None:
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_name("synthetic-0.5B")
    writer.add_block_count(N_LAYERS)
    writer.add_context_length(32768)
    writer.add_embedding_length(N_EMBD)
    writer.add_feed_forward_length(N_FF)
    writer.add_head_count(N_HEAD)
    writer.add_head_count_kv(N_HEAD_KV)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    _add_vocabulary(writer)
    pool = np.random.default_rng(0).standard_normal(1 << 24, dtype=np.float32) * 0.02
    _add_weights(writer, pool.astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def byte_letters() -> dict[int, str]:
    """How byte-level BPE spells each byte."""
    printable = [*PRINTABLE, *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {b: chr(b) for b in printable} | {b: chr(256 + n) for n, b in enumerate(others)}


def _add_vocabulary(writer: gguf.GGUFWriter) -> None:
    letters = byte_letters()
    tokens = [letters[b] for b in range(256)] + [letters[0] + letters[1]]
    types = [gguf.TokenType.NORMAL] * len(tokens)
    for name in ("<|endoftext|>", "<|im_start|>", "<|im_end|>"):
        tokens.append(name)
        types.append(gguf.TokenType.CONTROL)
    n_pad = N_VOCAB - len(tokens)
    tokens += [f"[PAD{n}]" for n in range(n_pad)]
    types += [gguf.TokenType.UNUSED] * n_pad
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    # llama.cpp wants a merge; this one joins bytes that no text has.
    writer.add_token_merges([f"{letters[0]} {letters[1]}"])
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(False)


def _add_weights(writer: gguf.GGUFWriter, pool: NDArray[np.float16]) -> None:
    def random(*shape: int) -> NDArray[np.float16]:
        return np.resize(pool, shape)

    def ones(n: int) -> NDArray[np.float32]:
        return np.ones(n, np.float32)

    embedding = random(N_VOCAB, N_EMBD).copy()
    embedding[PRINTABLE] *= np.float16(LOUDNESS)  # the output head is the same matrix
    writer.add_tensor("token_embd.weight", embedding)
    writer.add_tensor("output_norm.weight", ones(N_EMBD))
    for layer in range(N_LAYERS):
        block = f"blk.{layer}."
        for name, rows in (("q", N_HEAD), ("k", N_HEAD_KV), ("v", N_HEAD_KV)):
            writer.add_tensor(f"{block}attn_{name}.weight", random(rows * HEAD_DIM, N_EMBD))
            writer.add_tensor(f"{block}attn_{name}.bias", ones(rows * HEAD_DIM) * 0.01)
        writer.add_tensor(f"{block}attn_output.weight", random(N_EMBD, N_EMBD))
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"{block}{name}.weight", ones(N_EMBD))
        for name in ("ffn_gate", "ffn_up"):
            writer.add_tensor(f"{block}{name}.weight", random(N_FF, N_EMBD))
        writer.add_tensor(f"{block}ffn_down.weight", random(N_EMBD, N_FF))


def quantize(source: Path, target: Path) -> None:
    """Q4_K_M, as llama-quantize makes it."""
    from llama_cpp import llama_cpp as native

    params = native.llama_model_quantize_default_params()
    params.ftype = native.LLAMA_FTYPE_MOSTLY_Q4_K_M
    result = native.llama_model_quantize(
        str(source).encode(), str(target).encode(), ctypes.byref(params)
    )
    if result != 0:
        raise RuntimeError(f"llama_model_quantize returned {result}")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
