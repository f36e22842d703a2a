"""Find GGUF files below a folder: bounded, patient with unreadable places, nothing is opened."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, DiskProblem
from desk_llm.models.gguf.parts import missing_part, part_path, split_part
from desk_llm.models.names import plain

log = logging.getLogger("desk.models")

MAX_DEPTH = 8
MAX_FOLDERS = 5_000  # a person may choose their whole home folder

Stamp = tuple[str, int, int]  # path, size, mtime in ns: two equal stamps mean one content


@dataclass(frozen=True, slots=True)
class Found:
    """A model on the disk: one file, or the first of its parts."""

    path: Path
    id: str
    size_bytes: int
    stamp: tuple[Stamp, ...]  # of every part
    problem: DeskError | None = None


@dataclass(slots=True)
class Scan:
    """What is below some folders, and the stamps that tell whether it changed."""

    found: list[Found] = field(default_factory=list)
    stamps: list[Stamp] = field(default_factory=list)
    problems: list[DeskError] = field(default_factory=list)

    def add_folder(self, folder: Path) -> None:
        """Look through a folder; an unreadable one becomes a problem, not an end."""
        for n, (place, files) in enumerate(self._walk(folder)):
            if n == MAX_FOLDERS:
                log.warning("more than %d folders below %s; the rest is left", n, folder)
                break
            self.stamps.append(_stamp(place) or (str(place), 0, 0))
            for name in files:
                self._add_file(place / name, folder)

    def _walk(self, folder: Path) -> Iterable[tuple[Path, list[str]]]:
        for place, folders, files in os.walk(folder, onerror=self._on_error):
            depth = len(Path(place).parts) - len(folder.parts)
            folders[:] = sorted(one for one in folders if not one.startswith("."))
            if depth >= MAX_DEPTH:
                folders.clear()
            yield Path(place), sorted(one for one in files if one.lower().endswith(".gguf"))

    def _on_error(self, error: OSError) -> None:
        self.problems.append(
            DiskProblem(
                QT_TRANSLATE_NOOP("errors", "The folder “{folder}” cannot be read."),
                QT_TRANSLATE_NOOP("errors", "Check that it exists and that you may open it."),
                str(error),
                folder=plain(str(error.filename), 500),
            )
        )

    def add_file(self, path: Path) -> None:
        """Add one file that the person chose by hand."""
        stamp = _stamp(path)
        self.stamps.append(stamp or (str(path), 0, 0))
        if stamp is not None:
            self._add_file(path, path.parent)

    def _add_file(self, path: Path, folder: Path) -> None:
        part = split_part(path.name)
        if part is None:
            name = path.stem if path.suffix.lower() == ".gguf" else path.name
            count, paths = 1, [path]
        else:
            name, _, count = part
            paths = [part_path(path, name, number, count) for number in range(1, count + 1)]
        stamps = [_stamp(one) for one in paths]
        present = [number for number, stamp in enumerate(stamps) if stamp is not None]
        if not present or path != paths[present[0]]:
            return  # a dead link, or a part that is listed with the first one
        whole = tuple(stamp for stamp in stamps if stamp is not None)
        lost = next((n for n, stamp in enumerate(stamps, 1) if stamp is None), 0)
        self.stamps += whole
        self.found.append(
            Found(
                path,
                _id(path.with_name(name), folder),
                sum(size for _, size, _ in whole),
                whole,
                missing_part(path, lost, count) if lost else None,
            )
        )


def _id(path: Path, folder: Path) -> str:
    # Names on a Linux disk may be bytes that are no text; an id goes into SQLite and JSON.
    return plain(path.relative_to(folder).as_posix(), 1_000)


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return str(path), status.st_size, status.st_mtime_ns
