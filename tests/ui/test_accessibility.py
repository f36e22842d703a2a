"""Everything a person can reach has a name, and no label takes foreign text for HTML (S16)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollBar,
    QSplitterHandle,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desk_llm.services import Services
from desk_llm.ui.benchmark.window import BenchmarkWindow
from desk_llm.ui.gallery import Gallery
from desk_llm.ui.help import AboutDialog, ShortcutsDialog
from desk_llm.ui.main_window import MainWindow
from desk_llm.ui.models.activity.rows import DownloadRows
from desk_llm.ui.models.discover.page import DiscoverPage
from desk_llm.ui.models.window import ModelsWindow
from desk_llm.ui.settings.dialog import NETWORK, SettingsDialog
from desk_llm.ui.telemetry.queue.dialog import QueueDialog
from desk_llm.ui.theme.style import Style
from tests.helpers.benchmark_runs import load_run
from tests.helpers.download_parts import every_state
from tests.helpers.live_parts import item


@pytest.fixture(
    params=[
        "window",
        "settings",
        "network",
        "discover",
        "shortcuts",
        "about",
        "gallery",
        "queue",
        "benchmark",
        "models",
        "activity",
    ]
)
def surface(
    request: pytest.FixtureRequest, services: Services, style: Style, qtbot: QtBot
) -> Iterator[QWidget]:
    if request.param == "window":
        yield request.getfixturevalue("window")
        return
    made: QWidget
    if request.param == "settings":
        made = SettingsDialog(services)
    elif request.param == "network":
        made = SettingsDialog(services)
        made.show_page(NETWORK)
    elif request.param == "discover":
        made = discover = DiscoverPage(services)
        made.show()
        qtbot.waitUntil(lambda: discover.rows.rowCount() > 0, timeout=20_000)
    elif request.param == "gallery":
        made = Gallery()
    elif request.param == "benchmark":
        services.benchmark.store.add(load_run()).result(5)
        made = BenchmarkWindow(services)
        made.result.show_run(load_run(), ())
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    elif request.param == "models":
        made = models = ModelsWindow(services)
        models.library._read()
        qtbot.waitUntil(lambda: models.library.details.file is not None, timeout=20_000)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    elif request.param == "activity":
        made = DownloadRows()
        made.show_downloads(every_state())
    elif request.param == "queue":
        made = QueueDialog()
        made.show_queue((item("a", 0), item("b")))
    else:
        made = ShortcutsDialog() if request.param == "shortcuts" else AboutDialog()
    qtbot.addWidget(made)
    made.show()
    yield made


def _is_inner(widget: QWidget) -> bool:
    """Parts that Qt makes for its own widgets; these are named through their owner."""
    parent = widget.parentWidget()
    return (
        isinstance(widget, (QScrollBar, QSplitterHandle, QMenu))
        or widget.objectName().startswith("qt_")
        or isinstance(parent, (QAbstractSpinBox, QLineEdit))
        or isinstance(getattr(parent, "parentWidget", lambda: None)(), QComboBox)
        or (isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget)
    )


def _is_reachable(widget: QWidget) -> bool:
    return isinstance(widget, QAbstractButton) or widget.focusPolicy() != Qt.FocusPolicy.NoFocus


def test_everything_reachable_has_a_name(surface: QWidget) -> None:
    nameless = [
        f"{type(one).__name__} in {type(one.parentWidget()).__name__}"
        for one in surface.findChildren(QWidget)
        if _is_reachable(one)
        and one.isVisibleTo(surface)
        and not _is_inner(one)
        and one.focusProxy() is None
        and not one.accessibleName().strip()
        and not (isinstance(one, QAbstractButton) and one.text())
        and "Scroll" not in type(one).__name__  # plain containers that scroll
    ]
    assert nameless == []


def test_no_label_guesses_html(surface: QWidget) -> None:
    guessing = [
        f"{type(one).__name__}: {one.text()[:40]}"
        for one in surface.findChildren(QLabel)
        if one.textFormat() != Qt.TextFormat.PlainText
        and not one.objectName().startswith("qt_")
        and type(one.parentWidget()).__module__.startswith("desk_llm")
    ]
    assert guessing == []


def test_tab_goes_round_the_window(window: MainWindow, qtbot: QtBot) -> None:
    """From the composer, Tab comes back to it, over the sidebar and the top bar, in order."""
    window.page.composer.setFocus()
    start = window.page.composer.editor
    seen: list[QWidget] = []
    one: QWidget | None = start.nextInFocusChain()
    while one is not None and one is not start and len(seen) < 5000:
        is_stop = bool(one.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
        if is_stop and one.isVisible() and one.isEnabled():
            seen.append(one)
        one = one.nextInFocusChain()
    assert one is start
    order = [seen.index(part) for part in (window.sidebar.search, window.page.top_bar.model_button)]
    assert order == sorted(order)


def test_icon_only_buttons_say_what_they_do(window: MainWindow) -> None:
    for one in window.findChildren(QAbstractButton):
        if not one.text() and one.isVisibleTo(window) and not _is_inner(one):
            assert one.accessibleName(), one
            assert one.toolTip(), one.accessibleName()
