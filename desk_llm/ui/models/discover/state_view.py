"""What stands where a list would be: searching, nothing found, offline, an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desk_llm.ui.messages import sentence
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label

if TYPE_CHECKING:
    from desk_llm.errors import DeskError

_TEXT_WIDTH = 520
Choice = tuple[str, Callable[[], object]]


class StateView(QWidget):
    """Icon, title, a sentence, and what can be done; shown anew for every state."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = "search"
        self._icon = QLabel()
        self._icon.setTextFormat(Qt.TextFormat.PlainText)
        self.title = Label.wrapped("", "subtitle")
        self.text = Label.wrapped("", "muted")
        self.buttons: list[TextButton] = []
        self._row = QHBoxLayout()
        self._row.setSpacing(tokens.SPACE_2)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_6, tokens.SPACE_6, tokens.SPACE_6, tokens.SPACE_6)
        column.setSpacing(tokens.SPACE_2)
        column.addStretch(1)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setFixedWidth(tokens.px(_TEXT_WIDTH))
            column.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(tokens.SPACE_1)
        column.addLayout(self._row)
        column.addStretch(2)

    def show_state(self, icon: str, title: str, text: str = "", *choices: Choice) -> None:
        """Say it; the choices become buttons."""
        self._icon_name = icon
        self._paint_icon()
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        for old in self.buttons:
            old.hide()
            old.deleteLater()
        while self._row.count():
            self._row.takeAt(0)
        self.buttons = []
        self._row.addStretch(1)
        for name, act in choices:
            button = TextButton(name)
            button.clicked.connect(lambda _checked=False, do=act: do())
            self._row.addWidget(button)
            self.buttons.append(button)
        self._row.addStretch(1)

    def show_error(self, error: DeskError, *choices: Choice) -> None:
        """A sentence and its next step."""
        message, hint = sentence(error)
        self.show_state("warning", message, hint, *choices)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme and the zoom."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icon()
        elif event.type() == QEvent.Type.StyleChange:
            for label in (self.title, self.text):
                label.setFixedWidth(tokens.px(_TEXT_WIDTH))

    def _paint_icon(self) -> None:
        role: icons.Role = "warning" if self._icon_name == "warning" else "faint"
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap(self._icon_name, role, tokens.ICON_EMPTY, ratio))
