"""For the window's tests: our style, English, and nothing left behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk_llm.engine.engine import Engine
from desk_llm.paths import Paths
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.main_window import MainWindow
from desk_llm.ui.messages import Messages
from desk_llm.ui.theme.style import Style
from tests.helpers.fake_runner import FakeFactory

_PATIENCE_S = 3.0


@dataclass
class FakeReply:
    """What the made-up model answers."""

    text: str = "Hello from the model."
    delay_s: float = 0.0


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


# ── the whole window, over FakeRunner ────────────────────────────────────


@pytest.fixture
def reply() -> FakeReply:
    """What the fake model says, and how fast."""
    return FakeReply()


@pytest.fixture
def services(tmp_path: Path, reply: FakeReply, qtbot: QtBot) -> Iterator[Services]:
    """Real services in a new profile; the model is made up, the files are real."""
    del qtbot
    engine = Engine(lambda: FakeFactory(lambda _prompt: reply.text, reply.delay_s))
    made = Services.open(Paths(tmp_path / "profile"), engine)
    made.library.refresh()
    assert made.library.files, "the starter model is missing"
    yield made
    made.close()


@pytest.fixture
def window(services: Services, style: Style, qtbot: QtBot) -> Iterator[MainWindow]:
    """The main window, on the (offscreen) screen."""
    del style
    made = MainWindow(services, Messages())
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete)
