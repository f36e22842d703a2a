"""The HTTP client: who is asked, over which way, and what is sent along."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from desk_llm.errors import AccessDenied, NetworkError
from desk_llm.hub.answers import check, sentences
from desk_llm.hub.http import client
from desk_llm.hub.hub import Hub
from desk_llm.hub.problems import Offline, Refused
from desk_llm.hub.tokens import Tokens
from desk_llm.hub.types import SearchQuery
from desk_llm.settings import SettingsStore
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.socks import SocksProxy

TOKEN = "hf_canary1234567890"
CAT = "ann/cat-GGUF"
FILE = "cat-Q8_0.gguf"


def host(server: FakeHub) -> str:
    """As tokens name it."""
    return f"127.0.0.1:{server.port}"


def get(settings: SettingsStore, tokens: Tokens, url: str) -> bytes:
    """One GET with our client."""
    with client(settings, tokens) as http, sentences(url):
        answer = http.get(url)
        check(answer, name=CAT)
        return answer.content


# ── tokens ───────────────────────────────────────────────────────────────


def test_the_token_goes_to_its_host_and_not_to_the_cdn(
    server: FakeHub, settings: SettingsStore, tokens: Tokens
) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    tokens.set(TOKEN, host(server))
    assert get(settings, tokens, server.resolve_url(CAT, FILE)) == b"GGUF"
    by_host = {one.host.partition(":")[0]: one.authorization for one in server.log}
    assert by_host == {"127.0.0.1": f"Bearer {TOKEN}", "localhost": ""}


def test_a_mirror_never_sees_a_token_even_when_it_sends_us_to_the_hub(
    server: FakeHub, settings: SettingsStore, tokens: Tokens, tmp_path: Path
) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF real")
    server.repos.gated[CAT] = TOKEN
    tokens.set(TOKEN, host(server))
    with FakeHub(tmp_path / "mirror") as mirror:
        mirror.repos.write(f"{CAT}/{FILE}", b"GGUF")
        settings.change("network", endpoint=mirror.url)
        hub = Hub(settings, tokens, tmp_path / "headers")
        hub.search(SearchQuery())
        hub.repo(CAT)
        hub.test_endpoint(mirror.url)
        mirror.faults.redirect_to = server.resolve_url(CAT, FILE)
        assert get(settings, tokens, mirror.resolve_url(CAT, FILE)) == b"GGUF real"
        assert len(mirror.log) > 4
        assert {one.authorization for one in mirror.log} == {""}
    assert server.log[0].authorization == f"Bearer {TOKEN}"


def test_a_proxy_sees_no_token(server: FakeHub, settings: SettingsStore, tokens: Tokens) -> None:
    """Without TLS it could read it; loopback is only safe without a proxy in between."""
    tokens.set(TOKEN, host(server))
    settings.change("network", proxy=server.url)
    get(settings, tokens, f"{server.url}/api/models")
    assert [one.authorization for one in server.log] == [""]


def test_a_header_of_the_caller_is_not_sent(
    server: FakeHub, settings: SettingsStore, tokens: Tokens
) -> None:
    with client(settings, tokens) as http:
        http.get(f"{server.url}/api/models", headers={"Authorization": f"Bearer {TOKEN}"})
    assert server.log[0].authorization == ""


def test_a_token_is_in_no_log_and_in_no_sentence(
    server: FakeHub, settings: SettingsStore, tokens: Tokens, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    server.repos.gated[CAT] = "another"
    tokens.set(TOKEN, host(server))
    with pytest.raises(AccessDenied) as raised:
        get(settings, tokens, server.resolve_url(CAT, FILE))
    error = raised.value
    assert "canary" not in f"{error} {error.detail} {error.values} {caplog.text}"


# ── redirects ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://93.184.216.34/x.gguf",
        "http://[fe80::1]/x",
        "http://0.0.0.0/x",
        "file:///etc/passwd",
        "http://2852039166/x",
    ],
)
def test_bad_redirects_are_not_followed(
    server: FakeHub, settings: SettingsStore, tokens: Tokens, target: str
) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    server.faults.redirect_to = target
    with pytest.raises(Refused) as raised:
        get(settings, tokens, server.resolve_url(CAT, FILE))
    assert "127.0.0.1" in str(raised.value)
    assert len(server.log) == 1


@pytest.mark.parametrize(
    "target",
    [
        "http://[::1/x",
        "https://x:99999/",
        "https://x:-1/",
        "https://:443/",
        "https:///x",
        "//",
        "http://%00/",
        "https://xn--/",
        "https://" + "a" * 300 + ".example/",
        "https://a..b/",
        "https://\u00ff\u00fe.example/",
        "javascript:alert(1)",
        "https://1.2.3.4.5.6/",
        "https://0x7f.1/",
        "https://[fe80::1%25lo]/",
    ],
)
def test_redirects_to_nonsense_are_sentences(
    server: FakeHub, settings: SettingsStore, tokens: Tokens, target: str
) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    server.faults.redirect_to = target
    with pytest.raises(NetworkError):
        get(settings, tokens, server.resolve_url(CAT, FILE))


def test_redirects_without_end(server: FakeHub, settings: SettingsStore, tokens: Tokens) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    server.faults.redirect_to = server.resolve_url(CAT, FILE)
    with pytest.raises(Refused, match="without end"):
        get(settings, tokens, server.resolve_url(CAT, FILE))
    assert len(server.log) <= 7


# ── offline ──────────────────────────────────────────────────────────────


def test_offline_asks_nobody(server: FakeHub, settings: SettingsStore, hub: Hub) -> None:
    settings.change("network", offline=True)
    for ask in (
        lambda: hub.search(SearchQuery("cat")),
        lambda: hub.repo(CAT),
        lambda: hub.card(CAT),
        lambda: hub.resolve(f"{CAT}:Q8_0"),
        lambda: hub.resolve("ollama:qwen3:0.6b"),
        lambda: hub.resolve(server.plain_url(CAT, FILE)),
    ):
        with pytest.raises(Offline, match="offline"):
            ask()
    report = hub.test_endpoint(server.url)
    assert not report.is_ok
    assert "offline" in report.steps[0].problem
    assert server.log == []


def test_the_switch_holds_for_clients_that_exist(
    server: FakeHub, settings: SettingsStore, tokens: Tokens
) -> None:
    with client(settings, tokens) as http:
        assert http.get(f"{server.url}/api/models").status_code == 200
        settings.change("network", offline=True)
        with pytest.raises(Offline):
            http.get(f"{server.url}/api/models")
    assert len(server.log) == 1


# ── proxies ──────────────────────────────────────────────────────────────


def test_http_proxy_of_the_settings(
    server: FakeHub, settings: SettingsStore, tokens: Tokens
) -> None:
    """The fake server is the proxy: it gets the request with the whole address."""
    settings.change("network", proxy=server.url)
    with client(settings, tokens) as http:
        assert http.get("http://hub.invalid/api/models").status_code == 200
    assert server.log[0].host == "hub.invalid"


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_socks_proxy_of_the_settings(
    server: FakeHub, settings: SettingsStore, hub: Hub, scheme: str
) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    with SocksProxy(server.port) as proxy:
        settings.change(
            "network", proxy=f"{scheme}://{proxy.address}", endpoint="http://localhost:9"
        )
        assert [one.name for one in hub.search(SearchQuery("cat"))] == [CAT]
        assert proxy.asked == ["localhost:9"]


def test_proxies_of_the_environment(
    server: FakeHub, settings: SettingsStore, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    with SocksProxy(server.port) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"socks5://{proxy.address}")
        hub.search(SearchQuery())
        assert len(proxy.asked) == 1
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        hub.search(SearchQuery())
        assert len(proxy.asked) == 1
    assert len(server.log) == 2


def test_the_proxy_of_the_settings_wins(
    server: FakeHub, settings: SettingsStore, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    settings.change("network", proxy=server.url)
    assert get(settings, tokens, f"{server.url}/api/models") == b"[]"


def test_a_dead_proxy_is_named_without_its_password(
    settings: SettingsStore, tokens: Tokens
) -> None:
    for scheme in ("http", "socks5"):
        settings.change("network", proxy=f"{scheme}://ann:secret@127.0.0.1:1")
        with pytest.raises(NetworkError) as raised:
            get(settings, tokens, "http://127.0.0.1:9/x")
        assert "secret" not in f"{raised.value} {raised.value.detail}"


@pytest.mark.parametrize("value", ["socks://127.0.0.1:1080", "gopher://x:1", "http://[::1"])
def test_a_proxy_that_cannot_be_one_is_a_sentence(
    settings: SettingsStore, tokens: Tokens, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    with pytest.raises(NetworkError, match=r"ALL_PROXY|all_proxy") as raised:
        get(settings, tokens, "https://127.0.0.1:9/x")
    assert "socks5://" in raised.value.hint


def test_a_proxy_of_the_settings_that_cannot_be_one(
    settings: SettingsStore, tokens: Tokens
) -> None:
    settings.change("network", proxy="http://[::1")
    with pytest.raises(NetworkError, match="proxy of the settings cannot be used"):
        get(settings, tokens, "https://127.0.0.1:9/x")


def test_a_good_proxy_of_the_settings_outdoes_a_bad_one_of_the_system(
    server: FakeHub, settings: SettingsStore, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    huggingface_hub.close_session()  # it is made anew, in these surroundings
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:1080")
    settings.change("network", proxy=server.url)
    assert hub.search(SearchQuery()) == ()
    assert len(server.log) == 1


def test_says_who_it_is_and_nothing_of_the_machine(settings: SettingsStore, tokens: Tokens) -> None:
    with client(settings, tokens) as http:
        assert http.headers["User-Agent"].startswith("desk_llm")
        assert http.headers["Accept-Encoding"] == "identity"
        assert http.timeout.connect
        assert http.timeout.read
