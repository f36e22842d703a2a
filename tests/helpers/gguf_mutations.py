"""Damaged copies of one small model: numbers changed, keys added, bytes flipped."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from pathlib import Path

import gguf

NUMBERS = (0, 1, 2, 3, 31, 255, 513, 65_537, 2**31 - 1, 2**31, 2**32 - 1)
NEW_KEYS = (
    "llama.attention.key_length",
    "llama.attention.sliding_window",
    "llama.attention.value_length",
    "llama.expert_count",
    "llama.expert_group_count",
    "llama.expert_shared_count",
    "llama.expert_used_count",
    "llama.leading_dense_block_count",
    "llama.nextn_predict_layers",
    "llama.pooling_type",
    "general.alignment",
    "tokenizer.ggml.eot_token_id",
)
TOKENIZERS = ("bert", "gpt2", "t5", "rwkv", "plamo2", "no_vocab", "none", "unknown")


class Mutations:
    """Made in memory, always the same ones."""

    def __init__(self, base: Path) -> None:
        self._raw = base.read_bytes()
        self._reader = gguf.GGUFReader(base)
        tensor = self._reader.tensors[-1]
        name_and_shape = 8 + len(tensor.name) + 4 + 8 * len(tensor.shape)
        self.header_end = tensor.field.offset + name_and_shape + 4 + 8

    def all(self) -> Iterator[bytes]:
        """Numbers changed, keys added, tokenizers renamed, bytes flipped."""
        types = gguf.GGUFValueType
        for key, found in self._reader.fields.items():
            if found.types[:1] in ([types.UINT32], [types.FLOAT32]) and "." in key:
                at = found.offset + 8 + len(key) + 4
                for number in NUMBERS:
                    yield self._patched(at, struct.pack("<I", number))
        for key in NEW_KEYS:
            for number in (1, 2, 8, 4096, 2**31):
                yield self._rebuilt(
                    24, 24, _string(key) + struct.pack("<II", 4, number), more_keys=1
                )
        at = self._raw.index(b"tokenizer.ggml.model") + len("tokenizer.ggml.model") + 4
        end = at + 8 + struct.unpack_from("<Q", self._raw, at)[0]
        for tokenizer in TOKENIZERS:
            yield self._rebuilt(at, end, _string(tokenizer))
        chance = random.Random(7)
        for _ in range(200):
            yield self._patched(chance.randrange(self.header_end), chance.randbytes(1))

    def _patched(self, at: int, patch: bytes) -> bytes:
        return self._raw[:at] + patch + self._raw[at + len(patch) :]

    def _rebuilt(self, start: int, end: int, patch: bytes, more_keys: int = 0) -> bytes:
        (n_keys,) = struct.unpack_from("<Q", self._raw, 16)
        header = self._raw[:start] + patch + self._raw[end : self.header_end]
        header = header[:16] + struct.pack("<Q", n_keys + more_keys) + header[24:]
        return header + bytes(-len(header) % 32) + self._raw[self._reader.data_offset :]


def _string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()
