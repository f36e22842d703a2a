"""CPU time the transcript takes to open, stream and scroll, for 100 to 10,000 messages."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from desk_llm.chat.types import Message, MessageStatus, Role
from desk_llm.ui.chat.transcript import Transcript
from desk_llm.ui.theme.style import Style

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.bench

PARAGRAPH = (
    "Streaming text in **Qt** is a matter of *blocks*: each paragraph, list, table or `code` fence "
    "is laid out by itself, and only the last one changes. See [link](https://example.org). "
)
CODE = "```python\n" + "def f(x: int) -> int:\n    return x * 2  # comment\n" * 10 + "```\n\n"
TABLE = "| a | b | c |\n|---|---|---|\n| 1 | 2 | 3 |\n| 4 | 5 | 6 |\n\n"
UNIT = f"## Heading\n\n{PARAGRAPH * 2}\n\n- one **bold**\n- two\n- three\n\n{CODE}{TABLE}"
TEXT = UNIT * 2  # some 2,000 characters


def conversation(count: int) -> list[Message]:
    roles = (Role.USER, Role.ASSISTANT)
    texts = (PARAGRAPH, TEXT)
    return [Message(str(at), "c", None, roles[at % 2], texts[at % 2], 0.0) for at in range(count)]


@pytest.mark.parametrize("count", [100, 1_000, 10_000])
def test_transcript(count: int, qtbot: QtBot, qapp: QApplication) -> None:
    Style(qapp).apply("light", 100)
    transcript = Transcript()
    qtbot.addWidget(transcript)
    transcript.resize(900, 800)
    transcript.show()
    transcript.set_messages(conversation(4))  # fonts, lexers
    qapp.processEvents()

    def ms(begin: float) -> float:
        return (time.process_time() - begin) * 1000

    messages = conversation(count)
    begin = time.process_time()
    transcript.set_messages(messages)
    qapp.processEvents()
    opened = ms(begin)

    transcript.add_message(
        Message("new", "c", None, Role.ASSISTANT, "", 0.0, MessageStatus.STREAMING)
    )
    text = UNIT * 3
    flushes = []
    for at in range(0, len(text), 24):  # some 6 tokens in 33 ms: 180 tokens/s
        transcript.append_text("new", text[at : at + 24])
        begin = time.process_time()
        transcript.flush()
        transcript.viewport().repaint()
        flushes.append(ms(begin))
        qapp.processEvents()
    begin = time.process_time()
    transcript.finish_message(Message("new", "c", None, Role.ASSISTANT, text, 0.0))
    finished = ms(begin)

    bar = transcript.verticalScrollBar()
    wheels = []
    for _ in range(60):
        begin = time.process_time()
        bar.setValue(bar.value() - 120)
        transcript.viewport().repaint()
        wheels.append(ms(begin))
        qapp.processEvents()
    jumps = []
    for at in range(20):
        begin = time.process_time()
        bar.setValue(bar.maximum() * at // 20)
        transcript.viewport().repaint()
        jumps.append(ms(begin))
        qapp.processEvents()
    begin = time.process_time()
    transcript.resize(760, 800)
    qapp.processEvents()
    resized = ms(begin)
    flushes.sort()
    median, p95 = flushes[len(flushes) // 2], flushes[len(flushes) * 95 // 100]
    print(
        f"\n{count:6} messages: open {opened:5.1f} ms | flush median {median:4.1f}"
        f" p95 {p95:4.1f} max {flushes[-1]:4.1f} ms"
        f" | finish {finished:4.1f} ms"
        f" | wheel mean {sum(wheels) / 60:4.1f} max {max(wheels):4.1f} ms"
        f" | far jump {sum(jumps) / 20:4.1f} ms | resize {resized:4.1f} ms"
    )
    assert opened < 200
    assert p95 < 16
