"""The model picker: rows, search, broken files, loading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.errors import FileDamaged, LoadFailed
from desk_llm.models.types import LoadedModel, LoadPhase, LoadState, ModelFile
from desk_llm.ui.actions import Actions
from desk_llm.ui.chat.model_picker import ModelButton, ModelPicker
from desk_llm.ui.chat.model_row import LOADED_ROLE, about
from desk_llm.ui.theme.style import Style
from desk_llm.ui.widgets.buttons import IconButton
from desk_llm.ui.widgets.labels import ElidedLabel, Label
from desk_llm.ui.widgets.sizes import context_text, size_text
from tests.helpers.chat_parts import model_info

STARTER = ModelFile("starter", Path("/m/starter.gguf"), "Starter", 10_567_936, is_starter=True)
BIG = ModelFile("big", Path("/m/big.gguf"), "Qwen3-8B", 5_030_000_000)
EVIL = ModelFile("evil", Path("/m/<b>.gguf"), "<img src=file:///x>", 12)
BROKEN = ModelFile("bad", Path("/m/bad.gguf"), "bad", 7, problem=FileDamaged("“bad” is cut."))


@pytest.fixture
def picker(qtbot: QtBot, style: Style) -> Iterator[ModelPicker]:
    owner = QWidget()
    qtbot.addWidget(owner)
    actions = QObject(owner)
    made = ModelPicker(Actions(actions), owner)
    made.set_files((STARTER, BIG, EVIL, BROKEN), "big")
    made.show()
    yield made
    owner.close()


def test_the_loaded_model_has_the_keyboard(picker: ModelPicker) -> None:
    assert picker.list.currentIndex().data() == "Qwen3-8B"


def test_enter_in_the_search_chooses_the_hit(picker: ModelPicker, qtbot: QtBot) -> None:
    qtbot.keyClicks(picker.search, "star")
    with qtbot.waitSignal(picker.chosen) as chosen:
        qtbot.keyClick(picker.search, Qt.Key.Key_Return)
    assert chosen.args == ["starter"]
    assert not picker.isVisible()


def test_a_broken_file_is_listed_with_its_sentence_and_cannot_be_chosen(
    picker: ModelPicker, qtbot: QtBot
) -> None:
    model = picker.list.model()
    index = model.index(3, 0)
    assert about(BROKEN) == "“bad” is cut."
    assert model.flags(index) == Qt.ItemFlag.NoItemFlags
    with qtbot.assertNotEmitted(picker.chosen):
        picker.list.clicked.emit(index)


def test_no_hits_have_a_sentence(picker: ModelPicker, qtbot: QtBot) -> None:
    qtbot.keyClicks(picker.search, "zebra")
    assert not picker.list.isVisible()
    with qtbot.assertNotEmitted(picker.chosen):
        qtbot.keyClick(picker.search, Qt.Key.Key_Return)


def test_loading_shows_progress_and_can_be_cancelled(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.set_state(LoadState(LoadPhase.LOADING, BIG, 0.42))
    bar = picker.findChild(QProgressBar)
    assert bar is not None
    assert bar.isVisible()
    assert bar.value() == 42
    picker.set_state(LoadState(LoadPhase.FAILED, BIG, error=LoadFailed("It is cut.")))
    assert not bar.isVisible()
    said = [one.text() for one in picker.findChildren(Label) if one.isVisible()]
    assert "It is cut." in said


def test_opening_looks_at_the_disk_again(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.close()
    with qtbot.waitSignal(picker.refresh_requested):
        picker.show()


def test_names_are_never_html(picker: ModelPicker) -> None:
    picker.list.render(QPixmap(400, 300))
    tooltip = str(picker.list.model().index(2, 0).data(Qt.ItemDataRole.ToolTipRole))
    assert "<b>" not in tooltip


def test_the_button_elides_and_keeps_ampersands(qtbot: QtBot, style: Style) -> None:
    button = ModelButton("Choose model")
    qtbot.addWidget(button)
    button.set_room(200)
    button.set_model_text("A & B" + "x" * 200)
    assert "…" in button.text()
    assert "&&" in button.text()
    assert button.accessibleName().endswith("x" * 200)


def test_facts_in_words() -> None:
    assert size_text(5_030_000_000) == "5.0 GB"
    assert size_text(10_567_936) == "11 MB"
    assert size_text(7) == "1 kB"
    assert context_text(32_768) == "32k"
    assert "small built-in guide" in about(STARTER)


# ── what is loaded ───────────────────────────────────────────────────────


def loaded(file: ModelFile, *memory: MemoryUse) -> LoadedModel:
    info = replace(model_info(file.id), memory=memory)
    return LoadedModel(file, info, LoadParams(file.id, str(file.path)), ())


GPU_AND_RAM = loaded(
    BIG, MemoryUse("CUDA0", 4 << 30, 1 << 30, 300 << 20), MemoryUse("CPU", 500 << 20, 0, 20 << 20)
)
IN_RAM = loaded(STARTER, MemoryUse("CPU", 10 << 20, 3 << 20, 8 << 20))


def texts(picker: ModelPicker) -> list[str]:
    labels = picker.findChildren(Label)
    return [
        one.whole_text() if isinstance(one, ElidedLabel) else one.text()
        for one in labels
        if one.isVisible()
    ]


def test_loaded_models_are_listed_with_their_memory(picker: ModelPicker) -> None:
    assert "In memory" not in texts(picker)
    picker.set_files((STARTER, BIG, EVIL, BROKEN), "big", (GPU_AND_RAM, IN_RAM))
    said = texts(picker)
    assert said[said.index("In memory") :] == [
        "In memory",
        "5.8 GB",
        "Qwen3-8B",
        "5.3 GB CUDA0 · 520 MB RAM",
        "Starter",
        "21 MB RAM",
    ]
    rows = picker.list.model()
    marks = [rows.index(n, 0).data(LOADED_ROLE) for n in range(rows.rowCount())]
    assert marks == [True, True, False, False]
    picker.set_files((STARTER, BIG), "big", ())
    assert "In memory" not in texts(picker)


def test_each_can_be_unloaded(picker: ModelPicker, qtbot: QtBot) -> None:
    picker.set_files((STARTER, BIG), "big", (GPU_AND_RAM, IN_RAM))
    buttons = [
        one for one in picker.findChildren(IconButton) if one.accessibleName().startswith("Unload")
    ]
    assert [one.accessibleName() for one in buttons] == ["Unload Qwen3-8B", "Unload Starter"]
    with qtbot.waitSignal(picker.unload_requested) as asked:
        qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert asked.args == ["starter"]
    assert picker.isVisible()


def test_the_button_of_a_row_may_remove_its_row(picker: ModelPicker, qtbot: QtBot) -> None:
    """The list is made anew while the click is still being handled."""
    picker.set_files((STARTER, BIG), "big", (GPU_AND_RAM, IN_RAM))
    picker.unload_requested.connect(lambda _id: picker.set_files((STARTER, BIG), "big", (IN_RAM,)))
    button = next(
        one for one in picker.findChildren(IconButton) if one.accessibleName() == "Unload Qwen3-8B"
    )
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.wait(1)
    assert "Qwen3-8B" not in texts(picker)


def test_many_loaded_models_scroll(picker: ModelPicker, qtbot: QtBot) -> None:
    many = tuple(loaded(replace(STARTER, id=str(n)), MemoryUse("CPU", 10 << 20)) for n in range(20))
    picker.set_files((STARTER, BIG), "big", many)
    assert picker.height() < 560
    evil = loaded(EVIL, MemoryUse("CPU", 1 << 20))
    picker.set_files((EVIL,), "evil", (evil,))
    qtbot.waitUntil(lambda: EVIL.name in texts(picker))


def test_waiting_for_room_is_said(picker: ModelPicker) -> None:
    picker.set_state(LoadState(LoadPhase.LOADING, BIG, waits_for="Starter"))
    assert "Waiting until Starter has finished its reply" in texts(picker)


def test_news_of_a_load_do_not_move_the_keyboard(picker: ModelPicker, qtbot: QtBot) -> None:
    qtbot.keyClick(picker.search, Qt.Key.Key_Down)
    qtbot.keyClick(picker.list, Qt.Key.Key_Up)
    assert picker.list.currentIndex().data() == "Starter"
    picker.set_files((STARTER, BIG, EVIL, BROKEN), "big")
    picker.set_state(LoadState(LoadPhase.LOADING, BIG, 0.5))
    assert picker.list.currentIndex().data() == "Starter"
