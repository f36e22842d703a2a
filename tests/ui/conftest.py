"""For the window's tests: our style, English, and nothing left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk_llm.ui import bridge
from desk_llm.ui.theme.style import Style

_PATIENCE_S = 3.0


@pytest.fixture
def style(qapp: QApplication) -> Iterator[Style]:
    """Our look, light, at 100 %."""
    made = Style(qapp)
    made.apply("light", 100)
    yield made
    made.apply("light", 100)


@pytest.fixture(autouse=True)
def _tidy(qtbot: QtBot) -> Iterator[None]:
    """A test leaves no window open and no thread running."""
    before = set(threading.enumerate())
    yield
    bridge.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        left = [one for one in threading.enumerate() if one not in before and one.is_alive()]
        if not left:
            break
        QCoreApplication.processEvents()
        time.sleep(0.01)
    else:
        pytest.fail(f"threads left: {[one.name for one in left]}")


@pytest.fixture(autouse=True)
def _no_windows(_tidy: None, qapp: QApplication) -> Iterator[None]:
    yield
    shown = [one for one in qapp.topLevelWidgets() if one.isVisible()]
    for one in shown:
        one.close()
