"""What goes wrong on the way becomes a sentence that names the host."""

from __future__ import annotations

import datetime
import email.utils
import socket
import time
from collections.abc import Callable

import pytest

from desk_llm.errors import AccessDenied, DeskError, ModelNotFound, NetworkError
from desk_llm.hub.answers import LONGEST_WAIT_S, check, retry_after, sentences
from desk_llm.hub.http import client
from desk_llm.hub.problems import Busy
from desk_llm.hub.tokens import Tokens
from desk_llm.settings import SettingsStore
from tests.helpers.fakehub.faults import Status
from tests.helpers.fakehub.server import FakeHub

CAT = "ann/cat-GGUF"
FILE = "cat-Q8_0.gguf"
PAGE = "https://huggingface.co/ann/cat-GGUF"
Get = Callable[..., bytes]


@pytest.fixture
def get(settings: SettingsStore, tokens: Tokens) -> Get:
    """GET and check, as every part of the hub does."""

    def ask(url: str, read_s: float = 5.0) -> bytes:
        with client(settings, tokens, connect_s=2.0, read_s=read_s) as http, sentences(url):
            answer = http.get(url)
            check(answer, name=CAT, page_url=PAGE)
            return answer.content

    return ask


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_busy(server: FakeHub, get: Get, code: int) -> None:
    server.faults.api_statuses = [Status(code, {"Retry-After": "7"})]
    with pytest.raises(
        Busy, match=f"127.0.0.1:{server.port} is busy and answered {code}"
    ) as raised:
        get(f"{server.url}/api/models")
    assert raised.value.retry_after_s == 7.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": "999999999999"}, LONGEST_WAIT_S),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "Sat, 01 Jan 2000 00:00:00 GMT"}, 0.0),
        ({"RateLimit": '"api";r=0;t=55'}, 55.0),
        ({"RateLimit": '"api";r=10;t=55'}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    import httpx2

    assert retry_after(httpx2.Response(429, headers=headers)) == seconds


def test_a_date_to_wait_for() -> None:
    import httpx2

    then = datetime.datetime.fromtimestamp(time.time() + 100, datetime.UTC)
    headers = {"Retry-After": email.utils.format_datetime(then, usegmt=True)}
    found = retry_after(httpx2.Response(503, headers=headers))
    assert found is not None
    assert 50 < found <= 100


def test_gated_without_a_token_says_log_in(server: FakeHub, get: Get) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    server.repos.gated[CAT] = "hf_right"
    with pytest.raises(AccessDenied, match="gated") as raised:
        get(server.resolve_url(CAT, FILE))
    assert PAGE in raised.value.hint
    assert "Log in" in raised.value.hint
    assert "restricted" in raised.value.detail


def test_gated_with_another_token_says_request_access(
    server: FakeHub, get: Get, tokens: Tokens
) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    server.repos.gated[CAT] = "hf_right"
    tokens.set("hf_wrong", f"127.0.0.1:{server.port}")
    with pytest.raises(AccessDenied, match="your token does not open it") as raised:
        get(server.resolve_url(CAT, FILE))
    assert f"Request access on {PAGE}" in raised.value.hint
    tokens.set("hf_right", f"127.0.0.1:{server.port}")
    assert get(server.resolve_url(CAT, FILE)) == b"GGUF"


def test_a_cdn_that_says_403_is_not_a_gate(server: FakeHub, get: Get) -> None:
    """A signed address that expired, or a country that is shut out: no token would help."""
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    server.faults.data_statuses = [Status(403, {"Content-Type": "application/xml"}, b"<Error/>")]
    with pytest.raises(AccessDenied, match=r"localhost:\d+ does not let you in"):
        get(server.resolve_url(CAT, FILE))


def test_a_token_the_server_does_not_know(server: FakeHub, get: Get, tokens: Tokens) -> None:
    tokens.set("hf_outdated", f"127.0.0.1:{server.port}")
    server.faults.api_statuses = [Status(401, {"X-Error-Message": "Invalid credentials"})]
    with pytest.raises(AccessDenied, match="does not accept your token"):
        get(f"{server.url}/api/models")


@pytest.mark.parametrize("with_token", [False, True])
def test_no_such_repository(server: FakeHub, get: Get, tokens: Tokens, with_token: bool) -> None:
    if with_token:
        tokens.set("hf_any_token", f"127.0.0.1:{server.port}")
    with pytest.raises(ModelNotFound, match=f"has no “{CAT}”"):
        get(f"{server.url}/api/models/{CAT}")


def test_no_such_file(server: FakeHub, get: Get) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    with pytest.raises(ModelNotFound, match="no longer has this file"):
        get(server.resolve_url(CAT, "gone.gguf"))


def test_other_answers(server: FakeHub, get: Get) -> None:
    server.faults.api_statuses = [Status(418), Status(403)]
    with pytest.raises(NetworkError, match="answered 418"):
        get(f"{server.url}/api/models")
    with pytest.raises(AccessDenied):
        get(f"{server.url}/api/models")


def test_a_login_page_is_no_file(server: FakeHub, get: Get) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    server.faults.n_html = 1
    with pytest.raises(NetworkError, match="web page instead of data") as raised:
        get(server.resolve_url(CAT, FILE))
    assert raised.value.values["host"] == f"localhost:{server.port}"
    assert "browser" in raised.value.hint


def test_nobody_listens(get: Get) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NetworkError, match=f"127.0.0.1:{port} cannot be reached"):
        get(f"http://127.0.0.1:{port}/x")


def test_an_unknown_name(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_any: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(NetworkError, match=r"hub\.invalid cannot be found"):
        get("https://hub.invalid/x")


def test_a_redirect_to_a_blocked_host_names_that_host(server: FakeHub, get: Get) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    server.repos.write(f"{CAT}/{FILE}", b"GGUF")
    server.faults.redirect_to = f"http://localhost:{port}/x"
    with pytest.raises(NetworkError, match=f"localhost:{port} cannot be reached"):
        get(server.resolve_url(CAT, FILE))


def test_no_tls_where_tls_is_expected(server: FakeHub, get: Get) -> None:
    with pytest.raises(NetworkError, match=r"No protected connection to 127\.0\.0\.1"):
        get(server.url.replace("http:", "https:"))


def test_silence_and_broken_connections(server: FakeHub, get: Get) -> None:
    server.repos.write(f"{CAT}/{FILE}", b"GGUF" + bytes(1 << 20))
    server.faults.stall_after = [1000]
    with pytest.raises(NetworkError, match=r"localhost:\d+ stopped answering"):
        get(server.resolve_url(CAT, FILE), read_s=0.2)
    server.faults.release.set()
    server.faults.drop_after = [1000]
    with pytest.raises(NetworkError, match=r"connection to localhost:\d+ broke off"):
        get(server.resolve_url(CAT, FILE))


def test_addresses_that_are_none(get: Get) -> None:
    for url in ("gopher://x/y", "http://\x7f/", "https://"):
        with pytest.raises(DeskError):
            get(url)
