"""Aliases: shown, found, kept over a restart, and never lost to a damaged file."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_llm.errors import DiskProblem, ModelNotFound
from desk_llm.models.library.aliases import Aliases
from desk_llm.models.library.library import Library
from tests.helpers.model_stores import model, put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path / "models" / "a.gguf", model("Llama"))
    return tmp_path / "models"


def library_of(folder: Path) -> Library:
    library = Library(lambda: [folder], folder / "none", data=folder.parent / "data")
    library.refresh()
    return library


def test_a_name_is_given_found_kept_and_taken_back(folder: Path) -> None:
    library, news = library_of(folder), list[None]()
    library.changed.connect(news.append)
    library.rename("a", "  My \u202emodel\n")
    assert len(news) == 1
    file = library.find("My model")
    assert (file.id, file.name, file.alias) == ("a", "My model", "My model")
    assert library_of(folder).files == library.files
    library.rename("my model", "")
    assert (library.files[0].name, library.files[0].alias) == ("Llama", "")
    with pytest.raises(ModelNotFound):
        library.rename("b", "x")


def test_the_alias_holds_when_the_file_changes(folder: Path) -> None:
    library = library_of(folder)
    library.rename("a", "Mine")
    put(folder / "a.gguf", b"<html>")
    library.refresh()
    assert library.files[0].name == "Mine"
    assert library.files[0].problem is not None


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"a": 5}', b"[" * 100_000, b"\xff"])
def test_damaged_files_are_kept_aside(tmp_path: Path, content: bytes) -> None:
    path = put(tmp_path / "names.json", content)
    aliases = Aliases(path)
    assert aliases.all() == {}
    aliases.set("a", "b")
    assert Aliases(path).all() == {"a": "b"}


def test_a_full_disk_keeps_the_old_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aliases = Aliases(tmp_path / "names.json")
    aliases.set("a", "old")

    def full(_old: object, _new: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("desk_llm.models.library.aliases.os.replace", full)
    with pytest.raises(DiskProblem, match="No space left"):
        aliases.set("a", "new")
    assert aliases.all() == {"a": "old"}
