"""Puts a theme on the application and keeps it in step with the system's scheme."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QStyleFactory

from desk_llm.ui.theme import tokens
from desk_llm.ui.theme.palette import palette
from desk_llm.ui.theme.sheet import sheet

Theme = Literal["system", "light", "dark"]
_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class Style(QObject):
    """The look of the application; one per QApplication."""

    changed = Signal()  # colours or zoom are other than before

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._theme: Theme = "system"
        self._zoom = 100
        self._applied: tuple[bool, int] | None = None
        fusion = QStyleFactory.create("Fusion")
        if fusion is not None:
            app.setStyle(fusion)
        app.styleHints().colorSchemeChanged.connect(self._refresh)

    def apply(self, theme: Theme, zoom: int) -> None:
        """Use this theme and zoom; title bars and native dialogs follow the scheme."""
        self._theme = theme
        self._zoom = zoom
        self._app.styleHints().setColorScheme(_SCHEMES[theme])
        self._refresh()

    def _is_dark(self) -> bool:
        if self._theme != "system":
            return self._theme == "dark"
        return self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark

    def _refresh(self) -> None:
        wanted = (self._is_dark(), self._zoom)
        if wanted == self._applied:
            return
        self._applied = wanted
        scheme = tokens.DARK if wanted[0] else tokens.LIGHT
        tokens.use(scheme, self._zoom)
        self._app.setFont(tokens.font("body"))
        self._app.setPalette(palette(scheme))
        self._app.setStyleSheet(sheet(scheme, tokens.zoom()))
        self.changed.emit()
