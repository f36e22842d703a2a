"""The sidebar: groups, choosing, renaming, deleting, ten thousand chats."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desk_llm.chat.types import Conversation
from desk_llm.ui.actions import Actions
from desk_llm.ui.chat.conversation_list import ConversationList
from desk_llm.ui.chat.conversation_model import ConversationModel, group_number
from desk_llm.ui.theme.style import Style

NOON = datetime(2026, 11, 20, 12, 0)


def _made(name: str, ago: timedelta, now: datetime = NOON) -> Conversation:
    at = (now - ago).timestamp()
    return Conversation(name, f"Chat {name}", at, at)


@pytest.fixture
def sidebar(qtbot: QtBot, style: Style) -> ConversationList:
    owner = QObject()
    made = ConversationList(Actions(owner))
    owner.setParent(made)
    qtbot.addWidget(made)
    made.resize(248, 600)
    made.show()
    now = datetime.now()
    made.set_conversations([_made(name, timedelta(minutes=n), now) for n, name in enumerate("abc")])
    return made


@pytest.mark.parametrize(
    ("ago", "number"),
    [
        (timedelta(0), 0),
        (timedelta(hours=12), 0),
        (timedelta(hours=12, seconds=1), 1),
        (timedelta(days=1, hours=12), 1),
        (timedelta(days=2), 2),
        (timedelta(days=6), 2),
        (timedelta(days=7), 3),
        (timedelta(days=400), 3),
    ],
)
def test_groups_follow_the_calendar(ago: timedelta, number: int) -> None:
    assert group_number((NOON - ago).timestamp(), NOON) == number


def test_rows_and_headings() -> None:
    model = ConversationModel()
    chats = [_made("a", timedelta(0)), _made("b", timedelta(days=1)), _made("c", timedelta(days=9))]
    model.set_conversations(chats, NOON)
    texts = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert texts == ["Today", "Chat a", "Yesterday", "Chat b", "Earlier", "Chat c"]
    assert model.neighbour("a", +1) == "b"
    assert model.neighbour("a", -1) == ""
    assert model.neighbour("", +1) == "a"
    assert model.flags(model.index(0, 0)) == Qt.ItemFlag.NoItemFlags


def test_an_untitled_chat_has_a_name() -> None:
    model = ConversationModel()
    model.set_conversations([Conversation("a", "", NOON.timestamp(), NOON.timestamp())], NOON)
    assert model.index(1, 0).data() == "New chat"


def test_enter_and_click_choose(sidebar: ConversationList, qtbot: QtBot) -> None:
    index = sidebar.model.index_of("b")
    with qtbot.waitSignal(sidebar.chosen) as chosen:
        qtbot.mouseClick(
            sidebar.list.viewport(),
            Qt.MouseButton.LeftButton,
            pos=sidebar.list.visualRect(index).center(),
        )
    assert chosen.args == ["b"]
    with qtbot.waitSignal(sidebar.chosen) as chosen:
        qtbot.keyClick(sidebar.list, Qt.Key.Key_Return)
    assert chosen.args == ["b"]


def test_del_asks_to_delete(sidebar: ConversationList, qtbot: QtBot) -> None:
    sidebar.set_current("c")
    with qtbot.waitSignal(sidebar.delete_requested) as asked:
        qtbot.keyClick(sidebar.list, Qt.Key.Key_Delete)
    assert asked.args == ["c"]


def test_rename_inline(sidebar: ConversationList, qtbot: QtBot) -> None:
    sidebar.start_rename("a")
    line = next(one for one in sidebar.list.findChildren(QLineEdit) if one.isVisible())
    assert line.text() == "Chat a"
    assert line.accessibleName()
    line.setText("  Better  ")
    with qtbot.waitSignal(sidebar.rename_requested) as asked:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert asked.args == ["a", "Better"]


@pytest.mark.parametrize("title", ["", "   ", "Chat a"])
def test_a_rename_to_nothing_is_none(sidebar: ConversationList, qtbot: QtBot, title: str) -> None:
    with qtbot.assertNotEmitted(sidebar.rename_requested):
        assert not sidebar.model.setData(sidebar.model.index_of("a"), title)


def test_search_waits_for_a_pause(sidebar: ConversationList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(sidebar.search_changed) as searched:
        qtbot.keyClicks(sidebar.search, "rust")
    assert searched.args == ["rust"]


def test_empty_states(sidebar: ConversationList, qtbot: QtBot) -> None:
    sidebar.set_conversations([])
    assert not sidebar.list.isVisible()
    sidebar.search.setText("zebra")
    sidebar.set_conversations([], "zebra")
    assert not sidebar.list.isVisible()


def test_the_row_stays_chosen_when_the_list_changes(sidebar: ConversationList) -> None:
    sidebar.set_current("b")
    now = datetime.now()
    sidebar.set_conversations([_made("b", timedelta(0), now), _made("a", timedelta(1), now)])
    assert sidebar.list.current_id() == "b"


def test_ten_thousand_chats(sidebar: ConversationList) -> None:
    now = datetime.now()
    many = [_made(str(n), timedelta(minutes=n), now) for n in range(10_000)]
    sidebar.set_conversations(many[:1])
    start = time.perf_counter()
    sidebar.set_conversations(many)
    sidebar.set_current("9999")
    filled = time.perf_counter() - start
    start = time.perf_counter()
    sidebar.render(QPixmap(sidebar.size()))
    painted = time.perf_counter() - start
    assert filled < 0.25
    assert painted < 0.25


def test_titles_are_never_html(sidebar: ConversationList) -> None:
    at = time.time()
    evil = Conversation("x", "<img src=file:///etc/passwd><h1>big", at, at)
    sidebar.set_conversations([evil])
    sidebar.model.set_busy(frozenset({"x"}))
    sidebar.render(QPixmap(sidebar.size()))
    assert sidebar.model.index_of("x").data() == evil.title
