"""ChartView: one chart, painted from the tokens; the values are under the mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desk_llm.benchmark.chart import Chart, Layout, Point, layout, tick_text
from desk_llm.benchmark.words import number
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import plain_tooltip

HEIGHT = 232
_RIGHT = 16
_BAR, _BAR_GAP = 40, 12
_DOT = 3.0
_GHOST_OPACITY = 0.5


class ChartView(QWidget):
    """Lines with dots, or bars where there is one place; ghosts are dashed and pale."""

    def __init__(self, chart: Chart, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chart = chart
        self._hovered: float | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_chart(chart)

    def set_chart(self, chart: Chart) -> None:
        """Show another one."""
        self._chart = chart
        self.setAccessibleName(f"{chart.title}, {chart.unit}")
        self.setAccessibleDescription("; ".join(self.text_at(x) for x in chart.xs))
        self.update()

    def text_at(self, x: float) -> str:
        """What the chart says at one place of its x axis."""
        chart = self._chart
        values = [
            f"{one.name}{' ◌' if one.is_ghost else ''} {number(y)} {chart.unit}"
            for one in chart.series
            for at, y in one.points
            if at == x
        ]
        return f"{chart.x_label} {x:,.0f}: {', '.join(values)}"

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(320, tokens.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Narrow, but as high as wanted."""
        return QSize(200, tokens.px(HEIGHT))

    # ── painting ─────────────────────────────────────────────────────────

    def paintEvent(self, event: QPaintEvent) -> None:
        """Title, legend, axes, series."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        shape = layout(self._chart, area.left(), area.top(), area.width(), area.height())
        self._paint_head(painter)
        self._paint_axes(painter, area, shape)
        if self._chart.is_bars:
            self._paint_bars(painter, shape)
        else:
            self._paint_lines(painter, area, shape)

    def _area(self) -> QRectF:
        line = tokens.px(tokens.TYPE["caption"].line)
        head = tokens.px(tokens.TYPE["body"].line) + line + tokens.SPACE_3
        foot = 2 * line + tokens.SPACE_2
        left = tokens.px(44)
        return QRectF(left, head, self.width() - left - _RIGHT, self.height() - head - foot)

    def _paint_head(self, painter: QPainter) -> None:
        now, chart = tokens.current(), self._chart
        font = tokens.font("body")
        font.setWeight(font.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(now.text))
        high = tokens.px(tokens.TYPE["body"].line)
        painter.drawText(QRectF(0, 0, self.width(), high), chart.title)
        used = QFontMetrics(font).horizontalAdvance(chart.title) + tokens.SPACE_2
        painter.setFont(tokens.font("small"))
        painter.setPen(QColor(now.muted))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(used, 0, self.width() - used, high), middle, chart.unit)
        if sum(not one.is_ghost for one in chart.series) > 1:
            self._paint_legend(painter, high)

    def _paint_legend(self, painter: QPainter, top: float) -> None:
        now = tokens.current()
        font = tokens.font("caption")
        painter.setFont(font)
        x, high = 0.0, tokens.px(tokens.TYPE["caption"].line)
        own = [one for one in self._chart.series if not one.is_ghost]
        for series in own:
            colour = self._colour(series.name)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(x, top + high / 2 - 4, 8, 8), 2, 2)
            painter.setPen(QColor(now.muted))
            width = QFontMetrics(font).horizontalAdvance(series.name)
            place = QRectF(x + 13, top, width + 2, high)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, series.name)
            x += 13 + width + tokens.SPACE_4

    def _paint_axes(self, painter: QPainter, area: QRectF, shape: Layout) -> None:
        now = tokens.current()
        font = tokens.font("caption")
        painter.setFont(font)
        line = tokens.px(tokens.TYPE["caption"].line)
        centre = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        for value, y in shape.y_ticks:
            painter.setPen(QPen(QColor(now.border), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(now.muted))
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            box = QRectF(0, y - line / 2, area.left() - tokens.SPACE_2, line)
            painter.drawText(box, right, tick_text(value))
        least = QFontMetrics(font).horizontalAdvance("00000")
        free = -1e9
        for value, x in shape.x_ticks:
            if x - free >= least:
                box = QRectF(x - least, area.bottom() + tokens.SPACE_1, 2 * least, line)
                painter.drawText(box, centre, tick_text(value))
                free = x
        box = QRectF(area.left(), area.bottom() + tokens.SPACE_1 + line, area.width(), line)
        painter.drawText(box, centre, self._chart.x_label)

    def _paint_lines(self, painter: QPainter, area: QRectF, shape: Layout) -> None:
        now = tokens.current()
        if self._hovered is not None:
            x = dict(shape.x_ticks)[self._hovered]
            painter.setPen(QPen(QColor(now.control), 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for series, points in zip(self._chart.series, shape.lines, strict=True):
            colour = self._colour(series.name, is_ghost=series.is_ghost)
            pen = QPen(colour, 2.0 if not series.is_ghost else 1.5)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            if series.is_ghost:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline([QPointF(x, y) for x, y in points])
            painter.setBrush(colour)
            painter.setPen(QPen(QColor(now.surface), 1.5))
            for (at, _value), (x, y) in zip(series.points, points, strict=True):
                radius = _DOT + 2 if at == self._hovered else _DOT
                painter.drawEllipse(QPointF(x, y), radius, radius)

    def _paint_bars(self, painter: QPainter, shape: Layout) -> None:
        now = tokens.current()
        painter.setFont(tokens.font("small"))
        count = len(self._chart.series)
        for place, (series, points) in enumerate(zip(self._chart.series, shape.lines, strict=True)):
            shift = (place - (count - 1) / 2) * (_BAR + _BAR_GAP)
            for (_x, value), (x, y) in zip(series.points, points, strict=True):
                bar = QRectF(x + shift - _BAR / 2, y, _BAR, max(shape.baseline - y, 0.0))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(self._colour(series.name, is_ghost=series.is_ghost))
                painter.drawRoundedRect(bar, 3, 3)
                painter.setPen(QColor(now.text))
                above = QRectF(bar.left() - _BAR, y - 18, 3 * _BAR, 16)
                painter.drawText(above, Qt.AlignmentFlag.AlignCenter, number(value))

    def _colour(self, name: str, *, is_ghost: bool = False) -> QColor:
        now = tokens.current()
        colours = (now.accent, now.series_amber, now.series_violet, now.series_blue)
        names = list(dict.fromkeys(one.name for one in self._chart.series))
        made = QColor(colours[names.index(name) % len(colours)])
        if is_ghost:
            made.setAlphaF(_GHOST_OPACITY)
        return made

    # ── the mouse ────────────────────────────────────────────────────────

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The nearest place on the x axis and its values."""
        x = self.nearest(event.position().x())
        if x != self._hovered:
            self._hovered = x
            self.update()
        if x is not None:
            QToolTip.showText(
                event.globalPosition().toPoint(), plain_tooltip(self.text_at(x)), self
            )

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse."""
        super().leaveEvent(event)
        self._hovered = None
        self.update()

    def nearest(self, x: float) -> float | None:
        """The value of the x axis that is nearest to a place in px; None without any."""
        area = self._area()
        shape = layout(self._chart, area.left(), area.top(), area.width(), area.height())
        places: tuple[Point, ...] = shape.x_ticks
        return min(places, key=lambda one: abs(one[1] - x))[0] if places else None

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
