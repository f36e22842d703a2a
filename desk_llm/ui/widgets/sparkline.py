"""Sparkline: the last minute of one number as a line over a light area."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import plain_tooltip

POINTS = 60
LINE_WIDTH = 1.5
FILL_OPACITY = 0.14


class Sparkline(QWidget):
    """The newest value is at the right edge; `maximum` None scales to the highest one shown.

    `describe(value, steps_ago)` makes the text under the mouse.
    """

    def __init__(
        self,
        height: int = 40,
        maximum: float | None = None,
        describe: Callable[[float, int], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._height = height
        self._maximum = maximum
        self._describe = describe
        self._values: collections.deque[float] = collections.deque(maxlen=POINTS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def add(self, value: float) -> None:
        """The next value."""
        self._values.append(max(value, 0.0))
        self.update()

    def set_values(self, values: Iterable[float]) -> None:
        """All values anew, oldest first."""
        self._values.clear()
        self._values.extend(max(value, 0.0) for value in values)
        self.update()

    def values(self) -> list[float]:
        """What is shown, oldest first."""
        return list(self._values)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(120, tokens.px(self._height))

    def minimumSizeHint(self) -> QSize:
        """Narrow, but as high as wanted."""
        return QSize(40, tokens.px(self._height))

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Area, line, baseline."""
        del event
        painter = QPainter(self)
        now = tokens.current()
        base = self.height() - 0.5
        painter.setPen(QPen(QColor(now.border), 1))
        painter.drawLine(QPointF(0, base), QPointF(self.width(), base))
        points = self._points()
        if len(points) < 2 or not any(self._values):
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QPainterPath(QPointF(points[0].x(), base))
        for point in points:
            area.lineTo(point)
        area.lineTo(points[-1].x(), base)
        fill = QColor(now.accent)
        fill.setAlphaF(FILL_OPACITY)
        painter.fillPath(area, fill)
        painter.setPen(QPen(QColor(now.accent), LINE_WIDTH, c=Qt.PenCapStyle.RoundCap))
        painter.drawPolyline(points)

    def _points(self) -> list[QPointF]:
        room = QRectF(self.rect()).adjusted(0, LINE_WIDTH, 0, -1)
        top = self._maximum or max(self._values, default=0.0) * 1.1 or 1.0
        step = room.width() / (POINTS - 1)
        first = room.right() - step * (len(self._values) - 1)
        return [
            QPointF(first + step * n, room.bottom() - room.height() * min(value / top, 1.0))
            for n, value in enumerate(self._values)
        ]

    def event(self, event: QEvent) -> bool:
        """The value under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos().x()), self)
            return True
        return super().event(event)

    def tip_at(self, x: int) -> str:
        """The tooltip for a place; empty where there is no value."""
        step = self.width() / (POINTS - 1)
        ago = round((self.width() - x) / step) if step else 0
        if self._describe is None or not 0 <= ago < len(self._values):
            return ""
        return plain_tooltip(self._describe(self._values[-1 - ago], ago))
