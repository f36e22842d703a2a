"""Equal contents: found by size, ends and digest; and files that are here already."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from desk_llm.errors import Cancelled
from desk_llm.models.library import digests
from desk_llm.models.library.library import Library
from desk_llm.models.library.types import Layout, Place
from desk_llm.models.types import Origin
from tests.helpers.gguf_bytes import U32, Gguf
from tests.helpers.model_stores import model, projector, put, put_hf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def library_of(folder: Path) -> Library:
    place = Place(Origin.HF_CACHE, folder.parent / "hub", Layout.HF_CACHE)
    library = Library(
        lambda: [folder], folder / "none", others=lambda: [place], cache=folder.parent / "cache"
    )
    library.refresh()
    return library


def groups(library: Library) -> list[list[str]]:
    return [[file.id for file in group] for group in library.duplicates()]


def test_copies_are_found_across_origins_the_own_one_first(folder: Path) -> None:
    put_hf(folder.parent / "hub", "o/r", "b.gguf", model())
    put(folder / "z.gguf", model())
    put(folder / "other.gguf", model(marker=1))
    assert groups(library_of(folder)) == [["z", "hf:o/r/b"]]


def test_links_are_no_copies(folder: Path) -> None:
    put(folder / "a.gguf", model())
    os.link(folder / "a.gguf", folder / "hard.gguf")
    (folder / "soft.gguf").symlink_to(folder / "a.gguf")
    assert groups(library_of(folder)) == []


def test_equal_ends_are_not_enough(folder: Path) -> None:
    base = model() + bytes(3 * digests.END)
    middle = len(base) // 2
    put(folder / "a.gguf", base)
    put(folder / "b.gguf", base[:middle] + b"x" + base[middle + 1 :])
    put(folder / "c.gguf", base)
    assert groups(library_of(folder)) == [["a", "c"]]


def test_split_models_are_compared_by_all_parts(folder: Path) -> None:
    for place, last in (("a", 7), ("b", 7), ("c", 8)):
        for number in (1, 2):
            part = Gguf().set("split.count", U32, 2).set("x", U32, last if number == 2 else 0)
            put(folder / place / f"m-0000{number}-of-00002.gguf", part.encode())
    assert groups(library_of(folder)) == [["a/m", "b/m"]]


def test_digests_are_computed_once_and_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder / "a.gguf", model())
    put(folder / "b.gguf", model())
    library = library_of(folder)
    assert groups(library) == [["a", "b"]]
    library.refresh()
    assert {file.sha256 for file in library.files} == {hashlib.sha256(model()).hexdigest()}
    monkeypatch.setattr(
        "desk_llm.models.library.digests.sha256_of",
        lambda *_path: pytest.fail("read again"),
    )
    assert groups(library_of(folder)) == [["a", "b"]]


def test_the_search_can_be_cancelled(folder: Path) -> None:
    put(folder / "a.gguf", model())
    put(folder / "b.gguf", model())
    with pytest.raises(Cancelled):
        library_of(folder).duplicates(is_cancelled=lambda: True)


class TestExisting:
    def test_any_file_of_that_content_will_do(self, folder: Path) -> None:
        put_hf(folder.parent / "hub", "o/r", "b.gguf", model(marker=3))
        eye = put(folder / "mmproj-x.gguf", projector())
        part = put(
            folder / "m-00002-of-00002.gguf", Gguf().set("split.count", U32, 2).encode() + b"2"
        )
        put(folder / "m-00001-of-00002.gguf", Gguf().set("split.count", U32, 2).encode())
        library = library_of(folder)
        for path in (eye, part, library.find("hf:o/r/b").path):
            content = path.read_bytes()
            found = library.existing(hashlib.sha256(content).hexdigest(), len(content))
            assert found == path

    def test_nothing_is_claimed_that_was_not_read(self, folder: Path) -> None:
        path = put(folder / "a.gguf", model())
        library = library_of(folder)
        digest = hashlib.sha256(model()).hexdigest()
        assert library.existing("", len(model())) is None
        assert library.existing(digest, len(model()) + 1) is None
        assert library.existing("0" * 64, len(model())) is None
        library.learn_digest(path, "0" * 64)
        assert library.existing("0" * 64, len(model())) == path
        path.write_bytes(model(marker=5))  # what was learnt holds for the old content only
        assert library.existing("0" * 64, len(model())) is None

    def test_the_disk_is_read_when_it_was_not_yet(self, folder: Path) -> None:
        path = put(folder / "a.gguf", model())
        library = Library(lambda: [folder], folder / "none")
        assert library.existing(hashlib.sha256(model()).hexdigest(), len(model())) == path
