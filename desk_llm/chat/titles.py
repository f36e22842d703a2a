"""A conversation's title from its first message."""

from __future__ import annotations

import re
import unicodedata

COLUMNS = 48  # a Chinese character takes two
_MARKS = re.compile(r"^(?:[#>*+\-`~=|]+|\d+[.)])\s*")
_BREAKS = " ,.;:!?，。、；：！？…）)】」』"


def title_of(text: str) -> str:
    """The first line that says something, cut near 48 columns; never empty.

    >>> title_of("## Why is the sky blue?\\n\\nIn short, please.")
    'Why is the sky blue?'
    """
    plain = ""
    for line in text.splitlines():
        visible = " ".join(_visible(line).split())
        plain = _MARKS.sub("", visible) or plain or visible
        if any(char.isalnum() for char in plain):
            break
    return _cut(plain) or "…"


def _visible(line: str) -> str:
    """Without control, direction and other invisible characters; emoji keep their joiners."""
    return "".join(
        " " if char == "\t" else char
        for char in line
        if char in {"\t", "\u200d"} or unicodedata.category(char)[0] != "C"
    )


def _cut(line: str) -> str:
    width = 0
    for end, char in enumerate(line):
        width += _columns(char)
        if width > COLUMNS:
            return _cut_at_word(line[:end], char) + "…"
    return line


def _cut_at_word(head: str, following: str) -> str:
    """Back to the last end of a word, unless that costs more than a third."""
    if following in _BREAKS or _columns(following) == 2:
        return head.rstrip(_BREAKS) or head
    for end in range(len(head), len(head) * 2 // 3, -1):
        if head[end - 1] in _BREAKS or _columns(head[end - 1]) == 2:
            return head[:end].rstrip(_BREAKS)
    return head.rstrip("\u200d")


def _columns(char: str) -> int:
    if unicodedata.combining(char) or char in "\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
