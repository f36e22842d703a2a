"""Long vocabularies are leapt over: the same facts, fewer bytes looked at, no wrong one."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from desk_llm.errors import FileDamaged
from desk_llm.models.gguf import header as header_module
from desk_llm.models.gguf.cursor import Cursor
from desk_llm.models.gguf.header import Header, read_header
from desk_llm.models.gguf.vocabulary import LONG_LIST, skip_strings
from tests.helpers.gguf_bytes import F32, STRING, U32, Gguf, text

N_WORDS = LONG_LIST * 3


def words(*special: str) -> list[str]:
    return [*special, *(f"word{n}" for n in range(N_WORDS - len(special)))]


def long_header(tokens: list[str], *, last: bool = False) -> Gguf:
    model = Gguf()
    model.metadata = [one for one in model.metadata if not one[0].startswith("tokenizer.")]
    model.set("tokenizer.ggml.model", STRING, "gpt2").set("tokenizer.ggml.tokens", STRING, tokens)
    model.set("tokenizer.ggml.scores", F32, [0.5] * len(tokens))
    model.set("tokenizer.ggml.merges", STRING, [f"{word} b" for word in tokens])
    if not last:
        model.set("tokenizer.ggml.eos_token_id", U32, 2)
        model.set("tokenizer.chat_template", STRING, "{{ messages }}")
        model.set("general.quantization_version", U32, 2)
    return model


def read(folder: Path, content: bytes, *, leap: bool = True) -> Header:
    path = folder / "model.gguf"
    path.write_bytes(content)
    return read_header(path, check_words=not leap)


@pytest.mark.parametrize("last", [False, True])
def test_a_leap_finds_what_a_walk_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: bool
) -> None:
    content = long_header(words(), last=last).encode()
    walked = read(tmp_path, content, leap=False)
    lists: list[int] = []

    def counting(cursor: Cursor, count: int) -> None:
        lists.append(count)
        skip_strings(cursor, count)

    monkeypatch.setattr(header_module, "skip_strings", counting)
    assert read(tmp_path, content) == walked
    assert lists == ([N_WORDS] if last else [])  # in front of the tensors there is no key to see


def test_words_that_look_like_keys_do_not_mislead(tmp_path: Path) -> None:
    tricks = [
        "tokenizer.ggml.merges",
        "general.name",
        # A whole key with a value, inside a word.
        (text("tokenizer.ggml.eos_token_id") + struct.pack("<II", 4, 99)).decode(),
        (text("tokenizer.chat_template") + struct.pack("<I", 8) + text("evil")).decode(),
    ]
    chance = random.Random(3)
    for trick in tricks:
        tokens = words()
        for place in (0, chance.randrange(N_WORDS), N_WORDS - 1):
            tokens[place] = trick + str(place) if trick.isprintable() else trick
        content = long_header(tokens).encode()
        header = read(tmp_path, content)
        assert header.metadata["tokenizer.ggml.eos_token_id"] == 2
        assert header.metadata["tokenizer.chat_template"] == "{{ messages }}"
        assert len(header.tensors) == 2


def test_a_cut_vocabulary_is_said(tmp_path: Path) -> None:
    content = long_header(words()).encode()
    chance = random.Random(4)
    for _ in range(20):
        with pytest.raises(FileDamaged, match=r"ends inside its header|is incomplete"):
            read(tmp_path, content[: chance.randrange(2_000, len(content) - 20_000)])


def test_a_count_beyond_the_file_is_said(tmp_path: Path) -> None:
    content = long_header(words()).encode()
    start = content.index(b"tokenizer.ggml.tokens") + len("tokenizer.ggml.tokens") + 8
    for count in (N_WORDS + 1, N_WORDS - 1, 10_000_000, 2**60):
        patched = content[:start] + struct.pack("<Q", count) + content[start + 8 :]
        header_or_error = _facts(tmp_path, patched)
        assert "damaged" in header_or_error or "incomplete" in header_or_error


def _facts(folder: Path, content: bytes) -> str:
    try:
        return str(read(folder, content, leap=False).metadata["tokenizer.ggml.tokens"])
    except FileDamaged as error:
        return error.message
