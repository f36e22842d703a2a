"""Which listed model is meant by a name somebody typed."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, ModelNotFound
from desk_llm.models.names import plain
from desk_llm.models.types import ModelFile


def find(files: Sequence[ModelFile], name: str) -> ModelFile:
    """The model with this id, name, file name or unique beginning. Raises ModelNotFound."""
    wanted = name.strip().casefold()
    ways: tuple[Callable[[ModelFile], bool], ...] = (
        lambda file: file.id == name,
        lambda file: wanted in _names(file),
        lambda file: bool(wanted) and any(one.startswith(wanted) for one in _names(file)),
    )
    for is_meant in ways:
        hits = [file for file in files if is_meant(file)]
        usable = [file for file in hits if file.problem is None] or hits
        if len(usable) == 1:
            return usable[0]
        if usable:
            raise _several(name, usable)
    raise _nothing(name, files)


def looks_like_a_path(text: str, path: Path) -> bool:
    """True when a person who typed this meant a file."""
    try:
        return path.is_file() or os.sep in text or text.lower().endswith(".gguf")
    except (OSError, ValueError):  # too long, or a NUL in it
        return False


def _names(file: ModelFile) -> tuple[str, ...]:
    name = file.path.name.casefold()
    names = (file.id.casefold(), file.name.casefold(), name, name.removesuffix(".gguf"))
    if not file.repo:
        return names
    repo = file.repo.casefold()
    return (*names, f"{repo}:{file.info.quant.casefold()}" if file.info else repo)


def _several(name: str, hits: Sequence[ModelFile]) -> ModelNotFound:
    return ModelNotFound(
        QT_TRANSLATE_NOOP("errors", "“{name}” can mean several models."),
        QT_TRANSLATE_NOOP("errors", "Choose one of: {models}."),
        name=plain(name),
        models=", ".join(file.id for file in hits[:5]),
    )


def _nothing(name: str, files: Sequence[ModelFile]) -> ModelNotFound:
    message = QT_TRANSLATE_NOOP("errors", "There is no model “{name}”.")
    ids = {one: file.id for file in files for one in _names(file)}
    wanted = name.strip().casefold()
    close = [one for one in ids if len(wanted) > 2 and wanted in one]
    close += difflib.get_close_matches(wanted[:200], ids, n=3, cutoff=0.5)
    near = list(dict.fromkeys(ids[one] for one in close))[:3]
    if near:
        return ModelNotFound(
            message,
            QT_TRANSLATE_NOOP("errors", "Did you mean {models}?"),
            name=plain(name),
            models=", ".join(near),
        )
    return ModelNotFound(
        message,
        QT_TRANSLATE_NOOP("errors", "Put a GGUF file into the model folder."),
        name=plain(name),
    )
