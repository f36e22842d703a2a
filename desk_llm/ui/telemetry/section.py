"""Section: a heading that folds, and a column of rows under it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from desk_llm.ui.telemetry import numbers
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.reading import value_font

_CHEVRON = 12
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class SectionHead(QAbstractButton):
    """The title and a chevron; while folded, the section's main value at the right."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._summary = ""

    def set_summary(self, summary: str) -> None:
        """What is worth knowing while the rows are hidden."""
        if summary != self._summary:
            self._summary = summary
            if not self.isChecked():
                self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(120, tokens.px(tokens.TYPE["body"].line))

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Title, chevron after it, summary."""
        del event
        now = tokens.current()
        painter = QPainter(self)
        font = tokens.font("caption")
        font.setWeight(font.Weight.DemiBold)
        right = 0
        if not self.isChecked() and self._summary:
            painter.setFont(value_font())
            painter.setPen(QColor(now.text))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | _MIDDLE, self._summary)
            right = QFontMetrics(value_font()).horizontalAdvance(self._summary) + tokens.SPACE_2
        metrics = QFontMetrics(font)
        side = tokens.px(_CHEVRON)
        room = self.width() - right - side - tokens.SPACE_1
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.setFont(font)
        painter.setPen(QColor(now.text if self.underMouse() else now.muted))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | _MIDDLE, shown)
        name = "chevron-down" if self.isChecked() else "chevron-right"
        chevron = icons.pixmap(name, "faint", side, self.devicePixelRatioF())
        left = metrics.horizontalAdvance(shown) + tokens.SPACE_1
        painter.drawPixmap(left, (self.height() - side) // 2, chevron)
        if self.hasFocus():
            painter.setPen(QPen(QColor(now.accent), 2))
            painter.drawRoundedRect(QRect(self.rect()).adjusted(1, 1, -1, -1), 4, 4)


class Section(QWidget):
    """Without a title it has no heading and does not fold."""

    folded = Signal(bool)

    def __init__(self, title: str = "") -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(tokens.SPACE_1)
        self.head = SectionHead(title)
        self.head.setVisible(bool(title))
        self._rows = QWidget()
        self.head.toggled.connect(self._on_head_toggled)
        outer.addWidget(self.head)
        outer.addWidget(self._rows)
        self.column = QVBoxLayout(self._rows)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(tokens.SPACE_1)

    def set_title(self, title: str) -> None:
        """A heading for a section that translates it itself."""
        self.head.setText(title)
        self.head.setAccessibleName(title)
        self.head.show()

    def add(self, widget: QWidget, space: int = 0) -> None:
        """A row; `space` is added above it."""
        if space:
            self.column.addSpacing(space)
        self.column.addWidget(widget)

    def set_folded(self, is_folded: bool) -> None:
        """Show the heading alone, or everything."""
        self.head.setChecked(not is_folded)

    def _on_head_toggled(self, is_open: bool) -> None:
        self._rows.setVisible(is_open)
        self.folded.emit(not is_open)

    # ── words that several sections use ──────────────────────────────────

    def percent(self, value: float) -> str:
        """A whole percentage."""
        return self.tr("{value} %").format(value=f"{value:.0f}")

    def gigabytes(self, size: int) -> str:
        """Memory in GB."""
        return self.tr("{value} GB").format(value=numbers.gib(size))

    def used_of(self, used: int, total: int) -> str:
        """Used and total memory."""
        return self.tr("{used} / {total} GB").format(
            used=numbers.gib(used), total=numbers.gib(total)
        )

    def rate(self, value: float) -> str:
        """Tokens per second; a dash for none."""
        if value <= 0:
            return numbers.NONE
        return self.tr("{value} tok/s").format(value=numbers.rate(value))

    def duration(self, seconds: float) -> str:
        """Milliseconds under a second; a dash for none."""
        if seconds <= 0:
            return numbers.NONE
        if seconds < 0.9995:
            return self.tr("{value} ms").format(value=numbers.rate(seconds * 1000))
        return self.tr("{value} s").format(value=numbers.seconds(seconds))

    def ago(self, text: str, seconds: int) -> str:
        """What the mouse finds on a line."""
        return self.tr("{value}, {seconds} s ago").format(value=text, seconds=seconds)
