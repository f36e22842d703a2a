"""Metadata, duplicates, folders, moving, Modelfiles: the dialogs of My models."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desk_llm.models.presets.types import Preset
from desk_llm.services import Services
from desk_llm.ui.models.library.duplicates import DuplicatesDialog
from desk_llm.ui.models.library.folders import FoldersDialog
from desk_llm.ui.models.library.metadata import MetadataDialog
from desk_llm.ui.models.library.moving import MoveDialog
from desk_llm.ui.models.library.page import LibraryPage
from desk_llm.ui.models.window import ModelsWindow
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from tests.helpers.model_files import put
from tests.ui.models.conftest import PATIENCE_MS


@pytest.fixture
def page(models_window: ModelsWindow) -> LibraryPage:
    return models_window.library


def choose(page: LibraryPage, name: str) -> str:
    found = next(row.file.id for row in page.model.shown if row.file.name == name)
    assert page.table.select(found)
    return found


def test_metadata(page: LibraryPage, qtbot: QtBot) -> None:
    choose(page, "Qwen3 tiny")
    page.details.asked.emit("metadata")
    qtbot.waitUntil(lambda: "metadata" in page.asking.dialogs, timeout=PATIENCE_MS)
    dialog = page.asking.dialogs["metadata"]
    assert isinstance(dialog, MetadataDialog)
    everything = dialog.model.rowCount()
    assert everything > 10
    dialog.search.setText("context_length 32768")
    assert [row.key for row in dialog.model.shown] == ["llama.context_length"]
    assert dialog.value.toPlainText() == "32768"
    copy = next(one for one in dialog.findChildren(TextButton) if one.text() == "Copy")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "llama.context_length\t32768"
    dialog.search.setText("no such key")
    assert dialog.value.toPlainText() == ""
    dialog.search.clear()
    assert dialog.model.rowCount() == everything
    dialog.close()
    qtbot.waitUntil(lambda: "metadata" not in page.asking.dialogs)


def test_no_duplicates(page: LibraryPage, models_window: ModelsWindow, qtbot: QtBot) -> None:
    page.tools.asked.emit("duplicates")
    qtbot.waitUntil(
        lambda: models_window.toast.text() == "No model is on this disk twice", timeout=PATIENCE_MS
    )


def test_duplicates_are_shown_and_one_goes(page: LibraryPage, folder: Path, qtbot: QtBot) -> None:
    copy = folder / "copies" / "again.gguf"
    copy.parent.mkdir()
    shutil.copy(folder / "meta" / "llama" / "llama-70b.gguf", copy)
    page.deeds.refresh()
    qtbot.waitUntil(lambda: len(page.model.all) == 6, timeout=PATIENCE_MS)
    page.tools.asked.emit("duplicates")
    qtbot.waitUntil(lambda: "duplicates" in page.asking.dialogs, timeout=PATIENCE_MS)
    dialog = page.asking.dialogs["duplicates"]
    assert isinstance(dialog, DuplicatesDialog)
    chosen = dialog.current_file()
    assert chosen is not None
    both = {copy, folder / "meta" / "llama" / "llama-70b.gguf"}
    assert chosen.path in both
    page.show_path(chosen.path)
    other = next(iter(both - {chosen.path}))
    assert page.details.facts.facts()["Same content"] == str(other)
    qtbot.mouseClick(dialog.remove_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not chosen.path.exists(), timeout=PATIENCE_MS)
    assert other.exists()
    qtbot.waitUntil(lambda: len(page.model.all) == 5, timeout=PATIENCE_MS)


def test_folders_are_taken_from_the_list_and_stay_on_the_disk(
    page: LibraryPage, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    shelf = put(tmp_path / "shelf" / "one.gguf", "On the shelf").parent
    page.deeds.add([shelf])
    qtbot.waitUntil(lambda: len(page.model.all) == 6, timeout=PATIENCE_MS)
    page.tools.asked.emit("folders")
    dialog = page.asking.dialogs["folders"]
    assert isinstance(dialog, FoldersDialog)
    assert str(shelf) in dialog.entries()
    remove = next(one for one in dialog.findChildren(IconButton) if "shelf" in one.toolTip())
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert services.settings.current.models.folders == ()
    qtbot.waitUntil(lambda: len(page.model.all) == 5, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: str(shelf) not in dialog.entries())
    assert (shelf / "one.gguf").exists()
    dialog.others.click()
    assert services.settings.current.models.other_apps
    dialog.close()


def test_the_models_folder_moves(
    page: LibraryPage,
    models_window: ModelsWindow,
    services: Services,
    folder: Path,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    target = tmp_path / "大硬盘" / "models"
    ids = {row.file.id for row in page.model.all}
    page.tools.asked.emit("move")
    dialog = page.asking.dialogs["move"]
    assert isinstance(dialog, MoveDialog)
    assert not dialog.start_button.isEnabled()
    dialog.set_target(target)
    qtbot.mouseClick(dialog.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: services.models_folder == target, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "move" not in page.asking.dialogs, timeout=PATIENCE_MS)
    assert (target / "qwen" / "qwen3" / "qwen3-q4.gguf").exists()
    assert not (folder / "embed.gguf").exists()
    inside = str(target)
    qtbot.waitUntil(
        lambda: any(str(row.file.path).startswith(inside) for row in page.model.all),
        timeout=PATIENCE_MS,
    )
    assert {row.file.id for row in page.model.all} == ids
    assert "models now" in models_window.toast.text()


def test_a_move_into_itself_is_refused(
    page: LibraryPage, services: Services, folder: Path, qtbot: QtBot
) -> None:
    page.tools.asked.emit("move")
    dialog = page.asking.dialogs["move"]
    assert isinstance(dialog, MoveDialog)
    dialog.set_target(folder / "inside")
    dialog.start()
    qtbot.waitUntil(dialog.problem.isVisible, timeout=PATIENCE_MS)
    assert services.models_folder == folder
    assert dialog.start_button.isVisible()
    dialog.close()


def test_a_cancelled_move_leaves_everything(
    page: LibraryPage, services: Services, folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    page.tools.asked.emit("move")
    dialog = page.asking.dialogs["move"]
    assert isinstance(dialog, MoveDialog)
    dialog.set_target(tmp_path / "new")
    dialog.start()
    dialog._cancelled.set()  # as Cancel does, before the worker had a turn
    qtbot.waitUntil(lambda: not dialog._is_running, timeout=PATIENCE_MS)
    if services.models_folder == folder:
        assert "Everything is where it was" in dialog.state.text()
        assert (folder / "embed.gguf").exists()
    else:  # it was done by then
        assert (tmp_path / "new" / "embed.gguf").exists()


def test_a_modelfile_goes_out_and_comes_in(
    page: LibraryPage,
    models_window: ModelsWindow,
    services: Services,
    tmp_path: Path,
    qtbot: QtBot,
) -> None:
    wanted = choose(page, "Qwen3 tiny")
    kept = Preset(sampling={"temperature": 0.25, "system_prompt": "Be short."})
    services.presets.save(wanted, kept)
    file = page.details.file
    assert file is not None
    path = tmp_path / "Modelfile"
    page.asking.export_modelfile(file, path)
    qtbot.waitUntil(lambda: path.exists() and bool(path.read_text("utf-8")), timeout=PATIENCE_MS)
    assert "PARAMETER temperature 0.25" in path.read_text("utf-8")
    services.presets.remove(wanted)
    choose(page, "Bge tiny")
    page.asking.import_modelfile(path)
    qtbot.waitUntil(lambda: services.presets.get(wanted) == kept, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: page.details.title.text() == "Qwen3 tiny", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: "imported" in models_window.toast.text())


def test_a_modelfile_that_is_none_says_why(
    page: LibraryPage, models_window: ModelsWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "Modelfile"
    path.write_text("DANCE\n", encoding="utf-8")
    page.asking.import_modelfile(path)
    qtbot.waitUntil(lambda: models_window._banner is not None, timeout=PATIENCE_MS)
    assert models_window._banner is not None
    assert "DANCE" in models_window._banner.sentence or "dance" in models_window._banner.sentence
