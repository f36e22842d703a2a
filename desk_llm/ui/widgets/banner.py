"""A banner: something to know that stays until it is closed, with at most one thing to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.labels import Label

BannerKind = Literal["info", "warning", "danger"]
_ICONS: dict[BannerKind, tuple[str, icons.Role]] = {
    "info": ("info", "accent"),
    "warning": ("warning", "warning"),
    "danger": ("warning", "danger"),
}


class Banner(QFrame):
    """One sentence and its hint across the top of the page."""

    def __init__(
        self,
        kind: BannerKind,
        sentence: str,
        hint: str = "",
        button: str = "",
        action: Callable[[], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind: BannerKind = kind
        self.sentence = sentence
        self.setProperty("panel", f"banner-{kind}")
        self._icon = QLabel()
        self._icon.setTextFormat(Qt.TextFormat.PlainText)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(Label.wrapped(sentence))
        if hint:
            texts.addWidget(Label.wrapped(hint, "small"))
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_2, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self._icon)
        row.addLayout(texts, 1)
        if button and action is not None:
            do = TextButton(button)
            do.clicked.connect(action)
            do.clicked.connect(self.close)
            row.addWidget(do)
        close = IconButton("close", self.tr("Close this notice"), size=tokens.ICON_ROW)
        close.clicked.connect(self.close)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._paint_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icon()

    def _paint_icon(self) -> None:
        name, role = _ICONS[self._kind]
        self._icon.setPixmap(icons.pixmap(name, role, tokens.ICON_BAR, self.devicePixelRatioF()))
