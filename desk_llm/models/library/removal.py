"""Remove a model and bring it back: all its parts, and its projector when nobody else needs it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, Unsupported
from desk_llm.models.library import trash
from desk_llm.models.library.digests import unreadable
from desk_llm.models.library.types import Kept, Place, Removed
from desk_llm.models.types import ModelFile, Origin

OURS = frozenset({Origin.APP, Origin.FOLDER, Origin.FILE})


def remove(
    file: ModelFile, files: Sequence[ModelFile], roots: Iterable[Path], others: Iterable[Place]
) -> Removed:
    """Move a model's files to the trash, all or none. Raises DeskError.

    `roots`: the folders whose files may be removed; `others`: places that are never touched.
    """
    _check_owner(file, others)
    kept: list[Kept] = []
    size = 0
    try:
        for path in _files_of(file, files):
            size += _size_of(path)
            kept.append(_remove_file(path, _root_of(path, roots)))
    except DeskError:
        for one in reversed(kept):
            trash.bring_back(one)
        raise
    for one in kept:
        _remove_empty_folders(one.was.parent, roots)
    in_system = all(one.note is not None for one in kept)
    return Removed(file.id, file.name, size, tuple(kept), in_system)


def undo(removed: Removed) -> None:
    """Bring every file back. Raises DiskProblem; what could be brought back is back."""
    failed: DeskError | None = None
    for kept in removed.files:
        try:
            trash.bring_back(kept)
        except DeskError as error:
            failed = error
    if failed is not None:
        raise failed


def _check_owner(file: ModelFile, others: Iterable[Place]) -> None:
    if file.origin is Origin.STARTER:
        raise Unsupported(
            QT_TRANSLATE_NOOP("errors", "{model} belongs to the app and stays."), model=file.name
        )
    path = file.path.absolute()
    # Many people let llama.cpp keep its files in a folder of their own.
    is_shared = file.origin is Origin.APP
    if file.origin not in OURS or any(
        path.is_relative_to(one.path.absolute())
        for one in others
        if not (is_shared and one.origin is Origin.LLAMA_CPP)
    ):
        raise Unsupported(
            QT_TRANSLATE_NOOP("errors", "{model} belongs to another app and is not touched."),
            QT_TRANSLATE_NOOP("errors", "Remove it in the app that brought it here."),
            model=file.name,
        )


def _files_of(file: ModelFile, files: Sequence[ModelFile]) -> list[Path]:
    """Its parts, and companions that nothing else uses; each once."""
    others = [one for one in files if one.id != file.id]
    used = {path for one in others for path in (one.path, one.projector, *one.parts, *one.drafts)}
    own = list(file.parts or (file.path,))
    if file.origin is Origin.FILE:  # who else uses what lies beside it, nobody knows
        return own
    own += [one for one in (file.projector, *file.drafts) if one is not None and one not in used]
    return list(dict.fromkeys(own))


def _size_of(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError as error:
        raise unreadable(path, error) from error


def _remove_file(path: Path, root: Path) -> Kept:
    """A link goes itself; what it points to stays."""
    return trash.to_system_trash(path) or trash.to_own_trash(path, root)


def _root_of(path: Path, roots: Iterable[Path]) -> Path:
    """The folder that has our trash: on the same disk as the file in any case."""
    for root in roots:
        if path.is_relative_to(root) and _device(root) == _device(path):
            return root
    return path.parent


def _device(path: Path) -> int:
    return os.lstat(path).st_dev


def _remove_empty_folders(folder: Path, roots: Iterable[Path]) -> None:
    """owner/repo disappear with the last file; the roots themselves stay."""
    tops = [root for root in roots if folder.is_relative_to(root)]
    while tops and folder not in tops:
        with contextlib.suppress(OSError):
            folder.rmdir()
        folder = folder.parent
