"""Prose and plain text: paragraphs, headings, lists and quotes in one document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter, QPaintEvent

from desk_llm.markdown.blocks import Element, Plain, Prose
from desk_llm.markdown.html import text_html
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.document.look import LINE_HEIGHT, QUOTE_INDENT, Look
from desk_llm.ui.widgets.document.marks import Marks
from desk_llm.ui.widgets.document.rich_text import RichText

if TYPE_CHECKING:
    from PySide6.QtCore import QRect
    from PySide6.QtWidgets import QWidget

_MAX_INDENT = 8  # deeper lists go on at this indent


class ProseBlock(RichText):
    """Each element is one QTextBlock, which tells where a quote's bar has to be."""

    def __init__(self, block: Prose, look: Look, parent: QWidget) -> None:
        self._elements: tuple[Element, ...] = ()
        super().__init__(look, parent)
        self.set_block(block)

    def set_block(self, block: Prose) -> None:
        """Show other elements."""
        self._elements = block.elements
        self.setAccessibleName(self.tr("Reply text"))
        self.set_html(prose_html(block.elements))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars beside quotes and the markers of items, under the text."""
        if any(element.quote or element.marker for element in self._elements):
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_marks(painter, event.rect())
            painter.end()
        super().paintEvent(event)

    def _paint_marks(self, painter: QPainter, exposed: QRect) -> None:
        marks = Marks(painter, self._look)
        block = self.document().firstBlock()
        top, quote = 0.0, 0
        for element in self._elements:
            layout = block.layout()
            rect = layout.boundingRect().translated(layout.position())
            if rect.bottom() >= exposed.top() and top <= exposed.bottom():
                marks.bars(element.quote, min(quote, element.quote), top, rect)
                if element.marker and layout.lineCount():
                    line = layout.lineAt(0)
                    left = layout.position().x() + line.x()
                    baseline = layout.position().y() + line.y() + line.ascent()
                    marks.marker(element.marker, left, baseline)
            top, quote = rect.bottom(), element.quote
            block = block.next()


class PlainBlock(RichText):
    """Text exactly as it came, line breaks and runs of spaces included."""

    def __init__(self, block: Plain, look: Look, parent: QWidget) -> None:
        super().__init__(look, parent)
        self.set_block(block)

    def set_block(self, block: Plain) -> None:
        """Show another text."""
        self.setAccessibleName(self.tr("Message text"))
        self.set_html(
            f'<p style="margin:0;white-space:pre-wrap;line-height:{LINE_HEIGHT}%">'
            f"{text_html(block.text)}</p>"
        )

    def natural_width(self) -> int:
        """The width that its longest line needs."""
        document = self.document()
        document.setTextWidth(-1)
        return int(document.idealWidth()) + 1


def prose_html(elements: tuple[Element, ...]) -> str:
    """The elements as HTML for a QTextDocument, every one with its own margins and indent."""
    return "".join(_element_html(element, at == 0) for at, element in enumerate(elements))


def _element_html(element: Element, is_first: bool) -> str:
    gap = 0 if is_first else _gap(element)
    indent = min(element.indent, _MAX_INDENT)
    style = f"margin:0;margin-top:{gap}px;line-height:{LINE_HEIGHT}%"
    if element.quote:
        style += f";margin-left:{element.quote * QUOTE_INDENT}px"
    inner = element.html or "&nbsp;"  # Qt drops an empty paragraph
    if indent:
        style += f";-qt-block-indent:{indent}"
    return f'<p class="{_class(element)}" style="{style}">{inner}</p>'


def _class(element: Element) -> str:
    """No <h1>: QTextDocument would enlarge its text once more."""
    classes = [f"h{element.heading}"] if element.heading else []
    return " ".join([*classes, "quote"] if element.quote else classes)


def _gap(element: Element) -> int:
    if element.heading:
        return tokens.SPACE_4 + tokens.SPACE_1
    return tokens.SPACE_1 if element.is_tight else tokens.GAP_BLOCK
