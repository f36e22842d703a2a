"""A tiny recurrent model: its state has no beginning to share and no tail to drop."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

from tests.helpers.gguf_models import _CHATML, _Vocabulary, _write_vocabulary

N_EMBD, N_LAYERS, D_INNER, D_STATE, D_CONV, DT_RANK = 64, 2, 128, 8, 4, 4


def mamba_model(path: Path) -> Path:
    """Write a mamba model with random weights."""
    vocabulary = _Vocabulary()
    writer = gguf.GGUFWriter(path, "mamba")
    writer.add_name("tiny-mamba")
    writer.add_block_count(N_LAYERS)
    writer.add_context_length(1024)
    writer.add_embedding_length(N_EMBD)
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_ssm_conv_kernel(D_CONV)
    writer.add_ssm_inner_size(D_INNER)
    writer.add_ssm_state_size(D_STATE)
    writer.add_ssm_time_step_rank(DT_RANK)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_chat_template(_CHATML)
    _write_vocabulary(writer, vocabulary)
    _add_weights(writer, len(vocabulary.texts))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_weights(writer: gguf.GGUFWriter, n_vocab: int) -> None:
    rng = np.random.default_rng(5)

    def random(name: str, *shape: int) -> None:
        writer.add_tensor(name, (rng.standard_normal(shape) * 0.2).astype(np.float32))

    def ones(name: str, *shape: int) -> None:
        writer.add_tensor(name, np.ones(shape, np.float32))

    random("token_embd.weight", n_vocab, N_EMBD)
    random("output.weight", n_vocab, N_EMBD)
    ones("output_norm.weight", N_EMBD)
    for layer in range(N_LAYERS):
        block = f"blk.{layer}."
        ones(f"{block}attn_norm.weight", N_EMBD)
        random(f"{block}ssm_in.weight", 2 * D_INNER, N_EMBD)
        random(f"{block}ssm_conv1d.weight", D_INNER, D_CONV)
        random(f"{block}ssm_conv1d.bias", D_INNER)
        random(f"{block}ssm_x.weight", DT_RANK + 2 * D_STATE, D_INNER)
        random(f"{block}ssm_dt.weight", D_INNER, DT_RANK)
        random(f"{block}ssm_dt.bias", D_INNER)
        # Slow: the state must remember a hundred tokens for the tests of its reuse.
        decay = -0.02 * np.tile(np.arange(1, D_STATE + 1, dtype=np.float32), (D_INNER, 1))
        writer.add_tensor(f"{block}ssm_a", decay)
        ones(f"{block}ssm_d", D_INNER)
        random(f"{block}ssm_out.weight", N_EMBD, D_INNER)
