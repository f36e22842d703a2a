"""The length of the context: a logarithmic slider, a number to type, and the way back."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from desk_llm.ui.models.load.inputs import AutoNumber, automatic_text
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import Label
from desk_llm.ui.widgets.sizes import context_text

LEAST = 256
STEPS = 400
_CELLS = 256  # the cache grows by so many tokens
_TRACK, _KNOB = 4, 14


class ContextSlider(QSlider):
    """From 256 tokens to `most` in equal ratios; a page is a factor of two."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._most = 1 << 15
        self.setRange(0, STEPS)
        self.setSingleStep(8)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_most(self, most: int) -> None:
        """The longest context of this model."""
        self._most = max(LEAST, most)
        with QSignalBlocker(self):
            doublings = max(1.0, math.log2(self._most / LEAST))
            self.setPageStep(max(1, round(STEPS / doublings)))

    def tokens(self) -> int:
        """The length at the knob: whole blocks, and the end exactly.

        A context of a model that was trained with 32,768 tokens:

        >>> [tokens_at(position, 32_768) for position in (0, 200, 399, 400)]
        [256, 2816, 32256, 32768]
        """
        return tokens_at(self.value(), self._most)

    def show_tokens(self, count: int) -> None:
        """Move the knob, silently."""
        with QSignalBlocker(self):
            self.setValue(position_of(count, self._most))
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(120, tokens.px(_KNOB + 8))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The track, what is taken of it, the knob."""
        del event
        now = tokens.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        knob, track = tokens.px(_KNOB), tokens.px(_TRACK)
        span = self.width() - knob - 4
        x = 2 + span * self.value() / STEPS
        middle = self.height() / 2
        groove = QRectF(2, middle - track / 2, self.width() - 4, track)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.border))
        painter.drawRoundedRect(groove, track / 2, track / 2)
        painter.setBrush(QColor(now.accent))
        groove.setRight(x + knob / 2)
        painter.drawRoundedRect(groove, track / 2, track / 2)
        painter.setPen(QPen(QColor(now.accent), 2))
        painter.setBrush(QColor(now.surface if not self.hasFocus() else now.accent))
        painter.drawEllipse(QRectF(x + 1, middle - knob / 2 + 1, knob - 2, knob - 2))


def tokens_at(position: int, most: int) -> int:
    """Tokens at a position of the slider."""
    if position >= STEPS:
        return most
    exact: float = LEAST * (most / LEAST) ** (position / STEPS)
    return max(LEAST, round(exact / _CELLS) * _CELLS)


def position_of(count: int, most: int) -> int:
    """The position of so many tokens."""
    if count >= most:
        return STEPS
    if count <= LEAST or most <= LEAST:
        return 0
    return round(STEPS * math.log(count / LEAST) / math.log(most / LEAST))


class _ContextNumber(AutoNumber):
    """Backspace in an empty field goes back to automatic."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete all of it: automatic."""
        is_empty = not self.lineEdit().text().strip()
        super().keyPressEvent(event)
        if is_empty and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.setValue(self.minimum())


class ContextRow(QWidget):
    """`changed` while the knob is dragged as well."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._automatic = LEAST
        self.slider = ContextSlider()
        self.slider.setAccessibleName(self.tr("Context length"))
        self.number = _ContextNumber(LEAST, 1 << 20)
        self.number.setAccessibleName(self.tr("Context length in tokens"))
        self.number.setFixedWidth(tokens.px(150))
        self.meaning = Label("", "small")
        self.slider.valueChanged.connect(self._on_slider_changed)
        self.number.edited.connect(self._on_number_edited)
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_2)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(Label(self.tr("Context length")))
        texts.addWidget(self.meaning)
        head.addLayout(texts, 1)
        head.addWidget(self.number, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_1)
        column.addLayout(head)
        column.addWidget(self.slider)

    def set_most(self, trained: int, limit: int) -> None:
        """What the model was trained with (0: unknown), and what the app allows."""
        most = min(trained or limit, limit)
        self.slider.set_most(most)
        self.number.set_limits(LEAST, most)
        self.meaning.setText(
            self.tr("trained with {0}").format(context_text(trained)) if trained else ""
        )
        self.meaning.setVisible(bool(trained))

    def value(self) -> int | None:
        """Tokens; None: automatic."""
        value = self.number.number()
        return value if isinstance(value, int) else None

    def show_value(self, value: int | None) -> None:
        """None is automatic."""
        self.number.show_value(value)
        self.slider.show_tokens(value if value is not None else self._automatic)

    def set_automatic(self, count: int) -> None:
        """What automatic is now."""
        self._automatic = count
        self.number.set_automatic(f"{count:,}")
        if self.value() is None:
            self.slider.show_tokens(count)

    def automatic_words(self) -> str:
        """As the number says it."""
        return automatic_text(f"{self._automatic:,}")

    def _on_slider_changed(self) -> None:
        self.number.show_value(self.slider.tokens())
        self.changed.emit()

    def _on_number_edited(self) -> None:
        value = self.value()
        self.slider.show_tokens(value if value is not None else self._automatic)
        self.changed.emit()
