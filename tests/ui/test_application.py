"""The application: a light import, a start and an orderly end, another language at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk_llm.models.types import LoadPhase
from desk_llm.services import Services
from desk_llm.ui.application import WORK_DELAY_MS, Desk

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "llama_cpp", "jinja2", "pygments", "psutil", "pynvml")
PATIENCE_S = 20


def _start(profile: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(profile)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


_SCRIPT = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from desk_llm.paths import Paths
from desk_llm.ui import application
app = application.application()
QTimer.singleShot(300, lambda: print("open", flush=True))
sys.exit(application.run_window(Paths(Path(sys.argv[1]))))
"""


def test_import_is_light() -> None:
    code = "import sys, desk_llm.ui.application; print(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [name for name in HEAVY if name in done.stdout.split()] == []


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM for windows")
@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_in_order(tmp_path: Path, kind: signal.Signals) -> None:
    process = _start(tmp_path)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "open"
        process.send_signal(kind)
        began = time.monotonic()
        _out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
        assert "Traceback" not in err
        assert time.monotonic() - began < 5
        assert (tmp_path / "window.ini").exists()
    finally:
        process.kill()


@pytest.mark.slow
def test_the_second_start_ends_at_once(tmp_path: Path) -> None:
    first = _start(tmp_path)
    try:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == "open"
        second = _start(tmp_path)
        _out, err = second.communicate(timeout=PATIENCE_S)
        assert second.returncode == 0, err
        assert first.poll() is None
    finally:
        first.terminate()
        first.communicate(timeout=PATIENCE_S)


def test_another_language_at_once(services: Services, qapp: QApplication, qtbot: QtBot) -> None:
    desk = Desk(qapp, services)
    desk.open_window()
    try:
        first = desk.window
        assert first is not None
        first.page.composer.set_text("draft")
        first.open_settings()
        first.open_benchmark()
        services.settings.change("ui", language="zh_CN")
        qtbot.waitUntil(lambda: desk.window is not first)
        second = desk.window
        assert second is not None
        assert second.actions_["chat.new"].text() == "新对话"
        assert second.page.composer.text == "draft"
        assert second.is_settings_open
        assert second.is_benchmark_open
        services.settings.change("ui", language="en")
        qtbot.waitUntil(lambda: desk.window is not second)
    finally:
        desk.close()


def test_theme_and_zoom_follow_the_settings(
    services: Services, qapp: QApplication, qtbot: QtBot
) -> None:
    desk = Desk(qapp, services)
    desk.open_window()
    try:
        services.settings.change("ui", theme="dark", zoom=120)
        qtbot.waitUntil(lambda: qapp.font().pixelSize() == 16)
        services.settings.change("ui", theme="light", zoom=100)
        qtbot.waitUntil(lambda: qapp.font().pixelSize() == 13)
    finally:
        desk.close()


def test_a_window_that_closes_at_once_starts_nothing(
    services: Services, qapp: QApplication, qtbot: QtBot
) -> None:
    desk = Desk(qapp, services)
    desk.open_window()
    window = desk.window
    desk.close()
    assert not shiboken6.isValid(window)
    qtbot.wait(2 * WORK_DELAY_MS)
    assert services.loader.state.phase is LoadPhase.IDLE
