"""A table: hairlines, a sunken head; it scrolls sideways where it is too wide for the column."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

from desk_llm.markdown.blocks import Align, Table
from desk_llm.ui.chat.blocks.rich_text import RichText
from desk_llm.ui.chat.look import Look

_SCROLL_BAR = 14


class TableBlock(RichText):
    """One QTextDocument with one table."""

    def __init__(self, block: Table, look: Look, parent: QWidget) -> None:
        self._block = block
        super().__init__(look, parent)
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

    def fit(self, width: int) -> int:
        """As wide as it wants to be, within the column if it can."""
        document = self.document()
        document.setTextWidth(width)
        size = document.size()
        too_wide = size.width() > width + 1
        height = round(size.height()) + (_SCROLL_BAR if too_wide else 0)
        if self.width() != width:
            self.resize(width, height)
        return height

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
    size = f"font-size:{look.px(14)}px"
    head = "".join(
        f'<td bgcolor="{colours.sunken}" align="{align}"><span style="{size};font-weight:600">'
        f"{cell or '&nbsp;'}</span></td>"
        for cell, align in zip(block.head, block.aligns, strict=False)
    )
    rows = "".join(f"<tr>{_row(row, block.aligns, size)}</tr>" for row in block.rows)
    return (
        f'<table border="1" cellspacing="0" cellpadding="{look.px(8)}" style="margin:0;'
        f'border-collapse:collapse;border-style:solid;border-color:{colours.border}">'
        f"<thead><tr>{head}</tr></thead>{rows}</table>"
    )


def _row(row: tuple[str, ...], aligns: tuple[Align, ...], size: str) -> str:
    return "".join(
        f'<td align="{align}"><span style="{size}">{cell or "&nbsp;"}</span></td>'
        for cell, align in zip(row, aligns, strict=False)
    )
