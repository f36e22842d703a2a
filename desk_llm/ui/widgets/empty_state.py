"""What an empty place says: icon, title, one sentence, at most one button."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label


class EmptyState(QWidget):
    """Centred in whatever holds it."""

    activated = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        sentence: str = "",
        button: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._icon.setTextFormat(Qt.TextFormat.PlainText)
        self._title = Label.wrapped(title, "subtitle")
        self._sentence = Label.wrapped(sentence, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4, tokens.SPACE_4)
        column.setSpacing(tokens.SPACE_2)
        column.addStretch(1)
        for label in (self._icon, self._title, self._sentence):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        if button:
            self._button = TextButton(button, "outline")
            self._button.clicked.connect(self.activated)
            column.addSpacing(tokens.SPACE_1)
            column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        self._sentence.setVisible(bool(sentence))
        self._paint_icon()

    def set_sentence(self, sentence: str) -> None:
        """Another sentence, such as one that names the query without hits."""
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icon()

    def _paint_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap(self._icon_name, "faint", tokens.ICON_EMPTY, ratio))
