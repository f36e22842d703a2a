"""Find in chat: a slim bar at the top right of the transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton
from desk_llm.ui.widgets.fields import SearchField
from desk_llm.ui.widgets.labels import Label

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent


class FindBar(QFrame):
    """Enter goes forward, Shift+Enter back, Esc closes."""

    find_requested = Signal(str, bool)  # text, backwards
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "card")
        self.field = SearchField(self.tr("Find in this chat"), self.tr("Find in this chat"))
        self.field.setFixedWidth(240)
        self.field.textChanged.connect(self._on_text_changed)
        self.field.escaped.connect(self.leave)
        self._status = Label("", "faint")
        back = IconButton("chevron-up", self.tr("Previous hit"), size=tokens.ICON_ROW)
        back.clicked.connect(lambda: self._find(True))
        on = IconButton("chevron-down", self.tr("Next hit"), size=tokens.ICON_ROW)
        on.clicked.connect(lambda: self._find(False))
        close = IconButton("close", self.tr("Close"), size=tokens.ICON_ROW)
        close.clicked.connect(self.leave)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_2, tokens.SPACE_1, tokens.SPACE_1, tokens.SPACE_1)
        row.setSpacing(tokens.SPACE_1)
        for widget in (self.field, self._status, back, on, close):
            row.addWidget(widget)
        self.hide()

    def start(self) -> None:
        """Ctrl+F."""
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def leave(self) -> None:
        """Close and give the keyboard back."""
        self.hide()
        self.closed.emit()

    def show_result(self, is_found: bool) -> None:
        """Say when there is nothing."""
        is_missing = bool(self.field.text()) and not is_found
        self._status.setText(self.tr("No hits") if is_missing else "")
        self.adjustSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Shift+Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._find(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    def _on_text_changed(self, text: str) -> None:
        if text:
            self._find(False)
        else:
            self.show_result(True)

    def _find(self, backwards: bool) -> None:
        if self.field.text():
            self.find_requested.emit(self.field.text(), backwards)
