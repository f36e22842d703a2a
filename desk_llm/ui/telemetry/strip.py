"""StepStrip: the engine's newest steps, a column each: how long it took and what it was."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desk_llm.telemetry.steps import StepBar, Strip
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import plain_tooltip

HEIGHT = 44
_BELOW, _ABOVE = 4.0, 16.0  # the scale goes from a fourth of the median to 16 times it, or more
_MARK = 3.0


class StepStrip(QWidget):
    """A logarithmic scale: a prompt's batch takes ten times a token's. The newest is at the right.

    `describe(bar)` makes the text under the mouse.
    """

    def __init__(self, describe: Callable[[StepBar], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._describe = describe
        self._strip = Strip()
        self._hovered = -1  # steps ago
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def set_strip(self, strip: Strip) -> None:
        """Show these steps; nothing is painted when there is none that is newer."""
        if strip.newest != self._strip.newest or len(strip.bars) != len(self._strip.bars):
            self._strip = strip
            self.update()

    def strip(self) -> Strip:
        """What is shown."""
        return self._strip

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

    # ── the mouse ────────────────────────────────────────────────────────

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the column and say its values at once: they move on."""
        self._hover(self._ago_at(event.position().x()))
        where = event.globalPosition().toPoint()
        QToolTip.showText(where, self.tip_at(round(event.position().x())), self)

    def leaveEvent(self, event: QEvent) -> None:
        """No mark."""
        super().leaveEvent(event)
        self._hover(-1)

    def tip_at(self, x: int) -> str:
        """The tooltip for a place; empty where there is no step."""
        ago = self._ago_at(x)
        return plain_tooltip(self._describe(self._strip.bars[-1 - ago])) if ago >= 0 else ""

    def _hover(self, ago: int) -> None:
        if ago != self._hovered:
            self._hovered = ago
            self.update()

    def _ago_at(self, x: float) -> int:
        ago = math.ceil((self.width() - x) / self._step()) - 1
        return ago if 0 <= ago < len(self._strip.bars) else -1

    def _step(self) -> int:
        """Whole px, so that neighbours are equally wide."""
        return max(1, tokens.px(1))

    # ── painting ─────────────────────────────────────────────────────────

    def paintEvent(self, event: QPaintEvent) -> None:
        """At most as many rectangles as the strip is wide."""
        del event
        now = tokens.current()
        painter = QPainter(self)
        base = self.height() - 1
        painter.setPen(QPen(QColor(now.border), 1))
        painter.drawLine(0, base, self.width(), base)
        bars = self._strip.bars[-(self.width() // self._step()) :]
        if not bars or self._strip.median_s <= 0:
            return
        low = self._strip.median_s / _BELOW
        high = max(self._strip.median_s * _ABOVE, *(bar.seconds for bar in bars))
        room = base - _MARK - 1

        def height(seconds: float) -> float:
            return room * max(0.06, math.log(max(seconds, low) / low) / math.log(high / low))

        colours = _Colours()
        left = self.width() - self._step() * len(bars)
        for n, bar in enumerate(bars):
            column = QRectF(left + n * self._step(), 0, self._step(), base)
            column.setTop(base - height(bar.seconds))
            _paint_bar(painter, colours, bar, column)
        line = QPen(QColor(now.muted), 1, Qt.PenStyle.DotLine)
        painter.setPen(line)
        middle = round(base - height(self._strip.median_s))
        painter.drawLine(0, middle, self.width(), middle)
        if 0 <= self._hovered < len(bars):
            x = self.width() - self._step() * (self._hovered + 1)
            painter.fillRect(QRectF(x, 0, self._step(), base), colours.hover)


class _Colours:
    """Made once per painting, not once per column."""

    def __init__(self) -> None:
        now = tokens.current()
        self.decode, self.prefill = QColor(now.accent), QColor(now.series_amber)
        self.stall, self.reused = QColor(now.danger), QColor(now.series_blue)
        self.hover = QColor(now.text)
        self.hover.setAlphaF(0.5)


def _paint_bar(painter: QPainter, colours: _Colours, bar: StepBar, column: QRectF) -> None:
    """The prompt's share from above; a mark on top where tokens were not computed again."""
    painter.fillRect(column, colours.stall if bar.is_stall else colours.decode)
    if bar.prefill_share > 0:
        share = QRectF(column)
        share.setHeight(column.height() * bar.prefill_share)
        painter.fillRect(share, colours.prefill)
    if bar.step.n_reused:
        mark = QRectF(column.center().x() - _MARK, column.top() - _MARK - 1, 2 * _MARK, _MARK)
        painter.fillRect(mark, colours.reused)
