"""New files appear by themselves; half written ones do not; an idle look costs next to nothing."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from desk_llm.models.library.library import Library
from desk_llm.models.library.scan import Scan
from desk_llm.models.library.types import Place
from desk_llm.models.library.watcher import Watcher
from desk_llm.models.types import Origin
from tests.helpers.gguf_bytes import U32, Gguf
from tests.helpers.model_stores import model, put
from tests.helpers.waiting import wait_until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return tmp_path / "models"


def ids(library: Library) -> list[str]:
    return [file.id for file in library.files]


def test_the_watcher_looks_until_it_is_closed() -> None:
    looks: list[str] = []

    def look() -> None:
        looks.append(threading.current_thread().name)

    watcher = Watcher(look, interval_s=0.01)
    watcher.start()
    watcher.start()
    wait_until(lambda: len(looks) >= 3)
    watcher.close()
    count = len(looks)
    watcher.close()
    watcher.start()
    assert len(looks) == count
    assert set(looks) == {"library"}
    assert all(one.name != "library" for one in threading.enumerate())


def test_a_look_that_fails_is_logged_and_the_next_one_comes(log_errors: list[object]) -> None:
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        raise ValueError("once")

    watcher = Watcher(look, interval_s=0.01)
    watcher.start()
    wait_until(lambda: len(looks) >= 2)
    watcher.close()
    assert log_errors


def test_new_files_and_lost_ones_are_noticed(folder: Path) -> None:
    library = Library(lambda: [folder], folder / "none")
    library._watcher = Watcher(library._look, interval_s=0.02)
    library.refresh()
    library.watch()
    try:
        path = put(folder / "new folder" / "a.gguf", model())
        wait_until(lambda: ids(library) == ["new folder/a"])
        path.unlink()
        wait_until(lambda: ids(library) == [])
    finally:
        library.close()


def test_an_idle_look_opens_and_lists_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder / "a" / "a.gguf", model())
    library = Library(lambda: [folder], folder / "none")
    library.refresh()
    monkeypatch.setattr(os, "scandir", lambda *_path: pytest.fail("listed"))
    library._look()
    assert library._looks == 1


def test_before_the_first_reading_nothing_is_looked_at(folder: Path) -> None:
    put(folder / "a.gguf", model())
    library = Library(lambda: [folder], folder / "none")
    library._look()
    assert library.files == ()


def test_other_folders_in_the_settings_are_noticed(folder: Path, tmp_path: Path) -> None:
    put(tmp_path / "more" / "b.gguf", model())
    put(tmp_path / "app" / "p" / "m" / "c.gguf", model("C", marker=1))
    folders, places = [folder], list[Place]()
    library = Library(lambda: folders, folder / "none", others=lambda: places)
    library.refresh()
    folders.append(tmp_path / "more")
    library._look()
    assert ids(library) == ["b"]
    assert library.files[0].origin is Origin.FOLDER
    places.append(Place(Origin.LM_STUDIO, tmp_path / "app"))
    library._look()
    assert ids(library) == ["lmstudio:p/m/c", "b"]
    places.clear()
    library._look()
    assert ids(library) == ["b"]


def test_of_very_many_folders_some_are_asked_at_each_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk_llm.models.library.scan.MAX_ASKED", 3)
    for n in range(7):
        (tmp_path / str(n)).mkdir()
    scan = Scan()
    scan.add_folder(tmp_path)
    assert all(scan.folders_are_same(turn) for turn in range(5))
    put(tmp_path / "4" / "x", b"")
    assert sorted(scan.folders_are_same(turn) for turn in range(3)) == [False, True, True]


class TestWriting:
    def test_a_file_that_grows_is_listed_when_it_is_whole(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        content, path = model(), folder / "growing.gguf"
        path.write_bytes(content[:5_000])
        library = Library(lambda: [folder], folder / "none")

        def more(_seconds: float) -> None:
            path.write_bytes(content[: path.stat().st_size + 5_000])

        monkeypatch.setattr("desk_llm.models.library.writing.time.sleep", more)
        library.refresh()
        assert ids(library) == []
        while path.stat().st_size < len(content):
            library._look()
        library._look()
        assert ids(library) == ["growing"]
        assert library.files[0].problem is None

    def test_a_file_that_does_not_grow_is_listed_with_its_sentence(self, folder: Path) -> None:
        put(folder / "cut.gguf", model()[:5_000])
        library = Library(lambda: [folder], folder / "none")
        library.refresh()
        problem = library.files[0].problem
        assert problem is not None
        assert "is incomplete" in problem.message

    @pytest.mark.parametrize("ending", [".part", ".aria2", ".crdownload"])
    def test_a_note_of_another_program_says_that_it_is_not_whole(
        self, folder: Path, ending: str
    ) -> None:
        put(folder / "a.gguf", b"")
        put(folder / f"a.gguf{ending}", b"x")
        put(folder / "whole.gguf", model())
        put(folder / f"whole.gguf{ending}", b"x")  # an old file is loaded anew
        library = Library(lambda: [folder], folder / "none")
        library.refresh()
        assert ids(library) == ["whole"]

    def test_parts_of_our_own_downloads_are_no_models(self, folder: Path) -> None:
        put(folder / "o" / "r" / "a.gguf.part", model())
        put(folder / "o" / "r" / "a.gguf.part.json", b"{}")
        put(folder / "o" / "r" / "b.gguf.moving", model())
        library = Library(lambda: [folder], folder / "none")
        library.refresh()
        assert ids(library) == []

    def test_a_split_model_is_listed_when_its_download_brought_all_parts(
        self, folder: Path
    ) -> None:
        def part(number: int) -> Path:
            return folder / f"big-0000{number}-of-00003.gguf"

        content = Gguf().set("split.count", U32, 3).encode()
        downloading = {part(number) for number in (1, 2, 3)}
        library = Library(lambda: [folder], folder / "none", downloading=lambda: downloading)
        for number in (2, 1):
            put(part(number), content)
            library.refresh()
            assert ids(library) == []
        downloading.clear()  # it was cancelled
        library.refresh()
        assert library.files[0].problem is not None
        assert "Part 3 of 3" in library.files[0].problem.message
        put(part(3), content)
        library.refresh()
        assert library.files[0].problem is None
