"""Legend: small coloured squares with what they mean, in two columns, painted without a layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desk_llm.ui.theme import tokens

Series = Literal[
    "accent", "series_blue", "series_violet", "series_amber", "control", "border", "danger"
]
_SQUARE = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One row; `value` may be empty."""

    colour: Series
    label: str
    value: str = ""


class Legend(QWidget):
    """As high as its number of entries; only values change while it is shown."""

    def __init__(self, columns: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._entries: tuple[Entry, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these; nothing is painted when they are the same."""
        if tuple(entries) == self._entries:
            return
        if len(entries) != len(self._entries):
            self.updateGeometry()
        self._entries = tuple(entries)
        self.setAccessibleName(", ".join(f"{one.label} {one.value}".strip() for one in entries))
        self.update()

    def entries(self) -> tuple[Entry, ...]:
        """What is shown."""
        return self._entries

    def sizeHint(self) -> QSize:
        """A line per row of entries."""
        rows = -(-len(self._entries) // self._columns)
        return QSize(120, rows * self._line())

    def _line(self) -> int:
        return tokens.px(tokens.TYPE["caption"].line + 2)

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Left column first, row by row."""
        del event
        painter = QPainter(self)
        gap = tokens.SPACE_3
        width = (self.width() - gap * (self._columns - 1)) // self._columns
        line = self._line()
        for n, entry in enumerate(self._entries):
            left = (n % self._columns) * (width + gap)
            self._paint_entry(painter, entry, QRect(left, n // self._columns * line, width, line))

    def _paint_entry(self, painter: QPainter, entry: Entry, place: QRect) -> None:
        now = tokens.current()
        side = tokens.px(_SQUARE)
        square = QRect(place.left(), place.center().y() - side // 2, side, side)
        painter.fillRect(square, QColor(getattr(now, entry.colour)))
        if entry.colour == "border":  # hardly told from the panel without an outline
            painter.setPen(QColor(now.control))
            painter.drawRect(square.adjusted(0, 0, -1, -1))
        painter.setFont(tokens.font("caption"))
        metrics = QFontMetrics(painter.font())
        text = place.adjusted(side + tokens.SPACE_1 + 1, 0, 0, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(now.text))
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | middle, entry.value)
        room = text.width() - metrics.horizontalAdvance(entry.value) - tokens.SPACE_1
        label = metrics.elidedText(entry.label, Qt.TextElideMode.ElideRight, room)
        painter.setPen(QColor(now.muted))
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | middle, label)
