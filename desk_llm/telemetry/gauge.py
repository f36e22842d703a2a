"""A model of zeros to measure the machine with: a GGUF file that takes no room on the disk.

Zeros are read and multiplied like any other weights. The file is a header and a hole; its shape
is that of a few layers of a common model, in the quant that most people have (Q4_K).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

_STRING, _U32, _F32_VALUE = 8, 4, 6
_F32, _Q4_K = 0, 12
_SIZES = {_F32: (1, 4), _Q4_K: (256, 144)}  # numbers and bytes per block
_ALIGNMENT = 32
_N_VOCAB = 256


@dataclass(frozen=True, slots=True)
class Gauge:
    """The shape of the file."""

    n_embd: int
    n_ff: int
    n_layers: int
    n_head: int
    n_head_kv: int

    @property
    def n_params(self) -> int:
        """Weights that one token uses."""
        return sum(wide * high for _name, _type, (wide, high) in self._matrices())

    @property
    def n_bytes(self) -> int:
        """Bytes that writing one token reads."""
        return sum(_size(kind, shape) for _name, kind, shape in self._matrices())

    def write(self, path: Path) -> None:
        """Raises OSError."""
        tensors = [("token_embd.weight", _Q4_K, (self.n_embd, _N_VOCAB)), *self._matrices()]
        for layer in range(self.n_layers):
            for norm in ("attn_norm", "ffn_norm"):
                tensors.append((f"blk.{layer}.{norm}.weight", _F32, (self.n_embd, 1)))
        tensors.append(("output_norm.weight", _F32, (self.n_embd, 1)))
        table, offset = b"", 0
        for name, kind, shape in tensors:
            dimensions = shape if shape[1] > 1 else shape[:1]
            table += _text(name) + struct.pack("<I", len(dimensions))
            table += b"".join(struct.pack("<Q", one) for one in dimensions)
            table += struct.pack("<IQ", kind, offset)
            offset += -(-_size(kind, shape) // _ALIGNMENT) * _ALIGNMENT
        values = self._metadata()
        head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(values)) + b"".join(values)
        start = -(-len(head + table) // _ALIGNMENT) * _ALIGNMENT
        with path.open("wb") as file:
            file.write(head + table)
            file.truncate(start + offset)

    def _matrices(self) -> list[tuple[str, int, tuple[int, int]]]:
        embd, cached = self.n_embd, self.n_embd // self.n_head * self.n_head_kv
        found = [("output.weight", _Q4_K, (embd, _N_VOCAB))]
        for layer in range(self.n_layers):
            for name, shape in (
                ("attn_q", (embd, embd)),
                ("attn_k", (embd, cached)),
                ("attn_v", (embd, cached)),
                ("attn_output", (embd, embd)),
                ("ffn_gate", (embd, self.n_ff)),
                ("ffn_up", (embd, self.n_ff)),
                ("ffn_down", (self.n_ff, embd)),
            ):
                found.append((f"blk.{layer}.{name}.weight", _Q4_K, shape))
        return found

    def _metadata(self) -> list[bytes]:
        numbers = {
            "vocab_size": _N_VOCAB,
            "context_length": 4096,
            "embedding_length": self.n_embd,
            "feed_forward_length": self.n_ff,
            "block_count": self.n_layers,
            "attention.head_count": self.n_head,
            "attention.head_count_kv": self.n_head_kv,
        }
        return [
            _text("general.architecture") + struct.pack("<I", _STRING) + _text("llama"),
            _text("tokenizer.ggml.model") + struct.pack("<I", _STRING) + _text("no_vocab"),
            _text("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", _F32_VALUE, 1e-5),
            *(
                _text(f"llama.{name}") + struct.pack("<II", _U32, value)
                for name, value in numbers.items()
            ),
        ]


def _size(kind: int, shape: tuple[int, int]) -> int:
    per_block, size = _SIZES[kind]
    return shape[0] * shape[1] // per_block * size


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw
