"""markdown-it's block tokens, flattened: lists and quotes become indents of their paragraphs.

Flat leaves let a code block or a table inside a list be a widget of its own, and let a long list
be cut anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING, cast

from desk_llm.markdown.blocks import Align, Code, Element, Leaf, Rule, Table, plain_blocks
from desk_llm.markdown.html import inline_html

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it.token import Token

INLINE_LIMIT = 10_000  # characters of one paragraph
MARKUP_LIMIT = 600  # marks in it: what they might pair up to is looked for in quadratic time
TABLE_COLUMNS = 30
TABLE_LIMIT = 400  # cells; Qt lays out 400 in about 40 ms; a larger one is shown as source
CODE_LINES = 5_000  # lines of one code block; more of them are shown as plain text
_MARKUP = re.compile(r"[\[\]*_~`!<$&\\]")
_TASK = re.compile(r"\[([ xX])\][ \t]+")
_STYLE_ALIGN = re.compile(r"text-align:(left|center|right)")


class OpenList:
    """An open list: what marks its next item."""

    def __init__(self, number: int | None, has_items: bool = False) -> None:
        self.number = number
        self.has_items = has_items

    def next_marker(self) -> str:
        if self.number is None:
            return "•"
        self.number += 1
        return f"{self.number - 1}."


class Flattener:
    """Walks the tokens of some top-level blocks and yields their leaves."""

    def __init__(
        self,
        parse_inline: Callable[[Token], None],
        lines: list[str],
        resumed: OpenList | None = None,
    ) -> None:
        self._parse_inline = parse_inline
        self._lines = lines
        self._resumed = resumed  # the first list goes on where this one was cut
        self._lists: list[OpenList] = []
        self._quote = 0
        self._marker = ""  # of an item that has no leaf yet
        self._is_tight = False

    def leaves(self, tokens: list[Token]) -> Iterator[Leaf]:
        """All leaves of `tokens`, in order."""
        heading = 0
        at = 0
        while at < len(tokens):
            token = tokens[at]
            kind = token.type
            if kind == "table_open":
                end = _closing(tokens, at, "table_close")
                yield from self._bare_item()
                yield from self._table(token, tokens[at:end])
                at = end
            elif kind == "heading_open":
                heading = int(token.tag[1])
            elif kind == "inline":
                yield from self._paragraph(token, heading)
                heading = 0
            elif kind in ("fence", "code_block", "hr"):
                yield from self._bare_item()
                yield from self._code(token) if kind != "hr" else (Rule(),)
            else:
                yield from self._container(token)
            at += 1

    def open_list(self) -> OpenList | None:
        """The list that is still open behind the tokens, when they were cut inside of it."""
        return self._lists[0] if self._lists else None

    def skip_item(self) -> None:
        """An item that is shown as it came counts all the same."""
        if self._lists:
            self._lists[-1].next_marker()
            self._lists[-1].has_items = True

    def _container(self, token: Token) -> Iterator[Leaf]:
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            yield from self._bare_item()
            start = int(token.attrs.get("start", 1)) if kind.startswith("ordered") else None
            resumed, self._resumed = self._resumed, None
            self._lists.append(copy(resumed) or OpenList(start))
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif kind == "list_item_open":
            self._marker = self._lists[-1].next_marker()
            self._is_tight = self._lists[-1].has_items or len(self._lists) > 1
            self._lists[-1].has_items = True
        elif kind == "list_item_close":
            yield from self._bare_item()
        elif kind == "blockquote_open":
            self._quote += 1
        elif kind == "blockquote_close":
            self._quote -= 1

    def _element(self, html: str, heading: int = 0) -> Element:
        element = Element(
            html,
            heading=heading,
            indent=len(self._lists),
            quote=self._quote,
            marker=self._marker,
            is_tight=bool(self._marker) and self._is_tight,
        )
        self._marker = ""
        return element

    def _bare_item(self) -> Iterator[Leaf]:
        """An item that is empty or begins with a block still shows its marker."""
        if self._marker:
            yield self._element("")

    def _paragraph(self, token: Token, heading: int) -> Iterator[Leaf]:
        if len(token.content) > INLINE_LIMIT or _marks(token.content) > MARKUP_LIMIT:
            yield from self._bare_item()
            yield from plain_blocks(token.content)
            return
        if self._marker and (task := _TASK.match(token.content)):
            token.content = token.content[task.end() :]
            self._marker = "[ ]" if task[1] == " " else "[x]"
        self._parse_inline(token)
        yield self._element(inline_html(token.children or []), heading)

    def _code(self, token: Token) -> Iterator[Leaf]:
        code = token.content.removesuffix("\n")
        if code.count("\n") > CODE_LINES:
            yield from plain_blocks(code)
            return
        yield Code(
            code,
            language=token.info.split()[0] if token.info.strip() else "",
            indent=len(self._lists),
            is_open=token.type == "fence" and not self._is_closed(token),
        )

    def _is_closed(self, token: Token) -> bool:
        """True when the fence's last line is its closing marker."""
        begin, end = token.map or [0, 0]
        if end - begin < 2 or end > len(self._lines):
            return False
        last = self._lines[end - 1].strip(" \t>")
        return len(last) >= len(token.markup) and not last.strip(token.markup[0])

    def _table(self, token: Token, tokens: list[Token]) -> Iterator[Leaf]:
        kinds = [part.type for part in tokens]
        columns = kinds.count("th_open")
        if columns > TABLE_COLUMNS or columns + kinds.count("td_open") > TABLE_LIMIT:
            begin, end = token.map or [0, 0]
            yield Code("\n".join(self._lines[begin:end]).rstrip(), indent=len(self._lists))
            return
        rows: list[list[str]] = []
        aligns: list[Align] = []
        for part in tokens:
            if part.type == "tr_open":
                rows.append([])
            elif part.type == "th_open":
                found = _STYLE_ALIGN.search(str(part.attrs.get("style", "")))
                aligns.append(cast("Align", found[1]) if found else "left")
            elif part.type == "inline":
                self._parse_inline(part)
                rows[-1].append(inline_html(part.children or []))
        body = tuple(tuple(row) for row in rows[1:])
        yield Table(tuple(rows[0]), body, tuple(aligns), indent=len(self._lists))


def _marks(text: str) -> int:
    return len(_MARKUP.findall(text))


def _closing(tokens: list[Token], at: int, kind: str) -> int:
    while tokens[at].type != kind:
        at += 1
    return at
