"""Regular expressions of JSON schemas → GBNF for the inside of a JSON string.

The subset that has one meaning everywhere: literals, classes, `.`, groups, `|`, quantifiers, `^`
at the start and `$` at the end. Backslash and quotation mark are written as JSON writes them.
Shorthands like `\\d` and what is not in them stay within ASCII: dialects differ beyond.
"""

from __future__ import annotations

from desk_llm.engine.sampling.gbnf_text import char_class
from desk_llm.engine.sampling.schema_merge import not_supported

Ranges = list[tuple[int, int]]

# What may stand in a JSON string: no control characters, no surrogates.
PLAIN: Ranges = [(0x20, 0x7E), (0xA0, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF)]
_ASCII: Ranges = [(0x20, 0x7E)]
_QUOTED = {0x22: r'"\\\""', 0x5C: r'"\\\\"', 0x0A: r'"\\n"', 0x0D: r'"\\r"', 0x09: r'"\\t"'}
_ESCAPES = {"n": 0x0A, "r": 0x0D, "t": 0x09}
_SHORT: dict[str, Ranges] = {
    "d": [(0x30, 0x39)],
    "w": [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
    "s": [(0x09, 0x0A), (0x0D, 0x0D), (0x20, 0x20)],
}
_LINE_ENDS: Ranges = [(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)]
_MAX_NESTING = 30
_MAX_LENGTH = 2_000


def pattern_to_gbnf(pattern: str) -> str:
    """A sequence for a string that the pattern is found in. Raises Unsupported."""
    if len(pattern) > _MAX_LENGTH:
        raise not_supported("pattern")
    return _Regex(pattern).whole()


class _Regex:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern + "\0"
        self._pos = 0
        self._depth = 0

    def whole(self) -> str:
        """Alternatives, each with its own ends."""
        parts = [self._anchored()]
        while self._take("|"):
            parts.append(self._anchored())
        if self._char() != "\0" or self._pos != len(self._pattern) - 1:
            raise not_supported("pattern")
        return " | ".join(parts)

    def _anchored(self) -> str:
        start = "" if self._take("^") else "char* "
        found = self._sequence()
        end = "" if self._take("$") else " char*"
        return f"{start}{found}{end}"

    def _char(self) -> str:
        return self._pattern[self._pos]

    def _take(self, text: str) -> bool:
        is_there = self._pattern.startswith(text, self._pos)
        self._pos += len(text) * is_there
        return is_there

    def _next(self) -> str:
        char = self._char()
        if self._pos == len(self._pattern) - 1:
            raise not_supported("pattern")
        self._pos += 1
        return char

    def _alternatives(self) -> str:
        parts = [self._sequence()]
        while self._take("|"):
            parts.append(self._sequence())
        return " | ".join(parts)

    def _sequence(self) -> str:
        parts: list[str] = []
        while self._char() not in "|)$\0":
            item = self._item()
            parts.append(item + self._quantifier())
        return " ".join(parts) or '""'

    def _quantifier(self) -> str:
        found = ""
        if self._char() in "*+?":
            found = self._next()
        elif self._char() == "{":
            end = self._pattern.find("}", self._pos)
            found = self._pattern[self._pos : end + 1]
            bounds = found[1:-1].split(",")
            if end < 0 or len(bounds) > 2 or not bounds[0].isdecimal():
                raise not_supported("pattern")
            if len(bounds) == 2 and bounds[1] and not bounds[1].isdecimal():
                raise not_supported("pattern")
            self._pos = end + 1
        if found:
            self._take("?")  # lazy: the same texts
            if self._char() in "*+{":
                raise not_supported("pattern")
        return found

    def _item(self) -> str:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return _class_text(self._class())
        if char == ".":
            return _class_text(without(PLAIN, _LINE_ENDS))
        if char == "\\":
            return _class_text(self._escape())
        if char in "*+?{}^]":
            raise not_supported("pattern")
        return _class_text(_checked([(ord(char), ord(char))]))

    def _group(self) -> str:
        if self._take("?"):
            if self._take("P<") or (self._take("<") and self._char() not in "=!"):
                while self._next() != ">":
                    pass
            elif not self._take(":"):
                raise not_supported("pattern")
        self._depth += 1
        if self._depth > _MAX_NESTING:
            raise not_supported("pattern")
        found = self._alternatives()
        if not self._take(")"):
            raise not_supported("pattern")
        self._depth -= 1
        return f"({found})"

    def _escape(self) -> Ranges:
        char = self._next()
        if char in _ESCAPES:
            return [(_ESCAPES[char],) * 2]
        if char in _SHORT:
            return _SHORT[char]
        if char.lower() in _SHORT:
            return without(_ASCII, _SHORT[char.lower()])
        if char in "xu":
            digits = self._pattern[self._pos : self._pos + (2 if char == "x" else 4)]
            self._pos += len(digits)
            try:
                code = int(digits, 16)
            except ValueError:
                raise not_supported("pattern") from None
            return _checked([(code, code)])
        if char.isalnum():
            raise not_supported("pattern")
        return _checked([(ord(char), ord(char))])

    def _class(self) -> Ranges:
        is_not = self._take("^")
        found: Ranges = []
        is_short = False
        while not self._take("]"):
            first, was_short = self._class_item()
            is_short |= was_short
            if self._char() == "-" and self._pattern[self._pos + 1] != "]":
                self._pos += 1
                last, last_short = self._class_item()
                if was_short or last_short or last[0][0] < first[0][0]:
                    raise not_supported("pattern")
                first = [(first[0][0], last[0][0])]
            found += first
        if not is_not:
            return _checked(found)
        return without(_ASCII if is_short else PLAIN, found)

    def _class_item(self) -> tuple[Ranges, bool]:
        char = self._next()
        if char != "\\":
            return [(ord(char), ord(char))], False
        is_short = self._char().lower() in _SHORT
        return self._escape(), is_short


def _checked(ranges: Ranges) -> Ranges:
    """Only what can be written; all of it when possible, else the part."""
    writable = [*PLAIN, *((code, code) for code in _QUOTED)]
    found = [
        (max(first, low), min(last, high))
        for first, last in ranges
        for low, high in writable
        if max(first, low) <= min(last, high)
    ]
    if not found:
        raise not_supported("pattern")
    return found


def without(ranges: Ranges, holes: Ranges) -> Ranges:
    """What is left of the ranges."""
    for low, high in holes:
        ranges = [
            part
            for first, last in ranges
            for part in ((first, min(last, low - 1)), (max(first, high + 1), last))
            if part[0] <= part[1]
        ]
    return ranges


def _class_text(ranges: Ranges) -> str:
    """A class, and the characters in it that JSON writes in another way."""
    quoted = [text for code, text in _QUOTED.items() if any(a <= code <= b for a, b in ranges)]
    plain = without(ranges, [(code, code) for code in _QUOTED])
    parts = ([char_class(plain)] if plain else []) + quoted
    if not parts:
        raise not_supported("pattern")
    return parts[0] if len(parts) == 1 else f"({' | '.join(parts)})"
