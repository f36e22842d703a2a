"""A fold: a row with a chevron that shows or hides what is under it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton

_CHEVRONS = {False: "chevron-right", True: "chevron-down"}


class Fold(QWidget):
    """Closed at first; put what it hides into `column`."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = TextButton(title, "row", _CHEVRONS[False])
        self.button.setCheckable(True)  # what screen readers call expanded or collapsed
        self.button.toggled.connect(self._on_button_toggled)
        self._content = QWidget()
        self._content.hide()
        self.column = QVBoxLayout(self._content)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(tokens.SPACE_3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(tokens.SPACE_2)
        outer.addWidget(self.button)
        outer.addWidget(self._content)

    def is_open(self) -> bool:
        """True while the content shows."""
        return self.button.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Show or hide the content."""
        self.button.setChecked(is_open)

    def _on_button_toggled(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        self.button.set_icon(_CHEVRONS[is_open])
