"""Remove and undo: the system's trash where it gives back, our own elsewhere; nothing of others."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from desk_llm.errors import DeskError, DiskProblem, ModelNotFound, Unsupported
from desk_llm.models.library import trash
from desk_llm.models.library.library import Library
from desk_llm.models.library.types import Layout, Place
from desk_llm.models.types import Origin
from tests.helpers.gguf_bytes import U32, Gguf
from tests.helpers.model_stores import model, projector, put, put_hf

NO_TRASH = "desk_llm.models.library.trash.to_system_trash"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


@pytest.fixture(params=["system", "own"])
def library(
    request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Library:
    """Over both kinds of trash; the system's lies in the test's own folder (see conftest)."""
    if request.param == "own":
        monkeypatch.setattr(NO_TRASH, lambda _path: None)
    elif sys.platform != "linux":
        pytest.skip("only Linux gives back")
    return Library(lambda: [folder], folder / "none")


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and trash.FOLDER not in path.parts
    }


def test_remove_and_undo(library: Library, folder: Path) -> None:
    put(folder / "o" / "r" / "模型 %20.gguf", model())
    put(folder / "other.gguf", model("Other", marker=1))
    before = files_in(folder)
    library.refresh()
    removed = library.remove("o/r/模型 %20")
    assert (removed.name, removed.size_bytes) == ("Model", len(model()))
    assert [file.id for file in library.files] == ["other"]
    assert set(files_in(folder)) == {"other.gguf"}
    assert not (folder / "o").exists()
    library.undo(removed)
    assert files_in(folder) == before
    assert len(library.files) == 2
    assert not (folder / trash.FOLDER).exists()


def test_all_parts_go_and_come_back(library: Library, folder: Path) -> None:
    for number in (1, 2, 3):
        part = Gguf().set("split.count", U32, 3).set("test.part", U32, number)
        put(folder / f"big-0000{number}-of-00003.gguf", part.encode())
    before = files_in(folder)
    library.refresh()
    removed = library.remove("big")
    assert files_in(folder) == {}
    assert len(removed.files) == 3
    library.undo(removed)
    assert files_in(folder) == before


def test_the_projector_goes_with_the_last_model_that_uses_it(
    library: Library, folder: Path
) -> None:
    repo = folder / "o" / "r"
    put(repo / "a-Q4_K_M.gguf", model(marker=1))
    put(repo / "a-Q8_0.gguf", model(marker=2))
    put(repo / "mmproj-F16.gguf", projector())
    library.refresh()
    library.remove("o/r/a-Q4_K_M")
    assert set(files_in(folder)) == {"o/r/a-Q8_0.gguf", "o/r/mmproj-F16.gguf"}
    last = library.remove("o/r/a-Q8_0")
    assert files_in(folder) == {}
    library.undo(last)
    assert set(files_in(folder)) == {"o/r/a-Q8_0.gguf", "o/r/mmproj-F16.gguf"}


def test_two_removals_of_one_name_are_kept_apart(library: Library, folder: Path) -> None:
    put(folder / "a.gguf", model(marker=1))
    library.refresh()
    first = library.remove("a")
    put(folder / "a.gguf", model(marker=2))
    library.refresh()
    second = library.remove("a")
    library.undo(first)
    assert (folder / "a.gguf").read_bytes() == model(marker=1)
    with pytest.raises(DiskProblem, match=r"Another “a\.gguf” is there now"):
        library.undo(second)
    (folder / "a.gguf").unlink()
    library.undo(second)
    assert (folder / "a.gguf").read_bytes() == model(marker=2)


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_of_a_link_only_the_link_goes(library: Library, folder: Path, tmp_path: Path) -> None:
    real = put(tmp_path / "elsewhere" / "real.gguf", model())
    (folder / "link.gguf").symlink_to(real)
    library.refresh()
    removed = library.remove("link")
    assert real.exists()
    assert not os.path.lexists(folder / "link.gguf")
    library.undo(removed)
    assert (folder / "link.gguf").readlink() == real


def test_a_file_that_somebody_holds_stays_with_all_its_parts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        part = Gguf().set("split.count", U32, 2).set("test.part", U32, number)
        put(folder / f"big-0000{number}-of-00002.gguf", part.encode())
    before = files_in(folder)
    monkeypatch.setattr(NO_TRASH, lambda _path: None)
    rename = os.rename

    def refusing(old: Path, new: Path) -> None:
        if "00002-of" in Path(old).name:
            raise PermissionError(13, "in use")
        rename(old, new)

    monkeypatch.setattr("desk_llm.models.library.trash.os.rename", refusing)
    library = Library(lambda: [folder], folder / "none")
    library.refresh()
    with pytest.raises(DiskProblem, match="cannot be removed: in use"):
        library.remove("big")
    assert files_in(folder) == before
    assert not (folder / trash.FOLDER).exists()


def test_what_is_not_ours_stays(tmp_path: Path, folder: Path) -> None:
    put(tmp_path / "starter" / "guide.gguf", model())
    link = put_hf(tmp_path / "hub", "o", "x.gguf", model(marker=1))
    link = put_hf(tmp_path / "hub", "o/r", "x.gguf", model(marker=1))
    lm = put(tmp_path / "lm" / "p" / "m" / "y.gguf", model(marker=2))
    places = (
        Place(Origin.HF_CACHE, tmp_path / "hub", Layout.HF_CACHE),
        Place(Origin.LM_STUDIO, tmp_path / "lm"),
    )
    library = Library(  # LM Studio's folder was added as one's own, too
        lambda: [folder, tmp_path / "lm"], tmp_path / "starter", others=lambda: places
    )
    library.refresh()
    with pytest.raises(Unsupported, match="belongs to the app and stays"):
        library.remove("guide")
    for name in ("hf:o/r/x", "p/m/y"):
        with pytest.raises(Unsupported, match="belongs to another app and is not touched"):
            library.remove(name)
    assert link.exists()
    assert lm.exists()
    with pytest.raises(ModelNotFound):
        library.remove("../../etc/passwd")


def test_a_folder_of_another_app_is_safe_when_it_is_not_shown(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "llama.cpp"
    monkeypatch.setenv("LLAMA_CACHE", str(cache))
    path = put(cache / "a.gguf", model())
    added = Library(lambda: [folder, cache], folder / "none")
    added.refresh()
    with pytest.raises(Unsupported, match="belongs to another app"):
        added.remove("a")
    assert path.exists()
    own = Library(lambda: [cache], folder / "none")
    own.refresh()
    own.undo(own.remove("a"))
    assert path.exists()


class TestOwnTrash:
    @pytest.fixture(autouse=True)
    def _no_system_trash(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(NO_TRASH, lambda _path: None)

    def test_it_empties_itself_after_thirty_days(self, folder: Path) -> None:
        put(folder / "a.gguf", model())
        library = Library(lambda: [folder], folder / "none")
        library.refresh()
        removed = library.remove("a")
        trash.empty_old(folder)
        assert removed.files[0].now.exists()
        trash.empty_old(folder, now=lambda: time.time() + trash.KEPT_S + 60)
        assert not removed.files[0].now.exists()
        with pytest.raises(DiskProblem, match="cannot be brought back"):
            library.undo(removed)

    def test_it_can_be_emptied_at_once(self, folder: Path) -> None:
        put(folder / "a.gguf", model())
        library = Library(lambda: [folder], folder / "none")
        library.refresh()
        library.remove("a")
        put(folder / trash.FOLDER / "not ours" / "x", b"1")
        assert library.empty_trash() == len(model())
        assert [one.name for one in (folder / trash.FOLDER).iterdir()] == ["not ours"]
        assert library.empty_trash() == 0

    def test_a_single_file_is_kept_beside_its_place(self, folder: Path, tmp_path: Path) -> None:
        single = put(tmp_path / "downloads" / "x.gguf", model())
        library = Library(lambda: [folder], folder / "none", lambda: [single])
        library.refresh()
        removed = library.remove("x")
        assert removed.files[0].now.is_relative_to(single.parent / trash.FOLDER)
        assert not library.files
        library.undo(removed)
        assert [file.id for file in library.files] == ["x"]


@pytest.mark.skipif(sys.platform != "linux", reason="freedesktop.org's trash")
def test_the_system_trash_really_has_it(folder: Path, tmp_path: Path) -> None:
    put(folder / "a.gguf", model())
    library = Library(lambda: [folder], folder / "none")
    library.refresh()
    removed = library.remove("a")
    assert removed.in_system_trash
    assert (tmp_path / "data-home" / "Trash" / "files" / "a.gguf").read_bytes() == model()
    (tmp_path / "data-home" / "Trash" / "files" / "a.gguf").unlink()  # it was emptied
    with pytest.raises(DeskError, match="cannot be brought back"):
        library.undo(removed)
