"""Move the models folder to another place: nothing is lost, wherever it fails.

On one disk everything is renamed. To another disk every file is copied and compared first; only
when all of them are there and the settings know it, the old ones are deleted.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem, RequestError
from desk_llm.models.library.digests import sha256_of
from desk_llm.models.library.file_copy import cancelled, copy_file
from desk_llm.models.names import file_name, plain

log = logging.getLogger("desk.models")

_FREE_DISK = 256 << 20  # stays free for others


@dataclass(frozen=True, slots=True)
class MoveProgress:
    """How far a move is; `file` is the one under way."""

    done_bytes: int
    total_bytes: int
    file: str


def move_folder(
    source: Path,
    target: Path,
    commit: Callable[[], None],
    *,
    in_use: Iterable[Path] = (),
    on_progress: Callable[[MoveProgress], None] = lambda _progress: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Move everything in `source` to `target`; blocks, for a worker thread.

    `commit` is called when everything is there: it changes the settings. `in_use`: files that are
    loaded or being downloaded; one below `source` refuses the move. Raises DeskError; Cancelled
    when it was cancelled. Then everything is where it was.
    """
    source, target = source.absolute(), target.absolute()
    _check(source, target, in_use)
    move = _Move(source, target, on_progress, is_cancelled)
    try:
        move.run(commit)
    except OSError as error:
        raise DiskProblem(
            QT_TRANSLATE_NOOP("errors", "The models cannot be moved to {folder}: {reason}."),
            QT_TRANSLATE_NOOP("errors", "They are where they were. Choose another folder."),
            str(error),
            folder=plain(str(target), 500),
            reason=error.strerror or error,
        ) from error


def _check(source: Path, target: Path, in_use: Iterable[Path]) -> None:
    for path in in_use:
        if path.absolute().is_relative_to(source):
            raise RequestError(
                QT_TRANSLATE_NOOP("errors", "“{file}” is in use."),
                QT_TRANSLATE_NOOP(
                    "errors", "Unload all models and pause all downloads, then move the folder."
                ),
                file=file_name(path),
            )
    there, here = _resolved(target), _resolved(source)
    if there == here or there.is_relative_to(here) or here.is_relative_to(there):
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "The models are in this folder already."),
            QT_TRANSLATE_NOOP("errors", "Choose a folder that is neither inside nor around it."),
        )


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links
        return path


class _Move:
    """One move; every step can be taken back until `commit` returned."""

    def __init__(
        self,
        source: Path,
        target: Path,
        on_progress: Callable[[MoveProgress], None],
        is_cancelled: Callable[[], bool],
    ) -> None:
        self._source = source
        self._target = target
        self._on_progress = on_progress
        self._is_cancelled = is_cancelled
        self._made: list[Path] = []  # in the target, in order
        self._renamed: list[tuple[Path, Path]] = []
        self._done = 0
        self._total = 0

    def run(self, commit: Callable[[], None]) -> None:
        """Rename or copy, commit, delete."""
        tree = list(_tree(self._source))
        self._check_names(tree)
        self._total = sum(path.lstat().st_size for path in tree if _is_plain_file(path))
        try:
            self._make_folder(self._target)
            if not self._rename_all(tree):
                self._make_folder(self._target)
                self._check_space()
                self._take_over(tree, self._copy)
            commit()
        except BaseException:
            self._take_back()
            raise
        self._delete(tree)

    def _check_names(self, tree: list[Path]) -> None:
        for path in tree:
            there = self._there(path)
            is_folder = path.is_dir() and there.is_dir()
            if os.path.lexists(there) and not is_folder and not _may_be_equal(path, there):
                raise _already_there(path)

    def _there(self, path: Path) -> Path:
        return self._target / path.relative_to(self._source)

    def _rename_all(self, tree: list[Path]) -> bool:
        """False: it is another disk, and nothing was renamed."""
        try:
            self._take_over(tree, self._rename)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._take_back()
            self._made.clear()
            self._done = 0
            return False
        return True

    def _take_over(self, tree: list[Path], take: Callable[[Path, Path], None]) -> None:
        for path in tree:
            there = self._there(path)
            if self._is_cancelled():
                raise cancelled()
            if path.is_symlink():
                os.symlink(self._new_end(path), there)
                self._made.append(there)
            elif path.is_dir():
                self._make_folder(there)
            elif there.exists():
                self._find_equal(path, there)
            else:
                take(path, there)

    def _find_equal(self, path: Path, there: Path) -> None:
        """A move that the end of the process cut short goes on where it was."""
        is_same = os.path.samefile(path, there)  # one folder under two names
        if is_same or sha256_of(path, self._is_cancelled) != sha256_of(there, self._is_cancelled):
            raise _already_there(path)
        self._tell(path, self._done + there.lstat().st_size)

    def _rename(self, path: Path, there: Path) -> None:
        os.rename(path, there)
        self._renamed.append((path, there))
        self._tell(path, self._done + there.lstat().st_size)

    def _copy(self, path: Path, there: Path) -> None:
        def on_bytes(count: int) -> None:
            self._tell(path, self._done + count)

        copy_file(path, there, on_bytes, self._is_cancelled)
        self._made.append(there)

    def _new_end(self, link: Path) -> str:
        """Where a link must point from its new place: to the same file as before."""
        end = os.readlink(link)
        whole = Path(os.path.normpath(link.parent / end))
        if not whole.is_relative_to(self._source):
            return str(whole)
        return str(self._there(whole)) if os.path.isabs(end) else end

    def _check_space(self) -> None:
        free = shutil.disk_usage(self._target).free
        if self._total + _FREE_DISK > free:
            raise DiskProblem(
                QT_TRANSLATE_NOOP("errors", "{need} GB are needed there, {free} GB are free."),
                QT_TRANSLATE_NOOP("errors", "Choose a folder on another disk."),
                need=f"{(self._total + _FREE_DISK) / 1e9:.1f}",
                free=f"{free / 1e9:.1f}",
            )

    def _make_folder(self, folder: Path) -> None:
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        for one in reversed(missing):
            one.mkdir(mode=0o700)
            self._made.append(one)

    def _delete(self, tree: list[Path]) -> None:
        """What stays is in both places, and is said in the log only: nothing is lost."""
        for path in reversed(tree):
            try:
                _remove(path)
            except FileNotFoundError:
                pass  # it was renamed
            except OSError as error:
                log.warning("%s stays: %s", path, error)

    def _take_back(self) -> None:
        try:
            self._take_back_names()
        except OSError:
            log.exception("some models stay in %s", self._target)
        for path in reversed(self._made):
            with contextlib.suppress(OSError):
                _remove(path)

    def _take_back_names(self) -> None:
        while self._renamed:
            path, there = self._renamed[-1]
            os.rename(there, path)
            self._renamed.pop()

    def _tell(self, path: Path, done: int) -> None:
        self._done = done
        self._on_progress(MoveProgress(done, self._total, file_name(path)))


def _tree(folder: Path) -> Iterator[Path]:
    """Everything below a folder, folders before what is in them; links are not followed."""
    for path in sorted(folder.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from _tree(path)


def _may_be_equal(path: Path, there: Path) -> bool:
    both_plain = _is_plain_file(path) and _is_plain_file(there)
    return both_plain and path.stat().st_size == there.stat().st_size


def _already_there(path: Path) -> RequestError:
    return RequestError(
        QT_TRANSLATE_NOOP("errors", "There is already a “{file}” in the new folder."),
        QT_TRANSLATE_NOOP("errors", "Choose an empty folder."),
        file=file_name(path),
    )


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink()


def _is_plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
