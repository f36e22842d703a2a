"""What read_gguf lets through must not kill the engine: 400 mutated files, in a child process.

Run it (`pytest -m fault tests/models`) after every update of llama.cpp: its assertions change.
"""

from __future__ import annotations

import json
import random
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import gguf
import pytest

from desk_llm.errors import DeskError
from desk_llm.models.gguf.info import read_gguf
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


APP = """
import json, sys, time
from pathlib import Path
from desk_llm.errors import DeskError
from desk_llm.paths import Paths
from desk_llm.services import Core
core = Core.open(Paths(Path(sys.argv[1])))
core.paths.ensure()
for line in sys.stdin:
    started, sentence = time.perf_counter(), ""
    try:
        core.loader.ensure(line.strip(), is_choice=True).result(60)
    except DeskError as error:
        sentence = str(error)
    took = time.perf_counter() - started
    print(json.dumps([line.strip(), took, sentence]), flush=True)
core.close()
"""
N_MUTATED, N_TRUNCATED = 256, 50
LATEST_S = 2.0


def test_the_app_survives_damaged_files(tmp_path: Path) -> None:
    """The way a person takes: header check, trial in a child process, then the engine."""
    base = tiny_model(tmp_path / "base.gguf", n_layers=1)
    chance, whole = random.Random(5), base.read_bytes()
    contents = chance.sample(list(Mutations(base).all()), N_MUTATED)
    contents += [whole[: chance.randrange(len(whole))] for _ in range(N_TRUNCATED)]
    paths = []
    for n, content in enumerate(contents):
        paths.append(tmp_path / f"damaged {n}.gguf")
        paths[-1].write_bytes(content)
    app = subprocess.run(
        [sys.executable, "-c", APP, str(tmp_path / "profile")],
        input="\n".join(map(str, paths)),
        stdout=subprocess.PIPE,
        text=True,
        timeout=1200,
        check=False,
    )
    answers = [json.loads(line) for line in app.stdout.splitlines()]
    refused = [sentence for _path, _took, sentence in answers if sentence]
    worst = max(answers, key=lambda answer: float(answer[1]))
    sys.stdout.write(
        f"\n{len(answers)} damaged files: {len(refused)} refused in a sentence, the others load; "
        f"the latest answer after {worst[1]:.2f} s: {worst[2] or 'loaded'}\n"
    )
    assert app.returncode == 0
    assert [answer[0] for answer in answers] == [str(path) for path in paths]
    assert not any("unexpected" in sentence for sentence in refused), refused
    assert len(refused) >= N_TRUNCATED
    assert worst[1] <= LATEST_S
