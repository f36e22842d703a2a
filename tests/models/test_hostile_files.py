"""What read_gguf lets through must not kill the engine: 400 mutated files, in a child process.

Run it (`pytest -m fault tests/models`) after every update of llama.cpp: its assertions change.
"""

from __future__ import annotations

import random
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import gguf
import pytest

from desk_llm.errors import DeskError
from desk_llm.models.gguf import read_gguf
from tests.helpers.gguf_models import tiny_model

pytestmark = pytest.mark.fault

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

CHILD = """
import sys
from desk_llm.engine.engine import Engine
from desk_llm.engine.types import GenerationRequest, LoadParams, SamplingParams
from desk_llm.errors import DeskError
engine = Engine()
for line in sys.stdin:
    try:
        params = LoadParams("m", line.strip(), n_ctx=256, n_threads=1, n_slots=1, n_batch=64)
        engine.load(params).result(30)
        request = GenerationRequest(
            "r", "m", prompt="Hello word1", sampling=SamplingParams(max_tokens=3, seed=1)
        )
        engine.submit(request).result()
    except DeskError:
        pass
    print(line.strip(), flush=True)
"""


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


class Mutations:
    """Damaged copies of one small model."""

    def __init__(self, base: Path) -> None:
        self._raw = base.read_bytes()
        self._reader = gguf.GGUFReader(base)
        tensor = self._reader.tensors[-1]
        name_and_shape = 8 + len(tensor.name) + 4 + 8 * len(tensor.shape)
        self._header_end = tensor.field.offset + name_and_shape + 4 + 8

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
                    24, 24, string(key) + struct.pack("<II", 4, number), more_keys=1
                )
        at = self._raw.index(b"tokenizer.ggml.model") + len("tokenizer.ggml.model") + 4
        end = at + 8 + struct.unpack_from("<Q", self._raw, at)[0]
        for tokenizer in TOKENIZERS:
            yield self._rebuilt(at, end, string(tokenizer))
        chance = random.Random(7)
        for _ in range(200):
            yield self._patched(chance.randrange(self._header_end), chance.randbytes(1))

    def _patched(self, at: int, patch: bytes) -> bytes:
        return self._raw[:at] + patch + self._raw[at + len(patch) :]

    def _rebuilt(self, start: int, end: int, patch: bytes, more_keys: int = 0) -> bytes:
        (n_keys,) = struct.unpack_from("<Q", self._raw, 16)
        header = self._raw[:start] + patch + self._raw[end : self._header_end]
        header = header[:16] + struct.pack("<Q", n_keys + more_keys) + header[24:]
        return header + bytes(-len(header) % 32) + self._raw[self._reader.data_offset :]


def passes(path: Path) -> bool:
    try:
        read_gguf(path, check_words=True)
    except DeskError:
        return False
    return True


def test_the_engine_survives_what_the_header_check_lets_through(tmp_path: Path) -> None:
    base = tiny_model(tmp_path / "base.gguf", n_layers=1)
    paths = []
    for n, content in enumerate(Mutations(base).all()):
        path = tmp_path / f"{n}.gguf"
        path.write_bytes(content)
        paths.append(path)
    accepted = [path for path in paths if passes(path)]
    assert 100 < len(accepted) < len(paths)
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        input="\n".join(map(str, accepted)),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    survived = child.stdout.splitlines()
    died_over = accepted[len(survived)] if len(survived) < len(accepted) else None
    assert died_over is None, child.stderr[-1000:]
    assert child.returncode == 0
