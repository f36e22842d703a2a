"""What the person is told after a crash, and that the culprit stays out until it is wanted."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from desk_llm.models.loading.ending import Blocked, Ending
from desk_llm.models.types import LoadPhase
from desk_llm.services import Services
from desk_llm.ui.application import Desk
from desk_llm.ui.widgets.banner import Banner

CASES = {
    "compute": (
        Ending("SIGSEGV", "", "computing", "m", "/models/Qwen.gguf"),
        "desk_llm closed unexpectedly while Qwen.gguf computed (segmentation fault).",
    ),
    "load": (
        Ending("abort", "", "loading", "m", "/models/Qwen.gguf", "ggml.c:1: GGML_ASSERT(x) failed"),
        "desk_llm closed unexpectedly while Qwen.gguf was loaded "
        "(the engine gave up: ggml.c:1: GGML_ASSERT(x) failed).",
    ),
    "hang": (
        Ending("hang", "", "computing", "m", "/models/Qwen.gguf"),
        "desk_llm closed unexpectedly while Qwen.gguf computed (it did not go on).",
    ),
    "window": (
        Ending("hang", "window", "computing", "m", "/models/Qwen.gguf"),
        "desk_llm closed unexpectedly (its window did not answer).",
    ),
    "rest": (Ending("SIGBUS"), "desk_llm closed unexpectedly (bus error: the model file was"),
    "unknown": (Ending("signal 61"), "desk_llm closed unexpectedly (signal 61)."),
}


@pytest.fixture
def starter(services: Services) -> str:
    return next(one.id for one in services.library.files if one.is_starter)


def _banners(desk: Desk) -> list[Banner]:
    assert desk.window is not None
    return desk.window.page.findChildren(Banner)


@pytest.mark.parametrize("case", CASES)
def test_the_banner_names_the_cause(
    services: Services, qapp: QApplication, qtbot: QtBot, case: str
) -> None:
    ending, sentence = CASES[case]
    desk = Desk(qapp, services, ending)
    desk.open_window()
    (banner,) = _banners(desk)
    assert banner.sentence.startswith(sentence)
    buttons = [one.text() for one in banner.findChildren(QPushButton)]
    assert ("Load it again" in buttons) is bool(ending.culprit)
    desk.close()


def test_the_culprit_is_not_loaded_by_itself_nor_by_a_message(
    services: Services, qapp: QApplication, qtbot: QtBot, starter: str
) -> None:
    desk = Desk(qapp, services, Ending("SIGSEGV", "", "computing", starter, "/x/starter.gguf"))
    desk.open_window()
    assert desk.window is not None
    page = desk.window.page
    with qtbot.waitSignal(page.models.changed):
        page.models.start()
    (banner,) = _banners(desk)
    banner.close()
    qtbot.waitUntil(lambda: not _banners(desk))
    page.send("hello")
    assert services.loader.state.phase is LoadPhase.IDLE
    (banner,) = _banners(desk)  # with the button again
    next(one for one in banner.findChildren(QPushButton) if one.text() == "Load it again").click()
    qtbot.waitUntil(lambda: services.loader.state.phase is LoadPhase.READY)
    assert Blocked(services.paths.blocked_model).model == ""
    desk.close()


def test_after_many_crashes_no_model_is_loaded_at_the_start(
    services: Services, qapp: QApplication, qtbot: QtBot
) -> None:
    desk = Desk(qapp, services, Ending("SIGSEGV", is_safe=True))
    desk.open_window()
    assert desk.window is not None
    with qtbot.waitSignal(desk.window.page.models.changed):
        desk.window.start_work()
    assert services.loader.state.phase is LoadPhase.IDLE
    (banner,) = _banners(desk)
    assert banner.sentence == "desk_llm closed unexpectedly (segmentation fault)."
    desk.close()


def test_an_earlier_session_is_remembered(
    services: Services, qapp: QApplication, qtbot: QtBot, starter: str
) -> None:
    Blocked(services.paths.blocked_model).block(starter)
    desk = Desk(qapp, services)
    desk.open_window()
    assert desk.window is not None
    assert _banners(desk) == []
    desk.window.page.send("hello")
    (banner,) = _banners(desk)
    assert "last time" in banner.sentence
    assert services.loader.state.phase is LoadPhase.IDLE
    desk.close()
