"""Meter: a thin bar of some parts, such as memory that is ours and memory of others."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desk_llm.ui.theme import tokens

# What a part stands for; other names are colours of the tokens, such as "series_blue".
_ROLES = {"ours": "accent", "others": "control"}
GAP = 1.0  # between two parts, so that they are told apart without their colours


class Meter(QWidget):
    """Shares of a whole from left to right; what is left is free."""

    def __init__(self, height: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height = height
        self._parts: tuple[tuple[float, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_parts(self, parts: Sequence[tuple[float, str]]) -> None:
        """(share, role) for each part; shares are between 0 and 1."""
        if tuple(parts) != self._parts:
            self._parts = tuple(parts)
            self.update()

    def parts(self) -> tuple[tuple[float, str], ...]:
        """What is shown."""
        return self._parts

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(120, tokens.px(self._height))

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded groove, and the parts inside it."""
        del event
        now = tokens.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groove = QPainterPath()
        radius = self.height() / 2
        groove.addRoundedRect(QRectF(self.rect()), radius, radius)
        painter.setClipPath(groove)
        painter.fillRect(self.rect(), QColor(now.border))
        x = 0.0
        for share, role in self._parts:
            width = max(share * self.width(), 2.0 if share > 0 else 0.0)
            painter.fillRect(
                QRectF(x, 0, width, self.height()), QColor(getattr(now, _ROLES.get(role, role)))
            )
            x += width + (GAP if width else 0.0)
