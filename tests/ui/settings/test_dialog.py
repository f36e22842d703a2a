"""The settings dialog: every field of the table, changes at once, refusals in words."""

from __future__ import annotations

from dataclasses import fields

import pytest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QScrollArea
from pytestqt.qtbot import QtBot

from desk_llm.services import Services
from desk_llm.settings import Settings, SettingsStore
from desk_llm.ui.settings.dialog import _ELSEWHERE, SettingsDialog
from desk_llm.ui.theme.style import Style
from desk_llm.ui.widgets.fields import Choice, Decimal, Number
from desk_llm.ui.widgets.switch import Switch


@pytest.fixture
def store(services: Services) -> SettingsStore:
    return services.settings


@pytest.fixture
def dialog(services: Services, qtbot: QtBot, style: Style) -> SettingsDialog:
    made = SettingsDialog(services)
    qtbot.addWidget(made)
    made.show()
    return made


# Fields of the Network page that have widgets of their own.
_OWN_WIDGETS = frozenset({"endpoint", "endpoints"})


def _input(dialog: SettingsDialog, group: str, name: str) -> object:
    return dialog._inputs[group, name].widget


def test_every_field_has_an_input_or_another_place(dialog: SettingsDialog) -> None:
    for group in fields(Settings):
        for field in fields(getattr(Settings(), group.name)):
            has_input = (group.name, field.name) in dialog._inputs
            if group.name == "network":
                assert (field.name in dialog.network.inputs) != (field.name in _OWN_WIDGETS)
                continue
            assert has_input != (field.name in _ELSEWHERE), field.name


def test_inputs_have_names(dialog: SettingsDialog) -> None:
    for key, made in dialog._inputs.items():
        assert made.widget.accessibleName(), key


def test_changes_take_effect_at_once(dialog: SettingsDialog, store: SettingsStore) -> None:
    temperature, top_k, theme = (
        _input(dialog, "sampling", "temperature"),
        _input(dialog, "sampling", "top_k"),
        _input(dialog, "ui", "theme"),
    )
    assert isinstance(temperature, Decimal)
    assert isinstance(top_k, Number)
    assert isinstance(theme, Choice)
    temperature.setValue(0.2)
    top_k.setValue(7)
    theme.setCurrentIndex(2)
    assert store.current.sampling.temperature == 0.2
    assert store.current.sampling.top_k == 7
    assert store.current.ui.theme == "dark"


def test_chosen_for_me_is_none(dialog: SettingsDialog, store: SettingsStore) -> None:
    n_ctx = _input(dialog, "engine", "n_ctx")
    flash = _input(dialog, "engine", "flash_attn")
    mmap = _input(dialog, "engine", "use_mmap")
    assert isinstance(n_ctx, Number)
    assert isinstance(flash, Choice)
    assert isinstance(mmap, Switch)
    assert n_ctx.text() == "Automatic"
    n_ctx.setValue(4096)
    assert store.current.engine.n_ctx == 4096
    n_ctx.setValue(n_ctx.minimum())
    assert store.current.engine.n_ctx is None
    flash.setCurrentIndex(2)
    assert store.current.engine.flash_attn is False
    mmap.click()
    assert store.current.engine.use_mmap is False


def test_a_long_prompt_is_written_when_typing_pauses(
    dialog: SettingsDialog, store: SettingsStore, qtbot: QtBot
) -> None:
    lines = _input(dialog, "sampling", "system_prompt")
    assert isinstance(lines, QPlainTextEdit)
    seen: list[str] = []
    store.changed.connect(lambda settings: seen.append(settings.sampling.system_prompt))
    qtbot.keyClicks(lines, "Be brief")
    assert seen == []
    qtbot.waitUntil(lambda: seen == ["Be brief"])
    qtbot.keyClicks(lines, ".")
    dialog.hide()  # without a pause
    assert store.current.sampling.system_prompt == "Be brief."


def test_changes_from_elsewhere_are_shown(
    dialog: SettingsDialog, store: SettingsStore, qtbot: QtBot
) -> None:
    zoom = _input(dialog, "ui", "zoom")
    assert isinstance(zoom, Choice)
    store.change("ui", zoom=130)
    qtbot.waitUntil(lambda: zoom.currentText() == "130 %")
    store.change("ui", zoom=95)
    qtbot.waitUntil(lambda: zoom.currentText() == "95 %")


def test_a_refusal_is_said(dialog: SettingsDialog, store: SettingsStore) -> None:
    dialog._change(("sampling", "temperature"), 99.0)
    assert dialog._problem.isVisible()
    assert "99" in dialog._problem.text()
    dialog._change(("sampling", "temperature"), 1.0)
    assert not dialog._problem.isVisible()


def test_nothing_is_cut_off_sideways(dialog: SettingsDialog, style: Style) -> None:
    for zoom in (80, 100, 160):
        style.apply("light", zoom)
        area = dialog.findChild(QScrollArea)
        assert area is not None
        page = area.widget()
        assert page is not None
        assert page.minimumSizeHint().width() <= 560 * zoom / 100, zoom


def test_rarely_used_fields_are_folded_away(dialog: SettingsDialog, store: SettingsStore) -> None:
    fold = dialog._folds["sampling"]
    seed = _input(dialog, "sampling", "seed")
    assert isinstance(seed, Number)
    assert not seed.isVisible()
    fold.button.click()
    assert fold.is_open()
    assert seed.isVisible()
    assert seed.text() == "Random"
    seed.setValue(7)
    assert store.current.sampling.seed == 7
    fold.button.click()
    assert not seed.isVisible()


def test_load_parameters(dialog: SettingsDialog, store: SettingsStore, qtbot: QtBot) -> None:
    dialog._folds["engine"].set_open(True)
    unload, experts, kv_type, split = (
        _input(dialog, "engine", name)
        for name in ("unload_after_min", "n_cpu_moe", "kv_type", "tensor_split")
    )
    assert isinstance(unload, Number)
    assert isinstance(experts, Number)
    assert isinstance(kv_type, Choice)
    assert isinstance(split, QLineEdit)
    assert unload.text() == "30 min"
    unload.setValue(0)
    assert unload.text() == "Never"
    assert store.current.engine.unload_after_min == 0
    assert experts.text() == "As few as needed"
    kv_type.setCurrentText("Q8_0")
    assert store.current.engine.kv_type == "q8_0"
    qtbot.keyClicks(split, "3,x")
    split.editingFinished.emit()
    assert store.current.engine.tensor_split == ""
    assert dialog._problem.isVisible()
    split.setText("3,1")
    split.editingFinished.emit()
    assert store.current.engine.tensor_split == "3,1"
    assert not dialog._problem.isVisible()
