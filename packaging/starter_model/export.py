"""Writes the GGUF file: metadata, vocabulary and F16 weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import gguf
import numpy as np
from chatml import TEMPLATE
from gguf import GGUFWriter, TokenType
from settings import CONTROL_TOKENS, ENDOFTEXT, IM_END, Shape

if TYPE_CHECKING:
    from bpe import Tokenizer
    from model import Decoder
    from torch import Tensor

DESCRIPTION = (
    "A small built-in guide to desk_llm and to running language models locally. "
    "Trained from scratch by the desk_llm project on text the project wrote."
)
URL = "https://www.apache.org/licenses/LICENSE-2.0"


def export(model: Decoder, tokenizer: Tokenizer, path: Path) -> None:
    """Write everything to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(path, "qwen3")
    describe(writer, model)
    add_shape(writer, model.shape)
    add_vocabulary(writer, tokenizer)
    for name, array in tensors(model):
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def describe(writer: GGUFWriter, model: Decoder) -> None:
    """Who made the file, what it is and under which licence."""
    count = sum(p.numel() for p in model.parameters())
    writer.add_type("model")
    writer.add_name("desk_llm starter")
    writer.add_author("the desk_llm project")
    writer.add_organization("desk_llm")
    writer.add_version("1.0")
    writer.add_basename("desk-llm-starter")
    writer.add_finetune("chat")
    writer.add_description(DESCRIPTION)
    writer.add_size_label(f"{count / 1e6:.1f}M")
    writer.add_license("apache-2.0")
    writer.add_license_name("Apache License 2.0")
    writer.add_license_link(URL)
    writer.add_tags(["text-generation", "chat", "desk_llm"])
    writer.add_languages(["en"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    # The sampling the app should use when the person has chosen nothing else.
    writer.add_float32("general.sampling.temp", 0.3)
    writer.add_float32("general.sampling.top_p", 0.9)


def add_shape(writer: GGUFWriter, shape: Shape) -> None:
    """The hyperparameters llama.cpp needs."""
    writer.add_vocab_size(shape.vocab)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_dim)
    writer.add_value_length(shape.head_dim)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_eps)


def add_vocabulary(writer: GGUFWriter, tokenizer: Tokenizer) -> None:
    """Tokens, merges, special tokens and the chat template."""
    words = [*tokenizer.tokens, *CONTROL_TOKENS]
    kinds = [TokenType.NORMAL] * len(tokenizer.tokens) + [TokenType.CONTROL] * len(CONTROL_TOKENS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([word.encode() for word in words])
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_token_merges([f"{a} {b}" for a, b in tokenizer.merges])
    writer.add_bos_token_id(ENDOFTEXT)
    writer.add_eos_token_id(IM_END)
    writer.add_eot_token_id(IM_END)
    writer.add_pad_token_id(ENDOFTEXT)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_chat_template(TEMPLATE)


def tensors(model: Decoder) -> list[tuple[str, np.ndarray]]:
    """Names and arrays; matrices in F16, norms in F32. qwen3 needs no row permutation."""
    halves: dict[str, Tensor] = {"token_embd": model.embed.weight}
    fulls: dict[str, Tensor] = {"output_norm": model.norm.weight}
    for i, block in enumerate(model.blocks):
        at = f"blk.{i}."
        attn = block.attn
        halves |= {at + "attn_q": attn.q.weight, at + "attn_k": attn.k.weight}
        halves |= {at + "attn_v": attn.v.weight, at + "attn_output": attn.out.weight}
        halves |= {at + "ffn_gate": block.gate.weight, at + "ffn_up": block.up.weight}
        halves |= {at + "ffn_down": block.down.weight}
        fulls |= {at + "attn_norm": block.attn_norm.weight, at + "ffn_norm": block.ffn_norm.weight}
        fulls |= {at + "attn_q_norm": attn.q_norm.weight, at + "attn_k_norm": attn.k_norm.weight}
    arrays = [(f"{n}.weight", t.detach().numpy().astype(np.float16)) for n, t in halves.items()]
    return arrays + [
        (f"{n}.weight", t.detach().numpy().astype(np.float32)) for n, t in fulls.items()
    ]
