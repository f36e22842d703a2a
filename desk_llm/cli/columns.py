"""Tables and figures for a terminal: columns align, also under Chinese text."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence

from desk_llm.models.names import plain

_GAP = "  "
_LONGEST = 4_096  # a path


def width(text: str) -> int:
    """Columns in a terminal: Chinese characters take two, accents that stand on others none.

    >>> width("abc"), width("模型"), width("e\\u0301")
    (3, 4, 1)
    """
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
        for one in text
    )


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Two spaces between the columns; the columns `right` are aligned to the right.

    >>> print(table(("Name", "Size"), [("模型", "1 GB"), ("Qwen3", "12 GB")], right=(1,)))
    Name    Size
    模型    1 GB
    Qwen3  12 GB
    """
    cells = [[plain(cell, _LONGEST) for cell in row] for row in (titles, *rows)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        padded = [
            _padded(cell, widths[place], is_right=place in right) for place, cell in enumerate(row)
        ]
        lines.append(_GAP.join(padded).rstrip())
    return "\n".join(lines)


def _padded(cell: str, to: int, *, is_right: bool) -> str:
    space = " " * (to - width(cell))
    return space + cell if is_right else cell + space


def facts(rows: Sequence[tuple[str, str]]) -> str:
    """Names and values under each other; what has no value is left out.

    >>> print(facts([("Name", "Qwen3"), ("Licence", ""), ("大小", "1 GB")]))
    Name  Qwen3
    大小  1 GB
    """
    told = [(name, value) for name, value in rows if value]
    left = max((width(name) for name, _value in told), default=0)
    return "\n".join(
        _padded(plain(name), left, is_right=False) + _GAP + plain(value, _LONGEST)
        for name, value in told
    )


def size(n_bytes: float) -> str:
    """The units of the files' publishers, powers of ten.

    >>> size(4_920_000_000), size(10_400_000), size(900)
    ('4.9 GB', '10 MB', '1 kB')
    """
    if n_bytes >= 1e9:
        return f"{n_bytes / 1e9:.1f} GB"
    return f"{n_bytes / 1e6:.0f} MB" if n_bytes >= 1e6 else f"{max(1, round(n_bytes / 1e3))} kB"


def memory(n_bytes: float) -> str:
    """In units of 2^30 bytes, which everybody calls GB; the sentences about memory do too.

    >>> memory(4_920_000_000), memory(10_400_000), memory(900)
    ('4.6 GB', '10 MB', '1 kB')
    """
    if n_bytes >= 1 << 30:
        return f"{n_bytes / (1 << 30):.1f} GB"
    if n_bytes >= 1 << 20:
        return f"{n_bytes / (1 << 20):.0f} MB"
    return f"{max(1, round(n_bytes / 1024))} kB"


def count(number: float) -> str:
    """Parameters, downloads.

    >>> count(32_190_735_360), count(596_049_920), count(1_234_567), count(120), count(0)
    ('32.2 B', '596 M', '1.2 M', '120', '')
    """
    for unit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if number >= unit:
            shown = number / unit
            is_exact = unit == 1e9 or shown < 9.95
            return f"{shown:.1f} {letter}" if is_exact else f"{shown:.0f} {letter}"
    return f"{number:.0f}" if number else ""


def speed(tok_s: float | None) -> str:
    """A forecast: nobody knows it better than to two digits.

    >>> speed(61.3), speed(7.84), speed(None)
    ('61 tok/s', '7.8 tok/s', '')
    """
    if tok_s is None:
        return ""
    return f"{tok_s:.0f} tok/s" if tok_s >= 10 else f"{tok_s:.1f} tok/s"


def duration(seconds: float) -> str:
    """Remaining time.

    >>> duration(0.04), duration(42), duration(400), duration(9000)
    ('40 ms', '42 s', '7 min', '2.5 h')
    """
    if seconds < 0.95:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def say(text: str) -> None:
    """A remark, on stderr: stdout is for what was asked for."""
    print(text, file=sys.stderr, flush=True)
