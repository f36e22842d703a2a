"""A repository: its files with fit and downloads, the gate, the card and its pictures."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from desk_llm.downloads.types import DownloadState
from desk_llm.markdown.blocks import Code, Picture, Prose
from desk_llm.models.fit.types import Evidence
from desk_llm.services import Services
from desk_llm.ui.models.discover.card_view import card_blocks
from desk_llm.ui.models.discover.page import DiscoverPage
from desk_llm.ui.models.discover.quant_row import QuantRow
from desk_llm.ui.models.discover.repo_page import RepoPage
from desk_llm.ui.theme.style import Style
from desk_llm.ui.widgets.document.column import block_text
from desk_llm.ui.widgets.link_dialog import LinkDialog
from tests.helpers.download_parts import every_state
from tests.helpers.fakehub.server import FakeHub

_WAIT_MS = 20_000


def _row(repo: RepoPage, label: str) -> QuantRow:
    return next(one for one in repo.quants.rows if one.quant.label == label)


# ── files ────────────────────────────────────────────────────────────────


def test_one_row_per_quant_and_a_split_one_is_one(opened: RepoPage) -> None:
    assert [one.quant.label for one in opened.quants.rows] == ["Q4_K_M", "Q8_0", "BF16"]
    split = _row(opened, "BF16")
    assert len(split.quant.files) == 2
    assert split.bytes_.text() == "2 MB" or "kB" in split.bytes_.text()
    assert opened.head.title.text() == "maker/tiny-GGUF"
    assert "8.2 B" in opened.head.facts.text()


def test_every_quant_is_judged_from_one_header(opened: RepoPage, qtbot: QtBot) -> None:
    rows = opened.quants.rows
    qtbot.waitUntil(lambda: all(one.fit is not None for one in rows), timeout=_WAIT_MS)
    needs = [one.fit.total_bytes for one in rows if one.fit is not None]
    assert needs == sorted(needs)
    assert [one._is_best for one in rows] == [True, False, False]
    assert rows[0].get.property("kind") == "primary"
    assert rows[0].need.whole_text().startswith("needs ")


def test_an_exact_check_asks_llama_cpp(opened: RepoPage, qtbot: QtBot) -> None:
    row = _row(opened, "Q8_0")
    row.check.click()
    assert not row.check.isEnabled()
    qtbot.waitUntil(lambda: bool(row.detail.text()), timeout=60_000)
    assert row.fit is not None
    assert row.fit.evidence is Evidence.SIMULATED
    assert row.detail.text().startswith("Reserved by llama.cpp: weights ")
    assert row.check.isEnabled()


def test_what_was_left_is_not_shown(
    page: DiscoverPage, tiny: str, server: FakeHub, qtbot: QtBot
) -> None:
    server.faults.seconds_before = 0.5
    page.open_repo(tiny)
    qtbot.waitUntil(lambda: len(server.log) == 1, timeout=_WAIT_MS)
    server.faults.seconds_before = 0.0
    page.open_repo("no/body")
    qtbot.waitUntil(lambda: len(page.repo.state.buttons) == 2, timeout=_WAIT_MS)
    qtbot.wait(700)
    assert page.repo.quants.rows == ()
    assert "no/body" in page.repo.state.title.text()


# ── downloads ────────────────────────────────────────────────────────────


def test_a_download_brings_the_projector_and_is_here_then(
    opened: RepoPage, connected: Services, qtbot: QtBot
) -> None:
    row = _row(opened, "Q4_K_M")
    assert opened.extras.projector.choice.currentText().startswith("F16 · ")
    row.get.click()
    qtbot.waitUntil(row.here.isVisible, timeout=_WAIT_MS)
    folder = connected.models_folder / "maker" / "tiny-GGUF"
    assert {one.name for one in folder.iterdir()} == {"tiny-Q4_K_M.gguf", "mmproj-F16.gguf"}
    assert not row.get.isVisible()
    with qtbot.waitSignal(opened.model_wanted) as heard:
        row.here.click()
    assert heard.args == [str(folder / "tiny-Q4_K_M.gguf")]


def test_what_was_removed_can_be_had_again(
    opened: RepoPage, connected: Services, qtbot: QtBot
) -> None:
    row = _row(opened, "Q8_0")
    row.get.click()
    qtbot.waitUntil(lambda: row.here.isVisible() and row._is_here, timeout=_WAIT_MS)
    path = connected.models_folder / "maker" / "tiny-GGUF" / "tiny-Q8_0.gguf"
    path.unlink()
    connected.library.refresh()
    qtbot.waitUntil(row.get.isVisible, timeout=_WAIT_MS)
    row.get.click()
    qtbot.waitUntil(lambda: row.here.isVisible() and row._is_here, timeout=_WAIT_MS)
    assert path.exists()


def test_without_the_projector(opened: RepoPage, connected: Services, qtbot: QtBot) -> None:
    opened.extras.projector.choice.setCurrentIndex(0)
    row = _row(opened, "BF16")
    row.get.click()
    qtbot.waitUntil(row.here.isVisible, timeout=_WAIT_MS)
    found = {one.name for one in connected.models_folder.rglob("*.gguf")}
    assert found == {"tiny-BF16-00001-of-00002.gguf", "tiny-BF16-00002-of-00002.gguf"}


def test_pause_go_on_and_cancel(
    opened: RepoPage, connected: Services, server: FakeHub, qtbot: QtBot
) -> None:
    server.faults.bytes_per_s = 100_000
    row = _row(opened, "Q8_0")
    row.get.click()
    qtbot.waitUntil(lambda: row.bar.value() > 0, timeout=_WAIT_MS)
    assert row.pause.isVisible()
    assert row.state.text()
    row.pause.click()
    qtbot.waitUntil(row.resume.isVisible, timeout=_WAIT_MS)
    assert connected.downloads.all[0].state is DownloadState.PAUSED
    row.resume.click()
    qtbot.waitUntil(row.pause.isVisible, timeout=_WAIT_MS)
    row.cancel.click()
    qtbot.waitUntil(row.get.isVisible, timeout=_WAIT_MS)
    assert connected.downloads.all == ()


# ── the gate ─────────────────────────────────────────────────────────────


def test_a_gated_repository_explains_itself_and_a_token_opens_it(
    page: DiscoverPage, connected: Services, server: FakeHub, tiny: str, qtbot: QtBot
) -> None:
    server.repos.gated[tiny] = "hf_opensesameopensesame"
    page.open_repo(tiny)
    repo = page.repo
    qtbot.waitUntil(repo.gate.isVisible, timeout=_WAIT_MS)
    assert tiny in repo.gate.reason.text()
    assert all(not one.get.isEnabled() for one in repo.quants.rows)
    with qtbot.waitSignal(page.settings_wanted):
        repo.gate.token.click()
    repo.gate.page.click()
    dialog = repo.findChild(LinkDialog)
    assert dialog is not None
    assert dialog.shown_address().endswith(tiny)
    dialog.reject()
    connected.core.tokens.set("hf_opensesameopensesame", f"127.0.0.1:{server.port}")
    repo.gate.retry.click()
    qtbot.waitUntil(
        lambda: bool(repo.quants.rows) and repo.quants.rows[0].get.isEnabled(), timeout=_WAIT_MS
    )
    assert not repo.gate.isVisible()


# ── the card ─────────────────────────────────────────────────────────────


def test_the_card_is_markdown_and_loads_nothing(opened: RepoPage, server: FakeHub) -> None:
    kinds = [type(one) for one in opened.card.view.column.blocks]
    assert kinds == [Prose, Picture, Code]
    assert opened.card.show_images.text() == "Show images (1)"
    assert not any("chart.png" in one.path for one in server.log)


def test_pictures_come_when_they_are_asked_for(
    opened: RepoPage, server: FakeHub, qtbot: QtBot
) -> None:
    before = opened.card.view.height()
    opened.card.show_images.click()
    qtbot.waitUntil(lambda: not opened.card.show_images.isVisible(), timeout=_WAIT_MS)
    assert any("chart.png" in one.path for one in server.log)
    shown = list(opened.card.view._images.values())
    assert [image.width() for image in shown] == [40]
    assert opened.card.view.height() != before or shown[0].height() == 36


def test_the_card_follows_the_zoom(opened: RepoPage, style: Style, qtbot: QtBot) -> None:
    first = opened.card.view.column.widgets[0]
    before = first.font().pixelSize()
    style.apply("dark", 160)
    qtbot.waitUntil(lambda: first.font().pixelSize() == round(before * 1.6), timeout=_WAIT_MS)


def test_a_link_asks_first(opened: RepoPage) -> None:
    opened.card.link_activated.emit(QUrl("https://more.example/x"))
    dialog = opened.findChild(LinkDialog)
    assert dialog is not None
    assert dialog.shown_address() == "https://more.example/x"
    dialog.reject()


def test_a_card_names_only_pictures_of_the_web() -> None:
    card = """![a](file:///etc/passwd) <img src="//host/share/x.png"> ![c](data:image/png;base64,AA)

<img src=x onerror="alert(1)"><script>alert(2)</script> [x](javascript:alert(3))
"""
    blocks = card_blocks(card, "https://h.example/o/r/resolve/main/")
    pictures = [one.source for one in blocks if isinstance(one, Picture)]
    assert pictures == ["https://host/share/x.png", "https://h.example/o/r/resolve/main/x"]
    shown = "".join(block_text(one) for one in blocks)
    assert "alert(2)" not in shown
    html = "".join(el.html for one in blocks if isinstance(one, Prose) for el in one.elements)
    assert 'href="javascript' not in html


def test_everything_reachable_has_a_name(opened: RepoPage) -> None:
    nameless = [
        type(one).__name__
        for one in opened.findChildren(QAbstractButton)
        if one.isVisible() and not one.accessibleName() and not one.text()
    ]
    assert nameless == []
    labels = opened.findChildren(QLabel)
    assert all(one.textFormat() is Qt.TextFormat.PlainText for one in labels)


def test_rows_show_every_state_of_a_download(opened: RepoPage, qtbot: QtBot) -> None:
    row = _row(opened, "Q8_0")
    for download in every_state():
        row.set_download(download)
        is_done = download.state is DownloadState.DONE
        assert row.here.isVisible() == is_done, download.state
        assert row.bar.isVisible() != is_done
        assert is_done or row.state.text()
        assert not row.get.isVisible()
