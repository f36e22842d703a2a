"""The Models window: its pages, its keys, what is dropped on it, and the window that opens it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk_llm.errors import RequestError
from desk_llm.models.types import LoadPhase, LoadState
from desk_llm.services import Services
from desk_llm.ui.main_window import MainWindow
from desk_llm.ui.models.discover.page import DiscoverPage
from desk_llm.ui.models.window import ACTIVITY, DISCOVER, MY_MODELS, ModelsWindow
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.model_files import put, spec
from tests.ui.models.conftest import PATIENCE_MS


def test_three_pages_by_segment_and_key(
    models_window: ModelsWindow, hub: FakeHub, qtbot: QtBot
) -> None:
    del hub
    assert models_window.page == MY_MODELS
    button = models_window.segments._group.button(DISCOVER)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert models_window.page == DISCOVER
    assert isinstance(models_window._pages.currentWidget(), DiscoverPage)
    qtbot.keyClick(models_window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert models_window.page == ACTIVITY
    assert models_window.activity.isVisible()
    qtbot.keyClick(models_window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert models_window.library.isVisible()
    assert models_window.segments.current == MY_MODELS


def test_discover_gets_the_query(models_window: ModelsWindow, hub: FakeHub, qtbot: QtBot) -> None:
    models_window.open_discover("fresh")
    page = models_window._pages.currentWidget()
    assert isinstance(page, DiscoverPage)
    qtbot.waitUntil(lambda: any("search=fresh" in one.path for one in hub.log), timeout=PATIENCE_MS)
    models_window.open_discover()
    assert models_window._pages.currentWidget() is page


def test_find_goes_to_the_filter(models_window: ModelsWindow, qtbot: QtBot) -> None:
    models_window.activateWindow()
    qtbot.keyClick(models_window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert models_window.focusWidget() is models_window.library.tools.search


def mime(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(one)) for one in paths])
    return data


def drag(window: ModelsWindow, data: QMimeData) -> QDragEnterEvent:
    event = QDragEnterEvent(
        QPoint(50, 50),
        Qt.DropAction.CopyAction | Qt.DropAction.LinkAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, event)
    return event


def drop(window: ModelsWindow, data: QMimeData) -> QDropEvent:
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction | Qt.DropAction.LinkAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, event)
    return event


def test_files_and_folders_are_dropped(
    models_window: ModelsWindow, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    single = put(tmp_path / "dropped.gguf", "Dropped")
    shelf = put(tmp_path / "shelf" / "in.gguf", "In a folder").parent
    data = mime(single, shelf)
    models_window.show_page(ACTIVITY)
    assert drag(models_window, data).isAccepted()
    assert models_window.dropping.sign.isVisible()
    assert drop(models_window, data).isAccepted()
    assert not models_window.dropping.sign.isVisible()
    assert models_window.page == MY_MODELS
    model = models_window.library.model
    qtbot.waitUntil(lambda: len(model.all) == 7, timeout=PATIENCE_MS)
    assert services.settings.current.models.extra_files == (str(single),)
    qtbot.waitUntil(lambda: models_window.library.details.title.text() == "Dropped")


def test_text_and_web_addresses_are_no_models(models_window: ModelsWindow) -> None:
    data = QMimeData()
    data.setText("hello")
    drag(models_window, data)
    assert not models_window.dropping.sign.isVisible()
    data.setUrls([QUrl("https://example.org/x.gguf")])
    drag(models_window, data)
    assert not models_window.dropping.sign.isVisible()


def test_an_error_replaces_the_one_before(models_window: ModelsWindow, qtbot: QtBot) -> None:
    models_window.show_error(RequestError("One."))
    models_window.show_error(RequestError("Two."))
    assert models_window._banner is not None
    assert models_window._banner.sentence == "Two."
    models_window._banner.close()
    qtbot.waitUntil(lambda: models_window._banner is None)


def test_a_load_is_shown_and_can_be_cancelled(
    models_window: ModelsWindow, services: Services, qtbot: QtBot
) -> None:
    file = services.library.usable()
    models_window.strip.show_load(LoadState(LoadPhase.LOADING, file, 0.42))
    assert models_window.strip.isVisible()
    assert "42 %" in models_window.strip.loading.text.whole_text()
    with qtbot.waitSignal(models_window.strip.load_cancelled):
        models_window.strip.loading.cancelled.emit()
    models_window.strip.show_load(LoadState(LoadPhase.READY, file, 1.0))
    assert not models_window.strip.isVisible()


def test_a_failed_load_is_told(models_window: ModelsWindow, services: Services) -> None:
    error = RequestError("It cannot be loaded.")
    file = services.library.usable()
    models_window._on_loader_changed(LoadState(LoadPhase.FAILED, file, error=error))
    assert models_window._banner is not None
    assert models_window._banner.sentence == "It cannot be loaded."


# ── the main window ──────────────────────────────────────────────────────


def test_the_main_window_opens_one_and_takes_it_along(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_["app.models"].trigger()
    first = window._models
    assert first is not None
    qtbot.waitUntil(first.isVisible)
    window.actions_["app.models"].trigger()
    assert window._models is first
    qtbot.waitUntil(first.isActiveWindow)
    qtbot.keyClick(first, Qt.Key.Key_Escape)
    assert not window.is_models_open
    window.open_models()
    window.close()
    assert not window.is_models_open


def test_a_model_that_is_loaded_here_answers_in_the_chat(
    window: MainWindow, services: Services, folder: Path, qtbot: QtBot
) -> None:
    put(folder / "zeta.gguf", "Zeta")
    services.library.refresh()
    wanted = services.library.get("Zeta").id
    window.open_models().use_wanted.emit(wanted)
    assert window.page.models.chosen_id == wanted
    assert services.settings.current.models.last == wanted
    services.loader.cancel()


def test_the_status_bar_counts_downloads_and_opens_them(
    window: MainWindow, services: Services, hub: FakeHub, qtbot: QtBot
) -> None:
    assert not window.status._downloads.isVisible()
    hub.faults.bytes_per_s = 50_000.0
    services.downloads.add(spec(hub, "owner/fresh", "fresh-q8.gguf"))
    qtbot.waitUntil(window.status._downloads.isVisible, timeout=PATIENCE_MS)
    assert window.status._downloads.text().startswith("1 download")
    qtbot.mouseClick(window.status._downloads, Qt.MouseButton.LeftButton)
    assert window._models is not None
    assert window._models.page == ACTIVITY
    services.downloads.pause_all()
    qtbot.waitUntil(lambda: not window.status._downloads.isVisible(), timeout=PATIENCE_MS)


def test_a_finished_download_is_told_in_the_chat_and_can_be_loaded(
    window: MainWindow, services: Services, hub: FakeHub, qtbot: QtBot
) -> None:
    services.downloads.add(spec(hub, "owner/fresh", "fresh-q8.gguf"))
    qtbot.waitUntil(lambda: "is here" in window.toast.text(), timeout=PATIENCE_MS)
    window.toast._on_button_clicked()
    qtbot.waitUntil(lambda: window.page.models.chosen_name == "Fresh", timeout=PATIENCE_MS)
    assert services.settings.current.models.extra_files == ()  # it lies in the models folder
    services.loader.cancel()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_another_zoom_and_scheme(
    models_window: ModelsWindow, services: Services, theme: str, qapp: QApplication
) -> None:
    from desk_llm.ui.theme.style import Style

    style = Style(qapp)
    style.apply(theme, 130)  # type: ignore[arg-type]
    picture = models_window.grab().toImage()
    assert picture.width() >= models_window.width()
    assert models_window.library.table.verticalHeader().defaultSectionSize() > 50
    style.apply("light", 100)
