"""From the chat: the picker's button opens the load dialog, and messages go to what it loads."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk_llm.services import Services
from desk_llm.ui.main_window import MainWindow
from desk_llm.ui.models.load.dialog import LoadDialog
from tests.ui.models.load.conftest import Machine


def the_dialog() -> LoadDialog:
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, LoadDialog))


def test_the_marked_model_is_loaded_with_other_settings(
    window: MainWindow, services: Services, folder: Path, machine: Machine, qtbot: QtBot
) -> None:
    del folder, machine
    picker = window.page.models.picker
    window.page.models.open_picker()
    qtbot.keyClicks(picker.search, "big")
    qtbot.mouseClick(picker.settings, Qt.MouseButton.LeftButton)
    assert not picker.isVisible()
    dialog = the_dialog()
    assert dialog.panel.file is not None
    assert dialog.panel.file.id == "big"
    qtbot.waitUntil(lambda: dialog.panel.fit is not None, timeout=20_000)
    dialog.panel.form.context.slider.setValue(0)
    qtbot.mouseClick(dialog.panel.load, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: any(one.file.id == "big" for one in services.loader.loaded), timeout=30_000
    )
    assert window.page.models.chosen_id == "big"
    (loaded,) = (one for one in services.loader.loaded if one.file.id == "big")
    assert loaded.info.params is not None
    assert loaded.info.params.n_ctx == 256
