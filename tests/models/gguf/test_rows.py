"""Everything a header says, as rows: whole, bounded, and without tricks."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_llm.errors import DeskError
from desk_llm.models.gguf.rows import MAX_TEXT, MetadataRow, metadata_rows
from tests.helpers.gguf_bytes import BOOL, F32, STRING, U32, Gguf


def rows_of(folder: Path, header: Gguf) -> dict[str, MetadataRow]:
    path = folder / "model.gguf"
    path.write_bytes(header.encode())
    return {row.key: row for row in metadata_rows(path)}


def test_every_key_is_there_with_its_type(tmp_path: Path) -> None:
    header = Gguf().set("general.tags", STRING, ["chat", "中文"])
    header.set("llama.rope.freqs", F32, [0.5] * 40).set("a.flag", BOOL, True)
    rows = rows_of(tmp_path, header)
    assert list(rows)[:2] == ["GGUF", "general.architecture"]
    assert set(rows) >= {key for key, _, _ in header.metadata}
    assert rows["llama.context_length"] == MetadataRow("llama.context_length", "2048", "uint32")
    assert rows["llama.attention.layer_norm_rms_epsilon"].value == "1e-05"
    assert rows["general.tags"] == MetadataRow("general.tags", "chat, 中文", "string[2]")
    assert rows["a.flag"] == MetadataRow("a.flag", "True", "bool")
    freqs = rows["llama.rope.freqs"]
    assert freqs.kind == "float32[40]"
    assert freqs.value == "0.5, " * 16 + "…"


def test_vocabularies_are_counted_and_tensors_summed(tmp_path: Path) -> None:
    header = Gguf().set("tokenizer.ggml.tokens", STRING, [f"w{n}" for n in range(9_000)])
    header.set("tokenizer.ggml.bos_token_id", U32, 1)
    rows = rows_of(tmp_path, header)
    assert rows["tokenizer.ggml.tokens"] == MetadataRow(
        "tokenizer.ggml.tokens", "…", "string[9000]"
    )
    assert rows["tokenizer.ggml.bos_token_id"].value == "1"
    assert rows["F32"] == MetadataRow("F32", "2 × · 0.0 M · 0.0 MB", "tensors")


def test_texts_are_bounded_and_lose_hidden_characters_only(tmp_path: Path) -> None:
    header = Gguf().set("general.description", STRING, "one\n\ttwo\u202e\x07<b>")
    header.set("tokenizer.chat_template", STRING, "x" * (MAX_TEXT + 1))
    rows = rows_of(tmp_path, header)
    assert rows["general.description"].value == "one\n\ttwo<b>"
    assert rows["tokenizer.chat_template"].value == "x" * MAX_TEXT + "…"


def test_tensors_of_all_parts_are_summed(tmp_path: Path) -> None:
    parts = [tmp_path / f"m-0000{number}-of-00002.gguf" for number in (1, 2)]
    for part in parts:
        part.write_bytes(Gguf().set("split.count", U32, 2).encode())
    rows = {row.key: row for row in metadata_rows(parts[0], parts)}
    assert rows["F32"].value.startswith("4 × ")


def test_a_broken_header_is_said(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(Gguf().encode()[:100])
    with pytest.raises(DeskError, match="ends inside its header"):
        metadata_rows(path)
