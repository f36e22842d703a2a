"""The first run: a recommended model, models that are here, or later; nothing is forced."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from desk_llm.hub.curated import CuratedModel, load
from desk_llm.models.fit.forecast import MachineSpeed
from desk_llm.services import Services
from desk_llm.ui.chat.first_choices import FirstChoices
from desk_llm.ui.main_window import MainWindow
from desk_llm.ui.messages import Messages
from desk_llm.ui.models.window import DISCOVER
from desk_llm.ui.settings.dialog import NETWORK
from desk_llm.ui.theme.style import Style
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.gguf_models import tiny_model
from tests.helpers.hub_window import _clean_surroundings, connected, server

__all__ = ["_clean_surroundings", "connected", "server"]

_WAIT_MS = 20_000


@pytest.fixture
def first(connected: Services, server: FakeHub, style: Style, qtbot: QtBot) -> Iterator[MainWindow]:
    """The window of a new person, over a server that has every model of the list."""
    del style
    for model in load().models:
        _serve(server, model)
    made = MainWindow(connected, Messages())
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    made.deleteLater()
    QCoreApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete)


def _serve(server: FakeHub, model: CuratedModel) -> None:
    folder = server.repos.root / model.repo
    folder.mkdir(parents=True)
    tiny_model(folder / f"m-{model.quants[0]}.gguf")


def _choices(window: MainWindow) -> FirstChoices:
    choices = window.page.welcome.choices
    assert choices is not None
    return choices


def _judged(window: MainWindow, qtbot: QtBot) -> FirstChoices:
    choices = _choices(window)
    qtbot.waitUntil(choices.recommended.get.isVisible, timeout=_WAIT_MS)
    return choices


def test_a_model_is_recommended_and_nobody_is_asked(
    first: MainWindow, server: FakeHub, qtbot: QtBot
) -> None:
    choices = _judged(first, qtbot)
    names = [one.name for one in load().models]
    assert choices.recommended.name.whole_text() in names
    facts = choices.recommended.facts.text()
    assert "GB" in facts or "MB" in facts
    assert "of memory" in facts
    qtbot.waitUntil(lambda: bool(choices.machine.text()), timeout=_WAIT_MS)
    assert server.log == []


def test_its_speed_is_told_once_the_machine_was_measured(
    first: MainWindow, connected: Services, qtbot: QtBot
) -> None:
    choices = _judged(first, qtbot)
    assert "tok/s" not in choices.recommended.facts.text()
    connected.fit.machine = lambda: MachineSpeed({"CPU": 50e9}, {"CPU": 400e9})
    connected.fit.refresh()
    qtbot.waitUntil(lambda: "tok/s" in choices.recommended.facts.text(), timeout=_WAIT_MS)


def test_the_recommended_model_is_downloaded_and_used(
    first: MainWindow, connected: Services, qtbot: QtBot
) -> None:
    choices = _judged(first, qtbot)
    choices.recommended.get.click()
    qtbot.waitUntil(choices.recommended.use.isVisible, timeout=_WAIT_MS)
    choices.recommended.use.click()
    qtbot.waitUntil(lambda: first.page.welcome.choices is None, timeout=_WAIT_MS)
    assert connected.settings.current.models.last.endswith(first.page.models.chosen_id)
    assert first.page.models.chosen_id.split("/")[-1].startswith("m-")


def test_without_a_network_it_is_said_and_the_rest_works(
    first: MainWindow, connected: Services, qtbot: QtBot
) -> None:
    connected.settings.change("network", offline=True)
    choices = _judged(first, qtbot)
    choices.recommended.get.click()
    qtbot.waitUntil(lambda: "offline" in choices.recommended.text.text(), timeout=_WAIT_MS)
    assert choices.recommended.get.isVisible()
    told: list[None] = []
    connected.fit.changed.connect(told.append)
    connected.fit.refresh()  # a newer forecast does not wipe it out
    qtbot.waitUntil(lambda: bool(told), timeout=_WAIT_MS)
    qtbot.wait(300)
    assert "offline" in choices.recommended.text.text()


def test_models_that_are_here_are_offered(
    first: MainWindow, connected: Services, qtbot: QtBot
) -> None:
    choices = _choices(first)
    assert choices.found.file.isVisible()
    tiny_model(connected.models_folder / "mine.gguf")
    first.page.models.refresh()
    qtbot.waitUntil(lambda: len(choices.found.buttons) == 1, timeout=_WAIT_MS)
    assert choices.found.about.text().startswith("1 found on this disk")
    choices.found.buttons[0].click()
    assert first.page.models.chosen_id == "mine"
    assert first.page.welcome.choices is None


def test_many_models_open_the_picker(first: MainWindow, connected: Services, qtbot: QtBot) -> None:
    choices = _choices(first)
    for n in range(4):
        tiny_model(connected.models_folder / f"mine-{n}.gguf", seed=n)
    first.page.models.refresh()
    qtbot.waitUntil(choices.found.all.isVisible, timeout=_WAIT_MS)
    choices.found.all.click()
    assert first.page.models.picker.isVisible()
    first.page.models.picker.hide()


def test_others_lead_to_discover_and_its_settings_to_the_network(
    first: MainWindow, qtbot: QtBot
) -> None:
    choices = _judged(first, qtbot)
    choices.recommended.more.click()
    models = first.open_models()
    assert models.page == DISCOVER
    discover = models._make_discover()
    discover.settings_wanted.emit()
    dialog = first._settings_dialog
    assert dialog is not None
    assert dialog.pages.currentIndex() == NETWORK
    dialog.close()


def test_later_is_remembered(first: MainWindow, connected: Services) -> None:
    _choices(first).later.button.click()
    assert first.page.welcome.choices is None
    again = MainWindow(connected, Messages())
    assert again.page.welcome.choices is None
    again.close()
    again.deleteLater()


def test_the_guide_answers_meanwhile(first: MainWindow, qtbot: QtBot) -> None:
    first.page.models.start()
    qtbot.waitUntil(lambda: first.page.models.has_model, timeout=_WAIT_MS)
    first.page.send("Hello")
    qtbot.waitUntil(lambda: not first.page.is_busy, timeout=_WAIT_MS)
    first.page.new_chat()
    assert first.page.welcome.choices is not None


def test_who_has_chosen_before_is_not_asked(
    connected: Services, style: Style, qtbot: QtBot
) -> None:
    connected.settings.change("models", last="mine")
    window = MainWindow(connected, Messages())
    qtbot.addWidget(window)
    assert window.page.welcome.choices is None
