"""Removed files: the system's trash where we can take them back from it, else a trash of our own.

On Linux the trash's records say where a file came from, so an undo is certain. Windows and macOS
do not tell where their trash put it, and some disks have none: there the files go into a hidden
folder beside them, which costs no time, and leave it after thirty days.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem
from desk_llm.models.library.types import Kept
from desk_llm.models.names import file_name

log = logging.getLogger("desk.models")

FOLDER = ".desk_llm-trash"
KEPT_S = 30 * 24 * 3600.0
_NOTE = "removed.json"  # in each folder of our trash: since when, and from where
_MAX_NOTE = 64 << 10
_NOWHERE = Path()  # in the trash, without a record of it


def to_system_trash(path: Path) -> Kept | None:
    """Move a file to the system's trash; None where it could not be taken back from there."""
    if sys.platform in {"win32", "darwin"}:
        return None
    from send2trash import send2trash  # type: ignore[import-untyped]

    if path.is_symlink() and not path.exists():
        return None
    before = set(_notes(path))
    try:
        send2trash(str(path))
    except OSError as error:
        log.info("the system's trash does not take %s: %s", path, error)
        return None
    return _kept_in_trash(path, before) or Kept(path, _NOWHERE)


def to_own_trash(path: Path, root: Path) -> Kept:
    """Move a file into our trash on its own disk. Raises DiskProblem."""
    folder = root / FOLDER / uuid.uuid4().hex
    try:
        folder.mkdir(parents=True, mode=0o700)
        note = {"was": str(path), "at": time.time()}
        (folder / _NOTE).write_text(json.dumps(note), "utf-8")
        os.rename(path, folder / path.name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise DiskProblem(
            QT_TRANSLATE_NOOP("errors", "“{file}” cannot be removed: {reason}."),
            QT_TRANSLATE_NOOP("errors", "Close programs that use it, or check its permissions."),
            str(error),
            file=file_name(path),
            reason=error.strerror or error,
        ) from error
    return Kept(path, folder / path.name)


def bring_back(kept: Kept) -> None:
    """Put a file back to where it was. Raises DiskProblem; then it stays where it is now."""
    try:
        if os.path.lexists(kept.was):
            raise FileExistsError(str(kept.was))
        if kept.now == _NOWHERE:
            raise FileNotFoundError(str(kept.was))
        kept.was.parent.mkdir(parents=True, exist_ok=True)
        os.rename(kept.now, kept.was)
    except OSError as error:
        raise _stays(kept, error) from error
    with contextlib.suppress(OSError):
        if kept.note is not None:
            kept.note.unlink()
        else:
            shutil.rmtree(kept.now.parent)
            kept.now.parent.parent.rmdir()  # when it was the last one


def _stays(kept: Kept, error: OSError) -> DiskProblem:
    hint = QT_TRANSLATE_NOOP("errors", "It is still in the trash.")
    if isinstance(error, FileExistsError):
        return DiskProblem(
            QT_TRANSLATE_NOOP("errors", "Another “{file}” is there now."),
            hint,
            file=file_name(kept.was),
        )
    return DiskProblem(
        QT_TRANSLATE_NOOP("errors", "“{file}” cannot be brought back: {reason}."),
        hint,
        str(error),
        file=file_name(kept.was),
        reason=error.strerror or error,
    )


def empty_old(root: Path, now: Callable[[], float] = time.time) -> None:
    """Delete what lies in our trash of this folder for thirty days."""
    for folder, since in _removed(root):
        if now() - since > KEPT_S:
            log.info("emptying %s", folder)
            shutil.rmtree(folder, ignore_errors=True)


def empty(root: Path) -> int:
    """Delete everything in our trash of this folder; the bytes that became free."""
    freed = 0
    for folder, _since in _removed(root):
        freed += sum(one.stat().st_size for one in folder.iterdir() if one.name != _NOTE)
        shutil.rmtree(folder, ignore_errors=True)
    return freed


def _removed(root: Path) -> Iterator[tuple[Path, float]]:
    try:
        folders = list((root / FOLDER).iterdir())
    except OSError:
        return
    for folder in folders:
        try:
            with (folder / _NOTE).open("rb") as file:
                yield folder, float(json.loads(file.read(_MAX_NOTE))["at"])
        except (OSError, ValueError, LookupError, TypeError) as error:
            log.info("%s: %s", folder, error)  # nothing of ours: it stays


def _kept_in_trash(path: Path, before: set[Path]) -> Kept | None:
    """Find the record that the trash made of this file just now (freedesktop.org's trash spec)."""
    for note in _notes(path):
        trash = note.parent.parent
        with contextlib.suppress(OSError, ValueError):
            if note not in before and _original(note, trash) == path:
                return Kept(path, trash / "files" / note.stem, note)
    log.warning("%s is in the trash, but not to be found there", path)
    return None


def _notes(path: Path) -> Iterator[Path]:
    for trash in _trash_folders(path):
        with contextlib.suppress(OSError):
            yield from [one for one in (trash / "info").iterdir() if one.suffix == ".trashinfo"]


def _trash_folders(path: Path) -> Iterator[Path]:
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    yield Path(data) / "Trash"
    for parent in path.absolute().parents:
        yield parent / ".Trash" / str(os.getuid())
        yield parent / f".Trash-{os.getuid()}"


def _original(note: Path, trash: Path) -> Path | None:
    """Where a trashed file was; relative ones begin at the top of their disk."""
    for line in note.read_text("utf-8").splitlines():
        if line.startswith("Path="):
            top = trash.parent.parent if trash.parent.name == ".Trash" else trash.parent
            return Path(os.path.normpath(top / unquote(line[5:], errors="surrogateescape")))
    return None
