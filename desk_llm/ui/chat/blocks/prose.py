"""Prose and plain text: paragraphs, headings, lists and quotes in one document."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desk_llm.markdown.blocks import Element, Plain, Prose
from desk_llm.markdown.html import text_html
from desk_llm.ui.chat.blocks.rich_text import RichText
from desk_llm.ui.chat.look import LINE_HEIGHT, QUOTE_INDENT, Look
from desk_llm.ui.theme import tokens

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
        """Bars beside quotes, under the text."""
        if any(element.quote for element in self._elements):
            self._paint_bars()
        super().paintEvent(event)

    def _paint_bars(self) -> None:
        painter = QPainter(self.viewport())
        colour = self._look.colour("border")
        layout = self.document().documentLayout()
        block = self.document().firstBlock()
        top = 0.0
        for before, element in zip((None, *self._elements), self._elements, strict=False):
            rect = layout.blockBoundingRect(block)
            shared = min(element.quote, before.quote) if before else 0
            for depth in range(element.quote):
                start = top if depth < shared else rect.top()  # through the gap between two
                painter.fillRect(
                    QRectF(depth * QUOTE_INDENT, start, 3, rect.bottom() - start), colour
                )
            top = rect.bottom()
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
    css_class = ' class="quote"' if element.quote else ""
    inner = element.html or "&nbsp;"  # Qt drops an empty paragraph
    if element.marker:
        return _item_html(element.marker, indent, style, css_class, inner)
    if indent:
        style += f";-qt-block-indent:{indent}"
    tag = f"h{element.heading}" if element.heading else "p"
    return f'<{tag}{css_class} style="{style}">{inner}</{tag}>'


def _gap(element: Element) -> int:
    if element.heading:
        return tokens.SPACE_4 + tokens.SPACE_1
    return tokens.SPACE_1 if element.is_tight else tokens.GAP_BLOCK


def _item_html(marker: str, indent: int, style: str, css_class: str, inner: str) -> str:
    where = f'style="margin:0;-qt-list-indent:{indent}"'
    if marker[:-1].isdigit():
        return f'<ol start="{marker[:-1]}" {where}><li{css_class} style="{style}">{inner}</li></ol>'
    if marker != "•":
        css_class = f' class="{"checked" if marker == "[x]" else "unchecked"}"'
    return f'<ul type="disc" {where}><li{css_class} style="{style}">{inner}</li></ul>'
