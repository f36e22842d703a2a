"""Names that come from strangers' files, made fit to be shown."""

from __future__ import annotations

import unicodedata
from pathlib import Path

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # controls, bidi marks, lone surrogates, …


def is_plain(text: str) -> bool:
    """True when nothing in `text` is invisible or turns the reading direction."""
    return (text.isascii() and text.isprintable()) or not any(map(_is_hidden, text))


def plain(text: str, limit: int = 200) -> str:
    """`text` on one line without hidden characters, at most `limit` characters long.

    >>> plain("Good\\nmodel \\u202egpj.exe")
    'Good model gpj.exe'
    >>> plain("x" * 9, limit=4)
    'xxx…'
    """
    text = " ".join(text[: limit * 4].split())
    if not is_plain(text):
        text = "".join(char for char in text if not _is_hidden(char))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def file_name(path: Path) -> str:
    """The last part of a path, for sentences."""
    return plain(path.name or str(path), 255)


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN
