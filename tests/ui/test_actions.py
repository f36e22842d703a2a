"""The table of actions: complete, and no key twice."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QObject
from PySide6.QtGui import QKeySequence
from pytestqt.qtbot import QtBot

from desk_llm.ui.actions import ALIASES, GROUPS, TABLE, WIDGET_KEYS, Actions
from desk_llm.ui.help import AboutDialog, ShortcutsDialog
from desk_llm.ui.theme import icons
from desk_llm.ui.widgets.labels import Label


def test_no_shortcut_twice() -> None:
    keys = [one.shortcut for one in TABLE if one.shortcut]
    keys += [*ALIASES.values(), *(key for _group, _text, key in WIDGET_KEYS)]
    portable = [QKeySequence(key).toString() for key in keys]
    assert all(portable)
    assert [key for key, count in Counter(portable).items() if count > 1] == []


def test_every_action_has_a_text_an_id_of_its_own_and_a_group() -> None:
    assert len({one.id for one in TABLE}) == len(TABLE)
    for one in TABLE:
        assert one.text.strip(), one.id
        assert one.group in GROUPS, one.id
        assert not one.icon or one.icon in icons.names(), one.id


def test_actions_carry_the_table(qtbot: QtBot) -> None:
    owner = QObject()
    actions = Actions(owner)
    assert len(actions.all()) == len(TABLE)
    assert actions["chat.new"].shortcut() == QKeySequence("Ctrl+N")
    assert "Ctrl+N" in actions["chat.new"].toolTip()
    assert actions["view.sidebar"].isCheckable()
    actions.refresh_icons()


def test_help_lists_every_shortcut(qtbot: QtBot) -> None:
    dialog = ShortcutsDialog()
    qtbot.addWidget(dialog)
    shown = {label.text() for label in dialog.findChildren(Label)}
    for one in TABLE:
        if one.shortcut:
            assert one.text in shown, one.id


def test_about_names_the_version(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    assert any("0.1" in label.text() for label in dialog.findChildren(Label))
