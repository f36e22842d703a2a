"""A table: hairlines, a sunken head; it scrolls sideways where it is too wide for the column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QTextOption, QWheelEvent

from desk_llm.markdown.blocks import Align, Table
from desk_llm.ui.widgets.document.look import Look
from desk_llm.ui.widgets.document.rich_text import RichText

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_SCROLL_BAR = 18


class TableBlock(RichText):
    """One QTextDocument with one table."""

    def __init__(self, block: Table, look: Look, parent: QWidget) -> None:
        self._block = block
        super().__init__(look, parent)
        self.setWordWrapMode(QTextOption.WrapMode.WordWrap)  # a broken word is worse than a bar
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.set_block(block)

    def set_block(self, block: Table) -> None:
        """Show other rows."""
        self._block = block
        self.setAccessibleName(
            self.tr("Table, {rows} rows, {columns} columns").format(
                rows=len(block.rows), columns=len(block.head)
            )
        )
        self.set_html(table_html(block, self._look))

    def restyle(self, look: Look) -> None:
        """The lines' colours are in the HTML."""
        self._html = table_html(self._block, look)
        super().restyle(look)

    def _font(self) -> QFont:
        font = self._look.font("chat")
        font.setPixelSize(self._look.px(14))
        return font

    def fit(self, width: int) -> int:
        """As wide as it wants to be, within the column if it can."""
        document = self.document()
        if self.width() != width:
            self.resize(width, self.height())
        if document.textWidth() != width:  # setting it lays out again, even when it is the same
            document.setTextWidth(width)
        size = document.size()
        too_wide = size.width() > width + 1
        return round(size.height()) + (_SCROLL_BAR if too_wide else 0)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Sideways is ours."""
        if event.angleDelta().x() and self.horizontalScrollBar().maximum():
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - event.angleDelta().x())
            event.accept()
        else:
            event.ignore()


def table_html(block: Table, look: Look) -> str:
    """Written with attributes: QTextDocument knows little CSS for tables."""
    colours = look.colours
    head = "".join(
        f'<td bgcolor="{colours.sunken}" align="{align}" style="vertical-align:middle">'
        f"<b>{cell or '&nbsp;'}</b></td>"
        for cell, align in zip(block.head, block.aligns, strict=False)
    )
    rows = "".join(f"<tr>{_row(row, block.aligns)}</tr>" for row in block.rows)
    return (
        f'<table border="1" cellspacing="0" cellpadding="{look.px(8)}" style="margin:0;'
        f'border-collapse:collapse;border-style:solid;border-color:{colours.border}">'
        f"<thead><tr>{head}</tr></thead>{rows}</table>"
    )


def _row(row: tuple[str, ...], aligns: tuple[Align, ...]) -> str:
    return "".join(
        f'<td align="{align}" style="vertical-align:middle">{cell or "&nbsp;"}</td>'
        for cell, align in zip(row, aligns, strict=False)
    )
