"""The transcript: windowing, pinning, anchors, streaming, and what leaves it as signals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desk_llm.chat.types import Message, MessageStatus, Role
from desk_llm.engine.types import FinishReason, Timings, Usage
from desk_llm.ui.chat import transcript as module
from desk_llm.ui.chat.message import MessageView, Reply, UserMessage, make_view
from desk_llm.ui.chat.transcript import Transcript
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.document.code import CodeBlock
from desk_llm.ui.widgets.document.look import Look
from desk_llm.ui.widgets.document.prose import ProseBlock
from desk_llm.ui.widgets.document.rich_text import RichText

PARAGRAPH = "Some words of a paragraph that fill more than a line of the column. " * 4
REPLY = f"## Title\n\n{PARAGRAPH}\n\n- one\n- two\n\n```python\nx = 1\n```\n\n{PARAGRAPH}"
STREAMING = MessageStatus.STREAMING


def a_message(name: int | str, text: str, role: Role = Role.ASSISTANT, **more: Any) -> Message:
    message = Message(str(name), "c", None, role, text, 0.0)
    return replace(message, **more)


def conversation(count: int) -> list[Message]:
    return [
        a_message(at, REPLY if at % 2 else f"Question {at}", (Role.USER, Role.ASSISTANT)[at % 2])
        for at in range(count)
    ]


@pytest.fixture
def transcript(qtbot: QtBot) -> Iterator[Transcript]:
    made = Transcript()
    qtbot.addWidget(made)
    made.resize(860, 600)
    made.show()
    yield made
    tokens.use(tokens.LIGHT, 100)


def live(transcript: Transcript) -> list[MessageView]:
    return [view for view in transcript.viewport().findChildren(MessageView) if view.isVisible()]


def view_of(transcript: Transcript, name: int | str) -> MessageView:
    return next(view for view in live(transcript) if view.message.id == str(name))


def reply_of(transcript: Transcript, name: int | str) -> Reply:
    view = view_of(transcript, name)
    assert isinstance(view, Reply)
    return view


def shown(view: MessageView) -> str:
    blocks = view.findChildren(RichText)
    return "\n".join(block.toPlainText() for block in blocks if block.isVisible())


def positions(transcript: Transcript) -> dict[QWidget, int]:
    """Where in the viewport each block is."""
    port = transcript.viewport()
    return {
        block: block.mapTo(port, QPoint(0, 0)).y()
        for view in live(transcript)
        for block in view.column.widgets.values()
    }


# ── windowing ────────────────────────────────────────────────────────────


def test_the_work_to_open_does_not_grow_with_the_history(
    transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(message: Message, look: Look, parent: QWidget) -> MessageView:
        made.append(message.id)
        return make_view(message, look, parent)

    monkeypatch.setattr(module, "make_view", make)
    counts = []
    for count in (50, 500):
        made.clear()
        transcript.set_messages(conversation(count))
        counts.append((len(made), len(live(transcript))))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 10


def test_scrolling_through_all_keeps_few_widgets(transcript: Transcript) -> None:
    transcript.set_messages(conversation(200))
    bar = transcript.verticalScrollBar()
    for at in range(21):
        bar.setValue(bar.maximum() * at // 20)
        assert len(live(transcript)) <= 12
    assert view_of(transcript, 199)


def test_messages_touch_in_order_without_overlap(transcript: Transcript) -> None:
    transcript.set_messages(conversation(40))
    views = sorted(live(transcript), key=lambda view: int(view.message.id))
    for one, other in pairwise(views):
        assert one.geometry().bottom() + 1 == other.geometry().top()
    bottom = views[-1].mapTo(transcript.viewport(), QPoint(0, views[-1].height())).y()
    assert bottom == transcript.viewport().height()


def test_a_long_message_has_widgets_only_near_the_viewport(transcript: Transcript) -> None:
    transcript.set_messages([a_message(1, REPLY * 60)])
    blocks = [w for w in transcript.viewport().findChildren(CodeBlock) if w.isVisible()]
    assert 0 < len(blocks) < 10
    transcript.verticalScrollBar().setValue(0)
    blocks = [w for w in transcript.viewport().findChildren(CodeBlock) if w.isVisible()]
    assert 0 < len(blocks) < 10


# ── pinned and anchored ──────────────────────────────────────────────────


def test_streaming_stays_at_the_end(transcript: Transcript) -> None:
    transcript.set_messages(conversation(20))
    transcript.add_message(a_message("new", "", status=STREAMING))
    for _ in range(40):
        transcript.append_text("new", "More words for this line of text. ")
        transcript.flush()
        bar = transcript.verticalScrollBar()
        assert bar.value() == bar.maximum()
    assert transcript.is_pinned


def test_scrolling_up_unpins_and_nothing_moves_while_text_arrives(transcript: Transcript) -> None:
    transcript.set_messages(conversation(20))
    transcript.add_message(a_message("new", "start", status=STREAMING))
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.value() - 300)
    assert not transcript.is_pinned
    watched = view_of(transcript, 19)
    before = watched.y()
    for _ in range(30):
        transcript.append_text("new", PARAGRAPH)
        transcript.flush()
    assert watched.y() == before
    bar.setValue(bar.maximum())
    assert transcript.is_pinned


def test_corrected_estimates_above_do_not_move_what_is_seen(transcript: Transcript) -> None:
    transcript.set_messages([a_message(at, "short" if at % 3 else REPLY * 5) for at in range(60)])
    bar = transcript.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    for _ in range(30):
        seen = positions(transcript)
        bar.setValue(bar.value() - 100)
        now = positions(transcript)
        moved = {now[block] - seen[block] for block in now if 0 <= seen.get(block, -1) < 500}
        assert moved == {100}


def test_resizing_keeps_the_first_line_in_place(transcript: Transcript) -> None:
    transcript.set_messages(conversation(40))
    transcript.verticalScrollBar().setValue(2000)
    anchor = transcript._anchor
    for width in (500, 700, 1000, 860):
        transcript.resize(width, 600)
        assert transcript._anchor == anchor
        view = transcript._live[anchor.index]
        top = view.y() + view.column_top() + view.column.top(anchor.row)
        assert top == anchor.offset


def test_the_pill_leads_back(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages(conversation(20))
    pill = transcript._latest
    assert not pill.isVisible()
    with qtbot.waitSignal(transcript.pinned_changed):
        transcript.verticalScrollBar().setValue(10)
    assert pill.isVisible()
    QTest.mouseClick(pill, Qt.MouseButton.LeftButton)
    assert transcript.is_pinned
    assert not pill.isVisible()


def test_keys_scroll(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages(conversation(40))
    bar = transcript.verticalScrollBar()
    key = Qt.Key
    for pressed, least, most in (
        (key.Key_Home, 0, 0),
        (key.Key_PageDown, 300, 600),
        (key.Key_Down, 20, 200),
        (key.Key_Up, -200, -20),
        (key.Key_PageUp, -600, -300),
        (key.Key_End, bar.maximum() // 2, 2 * bar.maximum()),
    ):
        old = bar.value() if pressed is not key.Key_Home else 0
        QTest.keyClick(transcript, pressed)
        assert least <= bar.value() - old <= most, pressed


def test_pages_scroll_from_inside_of_a_message_too(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages(conversation(40))
    prose = view_of(transcript, 39).findChildren(ProseBlock)[0]
    old = transcript.verticalScrollBar().value()
    QTest.keyClick(prose, Qt.Key.Key_PageUp)
    assert transcript.verticalScrollBar().value() < old


def test_tab_goes_through_what_is_seen(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages(conversation(2))
    transcript.activateWindow()
    transcript.setFocus()
    qtbot.waitUntil(transcript.hasFocus)
    names = []
    for _ in range(6):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        names.append(focused.accessibleName())
    assert names[:4] == ["Message text", "Copy this message", "Edit this message", "Reply text"]


# ── streaming ────────────────────────────────────────────────────────────


def test_a_flush_touches_only_the_last_block(
    transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript.set_messages(conversation(30))
    transcript.add_message(a_message("new", REPLY + "\n\nlast", status=STREAMING))
    fitted: list[object] = []
    original = RichText.fit

    def fit(widget: RichText, width: int) -> int:
        fitted.append(widget)
        return original(widget, width)

    monkeypatch.setattr(RichText, "fit", fit)
    transcript.append_text("new", " words")
    transcript.flush()
    assert len(fitted) == 1


def test_text_is_shown_with_the_next_turn_of_the_loop(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.add_message(a_message("new", "", status=STREAMING))
    transcript.append_text("new", "Hel")
    transcript.append_text("new", "lo *you*")
    qtbot.waitUntil(lambda: shown(view_of(transcript, "new")) == "Hello you")


def test_a_slow_flush_is_followed_by_a_rest(transcript: Transcript) -> None:
    transcript.add_message(a_message("new", "", status=STREAMING))
    transcript.append_text("new", "[" * 4000)
    transcript.flush()
    transcript.append_text("new", "[")
    assert transcript._flush_timer.isActive()
    assert transcript._flush_timer.interval() > 0


def test_a_reply_that_streams_out_of_sight_gets_no_widgets(transcript: Transcript) -> None:
    transcript.set_messages(conversation(40))
    transcript.add_message(a_message("new", "", status=STREAMING))
    transcript.verticalScrollBar().setValue(0)
    transcript.append_text("new", REPLY)
    transcript.flush()
    assert all(view.message.id != "new" for view in live(transcript))
    transcript.scroll_to_end()
    assert "Some words" in shown(view_of(transcript, "new"))
    transcript.append_text("new", "\n\nthe end")
    transcript.finish_message(a_message("new", f"{REPLY}\n\nthe end"))
    assert shown(view_of(transcript, "new")).endswith("the end")


def test_the_phase_stands_where_the_reply_will_be(transcript: Transcript) -> None:
    transcript.add_message(a_message("new", "", status=STREAMING))
    transcript.set_phase("new", "Loading 42 %")
    view = reply_of(transcript, "new")
    labels = [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert labels == ["Loading 42 %"]
    transcript.append_text("new", "Hi")
    transcript.flush()
    assert not [label for label in view.findChildren(QLabel) if label.isVisible()]
    assert not view.footer.isVisible()


def test_a_finished_reply_shows_its_numbers_and_nothing_moves(transcript: Transcript) -> None:
    transcript.add_message(a_message("new", "", status=STREAMING))
    transcript.append_text("new", "Done soon")
    transcript.flush()
    height = view_of(transcript, "new").height()
    usage, timings = Usage(30, 412), Timings(ttft_s=0.38, decode_tok_s=61.32)
    message = a_message("new", "Done soon", usage=usage, timings=timings)
    transcript.finish_message(replace(message, finish_reason=FinishReason.STOP))
    view = view_of(transcript, "new")
    texts = [label.text() for label in view.findChildren(QLabel)]
    assert "412 tokens · 61.3 tok/s · 0.38 s to first token" in texts
    assert view.footer.isVisible()
    assert view.height() == height


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"status": MessageStatus.FAILED, "error": "No <b>memory</b>."}, "No <b>memory</b>."),
        ({"status": MessageStatus.ABORTED}, "Stopped"),
        ({"finish_reason": FinishReason.LENGTH}, "The reply ended at its length limit."),
    ],
)
def test_how_a_reply_ended(transcript: Transcript, changes: dict[str, Any], note: str) -> None:
    transcript.add_message(a_message("new", "", status=STREAMING))
    transcript.append_text("new", "Half")
    transcript.finish_message(a_message("new", "Half", **changes))
    view = view_of(transcript, "new")
    assert note in [label.text() for label in view.findChildren(QLabel) if label.isVisible()]
    assert shown(view) == "Half"
    transcript.set_messages([a_message("new", "Half", **changes)])
    view = view_of(transcript, "new")
    assert note in [label.text() for label in view.findChildren(QLabel) if label.isVisible()]


# ── what the person asks for ─────────────────────────────────────────────


def test_buttons_become_signals(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages(conversation(4))
    reply, question = view_of(transcript, 3), view_of(transcript, 2)
    with qtbot.waitSignal(transcript.retry_requested) as retried:
        reply.footer.retry.click()
    assert retried.args == ["3"]
    with qtbot.waitSignal(transcript.edit_requested) as edited:
        question.footer.edit.click()
    assert edited.args == ["2"]
    with qtbot.waitSignal(transcript.copy_requested) as copied:
        reply.footer.copy.click()
    assert copied.args == ["3"]
    assert QGuiApplication.clipboard().text() == REPLY


def test_siblings(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_messages(conversation(2))
    footer = view_of(transcript, 1).footer
    assert not footer.next.isVisible()
    transcript.set_siblings("1", 1, 2)
    assert footer.previous.isEnabled()
    assert not footer.next.isEnabled()
    with qtbot.waitSignal(transcript.sibling_requested) as asked:
        footer.previous.click()
    assert asked.args == ["1", -1]


def test_the_actions_of_a_question_appear_with_pointer_or_keyboard(
    transcript: Transcript, qtbot: QtBot
) -> None:
    transcript.set_messages(conversation(2))
    view = view_of(transcript, 0)
    assert isinstance(view, UserMessage)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))  # from wherever the pointer was left
    assert not view.footer.isVisible()
    height = view.height()
    place = QPointF(5, 5)
    QApplication.sendEvent(view, QEnterEvent(place, place, place))
    assert view.footer.isVisible()
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert not view.footer.isVisible()
    view.set_focused(True)
    assert view.footer.isVisible()
    assert view.footer.geometry().bottom() <= view.height()
    assert view.height() == height


def test_copy_last_reply(transcript: Transcript) -> None:
    assert not transcript.copy_last_reply()
    transcript.set_messages(conversation(3))
    assert transcript.copy_last_reply()
    assert QGuiApplication.clipboard().text() == REPLY


def test_remove_after(transcript: Transcript) -> None:
    transcript.set_messages(conversation(10))
    transcript.remove_after("4")
    assert max(int(view.message.id) for view in live(transcript)) == 4
    transcript.add_message(a_message("other", "text"))
    assert shown(view_of(transcript, "other")) == "text"
    transcript.remove_after(None)
    assert live(transcript) == []
    transcript.append_text("gone", "late text of a removed message changes nothing")
    transcript.finish_message(a_message("gone", ""))


def test_find_goes_from_hit_to_hit_and_round(transcript: Transcript) -> None:
    messages = conversation(60)
    messages[10] = a_message(10, "the needle", Role.USER)
    messages[31] = a_message(31, f"{REPLY}\n\n```\na Needle and a needle\n```\n")
    transcript.set_messages(messages)
    seen = []
    for _ in range(4):
        assert transcript.find_text("needle")
        hit = transcript._finder._hit
        assert hit is not None
        seen.append(hit.index)
        assert view_of(transcript, hit.index)
    assert seen == [10, 31, 31, 10]
    assert transcript.find_text("needle", backwards=True)
    assert not transcript.find_text("hay")


# ── look and access ──────────────────────────────────────────────────────


def test_zoom_scales_and_keeps_the_anchor(transcript: Transcript) -> None:
    transcript.set_messages(conversation(2))
    prose = view_of(transcript, 1).findChildren(ProseBlock)[0]
    assert prose.font().pixelSize() == 15
    height = prose.height()
    transcript.set_zoom(160)
    assert prose.font().pixelSize() == 24
    assert prose.height() > height


@pytest.mark.parametrize(
    ("room", "percent", "width"), [(1400, 100, 760), (1400, 120, 912), (600, 100, None)]
)
def test_the_column_is_centred_and_limited(
    transcript: Transcript, room: int, percent: int, width: int | None
) -> None:
    transcript.resize(room, 600)
    transcript.set_zoom(percent)
    transcript.set_messages(conversation(2))
    bar = transcript.verticalScrollBar().sizeHint().width()
    left, found = transcript.column()
    assert found == (width or room - bar - 2 * tokens.CHAT_PADDING)
    assert abs(2 * left + found - (room - bar)) <= 1
    prose = view_of(transcript, 1).findChildren(ProseBlock)[0]
    assert prose.mapTo(transcript, QPoint(0, 0)).x() == left
    assert prose.width() == found


def test_another_scheme_is_painted_at_once(transcript: Transcript, qapp: QApplication) -> None:
    transcript.set_messages(conversation(2))
    prose = view_of(transcript, 1).findChildren(ProseBlock)[0]
    tokens.use(tokens.DARK, 100)
    palette = qapp.palette()
    palette.setColor(palette.ColorRole.Base, Qt.GlobalColor.black)
    transcript.setPalette(palette)
    assert tokens.DARK.accent in prose.document().defaultStyleSheet()


def test_every_button_has_a_name_and_a_tooltip_and_every_label_is_plain(
    transcript: Transcript,
) -> None:
    transcript.set_messages(conversation(4))
    buttons = transcript.findChildren(QAbstractButton)
    assert len(buttons) > 10
    assert all(button.accessibleName() and button.toolTip() for button in buttons)
    assert all(
        label.textFormat() is Qt.TextFormat.PlainText for label in transcript.findChildren(QLabel)
    )


def test_screen_readers_hear_who_speaks(transcript: Transcript) -> None:
    transcript.set_messages(conversation(2))
    assert view_of(transcript, 0).accessibleName() == "You: Question 0"
    assert view_of(transcript, 1).accessibleName().startswith("Reply: ## Title Some words")


# ── hostile text ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "[" * 5_000,
        "a" + "\u0301" * 100_000,
        "*a " * 20_000,
        "|" + "a|" * 2_000 + "\n|" + "-|" * 2_000 + "\n|" + "b|" * 2_000,
        ">" * 3_000 + "x",
        "```\n" + "\n" * 100_000,
        "```\n" + "x" * 150_000,
        "- " * 5_000 + "x",
        "\ufdd0\ufdd1\x00\ud800 text",
    ],
    ids=range(10),
)
def test_hostile_text_makes_few_small_blocks(transcript: Transcript, text: str) -> None:
    transcript.set_messages([a_message(1, text)])
    view = view_of(transcript, 1)
    assert len(view.column.widgets) <= 30
    for widget in view.findChildren(RichText):
        assert widget.document().characterCount() <= 10_000
    for question in (text, text[:50_000]):
        transcript.set_messages([a_message(2, question, Role.USER)])
        assert len(view_of(transcript, 2).column.widgets) <= 30
