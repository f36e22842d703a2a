"""Find GGUF files below a folder: bounded, patient with unreadable places, nothing is opened."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, DiskProblem
from desk_llm.models.gguf.parts import missing_part, part_path, split_part
from desk_llm.models.names import plain
from desk_llm.models.types import Origin

log = logging.getLogger("desk.models")

MAX_DEPTH = 8
MAX_FOLDERS = 5_000  # a person may choose their whole home folder
MAX_ASKED = 1_000  # folders at one look of the watcher
# Programs that write x.gguf leave one of these beside it until it is whole.
_UNFINISHED = (".part", ".aria2", ".crdownload", ".downloadInProgress", ".incomplete", ".tmp")

Stamp = tuple[str, int, int]  # path, size, mtime in ns: two equal stamps mean one content


@dataclass(frozen=True, slots=True)
class Found:
    """A model on the disk: one file, or the first of its parts."""

    path: Path
    id: str
    size_bytes: int
    stamp: tuple[Stamp, ...]  # of every part
    key: tuple[int, int] = (0, 0)  # device and inode: one file under two names has one key
    problem: DeskError | None = None
    origin: Origin = Origin.FOLDER
    root: Path = Path()  # the folder it was found in
    repo: str = ""
    sha256: str = ""
    title: str = ""  # what its app calls it; empty: the last part of the id
    projectors: tuple[Path, ...] | None = None  # None: whatever fits beside it
    is_companion: bool = False  # a projector, whatever its header says
    is_unfinished: bool = False  # somebody seems to be writing it

    @property
    def parts(self) -> tuple[Path, ...]:
        """All files, in order."""
        return tuple(Path(path) for path, _, _ in self.stamp)


@dataclass(slots=True)
class Scan:
    """What is below some folders, and the stamps that tell whether it changed."""

    found: list[Found] = field(default_factory=list)
    stamps: list[Stamp] = field(default_factory=list)
    folders: list[Stamp] = field(default_factory=list)  # those of `stamps` that are folders
    problems: list[DeskError] = field(default_factory=list)

    def add_folder(self, folder: Path, origin: Origin = Origin.FOLDER) -> None:
        """Look through a folder; an unreadable one becomes a problem, not an end."""
        for place, names in self.walk(folder, is_ours=True):
            unfinished = unfinished_of(names)
            for name in sorted(names):
                if name.lower().endswith(".gguf"):
                    path = place / name
                    is_unfinished = not unfinished.isdisjoint(_names_of_all(path))
                    self._add_file(path, folder, origin, is_unfinished=is_unfinished)

    def add_file(self, path: Path) -> None:
        """Add one file that the person chose by hand, and the projectors beside it."""
        status = stat_of(path)
        self.stamps.append(_stamp(path, status) if status else (str(path), 0, 0))
        if status is None:
            return
        self._add_file(path, path.parent, Origin.FILE)
        try:
            names = os.listdir(path.parent)
        except OSError:
            return
        for name in sorted(names):
            if "mmproj" in name.lower() and name.lower().endswith(".gguf"):
                self._add_file(path.with_name(name), path.parent, Origin.FILE)

    def walk(self, folder: Path, *, is_ours: bool) -> Iterator[tuple[Path, list[str]]]:
        """Folders and their files, links to folders followed once; `is_ours`: failures are told."""
        seen: set[tuple[int, int]] = set()
        waiting = [(folder, 0)]
        while waiting:
            place, depth = waiting.pop()
            status = stat_of(place)
            self.watch(place, status)
            if status is not None and (status.st_dev, status.st_ino) in seen and status.st_ino:
                continue
            if len(seen) == MAX_FOLDERS:
                log.warning("more than %d folders below %s; the rest is left", len(seen), folder)
                return
            try:
                folders, files = _listed(place)
            except OSError as error:
                if is_ours:
                    self._add_problem(place, error)
                continue
            seen.add((status.st_dev, status.st_ino) if status else (0, 0))
            yield place, files
            if depth < MAX_DEPTH:
                waiting += [(place / name, depth + 1) for name in sorted(folders, reverse=True)]

    def watch(self, folder: Path, status: os.stat_result | None = None) -> None:
        """Notice when something is put into this folder or taken away."""
        status = status or stat_of(folder)
        stamp = _stamp(folder, status) if status else (str(folder), 0, 0)
        self.stamps.append(stamp)
        self.folders.append(stamp)

    def folders_are_same(self, turn: int) -> bool:
        """Whether nothing came into these folders or left them; of very many, some at each turn."""
        count = max(1, -(-len(self.folders) // MAX_ASKED))
        return all(
            (stamp_of(Path(stamp[0])) or (stamp[0], 0, 0)) == stamp
            for stamp in self.folders[turn % count :: count]
        )

    def add(self, found: Found) -> None:
        """Add a model that was found in another way."""
        self.stamps += found.stamp
        self.found.append(found)

    def _add_problem(self, folder: Path, error: OSError) -> None:
        self.problems.append(
            DiskProblem(
                QT_TRANSLATE_NOOP("errors", "The folder “{folder}” cannot be read."),
                QT_TRANSLATE_NOOP("errors", "Check that it exists and that you may open it."),
                str(error),
                folder=plain(str(folder), 500),
            )
        )

    def _add_file(
        self, path: Path, folder: Path, origin: Origin, *, is_unfinished: bool = False
    ) -> None:
        parts = find_parts(path)
        if parts is None:
            return
        name, found = parts
        identity = _id(path.with_name(name), folder)
        self.add(
            replace(
                found,
                id=identity,
                origin=origin,
                root=folder,
                repo=repo_of(identity) if origin is Origin.APP else "",
                is_unfinished=is_unfinished,
            )
        )


def find_parts(path: Path) -> tuple[str, Found] | None:
    """The model that a file is, or begins, with its name; None for a dead link or a later part."""
    part = split_part(path.name)
    if part is None:
        name = path.stem if path.suffix.lower() == ".gguf" else path.name
        count, paths = 1, [path]
    else:
        name, _, count = part
        paths = [part_path(path, name, number, count) for number in range(1, count + 1)]
    states = [stat_of(one) for one in paths]
    present = [number for number, status in enumerate(states) if status is not None]
    if not present or path != paths[present[0]]:
        return None
    whole = [(one, status) for one, status in zip(paths, states, strict=True) if status]
    lost = next((n for n, status in enumerate(states, 1) if status is None), 0)
    first = whole[0][1]
    return name, Found(
        path,
        name,
        sum(status.st_size for _, status in whole),
        tuple(_stamp(one, status) for one, status in whole),
        (first.st_dev, first.st_ino),
        missing_part(path, lost, count) if lost else None,
    )


def _names_of_all(path: Path) -> set[str]:
    """Of a file and, when it is one of several parts, of the others: one may still be coming."""
    part = split_part(path.name)
    if part is None:
        return {path.name}
    name, _, count = part
    return {part_path(path, name, number, count).name for number in range(1, count + 1)}


def unfinished_of(names: list[str]) -> set[str]:
    """Of the files of a folder, those that another file there marks as not whole yet."""
    return {
        name.removesuffix(ending)
        for name in names
        for ending in _UNFINISHED
        if name.endswith(ending)
    }


def stat_of(path: Path) -> os.stat_result | None:
    """Its status, links followed; None when it is gone or cannot be asked."""
    try:
        return path.stat()
    except (OSError, ValueError):
        return None


def stamp_of(path: Path) -> Stamp | None:
    """What a file is like now; None when it is gone."""
    status = stat_of(path)
    return _stamp(path, status) if status else None


def _listed(folder: Path) -> tuple[list[str], list[str]]:
    folders, files = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            if _is_folder(entry):
                if not entry.name.startswith("."):
                    folders.append(entry.name)
            else:
                files.append(entry.name)
    return folders, files


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link into a loop
        return False


def _id(path: Path, folder: Path) -> str:
    # Names on a Linux disk may be bytes that are no text; an id goes into SQLite and JSON.
    return plain(path.relative_to(folder).as_posix(), 1_000)


def repo_of(identity: str) -> str:
    """owner/repo of owner/repo/file."""
    parts = identity.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else ""


def _stamp(path: Path, status: os.stat_result) -> Stamp:
    return str(path), status.st_size, status.st_mtime_ns
