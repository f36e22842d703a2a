"""Segments: a few choices side by side, of which one is on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

from desk_llm.ui.theme import tokens

_PADDING = 22  # px beside the text, the border included


class Segments(QFrame):
    """`chosen(place)` when the person takes another one."""

    chosen = Signal(int)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "segments")
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for place, name in enumerate(names):
            button = QPushButton(name)
            button.setProperty("kind", "segment")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._group.addButton(button, place)
            row.addWidget(button, 1)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self.chosen)
        self._fit()

    @property
    def current(self) -> int:
        """The place of the one that is on."""
        return self._group.checkedId()

    def choose(self, place: int) -> None:
        """Turn another one on; `chosen` is not emitted."""
        self._group.button(place).setChecked(True)

    def rename(self, place: int, name: str) -> None:
        """Another text for one of them, such as one with a number."""
        button = self._group.button(place)
        if button.text() != name:
            button.setText(name)
            button.setAccessibleName(name)
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs other widths."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_group"):
            self._fit()

    def _fit(self) -> None:
        """The one that is on is bold, which Qt does not count."""
        font = tokens.font("body")
        font.setWeight(font.Weight.DemiBold)
        for button in self._group.buttons():
            width = QFontMetrics(font).horizontalAdvance(button.text())
            button.setMinimumWidth(width + _PADDING)
