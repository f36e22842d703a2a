"""Every action of the window in one table: id, text, shortcut, icon.

Menus, tooltips and Help → Shortcuts are made from it; what an action does is connected by whoever
owns the widget that does it. A handler for something that cannot be done now does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from desk_llm.errors import QT_TRANSLATE_NOOP
from desk_llm.ui.theme import icons

Group = Literal["chat", "chats", "model", "view", "help"]

GROUPS: dict[Group, str] = {
    "chat": QT_TRANSLATE_NOOP("actions", "In a chat"),
    "chats": QT_TRANSLATE_NOOP("actions", "Chats"),
    "model": QT_TRANSLATE_NOOP("actions", "Model"),
    "view": QT_TRANSLATE_NOOP("actions", "View"),
    "help": QT_TRANSLATE_NOOP("actions", "Help"),
}


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One row of the table; `shortcut` in Qt's portable form, where Ctrl is ⌘ on a Mac."""

    id: str
    group: Group
    text: str
    shortcut: str = ""
    icon: str = ""
    is_checkable: bool = False


TABLE: tuple[ActionSpec, ...] = (
    ActionSpec("chat.new", "chats", QT_TRANSLATE_NOOP("actions", "New chat"), "Ctrl+N", "plus"),
    ActionSpec(
        "chat.search", "chats", QT_TRANSLATE_NOOP("actions", "Search chats"), "Ctrl+K", "search"
    ),
    ActionSpec("chat.next", "chats", QT_TRANSLATE_NOOP("actions", "Next chat"), "Ctrl+PgDown"),
    ActionSpec(
        "chat.previous", "chats", QT_TRANSLATE_NOOP("actions", "Previous chat"), "Ctrl+PgUp"
    ),
    ActionSpec("chat.rename", "chats", QT_TRANSLATE_NOOP("actions", "Rename chat"), "F2", "edit"),
    ActionSpec("chat.delete", "chats", QT_TRANSLATE_NOOP("actions", "Delete chat"), "", "trash"),
    ActionSpec("chat.stop", "chat", QT_TRANSLATE_NOOP("actions", "Stop"), "Esc", "stop"),
    ActionSpec("chat.retry", "chat", QT_TRANSLATE_NOOP("actions", "Retry"), "Ctrl+R", "retry"),
    ActionSpec(
        "chat.copy_reply",
        "chat",
        QT_TRANSLATE_NOOP("actions", "Copy last reply"),
        "Ctrl+Shift+C",
        "copy",
    ),
    ActionSpec(
        "chat.find", "chat", QT_TRANSLATE_NOOP("actions", "Find in chat"), "Ctrl+F", "search"
    ),
    ActionSpec(
        "chat.latest",
        "chat",
        QT_TRANSLATE_NOOP("actions", "Jump to latest"),
        "Ctrl+End",
        "arrow-down",
    ),
    ActionSpec(
        "chat.copy_all",
        "chat",
        QT_TRANSLATE_NOOP("actions", "Copy conversation as Markdown"),
        "",
        "copy",
    ),
    ActionSpec("chat.export", "chat", QT_TRANSLATE_NOOP("actions", "Export…"), "", "export"),
    ActionSpec(
        "model.choose", "model", QT_TRANSLATE_NOOP("actions", "Choose model"), "Ctrl+L", "chip"
    ),
    ActionSpec(
        "model.unload", "model", QT_TRANSLATE_NOOP("actions", "Unload model"), "Ctrl+Shift+U"
    ),
    ActionSpec(
        "model.open_file", "model", QT_TRANSLATE_NOOP("actions", "Open a GGUF file…"), "", "file"
    ),
    ActionSpec(
        "model.folder", "model", QT_TRANSLATE_NOOP("actions", "Open models folder"), "", "folder"
    ),
    ActionSpec(
        "app.models", "model", QT_TRANSLATE_NOOP("actions", "Models…"), "Ctrl+Shift+M", "models"
    ),
    ActionSpec(
        "app.benchmark",
        "model",
        QT_TRANSLATE_NOOP("actions", "Benchmark…"),
        "Ctrl+Shift+P",
        "gauge",
    ),
    ActionSpec(
        "view.sidebar",
        "view",
        QT_TRANSLATE_NOOP("actions", "Sidebar"),
        "Ctrl+B",
        is_checkable=True,
    ),
    ActionSpec(
        "view.telemetry",
        "view",
        QT_TRANSLATE_NOOP("actions", "Telemetry"),
        "Ctrl+Shift+B",
        is_checkable=True,
    ),
    ActionSpec("view.zoom_in", "view", QT_TRANSLATE_NOOP("actions", "Zoom in"), "Ctrl++"),
    ActionSpec("view.zoom_out", "view", QT_TRANSLATE_NOOP("actions", "Zoom out"), "Ctrl+-"),
    ActionSpec("view.zoom_reset", "view", QT_TRANSLATE_NOOP("actions", "Actual size"), "Ctrl+0"),
    ActionSpec(
        "app.settings", "view", QT_TRANSLATE_NOOP("actions", "Settings"), "Ctrl+,", "settings"
    ),
    ActionSpec(
        "help.shortcuts",
        "help",
        QT_TRANSLATE_NOOP("actions", "Keyboard shortcuts"),
        "Ctrl+/",
        "keyboard",
    ),
    ActionSpec("help.about", "help", QT_TRANSLATE_NOOP("actions", "About desk_llm"), "", "info"),
    ActionSpec("app.quit", "help", QT_TRANSLATE_NOOP("actions", "Quit"), "Ctrl+Q", "close"),
)

# Keys that widgets answer themselves; shown in Help → Shortcuts beside the table's.
WIDGET_KEYS: tuple[tuple[Group, str, str], ...] = (
    ("chat", QT_TRANSLATE_NOOP("actions", "Send"), "Return"),
    ("chat", QT_TRANSLATE_NOOP("actions", "New line"), "Shift+Return"),
    ("chat", QT_TRANSLATE_NOOP("actions", "Edit last message (in an empty field)"), "Up"),
    ("chats", QT_TRANSLATE_NOOP("actions", "Delete chat (in the list)"), "Del"),
)

# Second keys of the same action: "Ctrl+=" is what "Ctrl++" is on many keyboards.
ALIASES = {"view.zoom_in": "Ctrl+="}


def text_of(source: str) -> str:
    """A text of this table in the language of the window."""
    return QCoreApplication.translate("actions", source)


def key_text(shortcut: str) -> str:
    """A shortcut as this system writes it."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


class Actions(QObject):
    """One QAction per row, made for one window."""

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        self._made = {spec.id: self._make(spec) for spec in TABLE}

    def __getitem__(self, action_id: str) -> QAction:
        return self._made[action_id]

    def all(self) -> tuple[QAction, ...]:
        """In the table's order; a window adds them to itself so that the shortcuts work."""
        return tuple(self._made.values())

    def refresh_icons(self) -> None:
        """The scheme changed."""
        for spec in TABLE:
            if spec.icon:
                self._made[spec.id].setIcon(icons.icon(spec.icon))

    def _make(self, spec: ActionSpec) -> QAction:
        made = QAction(self)
        text = text_of(spec.text)
        made.setObjectName(spec.id)
        made.setText(text)
        made.setCheckable(spec.is_checkable)
        if spec.icon:
            made.setIcon(icons.icon(spec.icon))
        made.setToolTip(text)
        if spec.shortcut:
            keys = [spec.shortcut, *([ALIASES[spec.id]] if spec.id in ALIASES else [])]
            made.setShortcuts([QKeySequence(key) for key in keys])
            made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            made.setToolTip(f"{text} ({key_text(spec.shortcut)})")
        return made
