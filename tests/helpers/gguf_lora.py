"""A tiny LoRA for `tiny_model`, and the same model with the LoRA added to its weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import gguf
import numpy as np

from tests.helpers.gguf_models import tiny_model

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANK, ALPHA = 4, 8.0
N_EMBD, N_FF = 64, 128
PARTS = {"attn_q": (N_EMBD, N_EMBD), "ffn_up": (N_FF, N_EMBD), "ffn_down": (N_EMBD, N_FF)}

Matrices = dict[str, tuple["NDArray[np.float32]", "NDArray[np.float32]"]]


def _matrices(seed: int, n_layers: int) -> Matrices:
    rng = np.random.default_rng(seed)
    return {
        f"blk.{layer}.{part}.weight": (
            (rng.standard_normal((RANK, n_in)) * 0.2).astype(np.float32),
            (rng.standard_normal((n_out, RANK)) * 0.2).astype(np.float32),
        )
        for layer in range(n_layers)
        for part, (n_out, n_in) in PARTS.items()
    }


def lora(
    path: Path, *, seed: int = 1, n_layers: int = 2, kind: str = "lora", architecture: str = "llama"
) -> Path:
    """Write an adapter for `tiny_model(…, n_layers=…)`."""
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_type("adapter")
    writer.add_string("adapter.type", kind)
    writer.add_float32("adapter.lora.alpha", ALPHA)
    for name, (a, b) in _matrices(seed, n_layers).items():
        writer.add_tensor(f"{name}.lora_a", a)
        writer.add_tensor(f"{name}.lora_b", b)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def merged(path: Path, *, seed: int = 1, scale: float = 1.0, n_layers: int = 2) -> Path:
    """Write `tiny_model` with the adapter added to its weights: W + scale · alpha/rank · B·A."""
    tiny_model(path, n_layers=n_layers)
    reader = gguf.GGUFReader(path, "r+")
    for tensor in reader.tensors:
        pair = _matrices(seed, n_layers).get(tensor.name)
        if pair is not None:
            a, b = pair
            weights = tensor.data.reshape(b.shape[0], a.shape[1])
            weights += scale * ALPHA / RANK * (b @ a)
    reader.data.flush()
    return path
