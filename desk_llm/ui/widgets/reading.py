"""Reading: a label at the left and its value at the right, painted without a layout.

A panel shows a dozen of them that change every second; a label per value would lay the whole
panel out again each time and let neighbours move.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desk_llm.ui.theme import tokens

GAP = tokens.SPACE_2


class Reading(QWidget):
    """One line; the accessible name says label and value."""

    def __init__(self, label: str, value: str = "–", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self._value = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_value(value)

    def set_value(self, value: str) -> None:
        """Show another value; nothing is painted when it is the same."""
        if value != self._value:
            self._value = value
            self.setAccessibleName(f"{self._label}: {value}")
            self.update()

    def value(self) -> str:
        """What is shown."""
        return self._value

    def sizeHint(self) -> QSize:
        """One line of body text."""
        label = QFontMetrics(tokens.font("body")).horizontalAdvance(self._label)
        value = QFontMetrics(value_font()).horizontalAdvance(self._value)
        return QSize(label + GAP + value, tokens.px(tokens.TYPE["body"].line))

    def minimumSizeHint(self) -> QSize:
        """The value counts, the label may be shortened."""
        return QSize(40, self.sizeHint().height())

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Label muted and elided, value in full."""
        del event
        now = tokens.current()
        painter = QPainter(self)
        font = value_font()
        painter.setFont(font)
        painter.setPen(QColor(now.text))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | middle, self._value)
        room = self.width() - QFontMetrics(font).horizontalAdvance(self._value) - GAP
        font = tokens.font("body")
        painter.setFont(font)
        painter.setPen(QColor(now.muted))
        label = QFontMetrics(font).elidedText(self._label, Qt.TextElideMode.ElideRight, room)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | middle, label)


def value_font() -> QFont:
    """Body, 600, digits of equal width so that a changing number stands still."""
    font = tokens.font("body")
    font.setWeight(QFont.Weight.DemiBold)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
