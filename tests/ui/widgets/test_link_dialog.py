"""Links: the whole address is shown, and only web pages and mail can be opened."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desk_llm.ui.widgets.link_dialog import LinkDialog, may_open


def _button(dialog: LinkDialog, text: str) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == text)


@pytest.mark.parametrize("address", ["https://a.example/x", "http://a.example", "mailto:a@b.c"])
def test_web_and_mail_may_open(address: str) -> None:
    assert may_open(QUrl(address))


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "smb://h/s",
        "//h/s",
        "",
        "a",
    ],
)
def test_nothing_else_may(address: str, qtbot: QtBot) -> None:
    assert not may_open(QUrl(address))
    dialog = LinkDialog(QUrl(address))
    qtbot.addWidget(dialog)
    assert not _button(dialog, "Open in browser").isEnabled()


def test_the_whole_address_is_shown_as_it_is(qtbot: QtBot) -> None:
    url = QUrl("https://аpple.example/" + "x" * 300 + "?a=<b>&c=%2F")
    dialog = LinkDialog(url)
    qtbot.addWidget(dialog)
    assert dialog.shown_address().startswith("https://xn--pple-")  # the Cyrillic а shows itself
    assert "x" * 300 in dialog.shown_address()


def test_open_and_copy(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    dialog = LinkDialog(QUrl("https://a.example/x"))
    qtbot.addWidget(dialog)
    _button(dialog, "Open in browser").click()
    assert opened == ["https://a.example/x"]
    other = LinkDialog(QUrl("https://a.example/y"))
    qtbot.addWidget(other)
    _button(other, "Copy").click()
    assert QGuiApplication.clipboard().text() == "https://a.example/y"
    assert opened == ["https://a.example/x"]
