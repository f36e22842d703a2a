"""A switch: a check box that looks like what it does."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from desk_llm.ui.theme import tokens

_WIDTH, _HEIGHT, _GAP = 36, 20, 3


class Switch(QCheckBox):
    """On is filled with the accent and stands right; both states also differ in shape."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        """The track and room for the focus ring."""
        return QSize(_WIDTH + 6, _HEIGHT + 6)

    def hitButton(self, position: QPoint) -> bool:
        """All of it."""
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, knob, focus ring."""
        del event
        now = tokens.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(3.5, (self.height() - _HEIGHT) / 2 + 0.5, _WIDTH - 1, _HEIGHT - 1)
        is_on = self.isChecked()
        painter.setPen(QPen(QColor(now.accent if is_on else now.control), 1))
        painter.setBrush(QColor(now.accent if is_on else now.surface))
        painter.drawRoundedRect(track, _HEIGHT / 2, _HEIGHT / 2)
        knob = _HEIGHT - 2 * _GAP - 1
        left = track.right() - _GAP - knob if is_on else track.left() + _GAP
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.on_accent if is_on else now.control))
        painter.drawEllipse(QRectF(left, track.top() + _GAP, knob, knob))
        if self.hasFocus():
            painter.setPen(QPen(QColor(now.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = track.adjusted(-2.5, -2.5, 2.5, 2.5)
            painter.drawRoundedRect(ring, ring.height() / 2, ring.height() / 2)
