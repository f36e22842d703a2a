"""A parser for GBNF that reads as llama.cpp's does, and stops where it would go on for too long.

It expands repetitions into rules of their own, so that rules, elements and the order of the work
are the native parser's; `grammar.py` then looks for what native code would crash or hang on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported

MAX_BYTES = 64 << 10
MAX_NESTING = 64
MAX_ELEMENTS = 100_000  # after repetitions are written out
MAX_ALTERNATIVES = 5_000
MAX_REPETITIONS = 2_000  # llama.cpp's own; it makes a larger maximum endless without a word

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
_DIGITS = frozenset("0123456789")
_HEX = {"x": 2, "u": 4, "U": 8}
_ESCAPES = {"t": "\t", "r": "\r", "n": "\n"} | {one: one for one in '\\"[]-'}
_LAST_CHAR = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Chars:
    """One character: of these ranges, or of none of them; no ranges and `is_not`: any."""

    ranges: tuple[tuple[int, int], ...]
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """One token of the vocabulary, or any other."""

    text: str
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class Ref:
    """Another rule."""

    rule: int


Element = Chars | Token | Ref
Sequence = list[Element]


@dataclass(slots=True)
class Rules:
    """Rules by number, each a list of alternatives; the names that the text gives them."""

    ids: dict[str, int] = field(default_factory=dict)
    rules: dict[int, list[Sequence]] = field(default_factory=dict)

    def name(self, rule: int) -> str:
        """The rule's name, or that of the rule in which it was written."""
        return next((name for name, one in self.ids.items() if one == rule), "?").split("_")[0]


def invalid(line: int, problem: str) -> Unsupported:
    """The error for a text that is no grammar."""
    return Unsupported(
        QT_TRANSLATE_NOOP("errors", "Line {line} of the grammar is not valid: {problem}."),
        line=line,
        problem=problem,
    )


def too_large(what: str, limit: int) -> Unsupported:
    """The error for a grammar beyond a limit."""
    return Unsupported(
        QT_TRANSLATE_NOOP("errors", "The grammar is too large: more than {limit} {what}."),
        limit=limit,
        what=what,
    )


def parse(text: str) -> Rules:
    """The rules of a grammar. Raises Unsupported with the line of the first problem."""
    try:
        n_bytes = len(text.encode())
    except UnicodeEncodeError:
        raise invalid(1, "it holds half of a surrogate pair") from None
    if n_bytes > MAX_BYTES:
        raise too_large("bytes", MAX_BYTES)
    if "\0" in text:
        raise invalid(text[: text.index("\0")].count("\n") + 1, "it holds a NUL character")
    return _Parser(text).parse()


def _native_size(element: Element) -> int:
    return 2 * len(element.ranges) or 1 if isinstance(element, Chars) else 1


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text + "\0"  # an end that equals no character of the grammar
        self._pos = 0
        self._depth = 0
        self._n_elements = 0
        self._n_alternatives = 0
        self._rules = Rules()

    def parse(self) -> Rules:
        self._skip(over_lines=True)
        while self._char() != "\0":
            self._rule()
        return self._rules

    # ── characters ───────────────────────────────────────────────────────

    def _char(self) -> str:
        return self._text[self._pos]

    def _error(self, problem: str) -> Unsupported:
        return invalid(self._text.count("\n", 0, self._pos) + 1, problem)

    def _skip(self, *, over_lines: bool) -> None:
        text, pos = self._text, self._pos
        while text[pos] in " \t#" or (over_lines and text[pos] in "\r\n"):
            if text[pos] == "#":
                while text[pos] not in "\0\r\n":
                    pos += 1
            else:
                pos += 1
        self._pos = pos

    def _word(self, letters: frozenset[str], what: str) -> str:
        start = self._pos
        while self._char() in letters:
            self._pos += 1
        if start == self._pos:
            raise self._error(f"{what} is missing")
        return self._text[start : self._pos]

    def _escaped(self) -> int:
        """One character of a literal or a class."""
        char = self._char()
        if char == "\0":
            raise self._error("it ends in the middle")
        self._pos += 1
        if char != "\\":
            return ord(char)
        kind = self._char()
        self._pos += 1
        if kind in _ESCAPES:
            return ord(_ESCAPES[kind])
        if kind not in _HEX:
            raise self._error(f"\\{kind} is no escape")
        digits = self._text[self._pos : self._pos + _HEX[kind]]
        if len(digits) < _HEX[kind] or not set(digits) <= set("0123456789abcdefABCDEF"):
            raise self._error(f"\\{kind} needs {_HEX[kind]} hexadecimal digits")
        self._pos += _HEX[kind]
        return int(digits, 16)

    # ── rules ────────────────────────────────────────────────────────────

    def _id(self, name: str) -> int:
        return self._rules.ids.setdefault(name, len(self._rules.ids))

    def _new_id(self, base: str) -> int:
        number = len(self._rules.ids)
        self._rules.ids[f"{base}_{number}"] = number
        return number

    def _add(self, rule: int, alternatives: list[Sequence]) -> None:
        self._n_alternatives += len(alternatives) - 1
        if self._n_alternatives >= MAX_ALTERNATIVES:
            raise too_large("alternatives", MAX_ALTERNATIVES)
        self._rules.rules[rule] = alternatives

    def _grow(self, sequence: Sequence, elements: Sequence) -> None:
        self._count_elements(elements)
        sequence += elements

    def _count_elements(self, elements: Sequence) -> None:
        self._n_elements += sum(map(_native_size, elements))
        if self._n_elements > MAX_ELEMENTS:
            raise too_large("elements, with repetitions written out", MAX_ELEMENTS)

    def _rule(self) -> None:
        name = self._word(_NAME, "the name of a rule")
        self._skip(over_lines=False)
        rule = self._id(name)
        if rule in self._rules.rules:
            raise self._error(f"the rule “{name}” is there twice")
        if self._text[self._pos : self._pos + 3] != "::=":
            raise self._error(f"::= is missing behind “{name}”")
        self._pos += 3
        self._skip(over_lines=True)
        self._alternatives(name, rule, is_nested=False)
        if self._char() not in "\r\n\0":
            raise self._error(f"“{self._char()}” is not expected")
        self._skip(over_lines=True)

    def _alternatives(self, name: str, rule: int, *, is_nested: bool) -> None:
        found = [self._sequence(name, is_nested)]
        while self._char() == "|":
            self._pos += 1
            self._skip(over_lines=True)
            found.append(self._sequence(name, is_nested))
        self._add(rule, found)

    def _sequence(self, name: str, is_nested: bool) -> Sequence:
        sequence: Sequence = []
        last = 0  # where the newest item starts
        weight = 1  # how many rules it stands for
        while True:
            char = self._char()
            if char in "*+?{":
                least, most = self._bounds(is_nested)
                if last == len(sequence):
                    raise self._error(f"nothing is there to repeat before “{char}”")
                weight = self._repeat(sequence, last, (least, most), weight, name)
                continue
            start = len(sequence)
            item = self._item(name)
            if item is None:
                return sequence
            elements, weight = item
            last = start
            self._grow(sequence, elements)
            self._skip(over_lines=is_nested)

    def _item(self, name: str) -> tuple[Sequence, int] | None:
        """The elements of one item and the number of rules made for it; None: there is none."""
        char = self._char()
        if char == "(":
            return self._group(name)
        if char == '"':
            found = self._literal()
        elif char == "[":
            found = self._class()
        elif char in "<!":
            found = [self._token()]
        elif char == ".":
            self._pos += 1
            found = [Chars((), is_not=True)]
        elif char in _NAME:
            found = [Ref(self._id(self._word(_NAME, "a name")))]
        else:
            return None
        return found, 1

    def _literal(self) -> Sequence:
        self._pos += 1
        elements: Sequence = []
        while self._char() != '"':
            code = self._escaped()
            elements.append(Chars(((code, code),)))
        self._pos += 1
        return elements

    def _class(self) -> Sequence:
        self._pos += 1
        is_not = self._char() == "^"
        self._pos += is_not
        ranges: list[tuple[int, int]] = []
        while self._char() != "]":
            first = last = self._escaped()
            if self._char() == "-" and self._text[self._pos + 1] != "]":
                self._pos += 1
                last = self._escaped()
            ranges.append((first, last))
        self._pos += 1
        return [Chars(tuple(ranges), is_not)] if ranges else []

    def _token(self) -> Token:
        is_not = self._char() == "!"
        self._pos += is_not
        start = self._pos
        if self._char() != "<":
            raise self._error("< is missing")
        while self._char() not in ">\0":
            self._pos += 1
        if self._char() == "\0":
            raise self._error("> is missing")
        self._pos += 1
        text = self._text[start : self._pos]
        if text.startswith("<[") and not (
            text.endswith("]>") and text[2:-2].isascii() and text[2:-2].isdigit() and len(text) < 14
        ):
            raise self._error(f"{text} is no token")
        return Token(text, is_not)

    def _group(self, name: str) -> tuple[Sequence, int]:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise too_large("levels of parentheses", MAX_NESTING)
        self._pos += 1
        self._skip(over_lines=True)
        n_before = len(self._rules.ids)
        rule = self._new_id(name)
        self._alternatives(name, rule, is_nested=True)
        if self._char() != ")":
            raise self._error(") is missing")
        self._pos += 1
        self._depth -= 1
        return [Ref(rule)], max(1, len(self._rules.ids) - n_before)

    # ── repetitions ──────────────────────────────────────────────────────

    def _bounds(self, is_nested: bool) -> tuple[int, int | None]:
        char = self._char()
        self._pos += 1
        self._skip(over_lines=is_nested)
        if char != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        least = self._count(is_nested)
        most: int | None = least
        if self._char() == ",":
            self._pos += 1
            self._skip(over_lines=is_nested)
            most = self._count(is_nested) if self._char() in _DIGITS else None
        if self._char() != "}":
            raise self._error("} is missing")
        self._pos += 1
        self._skip(over_lines=is_nested)
        if most is not None and most < least:
            raise self._error(f"{{{least},{most}}} has no length")
        return least, most

    def _count(self, is_nested: bool) -> int:
        digits = self._word(_DIGITS, "a number")
        self._skip(over_lines=is_nested)
        if len(digits) > 9 or int(digits) > MAX_REPETITIONS:
            raise too_large("repetitions", MAX_REPETITIONS)
        return int(digits)

    def _repeat(
        self,
        sequence: Sequence,
        last: int,
        bounds: tuple[int, int | None],
        weight: int,
        name: str,
    ) -> int:
        """Write the repetition out, as llama.cpp does: S{m,n} → S … S (m times) S'."""
        least, most = bounds
        item = sequence[last:]
        weight *= most or least or 1
        if weight > MAX_REPETITIONS:
            raise too_large("repetitions of repetitions", MAX_REPETITIONS)
        if least == 0:
            del sequence[last:]
        for _ in range(least - 1):
            self._grow(sequence, item)
        rest: int | None = None
        for _ in range(1 if most is None else most - least):
            rule = self._new_id(name)
            tail = rule if most is None else rest
            more = list(item) if tail is None else [*item, Ref(tail)]
            self._count_elements(more)
            self._rules.rules[rule] = [more, []]
            rest = rule
        if rest is not None:
            self._grow(sequence, [Ref(rest)])
        return weight
