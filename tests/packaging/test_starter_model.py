"""The shipped starter model: its file, its corpus and its answers through llama.cpp."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import gguf
import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKER = ROOT / "packaging" / "starter_model"
MODEL = ROOT / "assets" / "models" / "desk-llm-starter-F16.gguf"


@pytest.fixture(scope="module")
def reader() -> gguf.GGUFReader:
    return gguf.GGUFReader(MODEL)


def value(reader: gguf.GGUFReader, key: str) -> object:
    field = reader.get_field(key)
    assert field is not None, key
    return field.contents()


def python(code: str) -> str:
    """The output of a little program that imports the modules beside build.py."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=MAKER, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_file_is_small() -> None:
    assert MODEL.stat().st_size <= 12_000_000


@pytest.mark.parametrize(
    ("key", "wanted"),
    [
        ("general.architecture", "qwen3"),
        ("general.name", "desk_llm starter"),
        ("general.author", "the desk_llm project"),
        ("general.license", "apache-2.0"),
        ("general.license.name", "Apache License 2.0"),
        ("general.license.link", "https://www.apache.org/licenses/LICENSE-2.0"),
        ("general.size_label", "5.2M"),
        ("general.languages", ["en"]),
        ("general.file_type", int(gguf.LlamaFileType.MOSTLY_F16)),
        ("general.quantization_version", gguf.GGML_QUANT_VERSION),
        ("qwen3.context_length", 1024),
        ("qwen3.embedding_length", 256),
        ("qwen3.vocab_size", 2048),
        ("tokenizer.ggml.model", "gpt2"),
        ("tokenizer.ggml.pre", "qwen2"),
        ("tokenizer.ggml.add_bos_token", False),
    ],
)
def test_metadata(reader: gguf.GGUFReader, key: str, wanted: object) -> None:
    assert value(reader, key) == wanted


def test_vocabulary(reader: gguf.GGUFReader) -> None:
    tokens, kinds = (
        value(reader, "tokenizer.ggml.tokens"),
        value(reader, "tokenizer.ggml.token_type"),
    )
    assert isinstance(tokens, list)
    assert isinstance(kinds, list)
    assert len(tokens) == len(kinds) == 2048
    controls = [token for token, kind in zip(tokens, kinds, strict=True) if kind == 3]
    assert controls == ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    assert tokens[int(str(value(reader, "tokenizer.ggml.eos_token_id")))] == "<|im_end|>"


def test_template_is_chatml(reader: gguf.GGUFReader) -> None:
    template = str(value(reader, "tokenizer.chat_template"))
    assert "<|im_start|>assistant" in template
    assert "add_generation_prompt" in template


def test_matrices_are_f16_and_fit_k_quants(reader: gguf.GGUFReader) -> None:
    matrices = [tensor for tensor in reader.tensors if len(tensor.shape) == 2]
    assert len(matrices) == 1 + 6 * 7
    for tensor in matrices:
        assert tensor.tensor_type == gguf.GGMLQuantizationType.F16
        assert int(tensor.shape[0]) % 256 == 0


def test_corpus_is_deterministic() -> None:
    code = (
        "from conversations import Writer\n"
        "writer = Writer(7)\n"
        "print([writer.conversation() for _ in range(2000)])"
    )
    first, second = (hashlib.sha256(python(code).encode()).hexdigest() for _ in range(2))
    assert first == second


def test_no_pattern_of_the_corpus_yields_a_heldout_question() -> None:
    code = "from leaks import leaks\nprint(leaks())"
    assert python(code).strip() == "[]"


def test_no_drawn_question_is_a_heldout_question() -> None:
    code = (
        "from conversations import Writer\n"
        "from heldout import plain\n"
        "writer = Writer(7)\n"
        "held, writer.withheld = writer.withheld, set()\n"
        "assert len(held) >= 100, len(held)\n"
        "asked = {plain(t.question) for _ in range(20000) for t in writer.conversation().turns}\n"
        "print(sorted(asked & held))"
    )
    assert python(code).strip() == "[]"


def test_every_follow_up_has_its_fact() -> None:
    code = (
        "from conversations import Writer\n"
        "facts = Writer(7).by_id\n"
        "print([to for fact in facts.values() for _, to in fact.then if to not in facts])"
    )
    assert python(code).strip() == "[]"


@pytest.mark.model
def test_answers_the_heldout_questions() -> None:
    done = subprocess.run(
        [sys.executable, str(MAKER / "evaluate.py"), str(MODEL), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["questions"] >= 100
    assert result["score"] >= 85, result["missed"]
