"""The Network page: servers and their tests, the token, proxy, offline and limits."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desk_llm.hub.tokens import Place
from desk_llm.services import Services
from desk_llm.settings.network import HF_MIRROR, HUGGING_FACE
from desk_llm.ui.settings.dialog import NETWORK, SettingsDialog
from desk_llm.ui.settings.network import NetworkPage
from desk_llm.ui.theme.style import Style
from desk_llm.ui.widgets.fields import Decimal, Number
from desk_llm.ui.widgets.switch import Switch
from tests.helpers.fakehub.faults import Status
from tests.helpers.fakehub.server import FakeHub

_WAIT_MS = 20_000
TOKEN = "hf_abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def dialog(connected: Services, qtbot: QtBot, style: Style) -> SettingsDialog:
    del style
    made = SettingsDialog(connected)
    qtbot.addWidget(made)
    made.show_page(NETWORK)
    made.show()
    return made


@pytest.fixture
def page(dialog: SettingsDialog) -> NetworkPage:
    return dialog.network


def _texts(page: NetworkPage) -> str:
    lines = [one.text() for one in page.findChildren(QLineEdit)]
    return "\n".join([one.text() for one in page.findChildren(QLabel)] + lines)


# ── servers ──────────────────────────────────────────────────────────────


def test_the_servers_are_listed_and_one_is_chosen(page: NetworkPage, server: FakeHub) -> None:
    assert list(page.endpoints.rows) == [HUGGING_FACE, HF_MIRROR, server.url]
    chosen = [url for url, row in page.endpoints.rows.items() if row.radio.isChecked()]
    assert chosen == [server.url]


def test_another_is_chosen(page: NetworkPage, connected: Services) -> None:
    page.endpoints.rows[HF_MIRROR].radio.click()
    assert connected.settings.current.network.endpoint == HF_MIRROR


def test_a_server_is_added_and_removed(
    page: NetworkPage, connected: Services, qtbot: QtBot
) -> None:
    qtbot.keyClicks(page.endpoints.line, "http://127.0.0.1:9/")
    page.endpoints.add_button.click()
    new = "http://127.0.0.1:9"
    qtbot.waitUntil(lambda: new in page.endpoints.rows, timeout=_WAIT_MS)
    network = connected.settings.current.network
    assert network.endpoint == new
    assert new in network.endpoints
    assert page.endpoints.line.text() == ""
    assert not page.endpoints.rows[HUGGING_FACE].remove.isVisible()
    page.endpoints.rows[new].remove.click()
    network = connected.settings.current.network
    assert network.endpoint == HUGGING_FACE
    assert new not in network.endpoints
    assert new not in page.endpoints.rows


@pytest.mark.parametrize("text", ["ftp://x", "http://1.1.1.1", "https://me:word@h.example"])
def test_a_bad_address_is_refused_with_a_sentence(
    text: str, page: NetworkPage, connected: Services, qtbot: QtBot
) -> None:
    before = connected.settings.current.network
    page.endpoints.line.setText(text)
    page.endpoints.add()
    qtbot.waitUntil(page.endpoints.problem.isVisible, timeout=_WAIT_MS)
    assert page.endpoints.problem.text()
    assert connected.settings.current.network == before


def test_a_test_shows_each_step(
    page: NetworkPage, server: FakeHub, tiny: str, qtbot: QtBot
) -> None:
    row = page.endpoints.rows[server.url]
    row.test.click()
    assert not row.test.isEnabled()
    qtbot.waitUntil(row.test.isEnabled, timeout=_WAIT_MS)
    said = [one.text() for one in row.result.findChildren(QLabel)]
    for name in ("Search", "Address of a file", "First bytes of it"):
        assert name in said
    assert f"localhost:{server.port}" in said  # the bytes come from another host
    assert row.result.verdict.text() == "Models can be found and downloaded there."


def test_a_test_names_the_host_that_is_blocked(
    page: NetworkPage, server: FakeHub, tiny: str, qtbot: QtBot
) -> None:
    server.faults.data_statuses.append(Status(403))
    row = page.endpoints.rows[server.url]
    row.test.click()
    qtbot.waitUntil(row.test.isEnabled, timeout=_WAIT_MS)
    assert row.result.verdict.text().startswith(f"localhost:{server.port} is blocked")


def test_no_test_while_offline(page: NetworkPage, server: FakeHub, qtbot: QtBot) -> None:
    switch = page.inputs["offline"].widget
    assert isinstance(switch, Switch)
    switch.click()
    row = page.endpoints.rows[server.url]
    row.test.click()
    qtbot.waitUntil(row.test.isEnabled, timeout=_WAIT_MS)
    said = "\n".join(one.text() for one in row.result.findChildren(QLabel))
    assert "offline" in said
    assert server.log == []


# ── the token ────────────────────────────────────────────────────────────


def test_a_token_is_kept_shown_by_its_ends_and_removed(
    page: NetworkPage, connected: Services, qtbot: QtBot
) -> None:
    entry, tokens = page.token, connected.core.tokens
    assert entry.line.echoMode() is QLineEdit.EchoMode.Password
    qtbot.waitUntil(lambda: "No token is kept" in entry.state.text(), timeout=_WAIT_MS)
    qtbot.keyClicks(entry.line, TOKEN)
    entry.save_button.click()
    qtbot.waitUntil(entry.remove_button.isVisible, timeout=_WAIT_MS)
    assert tokens.get() == TOKEN
    assert entry.line.text() == ""
    assert "huggingface.co" in entry.state.text()
    assert "wxyz" not in _texts(page)
    entry.show_button.click()
    assert "hf_…wxyz" in entry.state.text()
    assert TOKEN not in _texts(page)
    entry.remove_button.click()
    qtbot.waitUntil(lambda: not entry.remove_button.isVisible(), timeout=_WAIT_MS)
    assert tokens.place() is Place.NOWHERE


def test_a_token_is_of_one_host_and_mirrors_have_none(
    page: NetworkPage, connected: Services, server: FakeHub, qtbot: QtBot
) -> None:
    entry, host = page.token, f"127.0.0.1:{server.port}"
    hosts = [entry.host.itemText(n) for n in range(entry.host.count())]
    assert hosts == ["huggingface.co", host]
    entry.host.setCurrentIndex(1)
    entry.line.setText(TOKEN)
    entry.save()
    qtbot.waitUntil(entry.remove_button.isVisible, timeout=_WAIT_MS)
    assert connected.core.tokens.get(host) == TOKEN
    assert connected.core.tokens.get() == ""


def test_what_is_no_token_is_refused(page: NetworkPage, qtbot: QtBot) -> None:
    page.token.line.setText("ä")
    page.token.save()
    qtbot.waitUntil(page.token.problem.isVisible, timeout=_WAIT_MS)
    assert page.token.problem.text().startswith("This is not an access token.")


def test_a_token_of_the_environment_is_not_ours(
    connected: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, style: Style
) -> None:
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    dialog = SettingsDialog(connected)
    qtbot.addWidget(dialog)
    dialog.show_page(NETWORK)
    dialog.show()
    entry = dialog.network.token
    qtbot.waitUntil(lambda: "HF_TOKEN" in entry.state.text(), timeout=_WAIT_MS)
    assert not entry.remove_button.isVisible()


# ── the rest ─────────────────────────────────────────────────────────────


def test_proxy_and_limits(page: NetworkPage, dialog: SettingsDialog, connected: Services) -> None:
    proxy, parallel, limit = (
        page.inputs[name].widget for name in ("proxy", "parallel_downloads", "limit_mb_s")
    )
    assert isinstance(proxy, QLineEdit)
    assert isinstance(parallel, Number)
    assert isinstance(limit, Decimal)
    proxy.setText("gopher://x")
    proxy.editingFinished.emit()
    assert dialog._problem.isVisible()
    assert connected.settings.current.network.proxy == ""
    proxy.setText("socks5://127.0.0.1:1080")
    proxy.editingFinished.emit()
    parallel.setValue(4)
    limit.setValue(12.5)
    network = connected.settings.current.network
    assert (network.proxy, network.parallel_downloads, network.limit_mb_s) == (
        "socks5://127.0.0.1:1080",
        4,
        12.5,
    )
    assert not dialog._problem.isVisible()


def test_changes_from_elsewhere_are_shown(
    page: NetworkPage, connected: Services, qtbot: QtBot
) -> None:
    connected.settings.change("network", endpoint=HF_MIRROR, offline=True)
    switch = page.inputs["offline"].widget
    assert isinstance(switch, Switch)
    qtbot.waitUntil(switch.isChecked, timeout=_WAIT_MS)
    assert page.endpoints.rows[HF_MIRROR].radio.isChecked()


def test_nothing_is_cut_off_sideways(page: NetworkPage, style: Style) -> None:
    for zoom in (80, 100, 160):
        style.apply("light", zoom)
        assert page.minimumSizeHint().width() <= 560 * max(1.0, zoom / 100), zoom
