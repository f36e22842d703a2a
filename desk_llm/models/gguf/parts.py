"""Models that are split into several files: their names, and what is said when one is missing."""

from __future__ import annotations

import re
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, FileDamaged
from desk_llm.models.names import file_name

_PART = re.compile(r"^(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf$", re.IGNORECASE)


def split_part(name: str) -> tuple[str, int, int] | None:
    """(stem, number, count) of a file name like big-00002-of-00003.gguf; None otherwise.

    >>> split_part("big-00002-of-00003.gguf"), split_part("small.gguf")
    (('big', 2, 3), None)
    """
    match = _PART.match(name)
    return (match["stem"], int(match["number"]), int(match["count"])) if match else None


def part_path(first: Path, stem: str, number: int, count: int) -> Path:
    """The path of another part of a split model."""
    return first.with_name(f"{stem}-{number:05}-of-{count:05}{first.suffix}")


def missing_part(path: Path, number: int, count: int) -> FileDamaged:
    """The error of a split model that is not whole."""
    return FileDamaged(
        QT_TRANSLATE_NOOP("errors", "Part {number} of {count} of “{file}” is missing."),
        QT_TRANSLATE_NOOP("errors", "Download the missing part into the same folder."),
        file=file_name(path),
        number=number,
        count=count,
    )
