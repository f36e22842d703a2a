"""A toast: one sentence near the bottom of the page, with Undo or Copy where that helps."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label

_SECONDS = 6
_ABOVE = 84  # px between the toast and the lower edge: clear of the composer


class Toast(QFrame):
    """At most one at a time; the newest replaces the one before."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setProperty("panel", "toast")
        self._action: Callable[[], None] | None = None
        self._label = Label("", "toast")
        self._button = TextButton("", "toast")
        self._button.clicked.connect(self._on_button_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_2, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self._label)
        row.addWidget(self._button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SECONDS * 1000)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)
        self.hide()

    def show_text(
        self, text: str, button: str = "", action: Callable[[], None] | None = None
    ) -> None:
        """Say it for six seconds; `action` is what the button does."""
        self._action = action
        self._label.setText(self._cut(text))
        self._button.setText(button)
        self._button.setAccessibleName(button)
        self._button.setVisible(bool(button))
        margin = tokens.SPACE_2 if button else tokens.SPACE_4
        self.setContentsMargins(0, 0, margin - tokens.SPACE_2, 0)
        self.show()
        self.raise_()
        self._place()
        self._timer.start()
        # Screen readers must hear what is shown for seconds only.
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def text(self) -> str:
        """What it says."""
        return self._label.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle when the window changes its size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _on_button_clicked(self) -> None:
        action, self._action = self._action, None
        self.hide()
        if action is not None:
            action()

    def _cut(self, text: str) -> str:
        room = max(200, self._window.width() - 240)
        return self._label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)

    def _place(self) -> None:
        self.adjustSize()
        left = (self._window.width() - self.width()) // 2
        self.move(left, self._window.height() - self.height() - _ABOVE)
