"""CurveChart: tokens per second over the length of the context."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desk_llm.telemetry.curve import Point
from desk_llm.ui.telemetry import numbers
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import plain_tooltip

HEIGHT = 96
_DOT = 1.8
_REACH = 12.0  # px around a point in which the mouse finds it
_LEAST_N = 64


class CurveChart(QWidget):
    """Dots are finished replies, hollow ones of another setup; the line is this session.

    Contexts double from left to right: most chats are short and some are very long.
    """

    def __init__(
        self, empty: str, describe: Callable[[Point], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._empty = empty
        self._describe = describe
        self._session: tuple[Point, ...] = ()
        self._replies: tuple[Point, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def set_points(self, session: Iterable[Point], replies: Iterable[Point]) -> None:
        """Show these; nothing is painted when they are the same."""
        new = tuple(session), tuple(replies)
        if new != (self._session, self._replies):
            self._session, self._replies = new
            self.update()

    def points(self) -> tuple[Point, ...]:
        """Everything that is shown, the session first."""
        return self._session + self._replies

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(120, tokens.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Narrow, but as high as wanted."""
        return QSize(40, tokens.px(HEIGHT))

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The nearest point's values."""
        where = event.globalPosition().toPoint()
        QToolTip.showText(where, self.tip_at(event.position()), self)

    def tip_at(self, place: QPointF) -> str:
        """The tooltip for a place; empty where there is no point near it."""
        scale = self._scale()
        if scale is None:
            return ""
        near = min(self.points(), key=lambda point: _distance(scale(point), place))
        if _distance(scale(near), place) > tokens.px(round(_REACH)):
            return ""
        return plain_tooltip(self._describe(near))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Grid lines with numbers, dots, line."""
        del event
        now = tokens.current()
        painter = QPainter(self)
        painter.setFont(tokens.font("caption"))
        scale = self._scale()
        if scale is None:
            painter.setPen(QColor(now.faint))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), flags, self._empty)
            return
        self._paint_axes(painter, scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_replies(painter, scale)
        painter.setPen(QPen(QColor(now.accent), 1.5, c=Qt.PenCapStyle.RoundCap))
        line = [scale(point) for point in self._session]
        painter.drawPolyline(line)
        painter.setBrush(QColor(now.accent))
        for place in line:
            painter.drawEllipse(place, _DOT, _DOT)

    def _paint_replies(self, painter: QPainter, scale: _Scale) -> None:
        now = tokens.current()
        for point in self._replies:
            painter.setPen(QPen(QColor(now.control), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush if point.is_other else QColor(now.control))
            painter.drawEllipse(scale(point), _DOT, _DOT)

    def _paint_axes(self, painter: QPainter, scale: _Scale) -> None:
        now, room = tokens.current(), scale.room
        for share in (0.0, 0.5, 1.0):
            y = round(room.bottom() - share * room.height())
            painter.setPen(QPen(QColor(now.border), 1))
            painter.drawLine(0, y, self.width(), y)
            if share:
                painter.setPen(QColor(now.faint))
                painter.drawText(0, y + painter.fontMetrics().ascent() + 1, scale.rate(share))
        painter.setPen(QColor(now.faint))
        below = QRectF(0, room.bottom() + 1, self.width(), self.height() - room.bottom() - 1)
        first, last = numbers.tokens(scale.first), numbers.tokens(scale.last)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, first)
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, last)

    def _scale(self) -> _Scale | None:
        points = self.points()
        if not points:
            return None
        line = tokens.px(tokens.TYPE["caption"].line)
        return _Scale(points, QRectF(self.rect()).adjusted(0, 2, 0, -line))


class _Scale:
    """From a point to its place."""

    def __init__(self, points: Iterable[Point], room: QRectF) -> None:
        given = tuple(points)
        n_pasts = [max(point.n_past, _LEAST_N) for point in given]
        self.room = room
        self.first = 1 << math.floor(math.log2(min(n_pasts)))
        self.last = max(1 << math.ceil(math.log2(max(n_pasts))), 2 * self.first)
        self.top = _round_up(max(point.tok_s for point in given))
        self._inner = room.adjusted(tokens.px(28), 0, -3, 0)  # clear of the numbers

    def __call__(self, point: Point) -> QPointF:
        share = math.log2(max(point.n_past, _LEAST_N) / self.first)
        share /= math.log2(self.last / self.first)
        return QPointF(
            self._inner.left() + share * self._inner.width(),
            self.room.bottom() - self.room.height() * min(point.tok_s / self.top, 1.0),
        )

    def rate(self, share: float) -> str:
        """The number at a grid line."""
        return f"{self.top * share:g}"


def _round_up(value: float) -> float:
    """1, 2, 4, 6, 8 or 10 times a power of ten: its half is a short number too."""
    if value <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 6, 8, 10) if step * power >= value)


def _distance(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())
