"""The settings dialog: the settings table as a form; every change takes effect at once."""

from __future__ import annotations

import typing
from dataclasses import fields, is_dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desk_llm.errors import DeskError
from desk_llm.services import Services
from desk_llm.settings import Setting, Settings
from desk_llm.ui import bridge
from desk_llm.ui.messages import sentence
from desk_llm.ui.settings.fields import FieldInput, make_input, translated
from desk_llm.ui.settings.network import NetworkPage
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.fold import Fold
from desk_llm.ui.widgets.labels import Label
from desk_llm.ui.widgets.segments import Segments

# Kept by the window itself: they change where they are used, not in a form.
_ELSEWHERE = frozenset({"show_sidebar", "show_telemetry", "extra_files", "folders", "last"})
_WIDE = frozenset({"system_prompt", "folder"})
GENERAL, NETWORK = range(2)


class SettingsDialog(QDialog):
    """Modeless; hears changes that come from elsewhere (Ctrl++ while it is open)."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        store = services.settings
        self._store = store
        self.network = NetworkPage(store, services.hub, services.core.tokens)
        self.network.change_wanted.connect(self._change_network)
        self._inputs: dict[tuple[str, str], FieldInput] = {}
        self._folds: dict[str, Fold] = {}
        self._problem = Label.wrapped("", "danger")
        self._problem.hide()
        self.setWindowTitle(self.tr("Settings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._build()
        self._show(store.current)
        self.network.token.refresh()
        bridge.on_gui(store.changed, self._show, self)
        self.resize(580, 640)

    def show_page(self, place: int) -> None:
        """GENERAL or NETWORK."""
        self.segments.choose(place)
        self.segments.findChildren(QPushButton)[place].setFocus()
        self.pages.setCurrentIndex(place)

    def _build(self) -> None:
        page = QWidget()
        page.setProperty("panel", "canvas")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        form = QVBoxLayout(page)
        edge = tokens.SPACE_6
        form.setContentsMargins(edge, tokens.SPACE_4, edge, edge)
        form.setSpacing(tokens.SPACE_3)
        titles = {
            "ui": self.tr("Appearance"),
            "sampling": self.tr("Replies"),
            "engine": self.tr("Loading a model"),
            "models": self.tr("Model files"),
        }
        for group, title in titles.items():
            self._add_group(form, group, title)
        form.addStretch(1)
        self.pages = QStackedWidget()
        for one in (page, self.network):
            self.pages.addWidget(_scrolled(one))
        self.segments = Segments((self.tr("General"), self.tr("Network")))
        self.segments.chosen.connect(self.pages.setCurrentIndex)
        head = QHBoxLayout()
        head.setContentsMargins(edge, tokens.SPACE_3, edge, tokens.SPACE_3)
        head.addWidget(self.segments)
        head.addStretch(1)
        close = TextButton(self.tr("Close"))
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.setContentsMargins(edge, tokens.SPACE_3, edge, tokens.SPACE_3)
        foot.addWidget(self._problem, 1)
        foot.addStretch()
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(_rule())
        column.addWidget(self.pages, 1)
        column.addWidget(_rule())
        column.addLayout(foot)

    def _add_group(self, form: QVBoxLayout, group: str, title: str) -> None:
        values = getattr(Settings(), group)
        assert is_dataclass(values)
        kinds = typing.get_type_hints(type(values))
        if form.count():
            form.addSpacing(tokens.SPACE_2)
            form.addWidget(_rule())
        form.addWidget(Label(title, "subtitle"))
        if group == "engine":
            form.addWidget(
                Label.wrapped(
                    self.tr("Changes count when a model is loaded the next time."), "small"
                )
            )
        fold = Fold(self.tr("Advanced"))
        for field in fields(values):
            setting = field.metadata.get("setting")
            if not isinstance(setting, Setting) or field.name in _ELSEWHERE:
                continue
            column = fold.column if setting.advanced else form
            self._add_field(column, (group, field.name), kinds[field.name], setting)
        if fold.column.count():
            form.addWidget(fold)
            self._folds[group] = fold

    def _add_field(
        self, form: QVBoxLayout, key: tuple[str, str], kind: object, setting: Setting
    ) -> None:
        made = make_input(key[1], kind, setting, lambda value: self._change(key, value))
        made.widget.setAccessibleName(translated(setting.label))
        self._inputs[key] = made
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(Label(translated(setting.label)))
        if setting.help:
            texts.addWidget(Label.wrapped(translated(setting.help), "small"))
        if key[1] in _WIDE:
            texts.addSpacing(tokens.SPACE_1)
            texts.addWidget(made.widget)
            form.addLayout(texts)
            return
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_4)
        row.addLayout(texts, 1)
        row.addWidget(made.widget, 0, Qt.AlignmentFlag.AlignTop)
        form.addLayout(row)

    def _show(self, settings: Settings) -> None:
        for (group, name), made in self._inputs.items():
            made.show_value(getattr(getattr(settings, group), name))
        self.network.show_settings()

    def _change_network(self, name: str, value: object) -> None:
        self._change(("network", name), value)

    def _change(self, key: tuple[str, str], value: object) -> None:
        group, name = key
        if getattr(getattr(self._store.current, group), name) == value:
            return
        try:
            self._store.change(group, **{name: value})
        except DeskError as error:
            self._problem.setText(" ".join(sentence(error)).strip())
            self._problem.show()
        else:
            self._problem.hide()


def _scrolled(page: QWidget) -> QScrollArea:
    scroll = QScrollArea()
    scroll.setWidget(page)
    scroll.setWidgetResizable(True)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return scroll


def _rule() -> QFrame:
    line = QFrame()
    line.setProperty("panel", "rule")
    return line
