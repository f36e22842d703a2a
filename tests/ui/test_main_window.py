"""The main window over real services and a made-up model: a chat from Enter to the list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desk_llm.chat.types import MessageStatus, Role
from desk_llm.errors import FileDamaged
from desk_llm.services import Services
from desk_llm.ui.main_window import DEFAULT_SIZE, LEAST_SIZE, MainWindow
from desk_llm.ui.messages import Messages
from desk_llm.ui.theme.style import Style
from desk_llm.ui.widgets.banner import Banner
from desk_llm.ui.widgets.labels import Label
from tests.ui.conftest import FakeReply


def _say(window: MainWindow, qtbot: QtBot, text: str) -> None:
    window.page.composer.set_text(text)
    qtbot.keyClick(window.page.composer.editor, Qt.Key.Key_Return)


def _ask(window: MainWindow, qtbot: QtBot, text: str) -> None:
    _say(window, qtbot, text)
    qtbot.waitUntil(lambda: not window.page.is_busy, timeout=10_000)


def _titles(window: MainWindow) -> list[str]:
    model = window.sidebar.model
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_a_chat_from_enter_to_the_list(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    assert window.page.conversation_id == ""
    _ask(window, qtbot, "What is a token?")
    session = window.page.binding.session
    assert session is not None
    assert [one.role for one in session.branch] == [Role.USER, Role.ASSISTANT]
    assert session.branch[-1].text == "Hello from the model."
    qtbot.waitUntil(lambda: _titles(window) == ["Today", "What is a token?"])
    qtbot.waitUntil(lambda: window.page.top_bar.title.whole_text() == "What is a token?")
    assert window.page.composer.text == ""
    assert services.store.list()[0].id == window.page.conversation_id


def test_two_chats_and_back(window: MainWindow, qtbot: QtBot) -> None:
    _ask(window, qtbot, "First")
    first = window.page.conversation_id
    window.actions_["chat.new"].trigger()
    assert window.page.conversation_id == ""
    _ask(window, qtbot, "Second")
    assert window.page.conversation_id != first
    qtbot.waitUntil(lambda: _titles(window) == ["Today", "Second", "First"])
    window.actions_["chat.next"].trigger()
    assert window.page.conversation_id == first
    window.actions_["chat.previous"].trigger()
    assert window.page.conversation_id != first


def test_esc_stops_and_keeps_what_is_there(
    window: MainWindow, reply: FakeReply, qtbot: QtBot
) -> None:
    reply.text, reply.delay_s = "word " * 2000, 0.001
    _say(window, qtbot, "Write a long story")
    session = window.page.binding.session
    assert session is not None
    qtbot.waitUntil(lambda: len(session.branch[-1].text) > 20, timeout=10_000)
    window.actions_["chat.stop"].trigger()
    qtbot.waitUntil(lambda: not session.is_busy, timeout=5000)
    assert session.branch[-1].status is MessageStatus.ABORTED
    assert 20 < len(session.branch[-1].text) < 10_000


def test_retry_makes_a_sibling(window: MainWindow, reply: FakeReply, qtbot: QtBot) -> None:
    _ask(window, qtbot, "Again?")
    reply.text = "Another answer."
    window.actions_["chat.retry"].trigger()
    qtbot.waitUntil(lambda: not window.page.is_busy, timeout=10_000)
    session = window.page.binding.session
    assert session is not None
    last = session.branch[-1]
    assert last.text == "Another answer."
    assert len(session.siblings(last.id)) == 2
    window.page.transcript.sibling_requested.emit(last.id, -1)
    assert session.branch[-1].text == "Hello from the model."


def test_up_edits_the_last_message_on_a_branch(window: MainWindow, qtbot: QtBot) -> None:
    _ask(window, qtbot, "Helo")
    qtbot.keyClick(window.page.composer.editor, Qt.Key.Key_Up)
    assert window.page.composer.text == "Helo"
    window.actions_["chat.stop"].trigger()  # Esc leaves it
    assert window.page.composer.text == ""
    qtbot.keyClick(window.page.composer.editor, Qt.Key.Key_Up)
    _ask(window, qtbot, "Hello")
    session = window.page.binding.session
    assert session is not None
    assert [one.text for one in session.branch if one.role is Role.USER] == ["Hello"]
    assert len(session.siblings(session.branch[0].id)) == 2


def test_delete_can_be_undone(window: MainWindow, qtbot: QtBot) -> None:
    _ask(window, qtbot, "Keep me")
    chat = window.page.conversation_id
    qtbot.waitUntil(lambda: "Keep me" in _titles(window))
    window.actions_["chat.delete"].trigger()
    qtbot.waitUntil(lambda: _titles(window) == [])
    assert window.page.conversation_id == ""
    undo = next(one for one in window.toast.findChildren(QPushButton) if one.text() == "Undo")
    assert "Keep me" in window.toast.text()
    undo.click()
    qtbot.waitUntil(lambda: "Keep me" in _titles(window))
    assert window.page.conversation_id == chat


def test_rename_reaches_title_and_store(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    _ask(window, qtbot, "Old")
    window.sidebar.rename_requested.emit(window.page.conversation_id, "New name")
    qtbot.waitUntil(lambda: window.page.top_bar.title.whole_text() == "New name")
    assert services.store.list()[0].title == "New name"


def test_search_finds_what_was_said(window: MainWindow, qtbot: QtBot) -> None:
    _ask(window, qtbot, "Tell me about zebras")
    window.page.new_chat()
    _ask(window, qtbot, "你好，介绍一下北京")
    window.actions_["chat.search"].trigger()
    window.sidebar.search.setText("zebra")
    qtbot.waitUntil(lambda: _titles(window) == ["Today", "Tell me about zebras"])
    window.sidebar.search.setText("北京")
    qtbot.waitUntil(lambda: len(_titles(window)) == 2 and "北京" in _titles(window)[1])
    window.sidebar.search.setText("nothing at all")
    qtbot.waitUntil(lambda: _titles(window) == [])
    window.sidebar.search.clear()
    qtbot.waitUntil(lambda: len(_titles(window)) == 3)


def test_copy_and_export(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ask(window, qtbot, "Say hello")
    window.actions_["chat.copy_reply"].trigger()
    assert QGuiApplication.clipboard().text() == "Hello from the model."
    window.actions_["chat.copy_all"].trigger()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text().startswith("# Say hello"))
    target = tmp_path / "chat.md"
    monkeypatch.setattr(
        "desk_llm.ui.chat.chats.QFileDialog.getSaveFileName", lambda *_all: (str(target), "")
    )
    window.actions_["chat.export"].trigger()
    qtbot.waitUntil(target.exists)
    assert "Hello from the model." in target.read_text(encoding="utf-8")
    target = tmp_path / "chat.json"
    window.actions_["chat.export"].trigger()
    qtbot.waitUntil(target.exists)
    document = json.loads(target.read_text(encoding="utf-8"))
    assert [one["role"] for one in document["messages"]] == ["user", "assistant"]


def test_drafts_belong_to_their_chat(window: MainWindow, qtbot: QtBot) -> None:
    _ask(window, qtbot, "One")
    one = window.page.conversation_id
    window.page.composer.set_text("a thought, with a comma; and 汉字")
    window.page.new_chat()
    assert window.page.composer.text == ""
    window.page.composer.set_text("for later")
    window.chats.open(one)
    assert window.page.composer.text == "a thought, with a comma; and 汉字"
    window.page.new_chat()
    assert window.page.composer.text == "for later"


def test_the_next_window_is_where_this_one_was(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    _ask(window, qtbot, "Remember me")
    chat = window.page.conversation_id
    window.page.composer.set_text("half a")
    window.resize(770, 700)  # the offscreen screen is 800 px wide
    window.close()
    again = MainWindow(services, Messages())
    qtbot.addWidget(again)
    assert again.size() == QSize(770, 700)
    assert again.page.conversation_id == chat
    assert again.page.composer.text == "half a"
    again.close()


def test_narrow_windows_keep_the_chat(window: MainWindow, qtbot: QtBot) -> None:
    assert window.size() == DEFAULT_SIZE
    assert window.sidebar.isVisible()
    assert window.telemetry.isVisible()
    window.resize(1000, 700)
    assert not window.telemetry.isVisible()
    window.resize(LEAST_SIZE)
    assert window.size() == LEAST_SIZE
    assert not window.sidebar.isVisible()
    window.actions_["view.sidebar"].trigger()
    assert window.sidebar.isVisible()
    assert window.size() == LEAST_SIZE
    window.resize(1200, 700)
    assert window.telemetry.isVisible()


def test_toggles_are_settings(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    window.actions_["view.telemetry"].trigger()
    qtbot.waitUntil(lambda: not window.telemetry.isVisible())
    assert not services.settings.current.ui.show_telemetry
    window.actions_["view.telemetry"].trigger()
    qtbot.waitUntil(window.telemetry.isVisible)


def test_zoom_has_limits(window: MainWindow, services: Services) -> None:
    for _ in range(20):
        window.actions_["view.zoom_in"].trigger()
    assert services.settings.current.ui.zoom == 160
    window.actions_["view.zoom_reset"].trigger()
    assert services.settings.current.ui.zoom == 100
    for _ in range(20):
        window.actions_["view.zoom_out"].trigger()
    assert services.settings.current.ui.zoom == 80


def test_an_error_is_a_banner_once(window: MainWindow) -> None:
    error = FileDamaged("“a.gguf” is empty.", "Download it again.")
    window._messages.tell(error)
    window._messages.tell(error)
    banners = window.page.findChildren(Banner)
    assert [one.sentence for one in banners] == ["“a.gguf” is empty."]


def test_dialogs_open_once(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_["app.settings"].trigger()
    window.actions_["app.settings"].trigger()
    assert window.is_settings_open
    window.actions_["help.shortcuts"].trigger()
    window.actions_["help.about"].trigger()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("zoom", [80, 160])
def test_it_draws_itself_at_every_zoom(
    window: MainWindow, style: Style, scheme: str, zoom: int
) -> None:
    style.apply("dark" if scheme == "dark" else "light", zoom)
    window.resize(LEAST_SIZE)
    assert not window.grab().isNull()
    assert window.size() == LEAST_SIZE


@pytest.mark.parametrize(("key", "text"), [(Qt.Key.Key_K, ""), (Qt.Key.Key_K, "a draft")])
def test_the_windows_keys_work_while_typing(
    window: MainWindow, qtbot: QtBot, key: Qt.Key, text: str
) -> None:
    window.activateWindow()
    window.page.composer.set_text(text)
    window.page.composer.setFocus()
    qtbot.keyClick(window.page.composer.editor, key, Qt.KeyboardModifier.ControlModifier)
    assert window.sidebar.search.hasFocus()
    assert window.page.composer.text == text


def test_esc_in_the_search_clears_it_and_stops_nothing(
    window: MainWindow, reply: FakeReply, qtbot: QtBot
) -> None:
    reply.text, reply.delay_s = "word " * 2000, 0.001
    _say(window, qtbot, "Write a long story")
    window.activateWindow()
    window.sidebar.search.setFocus()
    window.sidebar.search.setText("zebra")
    qtbot.keyClick(window.sidebar.search, Qt.Key.Key_Escape)
    assert window.sidebar.search.text() == ""
    assert window.page.is_busy
    window.page.composer.setFocus()
    qtbot.keyClick(window.page.composer.editor, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.page.is_busy, timeout=5000)


def test_find_in_chat(window: MainWindow, qtbot: QtBot) -> None:
    _ask(window, qtbot, "Where?")
    window.activateWindow()
    window.actions_["chat.find"].trigger()
    bar = window.page.find_bar
    assert bar.isVisible()
    qtbot.keyClicks(bar.field, "model")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    qtbot.keyClicks(bar.field, " of cheese")
    assert any(one.text() == "No hits" for one in bar.findChildren(Label))
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_large_type_hides_the_panels_sooner(
    window: MainWindow, services: Services, style: Style, qtbot: QtBot
) -> None:
    style.apply("light", 160)
    services.settings.change("ui", zoom=160)
    qtbot.waitUntil(lambda: not window.telemetry.isVisible())
    assert not window.sidebar.isVisible()
    window.resize(LEAST_SIZE)
    assert not window.grab().isNull()
