r"""A model of 0.5B's cost that recites given replies: real texts with their real repetitions.

python -m tests.benchmarks.reciter FILE     (60 s and 1.5 GB of disk while it works)

Random weights repeat nothing, so speculation has nothing to find in what they say. This model has
as many multiplications a token as Qwen2.5-0.5B in Q4_K_M, but says at each position what the script
has there, whatever came before: each position of a reply has an axis of the embedding space to
itself, much louder than all that attention and FFN add, and the output row of a token is the sum of
the axes at which the script wants it. It is a GPT-2, because that has learned positions. A wrong
draft is refused here as by any model, and a right one accepted.

Tokens are words with the space before them, runs of spaces and runs of signs: about as long as
those of real vocabularies. Prompts are filled up so that each reply has positions of its own.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import gguf
import numpy as np

from tests.benchmarks.rewrites import REWRITES, Rewrite
from tests.benchmarks.synthetic import (
    HEAD_DIM,
    N_EMBD,
    N_HEAD,
    N_HEAD_KV,
    N_LAYERS,
    N_VOCAB,
    byte_letters,
    quantize,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

N_FF = 7296  # two matrices of it cost what Qwen's three of 4,864 do
N_CTX = 2048
LOUDNESS = 1000.0
FILLER = "⁂"  # no spelling of a byte
FIRST = min(rewrite.start for rewrite in REWRITES) - 1  # the position that says the first token
_PIECE = re.compile(r" ?\w+|\s+|[^\w\s]+")

Scripts = dict[int, int]  # position -> the token that follows


def make(path: Path) -> Path:
    """Write the quantized model to `path`."""
    tokens = _tokens()
    whole = path.with_suffix(".f16.gguf")
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = Path(folder, "vocabulary.gguf")
        _finish(_writer(vocabulary, tokens))
        scripts = _scripts(vocabulary)
    writer = _writer(whole, tokens)
    _add_weights(writer, scripts)
    _finish(writer)
    quantize(whole, path)
    whole.unlink()
    return path


def prompt(rewrite: Rewrite, n_tokens: int) -> str:
    """The question, which has `n_tokens` tokens, filled up to where its reply is kept."""
    return FILLER * (rewrite.start - n_tokens) + rewrite.question


def _tokens() -> list[str]:
    letters = byte_letters()
    texts = [text for rewrite in REWRITES for text in (rewrite.question, rewrite.reply)]
    found = dict.fromkeys(piece for text in texts for piece in _PIECE.findall(text))
    own = [FILLER, *(piece for piece in found if len(piece) > 1)]
    return [*(letters[byte] for byte in range(256)), *own]


def _writer(path: Path, tokens: list[str]) -> gguf.GGUFWriter:
    writer = gguf.GGUFWriter(path, "gpt2")
    writer.add_name("reciter-0.5B")
    writer.add_block_count(N_LAYERS)
    writer.add_context_length(N_CTX)
    writer.add_embedding_length(N_EMBD)
    writer.add_feed_forward_length(N_FF)
    writer.add_head_count(N_HEAD)
    writer.add_head_count_kv(N_HEAD_KV)
    writer.add_layer_norm_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    n_own = len(tokens) - 256
    n_pad = N_VOCAB - len(tokens)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([*tokens, *(f"[PAD{n}]" for n in range(n_pad))])
    # User-defined tokens are found in texts before anything else, the longest first.
    kinds = ((gguf.TokenType.NORMAL, 256), (gguf.TokenType.USER_DEFINED, n_own))
    types = [kind for kind, count in kinds for _ in range(count)]
    writer.add_token_types([*types, *([gguf.TokenType.UNUSED] * n_pad)])
    letters = byte_letters()
    writer.add_token_merges([f"{letters[0]} {letters[1]}"])
    writer.add_eos_token_id(0)
    writer.add_add_bos_token(False)
    return writer


def _finish(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _scripts(vocabulary: Path) -> Scripts:
    """Every reply as llama.cpp tokenizes it."""
    scripts: Scripts = {}
    for rewrite, tokens in zip(REWRITES, _tokenized(vocabulary), strict=True):
        for at, token in enumerate(tokens, rewrite.start - 1):
            assert at not in scripts, f"{rewrite.name} begins before the reply above ends"
            scripts[at] = token
    assert max(scripts) - FIRST < N_EMBD, "more positions than axes"
    return scripts


def _tokenized(vocabulary: Path) -> Iterator[list[int]]:
    from llama_cpp import llama_cpp as native

    params = native.llama_model_default_params()
    params.vocab_only = True
    model = native.llama_model_load_from_file(str(vocabulary).encode(), params)
    vocab = native.llama_model_get_vocab(model)
    for rewrite in REWRITES:
        text = rewrite.reply.encode()
        found = (native.llama_token * len(text))()
        count = native.llama_tokenize(vocab, text, len(text), found, len(text), False, False)
        yield list(found[:count])
    native.llama_model_free(model)


def _add_weights(writer: gguf.GGUFWriter, scripts: Scripts) -> None:
    pool = np.random.default_rng(0).standard_normal(1 << 24, dtype=np.float32) * 0.02
    half = pool.astype(np.float16)

    def random(*shape: int) -> NDArray[np.float16]:
        return np.resize(half, shape)

    def norm(name: str) -> None:
        writer.add_tensor(f"{name}.weight", np.ones(N_EMBD, np.float32))
        writer.add_tensor(f"{name}.bias", np.zeros(N_EMBD, np.float32))

    def linear(name: str, n_out: int, n_in: int) -> None:
        writer.add_tensor(f"{name}.weight", random(n_out, n_in))
        writer.add_tensor(f"{name}.bias", np.zeros(n_out, np.float32))

    positions = np.zeros((N_CTX, N_EMBD), np.float32)
    output = np.zeros((N_VOCAB, N_EMBD), np.float16)
    for position, token in scripts.items():
        positions[position, position - FIRST] = LOUDNESS
        output[token, position - FIRST] = 1.0
    writer.add_tensor("token_embd.weight", random(N_VOCAB, N_EMBD))
    writer.add_tensor("position_embd.weight", positions)
    writer.add_tensor("output.weight", output)
    norm("output_norm")
    for layer in range(N_LAYERS):
        block = f"blk.{layer}."
        norm(f"{block}attn_norm")
        linear(f"{block}attn_qkv", (N_HEAD + 2 * N_HEAD_KV) * HEAD_DIM, N_EMBD)
        linear(f"{block}attn_output", N_EMBD, N_EMBD)
        norm(f"{block}ffn_norm")
        linear(f"{block}ffn_up", N_FF, N_EMBD)
        linear(f"{block}ffn_down", N_EMBD, N_FF)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
