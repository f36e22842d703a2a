"""MemoryBar: one device's memory as a stacked bar, with its legend in bytes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from desk_llm.telemetry.owners import Owners
from desk_llm.ui.telemetry import numbers
from desk_llm.ui.telemetry.legend import Entry, Legend, Series
from desk_llm.ui.theme import tokens

_HEIGHT = 8
_GAP = 1.0  # parts are told apart without their colours
_LEAST = 2.0  # px of a part that is there at all


class _Bar(QWidget):
    """Shares of a whole from left to right; what is left is free."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: tuple[tuple[float, Series], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_parts(self, parts: tuple[tuple[float, Series], ...]) -> None:
        if parts != self.parts:
            self.parts = parts
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(120, tokens.px(_HEIGHT))

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
        for share, colour in self.parts:
            width = max(share * self.width(), _LEAST if share > 0 else 0.0)
            painter.fillRect(
                QRectF(x, 0, width - _GAP, self.height()), QColor(getattr(now, colour))
            )
            x += width


class MemoryBar(QWidget):
    """Weights, KV cache, buffers, the app, other programs, free."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = _Bar()
        self.legend = Legend()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_1)
        column.addWidget(self._bar)
        column.addWidget(self.legend)

    def show_owners(self, owners: Owners, total: int) -> None:
        """The newest numbers."""
        named: tuple[tuple[Series, str, int | None], ...] = (
            ("accent", self.tr("Weights"), owners.weights),
            ("series_blue", self.tr("KV cache"), owners.kv_cache),
            ("series_violet", self.tr("Buffers"), owners.compute),
            ("series_amber", self.tr("App"), owners.app),
            ("control", self.tr("Others"), owners.others),
            ("border", self.tr("Free"), owners.free),
        )
        self._bar.set_parts(
            tuple((numbers.share(size or 0, total), colour) for colour, _, size in named[:-1])
        )
        self.legend.set_entries(
            [Entry(colour, label, _size(size)) for colour, label, size in named]
        )

    def parts(self) -> tuple[tuple[float, Series], ...]:
        """What is shown."""
        return self._bar.parts


def _size(size: int | None) -> str:
    return numbers.NONE if size is None else numbers.memory(size)
