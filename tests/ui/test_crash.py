"""A bug is logged, shown with a report, and does not end the app."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desk_llm import __version__
from desk_llm.ui.crash import CrashDialog, CrashHandler, report


@pytest.fixture
def handler(qapp: QApplication) -> Iterator[CrashHandler]:
    hooks = sys.excepthook, threading.excepthook
    made = CrashHandler(lambda: [f"line {n}" for n in range(80)])
    made.install()
    yield made
    sys.excepthook, threading.excepthook = hooks


def _error() -> BaseException:
    try:
        int("by nought")
    except ValueError as error:
        return error
    raise AssertionError


def _dialogs() -> list[CrashDialog]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, CrashDialog)]


def test_report_has_trace_versions_and_the_newest_lines() -> None:
    text = report(_error(), [f"line {n}" for n in range(80)])
    assert "ValueError" in text
    assert __version__ in text
    assert "line 79" in text
    assert "line 29\n" not in text


def test_a_bug_shows_one_dialog(
    handler: CrashHandler, qtbot: QtBot, log_errors: list[logging.LogRecord]
) -> None:
    error = _error()
    for _ in range(3):
        sys.excepthook(type(error), error, error.__traceback__)
    qtbot.waitUntil(lambda: len(_dialogs()) == 1)
    qtbot.wait(20)
    dialogs = _dialogs()
    assert len(dialogs) == 1
    assert len(log_errors) == 3
    copy = next(one for one in dialogs[0].findChildren(QPushButton) if "Copy" in one.text())
    copy.click()
    assert "by nought" in QGuiApplication.clipboard().text()
    dialogs[0].close()


def test_a_bug_on_a_thread_is_shown_too(
    handler: CrashHandler, qtbot: QtBot, log_errors: list[logging.LogRecord]
) -> None:
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(_dialogs()) == 1)
    _dialogs()[0].close()
