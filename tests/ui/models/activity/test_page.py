"""Activity over real downloads from a Hub on 127.0.0.1: every state and every button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desk_llm.downloads.types import DownloadState
from desk_llm.services import Services
from desk_llm.ui.models.activity import page as page_module
from desk_llm.ui.models.activity import words
from desk_llm.ui.models.activity.page import ActivityPage
from desk_llm.ui.models.activity.row import DownloadRow
from desk_llm.ui.models.activity.rows import DownloadRows
from desk_llm.ui.models.window import ACTIVITY, MY_MODELS, ModelsWindow
from desk_llm.ui.theme.style import Style
from tests.helpers.download_parts import every_state, snapshot
from tests.helpers.fakehub.faults import Status
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.model_files import spec
from tests.ui.models.conftest import PATIENCE_MS

SLOW = 50_000.0  # bytes a second: some seconds for the served model


@pytest.fixture
def page(models_window: ModelsWindow) -> ActivityPage:
    models_window.open_activity()
    return models_window.activity


@pytest.fixture
def start(services: Services, hub: FakeHub, page: ActivityPage) -> Callable[[], str]:
    """Begin the slow download of "fresh"."""
    del page

    def begin() -> str:
        hub.faults.bytes_per_s = SLOW
        return services.downloads.add(spec(hub, "owner/fresh", "fresh-q8.gguf"))

    return begin


def row_of(page: ActivityPage, download_id: str) -> DownloadRow:
    row = page.rows.row(download_id)
    assert row is not None
    return row


def wait_for(
    qtbot: QtBot, page: ActivityPage, download_id: str, *states: DownloadState
) -> DownloadRow:
    """Until its row shows one of these states."""

    def is_there() -> bool:
        row = page.rows.row(download_id)
        return row is not None and row.download.state in states

    qtbot.waitUntil(is_there, timeout=PATIENCE_MS)
    return row_of(page, download_id)


def press(qtbot: QtBot, row: DownloadRow, what: str) -> None:
    qtbot.mouseClick(row.buttons[what], Qt.MouseButton.LeftButton)


def shown_buttons(row: DownloadRow) -> set[str]:
    return {what for what, button in row.buttons.items() if button.isVisibleTo(row)}


def test_nothing_yet(page: ActivityPage, models_window: ModelsWindow, qtbot: QtBot) -> None:
    assert page.empty.isVisible()
    assert not page.pause_all.isEnabled()
    assert not page.forget_done.isEnabled()
    assert models_window.strip.isHidden()
    with qtbot.waitSignal(page.discover_wanted):
        page.empty.activated.emit()


def test_a_download_runs_pauses_and_goes_on(
    page: ActivityPage, start: Callable[[], str], hub: FakeHub, qtbot: QtBot
) -> None:
    chosen = start()
    row = wait_for(qtbot, page, chosen, DownloadState.RUNNING)
    qtbot.waitUntil(lambda: row.download.done_bytes > 0, timeout=PATIENCE_MS)
    assert row.title.whole_text() == "owner/fresh · fresh-q8"
    assert {"pause", "cancel"} <= shown_buttons(row)
    press(qtbot, row, "pause")
    wait_for(qtbot, page, chosen, DownloadState.PAUSED)
    assert row.line.whole_text().startswith("Paused · ")
    assert "resume" in shown_buttons(row)
    assert page.resume_all.isEnabled()
    hub.faults.bytes_per_s = 0
    press(qtbot, row, "resume")
    wait_for(qtbot, page, chosen, DownloadState.DONE)
    assert shown_buttons(row) == {"load", "show", "forget"}
    assert not row.bar.isVisibleTo(row)
    press(qtbot, row, "forget")
    qtbot.waitUntil(page.empty.isVisible, timeout=PATIENCE_MS)


def test_what_is_done_is_listed_and_can_be_loaded(
    page: ActivityPage,
    models_window: ModelsWindow,
    services: Services,
    hub: FakeHub,
    qtbot: QtBot,
) -> None:
    chosen = services.downloads.add(spec(hub, "owner/fresh", "fresh-q8.gguf"))
    row = wait_for(qtbot, page, chosen, DownloadState.DONE)
    qtbot.waitUntil(lambda: "is here" in models_window.toast.text(), timeout=PATIENCE_MS)
    press(qtbot, row, "show")
    assert models_window.page == MY_MODELS
    details = models_window.library.details
    qtbot.waitUntil(lambda: details.title.text() == "Fresh", timeout=PATIENCE_MS)
    models_window.open_activity()
    with qtbot.waitSignal(models_window.use_wanted, timeout=PATIENCE_MS) as heard:
        press(qtbot, row, "load")
    assert services.library.get(str(heard.args[0])).name == "Fresh"


def test_the_badge_counts_what_is_under_way(
    page: ActivityPage,
    models_window: ModelsWindow,
    start: Callable[[], str],
    services: Services,
    qtbot: QtBot,
) -> None:
    chosen = start()
    wait_for(qtbot, page, chosen, DownloadState.RUNNING)
    badge = models_window.segments._group.button(ACTIVITY)
    qtbot.waitUntil(lambda: badge.text() == "Activity 1", timeout=PATIENCE_MS)
    assert badge.accessibleName() == "Activity 1"
    assert models_window.strip.isHidden()  # the page itself shows it
    models_window.show_page(MY_MODELS)
    assert models_window.strip.isVisible()
    qtbot.mouseClick(models_window.strip.button, Qt.MouseButton.LeftButton)
    assert models_window.page == ACTIVITY
    services.downloads.pause(chosen)
    qtbot.waitUntil(lambda: badge.text() == "Activity", timeout=PATIENCE_MS)


def test_cancel_waits_for_undo(
    page: ActivityPage,
    models_window: ModelsWindow,
    start: Callable[[], str],
    services: Services,
    qtbot: QtBot,
) -> None:
    chosen = start()
    row = wait_for(qtbot, page, chosen, DownloadState.RUNNING)
    qtbot.waitUntil(lambda: row.download.done_bytes > 0, timeout=PATIENCE_MS)
    press(qtbot, row, "cancel")
    assert page.rows.row(chosen) is None
    assert "cancelled" in models_window.toast.text()
    kept = services.downloads.get(chosen)
    assert kept is not None
    models_window.toast._on_button_clicked()
    wait_for(qtbot, page, chosen, DownloadState.RUNNING, DownloadState.QUEUED)


def test_undo_of_a_paused_one_leaves_it_paused(
    page: ActivityPage,
    models_window: ModelsWindow,
    start: Callable[[], str],
    services: Services,
    qtbot: QtBot,
) -> None:
    chosen = start()
    press(qtbot, wait_for(qtbot, page, chosen, DownloadState.RUNNING), "pause")
    press(qtbot, wait_for(qtbot, page, chosen, DownloadState.PAUSED), "cancel")
    assert page.rows.row(chosen) is None
    models_window.toast._on_button_clicked()
    assert row_of(page, chosen).download.state is DownloadState.PAUSED


def test_a_cancelled_download_goes_with_its_parts(
    page: ActivityPage,
    start: Callable[[], str],
    services: Services,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(page_module, "UNDO_MS", 50)
    chosen = start()
    row = wait_for(qtbot, page, chosen, DownloadState.RUNNING)
    qtbot.waitUntil(lambda: row.download.done_bytes > 0, timeout=PATIENCE_MS)
    target = services.models_folder / "owner" / "fresh"
    qtbot.waitUntil(lambda: any(target.iterdir()) if target.is_dir() else False)
    press(qtbot, row, "cancel")
    qtbot.waitUntil(lambda: services.downloads.get(chosen) is None, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not list(target.glob("*")), timeout=PATIENCE_MS)
    assert page.empty.isVisible()


def test_closing_the_window_ends_what_was_cancelled(
    page: ActivityPage,
    models_window: ModelsWindow,
    start: Callable[[], str],
    services: Services,
    qtbot: QtBot,
) -> None:
    chosen = start()
    press(qtbot, wait_for(qtbot, page, chosen, DownloadState.RUNNING), "cancel")
    models_window.close()
    qtbot.waitUntil(lambda: services.downloads.get(chosen) is None, timeout=PATIENCE_MS)


def test_a_failure_is_a_sentence_and_can_be_retried(
    page: ActivityPage, services: Services, hub: FakeHub, qtbot: QtBot
) -> None:
    hub.faults.statuses = [Status(404)] * 3
    chosen = services.downloads.add(spec(hub, "owner/fresh", "fresh-q8.gguf"))
    row = wait_for(qtbot, page, chosen, DownloadState.FAILED)
    assert row.problem.text()
    assert row.problem.isVisibleTo(row)
    assert row.buttons["resume"].text() == "Retry"
    assert row.problem.text() in row.accessibleName()
    hub.faults.statuses = []
    press(qtbot, row, "resume")
    wait_for(qtbot, page, chosen, DownloadState.DONE)
    assert not row.problem.isVisibleTo(row)


def test_a_server_that_is_away_is_asked_again(
    page: ActivityPage, services: Services, hub: FakeHub, qtbot: QtBot
) -> None:
    hub.faults.statuses = [Status(503, {"Retry-After": "30"})] * 5
    chosen = services.downloads.add(spec(hub, "owner/fresh", "fresh-q8.gguf"))
    row = wait_for(qtbot, page, chosen, DownloadState.WAITING)
    assert row.line.whole_text().startswith("Tries again in ")
    assert row.buttons["resume"].text() == "Try now"
    hub.faults.statuses = []
    press(qtbot, row, "resume")
    wait_for(qtbot, page, chosen, DownloadState.DONE)


def test_all_at_once_and_another_order(
    page: ActivityPage, services: Services, hub: FakeHub, qtbot: QtBot
) -> None:
    hub.faults.bytes_per_s = SLOW
    first = services.downloads.add(spec(hub, "owner/fresh", "fresh-q8.gguf"))
    second = services.downloads.add(spec(hub, "owner/other", "other-q4.gguf"))
    qtbot.waitUntil(lambda: page.rows.shown == (first, second), timeout=PATIENCE_MS)
    wait_for(qtbot, page, first, DownloadState.RUNNING)
    assert "down" in shown_buttons(row_of(page, first))
    assert "up" not in shown_buttons(row_of(page, first))
    press(qtbot, row_of(page, second), "up")
    qtbot.waitUntil(lambda: page.rows.shown == (second, first), timeout=PATIENCE_MS)
    qtbot.keyClick(row_of(page, second), Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: page.rows.shown == (first, second), timeout=PATIENCE_MS)
    qtbot.mouseClick(page.pause_all, Qt.MouseButton.LeftButton)
    for one in (first, second):
        wait_for(qtbot, page, one, DownloadState.PAUSED)
    hub.faults.bytes_per_s = 0
    qtbot.mouseClick(page.resume_all, Qt.MouseButton.LeftButton)
    for one in (first, second):
        wait_for(qtbot, page, one, DownloadState.DONE)
    qtbot.mouseClick(page.forget_done, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.empty.isVisible, timeout=PATIENCE_MS)


def test_the_keys_of_a_row(page: ActivityPage, start: Callable[[], str], qtbot: QtBot) -> None:
    chosen = start()
    row = wait_for(qtbot, page, chosen, DownloadState.RUNNING)
    qtbot.keyClick(row, Qt.Key.Key_Space)
    wait_for(qtbot, page, chosen, DownloadState.PAUSED)
    qtbot.keyClick(row, Qt.Key.Key_Space)
    wait_for(qtbot, page, chosen, DownloadState.RUNNING)
    with qtbot.waitSignal(page.cancelled):
        qtbot.keyClick(row, Qt.Key.Key_Delete)


# ── rows without a server ────────────────────────────────────────────────


def test_every_state_has_words() -> None:
    by_state = {one.state: one for one in every_state()}
    assert set(by_state) == set(DownloadState)
    assert len({words.state(one) for one in by_state.values()}) == len(DownloadState)
    lines = {state: words.line(one) for state, one in by_state.items()}
    assert lines[DownloadState.RUNNING] == "Downloading · 6.1 GB of 14.3 GB · 42 MB/s · 3 min left"
    assert lines[DownloadState.WAITING] == "Tries again in 12 s · 1.1 GB of 10.5 GB"
    assert lines[DownloadState.QUEUED] == "Waits for its turn · 0 of 4.5 GB"
    assert lines[DownloadState.DONE] == "Done · 639 MB"
    failed = by_state[DownloadState.FAILED]
    assert words.problem(failed) == ("52 GB are needed, 12.3 GB are free.", "Free some space.")
    assert "52 GB are needed" in words.spoken(failed)
    assert words.problem(by_state[DownloadState.DONE]) == ("", "")
    assert words.share(replace(failed, total_bytes=0)) == 0.0


def test_many_finished_ones_are_shown_on_request(style: Style, qtbot: QtBot) -> None:
    del style
    rows = DownloadRows()
    qtbot.addWidget(rows)
    many = [snapshot(DownloadState.DONE, n, finished_at=float(n)) for n in range(50)]
    rows.show_downloads([snapshot(DownloadState.PAUSED, 99), *many])
    assert rows.shown[:2] == ("99", "49")
    assert len(rows.shown) == 21
    assert rows._older.text() == "Show 30 older ones"
    qtbot.mouseClick(rows._older, Qt.MouseButton.LeftButton)
    assert len(rows.shown) == 51
    rows.show_downloads(many[:2])
    assert rows.shown == ("1", "0")


def test_tab_goes_through_a_row(style: Style, qtbot: QtBot) -> None:
    del style
    rows = DownloadRows()
    qtbot.addWidget(rows)
    rows.show_downloads([snapshot(DownloadState.PAUSED, 1), snapshot(DownloadState.PAUSED, 2)])
    first, second = rows.row("1"), rows.row("2")
    assert first is not None
    assert second is not None
    seen: list[QWidget] = []
    one: QWidget | None = first
    while one is not None and one is not second and len(seen) < 100:
        seen.append(one)
        one = one.nextInFocusChain()
    assert one is second
    assert {first.buttons["resume"], first.buttons["cancel"]} <= set(seen)
