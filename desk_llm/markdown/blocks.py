"""What a message is made of: the blocks that each become one widget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

Align = Literal["left", "center", "right"]

PROSE_LIMIT = 4_000  # characters of HTML in one prose block: what one flush may set anew
ELEMENT_COST = 40  # characters that an element costs beside its own
PLAIN_LIMIT = 4_000  # characters of one plain block: a single word of it is laid out in 2 ms
PLAIN_LINES = 100  # lines of one plain block


@dataclass(frozen=True, slots=True)
class Element:
    """One paragraph, heading or list item of prose; it becomes exactly one QTextBlock."""

    html: str
    heading: int = 0  # 1..6
    indent: int = 0  # how many lists it is in
    quote: int = 0  # how many block quotes it is in
    marker: str = ""  # "•", "3." or "[ ]" and "[x]" where a list item begins
    is_tight: bool = False  # follows an item of its own list


@dataclass(frozen=True, slots=True)
class Prose:
    """A run of neighbouring elements; a selection can run through all of them."""

    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A fenced or indented block; `is_open` while its closing fence has not come."""

    code: str
    language: str = ""
    indent: int = 0
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Cells are inline HTML; every row is as long as the head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    aligns: tuple[Align, ...]
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Plain:
    """Text as it came: a person's message, or a piece too large or too deep to be formatted."""

    text: str
    continues: bool = False  # the rest of the piece above: no gap between them


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a model card; what shows it decides whether it may be loaded."""

    source: str  # an absolute address
    alt: str = ""


Block = Prose | Code | Table | Plain | Rule | Picture
Leaf = Element | Code | Table | Plain | Rule


def plain_blocks(text: str) -> list[Plain]:
    """Cut text into blocks that are quick to lay out, at line ends or spaces where it has some.

    >>> [len(block.text) for block in plain_blocks("x" * 9000)]
    [4000, 4000, 1000]
    """
    return list(_plain_pieces(text)) or [Plain("")]


def _plain_pieces(text: str) -> Iterator[Plain]:
    start = 0
    while start < len(text):
        limit = min(len(text), start + PLAIN_LIMIT)
        shown = end = _nth_line_end(text, start, limit)
        if end == limit and limit < len(text):
            floor = start + PLAIN_LIMIT // 2
            cut = text.rfind("\n", floor, limit)
            shown = cut if cut >= 0 else text.rfind(" ", floor, limit)
            shown = end = shown if shown >= 0 else limit
        if end < len(text) and text[end] in "\n ":
            end += 1  # the line break between two blocks stands for it
        yield Plain(text[start:shown], continues=start > 0)
        start = end


def _nth_line_end(text: str, start: int, limit: int) -> int:
    """Where the lines of one block end, or `limit` where that comes first."""
    at = start - 1
    for _ in range(PLAIN_LINES):
        at = text.find("\n", at + 1, limit)
        if at < 0:
            return limit
    return at


class Packer:
    """Packs leaves into blocks from the left, so that a longer text keeps the blocks before."""

    def __init__(self, blocks: list[Block] | None = None, size: int = 0) -> None:
        self.blocks = blocks if blocks is not None else []
        self._size = size  # characters in the last block, if that is prose

    def copy(self) -> Packer:
        """The same state to pack a draft onto."""
        return Packer(self.blocks.copy(), self._size)

    def add(self, leaf: Leaf) -> None:
        """Put a leaf behind the others."""
        if not isinstance(leaf, Element):
            self.blocks.append(leaf)
            return
        last = self.blocks[-1] if self.blocks else None
        size = len(leaf.html) + ELEMENT_COST
        if isinstance(last, Prose) and self._size + size <= PROSE_LIMIT:
            self.blocks[-1] = replace(last, elements=(*last.elements, leaf))
            self._size += size
        else:
            self.blocks.append(Prose((leaf,)))
            self._size = size
