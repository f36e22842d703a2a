"""The Discover page: the list before a search, searches, their states, names and links."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desk_llm.hub.curated import load
from desk_llm.hub.types import Sort
from desk_llm.models.fit.forecast import MachineSpeed
from desk_llm.models.fit.types import Verdict
from desk_llm.services import Services
from desk_llm.ui.models.discover.page import DiscoverPage
from desk_llm.ui.models.discover.rows import Row
from tests.helpers.fakehub.faults import Status
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.gguf_models import tiny_model

_WAIT_MS = 20_000


def _rows(page: DiscoverPage) -> list[Row]:
    found = [page.rows.row_at(page.rows.index(n)) for n in range(page.rows.rowCount())]
    return [row for row in found if row is not None]


def _names(page: DiscoverPage) -> list[str]:
    return [row.repo for row in _rows(page)] if page._stack.currentWidget() is page._found else []


def _add(server: FakeHub, *names: str) -> None:
    for name in names:
        folder = server.repos.root / name
        folder.mkdir(parents=True)
        tiny_model(folder / "m-Q4_K_M.gguf")


def _until_list(page: DiscoverPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page._stack.currentWidget() is page._found, timeout=_WAIT_MS)


def _until_state(page: DiscoverPage, qtbot: QtBot, n_buttons: int) -> None:
    def is_there() -> bool:
        return page._stack.currentWidget() is page.state and len(page.state.buttons) == n_buttons

    qtbot.waitUntil(is_there, timeout=_WAIT_MS)


# ── the curated list ─────────────────────────────────────────────────────


def test_the_list_comes_before_any_search_and_asks_no_server(
    page: DiscoverPage, server: FakeHub, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: page.rows.rowCount() > 0, timeout=_WAIT_MS)
    curated = load()
    assert {row.repo for row in _rows(page)} == {one.repo for one in curated.models}
    assert page.heading.text() == "Good on this machine"
    assert str(curated.date.year) in page.about.text()
    assert server.log == []


def test_what_fits_comes_first_and_one_is_recommended(page: DiscoverPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.rows.rowCount() > 0, timeout=_WAIT_MS)
    fits = [row.fit for row in _rows(page)]
    too_large = [fit is not None and fit.verdict is Verdict.NO for fit in fits]
    assert too_large == sorted(too_large)
    best = [row.is_best for row in _rows(page)]
    assert sum(best) <= 1
    assert best[0] or not any(best)
    assert all(row.fit is not None and row.side for row in _rows(page))


def test_it_is_judged_again_once_the_machine_was_measured(
    page: DiscoverPage, connected: Services, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: page.rows.rowCount() > 0, timeout=_WAIT_MS)
    assert "tok/s" not in _rows(page)[0].side
    connected.fit.machine = lambda: MachineSpeed({"CPU": 50e9}, {"CPU": 400e9})
    connected.fit.refresh()
    qtbot.waitUntil(lambda: "tok/s" in _rows(page)[0].side, timeout=_WAIT_MS)


# ── searching ────────────────────────────────────────────────────────────


def test_a_search_shows_repositories(page: DiscoverPage, tiny: str, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.bar.field, "tiny")
    qtbot.waitUntil(lambda: _names(page) == [tiny], timeout=_WAIT_MS)
    row = _rows(page)[0]
    assert row.title == "tiny-GGUF"
    assert row.about.startswith("maker · 8.2 B · qwen3")
    assert row.side.startswith("↓ 1.2M")


def test_author_size_and_order_are_asked_for(
    page: DiscoverPage, server: FakeHub, tiny: str, qtbot: QtBot
) -> None:
    page.bar.params.setCurrentIndex(2)
    page.bar.sort.setCurrentIndex(1)
    page.bar.author.setText("maker")
    page.bar.submitted.emit()
    assert page.bar.query.sort is Sort.DOWNLOADS
    qtbot.waitUntil(lambda: _names(page) == [tiny], timeout=_WAIT_MS)
    parts = ("author=maker", "sort=downloads", "num_parameters=min", "filter=gguf")
    asked = [one.path for one in server.log]
    assert any(all(part in path for part in parts) for path in asked), asked


def test_results_of_an_outdated_search_are_not_shown(
    page: DiscoverPage, server: FakeHub, qtbot: QtBot
) -> None:
    _add(server, "a/alpha", "b/beta")
    server.faults.seconds_before = 0.6
    page.search("alpha")
    qtbot.waitUntil(lambda: len(server.log) == 1, timeout=_WAIT_MS)
    server.faults.seconds_before = 0.0
    page.search("beta")
    qtbot.waitUntil(lambda: _names(page) == ["b/beta"], timeout=_WAIT_MS)
    qtbot.wait(900)  # the first answer has come meanwhile
    assert _names(page) == ["b/beta"]


def test_more_can_be_shown(page: DiscoverPage, server: FakeHub, qtbot: QtBot) -> None:
    _add(server, *(f"many/model-{n:02}" for n in range(40)))
    page.search("model")
    qtbot.waitUntil(lambda: len(_names(page)) == 30, timeout=_WAIT_MS)
    page.more.click()
    qtbot.waitUntil(lambda: len(_names(page)) == 40, timeout=_WAIT_MS)
    assert not page.more.isVisible()


# ── what goes wrong ──────────────────────────────────────────────────────


def test_nothing_found_names_the_query(page: DiscoverPage, tiny: str, qtbot: QtBot) -> None:
    page.search("<b>zebra</b>")
    _until_state(page, qtbot, 1)
    assert "<b>zebra</b>" in page.state.text.text()
    assert page.state.text.textFormat() is Qt.TextFormat.PlainText
    page.state.buttons[0].click()
    _until_list(page, qtbot)
    assert page.heading.text() == "Good on this machine"


def test_offline_says_so_and_leads_to_the_settings(
    page: DiscoverPage, connected: Services, server: FakeHub, qtbot: QtBot
) -> None:
    connected.settings.change("network", offline=True)
    page.search("tiny")
    _until_state(page, qtbot, 2)
    assert "offline" in page.state.title.text()
    assert page.state.text.text()
    assert server.log == []
    with qtbot.waitSignal(page.settings_wanted):
        page.state.buttons[1].click()


def test_an_error_is_a_sentence_and_can_be_tried_again(
    page: DiscoverPage, server: FakeHub, tiny: str, qtbot: QtBot
) -> None:
    server.faults.api_statuses.append(Status(503))
    page.search("tiny")
    _until_state(page, qtbot, 2)
    assert "503" in page.state.title.text()
    page.state.buttons[0].click()
    qtbot.waitUntil(lambda: _names(page) == [tiny], timeout=_WAIT_MS)


# ── names and links ──────────────────────────────────────────────────────


def test_a_row_opens_and_escape_comes_back(page: DiscoverPage, tiny: str, qtbot: QtBot) -> None:
    page.search("tiny")
    qtbot.waitUntil(lambda: _names(page) == [tiny], timeout=_WAIT_MS)
    qtbot.keyClick(page.bar.field, Qt.Key.Key_Down)
    page.list.activated.emit(page.list.currentIndex())
    assert page._pages.currentWidget() is page.repo
    qtbot.waitUntil(lambda: bool(page.repo.quants.rows), timeout=_WAIT_MS)
    qtbot.keyClick(page.repo, Qt.Key.Key_Escape)
    assert page._pages.currentWidget() is not page.repo
    assert _names(page) == [tiny]


def test_a_link_to_a_repository_opens_it(page: DiscoverPage, tiny: str, qtbot: QtBot) -> None:
    page.search(f"https://huggingface.co/{tiny}/tree/main")
    assert page._pages.currentWidget() is page.repo
    qtbot.waitUntil(lambda: len(page.repo.quants.rows) == 3, timeout=_WAIT_MS)


def test_a_name_becomes_a_download(
    page: DiscoverPage, connected: Services, tiny: str, qtbot: QtBot
) -> None:
    page.search(f"hf.co/{tiny}:Q8_0")
    qtbot.waitUntil(lambda: page.by_name.row is not None, timeout=_WAIT_MS)
    row = page.by_name.row
    assert row is not None
    assert page.by_name.title.text() == f"{tiny} · Q8_0"
    row.get.click()
    qtbot.waitUntil(row.here.isVisible, timeout=_WAIT_MS)
    with qtbot.waitSignal(page.model_wanted) as heard:
        row.here.click()
    assert heard.args[0].endswith("tiny-Q8_0.gguf")


def test_a_name_nobody_knows_is_said(page: DiscoverPage, qtbot: QtBot) -> None:
    page.search("hf.co/no/body:Q8_0")
    qtbot.waitUntil(lambda: len(page.by_name.state.buttons) == 2, timeout=_WAIT_MS)
    assert "no/body" in page.by_name.state.title.text()
