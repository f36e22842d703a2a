"""GGUF headers byte by byte, right or wrong in every way a test wants."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

U8, U16, U32, F32, BOOL, STRING, ARRAY, U64 = 0, 2, 4, 6, 7, 8, 9, 10
_FORMS = {U8: "<B", U16: "<H", U32: "<I", F32: "<f", BOOL: "<?", U64: "<Q"}

Scalar = int | float | bool | str
Value = Scalar | Sequence[Scalar]


@dataclass
class Gguf:
    """A small valid llama header; change what the test is about, then `encode`."""

    magic: bytes = b"GGUF"
    version: int = 3
    metadata: list[tuple[str, int, Value]] = field(default_factory=lambda: list(LLAMA))
    tensors: list[tuple[str, tuple[int, ...], int, int]] = field(
        default_factory=lambda: [
            ("token_embd.weight", (64, 4), 0, 0),
            ("blk.0.attn_q.weight", (64, 64), 0, 1024),
        ]
    )
    n_tensors: int | None = None
    n_keys: int | None = None
    data: int = 1024 + 64 * 64 * 4

    def set(self, key: str, kind: int, value: Value) -> Gguf:
        """Replace or add a key."""
        self.metadata = [one for one in self.metadata if one[0] != key] + [(key, kind, value)]
        return self

    def encode(self) -> bytes:
        """The file."""
        out = self.magic + struct.pack("<I", self.version)
        out += struct.pack(
            "<QQ",
            len(self.tensors) if self.n_tensors is None else self.n_tensors,
            len(self.metadata) if self.n_keys is None else self.n_keys,
        )
        for key, kind, value in self.metadata:
            out += text(key) + encode_value(kind, value)
        for name, shape, kind, offset in self.tensors:
            out += text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape)
            out += struct.pack("<IQ", kind, offset)
        return out + bytes(-len(out) % 32) + bytes(self.data)


def text(value: str) -> bytes:
    """A GGUF string."""
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def encode_value(kind: int, value: Value) -> bytes:
    """A typed value; a sequence becomes an array of `kind`."""
    if isinstance(value, str):
        return struct.pack("<I", STRING) + text(value)
    if isinstance(value, Sequence):
        items = b"".join(encode_value(kind, one)[4:] for one in value)
        return struct.pack("<IIQ", ARRAY, kind, len(value)) + items
    return struct.pack("<I", kind) + struct.pack(_FORMS[kind], value)


LLAMA: tuple[tuple[str, int, Value], ...] = (
    ("general.architecture", STRING, "llama"),
    ("general.name", STRING, "Small one"),
    ("general.file_type", U32, 15),
    ("general.license", STRING, "apache-2.0"),
    ("llama.context_length", U32, 2048),
    ("llama.embedding_length", U32, 64),
    ("llama.block_count", U32, 1),
    ("llama.attention.head_count", U32, 4),
    ("llama.attention.head_count_kv", U32, 2),
    ("llama.attention.layer_norm_rms_epsilon", F32, 1e-5),
    ("tokenizer.ggml.model", STRING, "llama"),
    ("tokenizer.ggml.tokens", STRING, ["<unk>", "<s>", "</s>", "a"]),
    ("tokenizer.chat_template", STRING, "{{ messages }}"),
)
