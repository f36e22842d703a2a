"""What prose paints beside its text: bars of quotes; bullets, numbers and boxes of list items."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from desk_llm.ui.widgets.document.look import QUOTE_INDENT, Look

_GAP = 8  # px between a marker and its text
_BAR = 3


class Marks:
    """Painted by us: Qt's bullets are large and touch the text, its boxes ignore the theme."""

    def __init__(self, painter: QPainter, look: Look) -> None:
        self._painter = painter
        self._look = look
        font = look.font("chat")
        painter.setFont(font)
        self._metrics = QFontMetricsF(font)

    def bars(self, depth: int, shared: int, top: float, rect: QRectF) -> None:
        """One bar per quote; those shared with the element above run through the gap."""
        colour = self._look.colour("border")
        for level in range(depth):
            start = top if level < shared else rect.top()
            bar = QRectF(level * QUOTE_INDENT, start, _BAR, rect.bottom() - start)
            self._painter.fillRect(bar, colour)

    def marker(self, marker: str, left: float, baseline: float) -> None:
        """Right-aligned before the text that begins at `left`."""
        middle = baseline - self._metrics.xHeight() / 2
        if marker == "•":
            self._bullet(left, middle)
        elif marker.startswith("["):
            self._box(marker == "[x]", left, baseline - self._metrics.capHeight() / 2)
        else:
            self._painter.setPen(self._look.colour("muted"))
            width = self._metrics.horizontalAdvance(marker)
            self._painter.drawText(QPointF(max(0.0, left - _GAP + 1 - width), baseline), marker)

    def _bullet(self, left: float, middle: float) -> None:
        radius = self._look.px(5) / 2
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._look.colour("muted"))
        self._painter.drawEllipse(QPointF(left - _GAP - 2 - radius, middle), radius, radius)

    def _box(self, is_checked: bool, left: float, middle: float) -> None:
        painter, side = self._painter, float(self._look.px(14))
        box = QRectF(left - _GAP + 2 - side, middle - side / 2, side, side)
        edge = self._look.colour("accent" if is_checked else "control")
        painter.setPen(QPen(edge, 1.5))
        painter.setBrush(edge if is_checked else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 3, 3)
        if is_checked:
            painter.setPen(QPen(self._look.colour("on_accent"), 1.75))
            painter.drawPolyline(
                [
                    box.topLeft() + QPointF(x * side, y * side)
                    for x, y in ((0.24, 0.52), (0.43, 0.71), (0.77, 0.32))
                ]
            )
