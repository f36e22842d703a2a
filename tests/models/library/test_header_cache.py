"""Headers are read once: until the file changes, over restarts, and whatever the cache file is."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.library import header_cache
from desk_llm.models.library.header_cache import HeaderCache
from desk_llm.models.library.library import Library
from desk_llm.models.library.scan import Found, find_parts
from tests.helpers.gguf_kinds import KINDS
from tests.helpers.model_stores import model, projector, put


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were opened."""
    opened: list[str] = []

    def counting(path: Path, *, any_kind: bool) -> object:
        opened.append(path.name)
        return read_gguf(path, any_kind=any_kind)

    monkeypatch.setattr("desk_llm.models.library.header_cache.read_gguf", counting)
    return opened


def found(path: Path) -> Found:
    parts = find_parts(path)
    assert parts is not None
    return parts[1]


@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_back_is_what_was_read(tmp_path: Path, kind: str, read: list[str]) -> None:
    path = KINDS[kind](tmp_path / "m.gguf")
    facts = []
    for _start in range(2):
        cache = HeaderCache(tmp_path / "cache" / "headers.sqlite3")
        with cache.open():
            facts.append(cache.read(found(path)))
    assert facts[0] == facts[1] == read_gguf(path)
    assert read == ["m.gguf"]


def test_a_second_start_reads_nothing(tmp_path: Path, read: list[str]) -> None:
    put(tmp_path / "models" / "a.gguf", model())
    put(tmp_path / "models" / "mmproj-a.gguf", projector())
    broken = put(tmp_path / "models" / "b.gguf", b"<html>")

    def library() -> Library:
        made = Library(lambda: [tmp_path / "models"], tmp_path / "none", cache=tmp_path / "cache")
        made.refresh()
        return made

    first = library()
    assert sorted(read) == ["a.gguf", "b.gguf", "mmproj-a.gguf"]
    second = library()
    assert read[3:] == ["b.gguf"]  # it may be whole tomorrow
    assert [file.info for file in second.files] == [file.info for file in first.files]
    put(broken, model("B", marker=1))
    assert [file.problem for file in library().files] == [None, None]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + bytes(5000), b"nonsense" * 100])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, content: bytes, read: list[str]) -> None:
    path = put(tmp_path / "m.gguf", model())
    file = put(tmp_path / "headers.sqlite3", content)
    for _start in range(2):
        cache = HeaderCache(file)
        with cache.open():
            assert cache.read(found(path)) == read_gguf(path)
    assert read == ["m.gguf"]


@pytest.mark.parametrize("facts", ["5", "{}", '{"kind": "GgufInfo"}', "[" * 100_000, "{"])
def test_damaged_rows_are_read_again(tmp_path: Path, facts: str, read: list[str]) -> None:
    path = put(tmp_path / "m.gguf", model())
    file = tmp_path / "headers.sqlite3"
    cache = HeaderCache(file)
    with cache.open():
        cache.read(found(path))
    with sqlite3.connect(file) as disk:
        disk.execute("UPDATE headers SET facts = ?", (facts,))
    disk.close()
    cache = HeaderCache(file)
    with cache.open():
        assert cache.read(found(path)) == read_gguf(path)
    assert len(read) == 2


def test_another_reader_does_not_believe_the_old_one(
    tmp_path: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "m.gguf", model())
    for reader in (1, 2, 2):
        monkeypatch.setattr(header_cache, "READER", reader)
        cache = HeaderCache(tmp_path / "headers.sqlite3")
        with cache.open():
            cache.read(found(path))
    assert len(read) == 2


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    path = put(tmp_path / "m.gguf", model())
    put(tmp_path / "file", b"")
    cache = HeaderCache(tmp_path / "file" / "below" / "headers.sqlite3")
    with cache.open():
        assert cache.read(found(path)) == read_gguf(path)


def test_the_table_does_not_grow_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(header_cache, "MAX_ROWS", 3)
    file = tmp_path / "headers.sqlite3"
    for n in range(6):
        cache = HeaderCache(file)
        with cache.open():
            cache.read(found(put(tmp_path / f"{n}.gguf", model(marker=n))))
    with sqlite3.connect(file) as disk:
        assert disk.execute("SELECT count(*) FROM headers").fetchone()[0] <= 3
    disk.close()
