"""Before the first byte: what is on this disk already, and whether there is room for the rest."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from desk_llm.downloads.digester import digest_of
from desk_llm.downloads.job import Job, Task
from desk_llm.downloads.part import Part, part_size, remove_part
from desk_llm.downloads.problems import Stopped, WrongDigest, disk, no_space
from desk_llm.downloads.targets import place
from desk_llm.hub.types import DownloadFile

log = logging.getLogger("desk.downloads")

Existing = Callable[[DownloadFile], Path | None]


def look_up(
    job: Job, folder: Path, existing: Existing, stop: threading.Event, reserve_bytes: int
) -> None:
    """Mark what is whole and verified already; raises DiskProblem when the rest finds no room.

    Files of other apps are used where they lie, if together they are what was wanted; else their
    bytes are copied. They are never changed, moved or linked to.
    """
    for task in job.tasks:
        task.target = place(folder, task.file.target)
        if not task.is_done or not _has_size(task.path, task.file):
            task.path = _whole_already(task, stop)
            there = part_size(task.target)
            task.is_proven = task.is_proven and there == task.size_bytes
            task.done_bytes = task.size_bytes if task.path else there
    missing = [task for task in job.tasks if task.is_wanted]
    found = _find(missing, existing)
    if len(found) == len(job.tasks) and _lie_together(found):
        _use_in_place(found, stop)
    _check_space(job, folder, reserve_bytes)
    for task, source in found.items():
        if not task.is_done:
            _copy(task, source, stop)


def _whole_already(task: Task, stop: threading.Event) -> Path | None:
    """The file, when an earlier download or the person put this very one into its place."""
    target = task.target
    if not task.file.sha256 or not _has_size(target, task.file) or not _is_it(task, target, stop):
        return None
    remove_part(target)
    return target


def _has_size(path: Path | None, file: DownloadFile) -> bool:
    try:
        return path is not None and path.stat().st_size == (file.size_bytes or path.stat().st_size)
    except OSError:
        return False


def _is_it(task: Task, path: Path, stop: threading.Event) -> bool:
    """Whether a file has the digest that is wanted."""

    def progress(done: int) -> None:
        if stop.is_set():
            raise Stopped
        task.done_bytes = done

    try:
        is_right = digest_of(path, progress) == task.file.sha256.lower()
    except OSError as error:
        log.info("%s cannot be read: %s", path, error)
        return False
    task.done_bytes = task.size_bytes = path.stat().st_size
    return is_right


def _find(tasks: list[Task], existing: Existing) -> dict[Task, Path]:
    found = {}
    for task in tasks:
        path = existing(task.file) if task.file.sha256 else None
        if path is not None and path != task.target and _has_size(path, task.file):
            found[task] = path
    return found


def _lie_together(found: dict[Task, Path]) -> bool:
    """Whether the engine finds all parts of a model there: in one folder, under their names."""
    if len(found) == 1:
        return True
    names_fit = all(path.name == task.target.name for task, path in found.items())
    return names_fit and len({path.parent for path in found.values()}) == 1


def _use_in_place(found: dict[Task, Path], stop: threading.Event) -> None:
    if all(_is_it(task, path, stop) for task, path in found.items()):
        for task, path in found.items():
            task.path = path
            remove_part(task.target)


def _copy(task: Task, source: Path, stop: threading.Event) -> None:
    """Through a part, like a download; what turns out damaged is fetched instead."""

    def progress(done: int) -> None:
        if stop.is_set():
            raise Stopped
        task.done_bytes = done

    part = Part(task.target, task.file)
    try:
        part.open()
        part.copy(source, progress)
        part.prove()
    except WrongDigest:
        log.info("%s is not what its name says", source)
        task.done_bytes = 0
    else:
        task.is_proven = True
    finally:
        part.close()


def _check_space(job: Job, folder: Path, reserve_bytes: int) -> None:
    missing = [task for task in job.tasks if task.is_wanted]
    need = sum(max(0, one.file.size_bytes - part_size(one.target)) for one in missing)
    if not missing:
        return
    with disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    if free < need + reserve_bytes:
        raise no_space(folder, need + reserve_bytes, free)
