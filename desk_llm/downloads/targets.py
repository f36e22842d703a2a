"""Where files come to lie: below the models folder, whatever a name says."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError
from desk_llm.models.names import is_plain, plain

_LONGEST = 240  # bytes of a name: 255 is what file systems take, less ".part.json"
_FORBIDDEN = re.compile(r'[<>:"\\|?*\x00-\x1f]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def check_target(target: str) -> None:
    """Raise RequestError unless `target` is a plain relative path on every system.

    >>> check_target("owner/repo/model-Q4_K_M.gguf")
    >>> check_target("../model.gguf")
    Traceback (most recent call last):
    ...
    desk_llm.errors.RequestError: “../model.gguf” cannot be the name of a file.
    """
    parts = target.split("/")
    if len(parts) > 16 or not is_plain(target) or not all(map(_is_fit, parts)):
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "“{name}” cannot be the name of a file."),
            name=plain(target, 120),
        )


def place(folder: Path, target: str) -> Path:
    """The path of a checked target."""
    check_target(target)
    return folder.joinpath(*target.split("/"))


def part_path(path: Path) -> Path:
    """Where a file lies until it is whole and verified; never a name that ends in .gguf."""
    if len(path.name.encode()) <= _LONGEST:
        return path.with_name(path.name + ".part")
    return path.with_name(hashlib.sha256(path.name.encode()).hexdigest() + ".part")


def _is_fit(name: str) -> bool:
    if not name or name != name.strip() or name.endswith(".") or len(name.encode()) > 255:
        return False
    return not (_FORBIDDEN.search(name) or _DEVICES.fullmatch(name))
