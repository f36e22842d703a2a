"""Buttons with our icons: they recolour themselves when the scheme changes."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from desk_llm.ui.theme import icons, tokens

ButtonKind = Literal["outline", "primary", "ghost", "row", "chip", "toast", "model", "status"]
_ICON_ROLES: dict[str, icons.Role] = {"primary": "on_accent", "send": "on_accent"}
_LOOK_CHANGES = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange)  # scheme, zoom


def _scaled(side: int) -> QSize:
    return QSize(tokens.px(side), tokens.px(side))


class IconButton(QToolButton):
    """Only an icon; its name is said by the tooltip and to screen readers."""

    def __init__(
        self,
        icon: str,
        name: str,
        role: icons.Role = "muted",
        size: int = tokens.ICON_BAR,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self._role: icons.Role = role
        self.setAccessibleName(name)
        self.setToolTip(name)
        self._icon_side = size
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._paint_icon()

    def set_icon(self, icon: str, role: icons.Role) -> None:
        """Another icon, for a button that changes its meaning."""
        self._icon_name, self._role = icon, role
        self._paint_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme."""
        super().changeEvent(event)
        if event.type() in _LOOK_CHANGES:
            self._paint_icon()

    def _paint_icon(self) -> None:
        self.setIconSize(_scaled(self._icon_side))
        self.setIcon(icons.icon(self._icon_name, self._role))


class TextButton(QPushButton):
    """Text, with an icon before it where it helps."""

    def __init__(
        self,
        text: str,
        kind: ButtonKind = "outline",
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon_name = icon
        self.setProperty("kind", kind)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)
        self._paint_icon()

    def set_icon(self, icon: str) -> None:
        """Another icon, for a button that changes its meaning."""
        self._icon_name = icon
        self._paint_icon()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme."""
        super().changeEvent(event)
        if event.type() in _LOOK_CHANGES:
            self._paint_icon()

    def _paint_icon(self) -> None:
        if self._icon_name:
            self.setIconSize(_scaled(tokens.ICON_ROW))
            role = _ICON_ROLES.get(str(self.property("kind")), "muted")
            self.setIcon(icons.icon(self._icon_name, role))
