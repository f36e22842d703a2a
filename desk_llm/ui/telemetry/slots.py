"""The engine's slots as a row of squares: filled while one writes a reply."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desk_llm.engine.types import Phase, SlotInfo
from desk_llm.ui.telemetry.numbers import NONE
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.reading import value_font

ALIGN_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
MANY = 8  # more slots than these get smaller squares


class SlotSquares(QWidget):
    """Filled: decoding; half filled: reading the prompt; outlined: free. A dash for no slots."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._phases: tuple[Phase | None, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_slots(self, slots: Sequence[SlotInfo]) -> None:
        """Show these slots."""
        phases = tuple(slot.phase for slot in slots)
        if len(phases) != len(self._phases):
            self.updateGeometry()
        if phases != self._phases:
            self._phases = phases
            self.update()

    def sizeHint(self) -> QSize:
        """All squares in a row."""
        side, step = self._sizes()
        width = side + step * max(0, len(self._phases) - 1)
        return QSize(width, tokens.px(tokens.TYPE["body"].line))

    def _sizes(self) -> tuple[int, int]:
        side, gap = (10, 3) if len(self._phases) <= MANY else (7, 2)
        return tokens.px(side), tokens.px(side + gap)

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs another size."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The squares, centred on the line."""
        del event
        now = tokens.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._phases:
            painter.setFont(value_font())
            painter.setPen(QColor(now.text))
            painter.drawText(self.rect(), ALIGN_RIGHT, NONE)
        side, step = self._sizes()
        top = (self.height() - side) / 2
        for n, phase in enumerate(self._phases):
            square = QRectF(n * step, top, side, side)
            busy = phase in (Phase.PREFILL, Phase.DECODE)
            painter.setPen(QPen(QColor(now.accent if busy else now.control), 1))
            inner = square.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(inner, 2, 2)
            if phase is Phase.PREFILL:
                inner.setTop(square.center().y())
            if busy:
                painter.fillRect(inner, QColor(now.accent))
