"""Pieces of GBNF text: literals, classes, one of many texts, ranges of numbers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

MAX_DIGITS = 16  # of numbers without a limit

Digits = list[tuple[int, int]]  # for each place, from the most significant


def literal(text: str) -> str:
    """`text` as a quoted literal."""
    return f'"{"".join(map(_in_literal, text))}"'


def _in_literal(char: str) -> str:
    if char in '\\"':
        return "\\" + char
    return char if ord(char) >= 0x20 and ord(char) != 0x7F else f"\\x{ord(char):02X}"


def char_class(ranges: Iterable[tuple[int, int]]) -> str:
    """A class of code points in brackets."""
    parts = (
        _in_class(first) if first == last else f"{_in_class(first)}-{_in_class(last)}"
        for first, last in ranges
    )
    return f"[{''.join(parts)}]"


def _in_class(code: int) -> str:
    char = chr(code)
    if char in "\\[]-":
        return "\\" + char
    if 0x20 < code < 0x7F and char != "^":
        return char
    return f"\\x{code:02X}" if code < 0x100 else f"\\U{code:08X}"


def one_of(texts: Iterable[str]) -> str:
    """One of the texts; common beginnings are shared, so that a choice is one of few characters."""
    return _branches(sorted(set(texts)), 0)


def _branches(texts: list[str], depth: int) -> str:
    """Sorted texts as alternatives; groups where they branch."""
    parts: list[str] = []
    for first, found in groupby(texts, key=lambda text: text[:1]):
        group = list(found)
        if not first:
            parts.append('""')
        elif len(group) == 1 or depth >= 30:  # parentheses have a limit too
            parts += map(literal, group)
        else:
            start = _common_start(group)
            rest = _branches([text[len(start) :] for text in group], depth + 1)
            parts.append(f"{literal(start)} ({rest})")
    return " | ".join(parts)


def _common_start(texts: list[str]) -> str:
    low, high = texts[0], texts[-1]  # sorted
    n = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    return low[:n]


def whole_numbers(least: int | None, most: int | None, n_decimals: int = 0) -> str:
    """The numbers from `least` to `most` as alternatives, the last digits behind a point.

    Without a limit they end at MAX_DIGITS digits, or where the other limit has more. Empty when
    there is none.
    """
    longest = max(MAX_DIGITS, *(len(str(abs(one))) for one in (least, most) if one is not None), 0)
    end = 10**longest - 1
    low = -end if least is None else max(least, -end)
    high = end if most is None else min(most, end)
    parts = [_digits_text(one, n_decimals) for one in _natural(max(low, 0), high)]
    parts += [f'"-" {_digits_text(one, n_decimals)}' for one in _natural(max(-high, 1), -low)]
    return " | ".join(parts)


def _natural(low: int, high: int) -> list[Digits]:
    """Patterns of digits, without leading zeros, that cover low … high."""
    found: list[Digits] = []
    while low <= high:
        end = min(high, 10 ** len(str(low)) - 1)
        found += _same_length(str(low), str(end))
        low = end + 1
    return found


def _same_length(low: str, high: str) -> list[Digits]:
    if not low:
        return [[]]
    if set(low[1:]) <= {"0"} and set(high[1:]) <= {"9"}:
        return [[(int(low[0]), int(high[0])), *[(0, 9)] * (len(low) - 1)]]
    first, last = int(low[0]), int(high[0])
    rest = len(low) - 1
    if first == last:
        return [[(first, first), *more] for more in _same_length(low[1:], high[1:])]
    found: list[Digits] = [[(first, first), *more] for more in _same_length(low[1:], "9" * rest)]
    if first + 1 < last:
        found.append([(first + 1, last - 1), *[(0, 9)] * rest])
    return found + [[(last, last), *more] for more in _same_length("0" * rest, high[1:])]


def _digits_text(digits: Digits, n_decimals: int) -> str:
    if not n_decimals:
        return _places(digits)
    digits = [(0, 0)] * (n_decimals + 1 - len(digits)) + digits
    return f'{_places(digits[:-n_decimals])} "." {_places(digits[-n_decimals:])}'


def _places(digits: Digits) -> str:
    parts = []
    for (first, last), found in groupby(digits):
        n = len(list(found))
        one = f'"{first}"' if first == last else f"[{first}-{last}]"
        parts.append(one if n == 1 else f"{one}{{{n}}}")
    return " ".join(parts)
