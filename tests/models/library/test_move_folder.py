"""Moving the models folder: renamed or copied, and everything as it was wherever it fails."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from desk_llm.errors import Cancelled, DeskError, DiskProblem, FileDamaged, RequestError
from desk_llm.models.library.move_folder import MoveProgress, move_folder
from tests.helpers.model_stores import model, put

Tree = dict[str, bytes | str]


def tree(folder: Path) -> Tree:
    """Every file, and every link with its end."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "old"
    put(folder / "a.gguf", model(marker=1))
    put(folder / "o" / "r" / "模型.gguf", model(marker=2) * 3)
    put(folder / "o" / "r" / "half.gguf.part", b"1234")
    put(folder / ".hidden" / "x", b"")
    (folder / "empty").mkdir()
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "new disk" / "models"


@pytest.fixture(params=["one disk", "another disk"])
def disks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Between two disks a rename fails; the copy keeps its temporary names on one."""
    if request.param == "another disk":
        rename = os.rename

        def rename_there(old: Path, new: Path) -> None:
            if "new disk" in str(new) and "new disk" not in str(old):
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            rename(old, new)

        monkeypatch.setattr("desk_llm.models.library.move_folder.os.rename", rename_there)
    return str(request.param)


def test_everything_moves(source: Path, target: Path, disks: str) -> None:
    before, news, committed = tree(source), list[MoveProgress](), list[Tree]()
    times = {path.name: path.stat().st_mtime_ns for path in source.rglob("*.gguf")}
    move_folder(source, target, lambda: committed.append(tree(target)), on_progress=news.append)
    assert tree(target) == before
    assert committed == [before]
    assert (target / "empty").is_dir()
    assert list(source.rglob("*")) == []
    total = sum(len(content) for content in before.values())
    assert [(one.done_bytes, one.total_bytes) for one in news][-1] == (total, total)
    assert [one.done_bytes for one in news] == sorted(one.done_bytes for one in news)
    assert {path.name: path.stat().st_mtime_ns for path in target.rglob("*.gguf")} == times
    assert disks


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_links_point_to_the_same_files_as_before(
    source: Path, target: Path, disks: str, tmp_path: Path
) -> None:
    outside = put(tmp_path / "outside.gguf", model())
    (source / "0 first.gguf").symlink_to("a.gguf")
    (source / "inside.gguf").symlink_to("a.gguf")
    (source / "inside whole.gguf").symlink_to(source / "a.gguf")
    (source / "outside.gguf").symlink_to("../outside.gguf")
    (source / "folder").symlink_to(tmp_path / "far", target_is_directory=True)
    (tmp_path / "far").mkdir()
    move_folder(source, target, lambda: None)
    assert (target / "0 first.gguf").resolve() == target / "a.gguf"
    assert (target / "inside.gguf").resolve() == target / "a.gguf"
    assert (target / "inside whole.gguf").resolve() == target / "a.gguf"
    assert (target / "outside.gguf").resolve() == outside
    assert (target / "folder").resolve() == tmp_path / "far"
    assert disks


def commit_fails() -> None:
    raise DiskProblem("The settings cannot be saved.")


def test_a_commit_that_fails_takes_everything_back(source: Path, target: Path, disks: str) -> None:
    before = tree(source)
    with pytest.raises(DiskProblem, match="settings"):
        move_folder(source, target, commit_fails)
    assert tree(source) == before
    assert not target.parent.exists()
    assert disks


def test_a_cancelled_move_takes_everything_back(source: Path, target: Path, disks: str) -> None:
    before, asked = tree(source), list[int]()

    def is_cancelled() -> bool:
        asked.append(1)
        return len(asked) > 4

    with pytest.raises(Cancelled):
        move_folder(source, target, lambda: pytest.fail("committed"), is_cancelled=is_cancelled)
    assert tree(source) == before
    assert not target.parent.exists()
    assert disks


class Failing:
    """Lets the n-th call of a function fail as a full disk does."""

    def __init__(self, function: Callable[..., object], number: int) -> None:
        self._function, self._left = function, number

    def __call__(self, *args: object) -> object:
        self._left -= 1
        if self._left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._function(*args)


@pytest.mark.parametrize("step", range(1, 5))
@pytest.mark.parametrize("disks", ["another disk"], indirect=True)
@pytest.mark.parametrize("call", ["os.fsync", "os.replace", "shutil.copystat"])
def test_a_disk_that_fails_at_any_step_loses_nothing(
    source: Path, target: Path, disks: str, monkeypatch: pytest.MonkeyPatch, call: str, step: int
) -> None:
    before = tree(source)
    module, name = call.split(".")
    real = getattr({"os": os, "shutil": shutil}[module], name)
    monkeypatch.setattr(f"desk_llm.models.library.file_copy.{call}", Failing(real, step))
    with pytest.raises(DiskProblem, match="No space left") as caught:
        move_folder(source, target, lambda: pytest.fail("committed"))
    assert "They are where they were" in caught.value.hint
    assert tree(source) == before
    assert not target.parent.exists()
    assert disks


@pytest.mark.parametrize("disks", ["one disk"], indirect=True)
def test_a_rename_that_fails_in_the_middle_takes_the_others_back(
    source: Path, target: Path, disks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(source)
    monkeypatch.setattr("desk_llm.models.library.move_folder.os.rename", Failing(os.rename, 3))
    with pytest.raises(DiskProblem, match="No space left"):
        move_folder(source, target, lambda: pytest.fail("committed"))
    assert tree(source) == before
    assert disks


@pytest.mark.parametrize("disks", ["another disk"], indirect=True)
def test_a_copy_that_is_not_what_was_written_is_noticed(
    source: Path, target: Path, disks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(source)
    monkeypatch.setattr("desk_llm.models.library.file_copy.sha256_of", lambda *_file: "0" * 64)
    with pytest.raises(FileDamaged, match="is not what was written"):
        move_folder(source, target, lambda: pytest.fail("committed"))
    assert tree(source) == before
    assert not target.parent.exists()
    assert disks


@pytest.mark.parametrize("disks", ["another disk"], indirect=True)
def test_a_small_disk_is_said_before_the_first_byte(
    source: Path, target: Path, disks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(source)._replace(free=1 << 20)
    monkeypatch.setattr(
        "desk_llm.models.library.move_folder.shutil.disk_usage", lambda _path: usage
    )
    with pytest.raises(DiskProblem, match=r"0\.3 GB are needed there, 0\.0 GB are free"):
        move_folder(source, target, lambda: None)
    assert not target.parent.exists()
    assert disks


def test_refusals(source: Path, target: Path, tmp_path: Path) -> None:
    before = tree(source)

    def refused(to: Path, in_use: tuple[Path, ...] = ()) -> DeskError:
        with pytest.raises(RequestError) as caught:
            move_folder(source, to, lambda: pytest.fail("committed"), in_use=in_use)
        return caught.value

    assert "“a.gguf” is in use" in refused(target, (source / "a.gguf",)).message
    for place in (source, source / "below", tmp_path, source / ".." / "old"):
        assert "in this folder already" in refused(place).message
    put(target / "o" / "r" / "模型.gguf", b"another")
    assert "already a “模型.gguf”" in refused(target).message
    assert tree(source) == before
    assert tree(target) == {"o/r/模型.gguf": b"another"}


def test_what_was_in_the_new_folder_stays(source: Path, target: Path, disks: str) -> None:
    before = tree(source)
    put(target / "o" / "r" / "other.gguf", b"other")
    move_folder(source, target, lambda: None)
    assert tree(target) == {**before, "o/r/other.gguf": b"other"}
    assert disks


_MEMORY = Path("/dev/shm")


@pytest.mark.skipif(not _MEMORY.is_dir(), reason="needs a second file system")
def test_between_two_real_file_systems(source: Path) -> None:
    if _MEMORY.stat().st_dev == source.stat().st_dev:
        pytest.skip("this is the same file system")
    before = tree(source)
    with tempfile.TemporaryDirectory(dir=_MEMORY) as other:
        target = Path(other) / "models"
        move_folder(source, target, lambda: None)
        assert tree(target) == before
        assert list(source.iterdir()) == []
        move_folder(target, source, lambda: None)
    assert tree(source) == before


def test_a_move_that_was_killed_goes_on(source: Path, target: Path, disks: str) -> None:
    before = tree(source)
    put(target / "a.gguf", (source / "a.gguf").read_bytes())  # copied, and not deleted yet
    put(target / "o" / "r" / "模型.gguf.moving", b"the first bytes")
    move_folder(source, target, lambda: None)
    assert {**tree(target), **before} == tree(target)
    assert list(source.iterdir()) == []
    assert disks


def test_another_file_of_the_same_size_is_not_taken_for_it(
    source: Path, target: Path, disks: str
) -> None:
    before = tree(source)
    put(target / "o" / "r" / "模型.gguf", bytes(len(before["o/r/模型.gguf"])))
    there = tree(target)
    with pytest.raises(RequestError, match="already a “模型"):
        move_folder(source, target, lambda: None)
    assert (tree(source), tree(target)) == (before, there)
    assert disks


def test_one_file_under_two_names_is_not_deleted(source: Path, target: Path, disks: str) -> None:
    target.mkdir(parents=True)
    os.link(source / "a.gguf", target / "a.gguf")
    before = tree(source)
    with pytest.raises(RequestError, match="already a “a"):
        move_folder(source, target, lambda: None)
    assert tree(source) == before
    assert (target / "a.gguf").exists()
    assert disks


KILLED = """
import os, sys
from pathlib import Path
from desk_llm.models.library import file_copy, move_folder
source, target, kills_at = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
count = 0
def killing(old, new):
    global count
    count += 1
    if count == kills_at:
        os.kill(os.getpid(), 9)
    rename(old, new)
rename, file_copy.os.replace = os.rename, killing
os.rename = killing
move_folder.move_folder(source, target, lambda: None)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL")
@pytest.mark.parametrize("kills_at", [1, 3])
def test_a_killed_process_loses_nothing(source: Path, target: Path, kills_at: int) -> None:
    before = tree(source)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(source), str(target), str(kills_at)], check=False
    )
    assert ended.returncode == -9
    assert {**tree(source), **tree(target)} == before
    move_folder(source, target, lambda: None)
    assert tree(target) == before
