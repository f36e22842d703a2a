"""How one model replies: what is chosen here is its preset, and the rest follows the settings."""

from __future__ import annotations

import doctest
from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desk_llm.models.presets.types import Adapter, Preset, PresetMessage
from desk_llm.services import Services
from desk_llm.settings import SamplingSettings
from desk_llm.ui.models.load.inputs import AutoChoice, AutoNumber
from desk_llm.ui.models.replies import inputs
from desk_llm.ui.models.replies.dialog import RepliesDialog
from desk_llm.ui.models.replies.inputs import AutoDecimal
from desk_llm.ui.models.window import ModelsWindow
from desk_llm.ui.theme.style import Style

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def model_id(services: Services) -> str:
    services.library.refresh()
    return services.library.files[0].id


@pytest.fixture
def dialog(services: Services, model_id: str, style: Style, qtbot: QtBot) -> RepliesDialog:
    """Over a preset with a bit of everything."""
    del style
    services.settings.change("sampling", temperature=0.9, system_prompt="General.")
    services.core.presets.save(
        model_id,
        Preset(
            load={"n_ctx": 512},
            sampling={"top_k": 7, "min_p": 0.025, "seed": None},
            stop=("###", "a\nb"),
            messages=(PresetMessage("user", "Ahoy"), PresetMessage("assistant", "Arr!")),
            licence="MIT",
        ),
    )
    made = RepliesDialog(services, services.library.get(model_id))
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)  # looked at after it closed
    qtbot.addWidget(made)
    made.show()
    return made


def decimal(dialog: RepliesDialog, name: str) -> AutoDecimal:
    made = dialog.form.inputs[name]
    assert isinstance(made, AutoDecimal)
    return made


def number(dialog: RepliesDialog, name: str) -> AutoNumber:
    made = dialog.form.inputs[name]
    assert isinstance(made, AutoNumber)
    return made


def test_examples_in_docstrings() -> None:
    assert doctest.testmod(inputs).failed == 0


def test_every_sampler_has_its_input(dialog: RepliesDialog) -> None:
    names = {one.name for one in fields(SamplingSettings)}
    assert set(dialog.form.inputs) | {"system_prompt"} == names
    assert decimal(dialog, "temperature").text() == "Automatic (0.9)"
    assert decimal(dialog, "repeat_penalty").number() is None
    assert number(dialog, "top_k").number() == 7
    assert number(dialog, "max_tokens").text() == "Automatic"
    assert dialog.form.system.placeholderText() == "General."
    assert dialog.form.stop.toPlainText() == "###\na\\nb"
    assert "Ahoy" in dialog.form.opening.text()


def test_what_is_not_touched_stays(
    dialog: RepliesDialog, services: Services, model_id: str, qtbot: QtBot
) -> None:
    before = services.core.presets.get(model_id)
    qtbot.mouseClick(dialog.save, LEFT)
    assert services.core.presets.get(model_id) == before
    assert not dialog.isVisible()


def test_what_is_chosen_is_saved(
    dialog: RepliesDialog, services: Services, model_id: str, qtbot: QtBot
) -> None:
    decimal(dialog, "temperature").setValue(0.3)
    number(dialog, "top_k").setValue(number(dialog, "top_k").minimum())  # automatic again
    number(dialog, "seed").setValue(5)
    mirostat = dialog.form.inputs["mirostat"]
    assert isinstance(mirostat, AutoChoice)
    mirostat.setCurrentIndex(3)
    mirostat.activated.emit(3)
    dialog.form.system.setPlainText("Antworte auf Deutsch.\nKurz.")
    dialog.form.stop.setPlainText("END\n\n")
    qtbot.mouseClick(dialog.form.forget, LEFT)
    newer = Preset(load={"n_ctx": 1024}, adapters=(Adapter("/a.gguf"),))
    services.core.presets.save(model_id, newer)  # the load panel, meanwhile
    qtbot.mouseClick(dialog.save, LEFT)
    assert services.core.presets.get(model_id) == Preset(
        load={"n_ctx": 1024},
        sampling={
            "min_p": 0.025,
            "temperature": 0.3,
            "seed": 5,
            "mirostat": "2",
            "system_prompt": "Antworte auf Deutsch.\nKurz.",
        },
        adapters=(Adapter("/a.gguf"),),
        stop=("END",),
    )


def test_as_in_the_settings_and_cancel(
    dialog: RepliesDialog, services: Services, model_id: str, qtbot: QtBot
) -> None:
    before = services.core.presets.get(model_id)
    qtbot.mouseClick(dialog.clear, LEFT)
    assert number(dialog, "top_k").number() is None
    assert not dialog.form.opening.isVisible()
    assert services.core.presets.get(model_id) == before
    qtbot.mouseClick(dialog.save, LEFT)
    assert services.core.presets.get(model_id) == Preset(load={"n_ctx": 512}, licence="MIT")


def test_from_the_details_of_a_model(models_window: ModelsWindow, qtbot: QtBot) -> None:
    page = models_window.library
    found = next(row.file.id for row in page.model.shown if row.file.name == "Qwen3 tiny")
    assert page.table.select(found)
    actions = {one.objectName(): one for one in page.details.menu().actions()}
    actions["replies"].trigger()
    dialog = page.asking.dialogs["replies"]
    assert isinstance(dialog, RepliesDialog)
    assert dialog.windowTitle() == "How Qwen3 tiny replies"
    qtbot.mouseClick(dialog.cancel, LEFT)
    qtbot.waitUntil(lambda: "replies" not in page.asking.dialogs)
