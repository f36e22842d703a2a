"""The bar above a chat: its title, the model button on the page's axis, and the ⋯ menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from desk_llm.ui.actions import Actions
from desk_llm.ui.chat.model_picker import ModelButton
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton
from desk_llm.ui.widgets.labels import ElidedLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_CHAT_MENU = ("chat.copy_all", "chat.export", "chat.rename", "chat.delete")
_VIEW_MENU = (
    "view.sidebar",
    "view.telemetry",
    "",
    "view.zoom_in",
    "view.zoom_out",
    "view.zoom_reset",
)
_HELP_MENU = ("help.shortcuts", "help.about")


class TopBar(QWidget):
    """Three cells; the outer two are equally wide, so the middle one is centred."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "top")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = ElidedLabel("", "subtitle")
        self.sidebar_button = IconButton("sidebar", actions["view.sidebar"].text())
        self.sidebar_button.setToolTip(actions["view.sidebar"].toolTip())
        self.sidebar_button.clicked.connect(actions["view.sidebar"].trigger)
        self.sidebar_button.hide()
        self.model_button = ModelButton(actions["model.choose"].toolTip())
        self.model_button.clicked.connect(actions["model.choose"].trigger)
        self._more = IconButton("more", self.tr("More"))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(self._make_menu(actions))
        self._build()

    def set_sidebar_hidden(self, is_hidden: bool) -> None:
        """Without the sidebar there is a button that brings it back."""
        self.sidebar_button.setVisible(is_hidden)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The model's name gets less room in a narrow window."""
        super().resizeEvent(event)
        self.model_button.set_room(self.width() // 2)

    def changeEvent(self, event: QEvent) -> None:
        """As tall as the zoom says."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _build(self) -> None:
        left, right = QWidget(), QWidget()
        for cell in (left, right):
            row = QHBoxLayout(cell)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(tokens.SPACE_2)
            if cell is left:
                row.addWidget(self.sidebar_button)
                row.addWidget(self.title, 1)
            else:
                row.addStretch(1)
                row.addWidget(self._more)
        bar = QHBoxLayout(self)
        bar.setContentsMargins(tokens.SPACE_4, 0, tokens.SPACE_3, 0)
        bar.setSpacing(tokens.SPACE_3)
        bar.addWidget(left, 1)
        bar.addWidget(self.model_button)
        bar.addWidget(right, 1)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(max(tokens.HEIGHT_TOP_BAR, tokens.px(tokens.HEIGHT_TOP_BAR)))

    def _make_menu(self, actions: Actions) -> QMenu:
        menu = QMenu(self)
        for action_id in _CHAT_MENU:
            menu.addAction(actions[action_id])
        menu.addSeparator()
        for title, ids in ((self.tr("View"), _VIEW_MENU), (self.tr("Help"), _HELP_MENU)):
            below = menu.addMenu(title)
            for action_id in ids:
                if action_id:
                    below.addAction(actions[action_id])
                else:
                    below.addSeparator()
        menu.addAction(actions["model.unload"])
        menu.addAction(actions["app.benchmark"])
        menu.addAction(actions["app.settings"])
        menu.addSeparator()
        menu.addAction(actions["app.quit"])
        return menu
