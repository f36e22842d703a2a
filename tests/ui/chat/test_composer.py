"""The composer: what Enter does and does not do, Stop, paste, height, context."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from desk_llm.ui.chat.composer import Composer, short_count
from desk_llm.ui.theme.style import Style


@pytest.fixture
def composer(qtbot: QtBot, style: Style) -> Composer:
    made = Composer()
    qtbot.addWidget(made)
    made.resize(600, 56)
    made.set_room(600)
    made.show()
    made.setFocus()
    return made


def _compose(composer: Composer, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QGuiApplication.sendEvent(composer.editor, event)


def test_enter_sends_and_shift_enter_does_not(composer: Composer, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.editor, "hello")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.editor, "world")
    with qtbot.waitSignal(composer.send_requested) as sent:
        qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent.args == ["hello\nworld"]


def test_enter_while_an_input_method_composes_sends_nothing(
    composer: Composer, qtbot: QtBot
) -> None:
    composer.set_text("你好")
    _compose(composer, "shi jie")
    assert composer.editor.is_composing
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
        qtbot.keyClick(composer.editor, Qt.Key.Key_Enter)
    _compose(composer, "", "世界")
    assert not composer.editor.is_composing
    assert composer.text == "你好世界"
    with qtbot.waitSignal(composer.send_requested):
        qtbot.keyClick(composer.editor, Qt.Key.Key_Return)


def test_a_composition_ends_with_the_focus(composer: Composer) -> None:
    _compose(composer, "ni")
    composer.editor.clearFocus()
    assert not composer.editor.is_composing


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_nothing_is_not_sent(composer: Composer, qtbot: QtBot, text: str) -> None:
    composer.set_text(text)
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(composer.editor, Qt.Key.Key_Return)


def test_send_becomes_stop_and_keeps_the_draft(composer: Composer, qtbot: QtBot) -> None:
    button = composer.findChildren(QToolButton)[-1]
    composer.set_text("next question")
    composer.set_busy(True)
    assert button.accessibleName() == "Stop"
    assert button.isEnabled()
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    with qtbot.waitSignal(composer.stop_requested):
        button.click()
    composer.set_busy(False)
    assert button.accessibleName() == "Send"
    assert composer.text == "next question"


def test_nothing_can_be_sent_without_a_model(composer: Composer, qtbot: QtBot) -> None:
    composer.set_text("hello")
    composer.set_can_send(False)
    with qtbot.assertNotEmitted(composer.send_requested):
        qtbot.keyClick(composer.editor, Qt.Key.Key_Return)


def test_up_edits_only_from_an_empty_field(composer: Composer, qtbot: QtBot) -> None:
    with qtbot.waitSignal(composer.edit_last_requested):
        qtbot.keyClick(composer.editor, Qt.Key.Key_Up)
    composer.set_text("a")
    with qtbot.assertNotEmitted(composer.edit_last_requested):
        qtbot.keyClick(composer.editor, Qt.Key.Key_Up)


def test_esc_leaves_editing(composer: Composer, qtbot: QtBot) -> None:
    composer.set_mode("Editing")
    with qtbot.waitSignal(composer.edit_cancelled):
        qtbot.keyClick(composer.editor, Qt.Key.Key_Escape)


def test_paste_is_plain_and_files_are_refused(composer: Composer) -> None:
    rich = QMimeData()
    rich.setHtml("<b>bold</b>")
    rich.setText("bold\r\nline\0")
    composer.editor.insertFromMimeData(rich)
    assert composer.text == "bold\nline"
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile("/etc/passwd")])
    assert not composer.editor.canInsertFromMimeData(files)
    composer.editor.insertFromMimeData(files)
    assert composer.text == "bold\nline"


def test_it_grows_to_two_fifths_of_the_page(composer: Composer, qtbot: QtBot) -> None:
    assert composer.height() == 56
    composer.set_text("line\n" * 3)
    qtbot.waitUntil(lambda: 56 < composer.height() < 240)
    composer.set_text("line\n" * 200)
    qtbot.waitUntil(lambda: composer.height() > 200)
    assert composer.height() <= 240
    composer.clear()
    qtbot.waitUntil(lambda: composer.height() == 56)


def test_what_a_draft_replaced_can_be_undone(composer: Composer) -> None:
    composer.set_text("mine")
    composer.set_text("other")
    composer.editor.undo()
    assert composer.text == "mine"


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0"), (812, "812"), (3100, "3.1k"), (32768, "32k"), (131072, "128k")]
)
def test_short_count(count: int, text: str) -> None:
    assert short_count(count) == text
