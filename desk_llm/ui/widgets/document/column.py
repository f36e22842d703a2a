"""BlockColumn: the blocks of one text, of which only those near the viewport are widgets."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget

from desk_llm.markdown.blocks import Block, Code, Picture, Plain, Prose, Table
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.document.code import MAX_LINES, CodeBlock
from desk_llm.ui.widgets.document.heights import Heights
from desk_llm.ui.widgets.document.look import LIST_INDENT, Look
from desk_llm.ui.widgets.document.picture import NO_ALBUM, Album, PictureBlock
from desk_llm.ui.widgets.document.prose import PlainBlock, ProseBlock
from desk_llm.ui.widgets.document.rich_text import END, START, RichText
from desk_llm.ui.widgets.document.rule import RuleBlock
from desk_llm.ui.widgets.document.table import TableBlock

if TYPE_CHECKING:
    from PySide6.QtCore import QUrl, SignalInstance

BlockWidget = ProseBlock | PlainBlock | CodeBlock | TableBlock | RuleBlock | PictureBlock
_TAG = re.compile("<[^>]*>")
_PASSES = 8  # each makes estimates true; what is still an estimate then is off screen


class BlockColumn:
    """Places blocks under each other in `parent`; a row is a block with the gap above it."""

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        on_link: Callable[[QUrl], None] | SignalInstance,
        album: Album = NO_ALBUM,
    ) -> None:
        self._parent = parent
        self._album = album
        self._look = look
        self._on_link = on_link
        self.blocks: list[Block] = []
        self.widgets: dict[int, BlockWidget] = {}
        self._stale: set[int] = set()  # rows whose widgets have to be measured
        self._heights = Heights()
        self._width = 0

    def set_blocks(self, blocks: list[Block], first: int) -> None:
        """Other blocks from the index `first` on."""
        self.blocks = list(blocks)
        self._heights.cut(first)
        for block in blocks[first:]:
            self._heights.append(self._estimate(block))
        for row in [row for row in self.widgets if row >= first]:
            self._update(row)

    def _update(self, row: int) -> None:
        """Give a widget its new block, or drop it where the kind is another."""
        widget = self.widgets[row]
        block = self.blocks[row] if row < len(self.blocks) else None
        match widget, block:
            case (ProseBlock(), Prose()) | (CodeBlock(), Code()) | (TableBlock(), Table()):
                widget.set_block(block)  # type: ignore[arg-type]  # the pair was just checked
                self._stale.add(row)
            case PlainBlock(), Plain():
                widget.set_block(block)
                self._stale.add(row)
            case _:
                self._drop(row)

    def restyle(self, look: Look) -> None:
        """Other colours or another zoom."""
        self._look = look
        for row, widget in self.widgets.items():
            widget.restyle(look)
            self._stale.add(row)

    def measure_again(self) -> None:
        """A block asked for another layout."""
        self._stale.update(self.widgets)

    # ── layout ───────────────────────────────────────────────────────────

    def arrange(self, x: int, y: int, width: int, span: tuple[int, int]) -> int:
        """Make and place the rows that touch `span` (in px of this column); returns the height."""
        if width != self._width:
            self._width = width
            self._stale.update(self.widgets)
        begin, end = 0, 0
        for _ in range(_PASSES):
            begin, end = self._heights.between(*span)
            changes = [self._measure(row) for row in range(begin, end)]
            if not any(changes):
                break
        focus = QApplication.focusWidget()
        for row in [row for row in self.widgets if not begin <= row < end]:
            if focus is None or not self.widgets[row].isAncestorOf(focus):
                self._drop(row)
        for row, widget in self.widgets.items():
            left = x + self._indent(row)
            widget.move(left, y + self._heights.top(row) + self._gap(row))
        return self._heights.total

    def _measure(self, row: int) -> bool:
        """Make the widget and the height of a row true; returns whether the height changed."""
        widget = self.widgets.get(row)
        is_new = widget is None
        if widget is None:
            widget = self.widgets[row] = self._make(self.blocks[row])
        elif row not in self._stale:
            return False
        self._stale.discard(row)
        width = max(80, self._width - self._indent(row))
        height = widget.fit(width)
        if widget.height() != height:
            widget.resize(width, height)
        if is_new:
            widget.show()
        return self._heights.set(row, height + self._gap(row))

    def _make(self, block: Block) -> BlockWidget:
        widget: BlockWidget
        match block:
            case Prose():
                widget = ProseBlock(block, self._look, self._parent)
            case Code():
                widget = CodeBlock(block, self._look, self._parent)
            case Table():
                widget = TableBlock(block, self._look, self._parent)
            case Plain():
                widget = PlainBlock(block, self._look, self._parent)
            case Picture():
                widget = PictureBlock(block, self._look, self._parent, self._album)
            case _:
                widget = RuleBlock(block, self._look, self._parent)
        if isinstance(widget, RichText):
            # A signal, not its emit: PySide never forgets a bound method that is no QObject's.
            widget.link_activated.connect(self._on_link)
        return widget

    def _drop(self, row: int) -> None:
        widget = self.widgets.pop(row)
        self._stale.discard(row)
        widget.hide()
        widget.deleteLater()

    def _indent(self, row: int) -> int:
        block = self.blocks[row]
        depth = block.indent if isinstance(block, Code | Table) else 0
        return min(depth, 4) * self._look.px(LIST_INDENT)

    def _gap(self, row: int) -> int:
        if row == 0:
            return 0
        block = self.blocks[row]
        if isinstance(block, Plain) and block.continues:
            return 0
        if isinstance(block, Prose) and block.elements[0].heading:
            return tokens.GAP_BLOCK + tokens.SPACE_2
        return tokens.GAP_BLOCK

    def _estimate(self, block: Block) -> int:
        """A guess from the number of characters, before anything is laid out."""
        line = self._look.line()
        per_line = max(20, (self._width or tokens.CHAT_COLUMN) // self._look.px(8))
        match block:
            case Prose(elements):
                lines = sum(1 + len(element.html) // per_line for element in elements)
                return lines * line + len(elements) * tokens.SPACE_2
            case Code(code):
                lines = min(code.count("\n") + 1, MAX_LINES)
                return lines * self._look.px(16) + self._look.px(60) + tokens.GAP_BLOCK
            case Table():
                return (len(block.rows) + 1) * self._look.px(34) + tokens.GAP_BLOCK
            case Plain(text):
                return (text.count("\n") + 1 + len(text) // per_line) * line
        return 2 * tokens.GAP_BLOCK

    def find(self, text: str, row: int, start: int, backwards: bool) -> tuple[int, int, int] | None:
        """Select the next hit: its row, the position behind it and its y from the row's top."""
        step = -1 if backwards else 1
        while 0 <= row < len(self.blocks):
            if text.casefold() in block_text(self.blocks[row]).casefold():
                self._measure(row)
                found = self.widgets[row].find_text(text, start, backwards)
                if found is not None:
                    return row, found[0], found[1] + self._gap(row)
            row += step
            start = END if backwards else START
        return None

    # ── positions ─────────────────────────────────────────────────────

    def locate(self, y: int) -> tuple[int, int]:
        """The row at a position and how far into it that is."""
        row = self._heights.at(y)
        return (row, y - self._heights.top(row)) if row >= 0 else (0, y)

    def top(self, row: int) -> int:
        """Where a row begins."""
        return self._heights.top(min(row, len(self._heights)))


def block_text(block: Block) -> str:
    """What a block reads like, for searching in it."""
    match block:
        case Prose(elements):
            return unescape(_TAG.sub("", "\n".join(element.html for element in elements)))
        case Table():
            cells = [*block.head, *(cell for row in block.rows for cell in row)]
            return unescape(_TAG.sub("", "\n".join(cells)))
        case Code(code):
            return code
        case Plain(text):
            return text
    return ""
