"""Choosing, opening and losing models, over the real library and a made-up engine."""

from __future__ import annotations

import shutil
from pathlib import Path

from pytestqt.qtbot import QtBot

from desk_llm.models.types import LoadPhase
from desk_llm.services import Services
from desk_llm.ui.main_window import MainWindow
from desk_llm.ui.widgets.banner import Banner
from tests.helpers.gguf_models import tiny_model


def _sentences(window: MainWindow) -> list[str]:
    return [one.sentence for one in window.page.findChildren(Banner)]


def test_the_built_in_guide_is_loaded_at_the_start(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    window.start_work()
    qtbot.waitUntil(lambda: services.loader.state.phase is LoadPhase.READY)
    assert window.page.models.has_model
    assert "built-in guide" in window.page.models.note


def test_a_model_put_into_the_folder_is_found_and_used(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    services.models_folder.mkdir(parents=True, exist_ok=True)
    tiny_model(services.models_folder / "tiny.gguf")
    window.page.models.refresh()
    qtbot.waitUntil(lambda: len(services.library.files) == 2)
    window.page.models.picker.chosen.emit("tiny")
    assert window.page.models.chosen_id == "tiny"
    qtbot.waitUntil(lambda: services.loader.state.phase is LoadPhase.READY)
    state = services.loader.state
    assert state.model is not None
    assert state.model.id == "tiny"
    assert services.settings.current.models.last == "tiny"
    (services.models_folder / "tiny.gguf").unlink()
    window.page.models.refresh()
    qtbot.waitUntil(lambda: len(services.library.files) == 1)
    assert window.page.models.has_model  # back to the guide


def test_a_file_from_elsewhere_is_remembered(
    window: MainWindow, services: Services, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tiny_model(tmp_path / "外部 model.gguf")
    window.page.models.open_file(path)
    qtbot.waitUntil(lambda: services.loader.state.phase is LoadPhase.READY)
    assert services.settings.current.models.extra_files == (str(path),)
    assert window.page.models.chosen_id in {file.id for file in services.library.files}
    window.page.models.open_file(path)
    qtbot.wait(50)
    assert len(services.settings.current.models.extra_files) == 1


def test_a_file_that_is_no_model_is_refused_with_a_sentence(
    window: MainWindow, services: Services, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "page.gguf"
    path.write_text("<html><body>404")
    window.page.models.open_file(path)
    qtbot.waitUntil(lambda: any("page.gguf" in one for one in _sentences(window)))
    assert services.settings.current.models.extra_files == ()


def test_a_chat_whose_model_is_gone_goes_on_with_another(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    chat = services.store.create("Old", "a-model-that-is-gone")
    window.chats.open(chat.id)
    window.page.send("Still there?")
    qtbot.waitUntil(lambda: not window.page.is_busy, timeout=10_000)
    session = window.page.binding.session
    assert session is not None
    assert session.branch[-1].text == "Hello from the model."


def test_without_any_model_nothing_can_be_sent(
    window: MainWindow, services: Services, qtbot: QtBot, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    services.library._roots.starter = empty
    shutil.rmtree(services.models_folder, ignore_errors=True)
    window.page.models.refresh()
    qtbot.waitUntil(lambda: not services.library.files)
    qtbot.waitUntil(lambda: not window.page.models.has_model)
    window.page.send("Anybody?")
    assert window.page.conversation_id == ""
    assert "GGUF" in window.page.models.note


def test_two_models_stay_loaded_and_each_can_go(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    services.models_folder.mkdir(parents=True, exist_ok=True)
    tiny_model(services.models_folder / "tiny.gguf")
    window.start_work()
    qtbot.waitUntil(lambda: services.loader.state.phase is LoadPhase.READY)
    qtbot.waitUntil(lambda: len(services.library.files) == 2)
    guide = window.page.models.chosen_id
    window.page.models.picker.chosen.emit("tiny")
    qtbot.waitUntil(lambda: [one.file.id for one in services.loader.loaded] == ["tiny", guide])
    info = window.page.models.chosen_info
    assert info is not None
    assert info.key == "tiny"
    window.page.models.picker.unload_requested.emit("tiny")
    qtbot.waitUntil(lambda: [one.file.id for one in services.loader.loaded] == [guide])
    assert window.page.models.chosen_id == "tiny"  # the next message loads it again
    assert window.page.models.chosen_info is None
    window.page.models.load()
    qtbot.waitUntil(lambda: len(services.loader.loaded) == 2)
    window.actions_["model.unload"].trigger()  # the chosen one only
    qtbot.waitUntil(lambda: [one.file.id for one in services.loader.loaded] == [guide])
