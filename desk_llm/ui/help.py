"""Help → Keyboard shortcuts and About: both made from what the app knows of itself."""

from __future__ import annotations

import platform
from itertools import chain

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desk_llm import __version__
from desk_llm.ui.actions import GROUPS, TABLE, WIDGET_KEYS, Group, key_text, text_of
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label


class ShortcutsDialog(QDialog):
    """Two columns of groups; every key that does something."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("panel", "canvas")
        columns = QHBoxLayout()
        columns.setSpacing(tokens.SPACE_12)
        for side in (("chat", "model"), ("chats", "view", "help")):
            column = QVBoxLayout()
            column.setSpacing(tokens.SPACE_2)
            for group in side:
                self._add_group(column, group)
            column.addStretch(1)
            columns.addLayout(column, 1)
        edge = tokens.SPACE_6
        outer = QVBoxLayout(self)
        outer.setContentsMargins(edge, edge, edge, tokens.SPACE_4)
        outer.setSpacing(tokens.SPACE_4)
        outer.addLayout(columns)
        outer.addLayout(_close_row(self, self.tr("Close")))
        self.setMinimumWidth(640)

    @staticmethod
    def _add_group(column: QVBoxLayout, group: Group) -> None:
        own = ((one.text, one.shortcut) for one in TABLE if one.group == group and one.shortcut)
        widgets = ((text, key) for of, text, key in WIDGET_KEYS if of == group)
        column.addWidget(Label(text_of(GROUPS[group]), "subtitle"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.SPACE_4)
        grid.setVerticalSpacing(tokens.SPACE_1)
        grid.setColumnStretch(0, 1)
        for row, (text, key) in enumerate(chain(widgets, own)):
            grid.addWidget(Label(text_of(text)), row, 0)
            grid.addWidget(Label(key_text(key), "key"), row, 1, Qt.AlignmentFlag.AlignRight)
        column.addLayout(grid)
        column.addSpacing(tokens.SPACE_3)


class AboutDialog(QDialog):
    """Name, version, licence and what it runs on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("About desk_llm"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("panel", "canvas")
        icon = QLabel()
        icon.setTextFormat(Qt.TextFormat.PlainText)
        icon.setPixmap(icons.app_icon().pixmap(64, 64))
        texts = QVBoxLayout()
        texts.setSpacing(tokens.SPACE_1)
        name = Label("desk_llm", "title")
        texts.addWidget(name)
        texts.addWidget(Label(self.tr("Version {0}").format(__version__), "muted"))
        texts.addSpacing(tokens.SPACE_2)
        texts.addWidget(
            Label.wrapped(
                self.tr(
                    "Talk to language models that run on your own computer. "
                    "Nothing you write leaves it."
                )
            )
        )
        texts.addWidget(Label(self.tr("Free software under the Apache License 2.0"), "small"))
        system = f"Python {platform.python_version()} · Qt {qVersion()} · {platform.platform()}"
        texts.addWidget(Label.wrapped(system, "faint"))
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_4)
        row.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        edge = tokens.SPACE_6
        outer = QVBoxLayout(self)
        outer.setContentsMargins(edge, edge, edge, tokens.SPACE_4)
        outer.setSpacing(tokens.SPACE_4)
        outer.addLayout(row)
        outer.addLayout(_close_row(self, self.tr("Close")))
        self.setMinimumWidth(440)


def _close_row(dialog: QDialog, text: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.addStretch(1)
    close = TextButton(text)
    close.clicked.connect(dialog.close)
    row.addWidget(close)
    return row
