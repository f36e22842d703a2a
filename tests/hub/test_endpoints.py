"""The test of a server names the host that is blocked; addresses are judged before use."""

from __future__ import annotations

import socket

import pytest

from desk_llm.errors import RequestError
from desk_llm.hub import endpoints
from desk_llm.hub.hub import Hub
from desk_llm.settings import SettingsStore
from tests.helpers.fakehub.faults import Status
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.waiting import wait_until

CAT = "ann/cat-GGUF"


@pytest.fixture(autouse=True)
def _one_model(server: FakeHub) -> None:
    server.repos.write(f"{CAT}/cat-Q4_K_M.gguf", b"GGUF" + bytes(1000))


def steps(hub: Hub, server: FakeHub) -> list[tuple[str, str, bool]]:
    """(name, host, whether it worked) of each step."""
    report = hub.test_endpoint(server.url)
    assert report.is_ok == all(one.is_ok for one in report.steps)
    return [(one.name, one.host, one.is_ok) for one in report.steps]


def test_all_is_well(hub: Hub, server: FakeHub) -> None:
    assert steps(hub, server) == [
        ("api", f"127.0.0.1:{server.port}", True),
        ("resolve", f"127.0.0.1:{server.port}", True),
        ("data", f"localhost:{server.port}", True),
    ]
    last = server.log[-1]
    assert (last.method, last.range) == ("GET", "bytes=0-15")
    wait_until(lambda: last.sent_bytes == 16)  # counted when it is sent
    assert [one.method for one in server.log] == ["GET", "HEAD", "GET"]


def test_the_api_is_down(hub: Hub, server: FakeHub) -> None:
    server.faults.api_statuses = [Status(503)]
    assert steps(hub, server) == [("api", f"127.0.0.1:{server.port}", False)]


def test_nobody_is_there(hub: Hub) -> None:
    report = hub.test_endpoint("http://127.0.0.1:1")
    (step,) = report.steps
    assert (step.name, step.host, step.is_ok) == ("api", "127.0.0.1:1", False)
    assert "cannot be reached" in step.problem


def test_a_server_of_something_else(hub: Hub, server: FakeHub) -> None:
    for body in (b"[]", b"{}", b"[5]", b'[{"id": "a/b", "siblings": [{"rfilename": 5}]}]'):
        server.faults.api_statuses = [Status(200, {"Content-Type": "application/json"}, body)]
        assert steps(hub, server) == [("api", f"127.0.0.1:{server.port}", False)]
    server.faults.api_statuses = [Status(200, {"Content-Type": "text/plain"}, b"hello")]
    assert steps(hub, server) == [("api", f"127.0.0.1:{server.port}", False)]


def test_files_are_blocked(hub: Hub, server: FakeHub) -> None:
    server.faults.statuses = [Status(403)]
    assert steps(hub, server)[1:] == [("resolve", f"127.0.0.1:{server.port}", False)]


def test_the_data_host_is_blocked_and_named(hub: Hub, server: FakeHub) -> None:
    """A mirror may work in everything but the host behind it that has the bytes."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    server.faults.redirect_to = f"http://localhost:{port}/x"
    assert steps(hub, server) == [
        ("api", f"127.0.0.1:{server.port}", True),
        ("resolve", f"127.0.0.1:{server.port}", True),
        ("data", f"localhost:{port}", False),
    ]


def test_a_login_page_instead_of_data(hub: Hub, server: FakeHub) -> None:
    server.faults.n_html = 1
    assert steps(hub, server)[2] == ("data", f"localhost:{server.port}", False)


def test_other_bytes(hub: Hub, server: FakeHub) -> None:
    server.repos.write(f"{CAT}/cat-Q4_K_M.gguf", b"something else entirely")
    assert steps(hub, server)[2] == ("data", f"localhost:{server.port}", False)


def test_a_redirect_out_of_bounds_is_named(hub: Hub, server: FakeHub) -> None:
    server.faults.redirect_to = "http://169.254.169.254/x"
    found = steps(hub, server)
    assert found[1][0] == "resolve"
    assert not found[1][2]


def test_gated_repositories_are_passed_over(hub: Hub, server: FakeHub) -> None:
    server.repos.gated[CAT] = "hf_any"
    server.repos.write("bob/dog/dog-Q8_0.gguf", b"GGUF" + bytes(100))
    assert all(ok for _, _, ok in steps(hub, server))


def test_the_endpoint_of_the_settings_is_not_asked(
    hub: Hub, server: FakeHub, settings: SettingsStore
) -> None:
    settings.change("network", endpoint="http://127.0.0.1:1")
    assert hub.test_endpoint(f" {server.url}/ ").endpoint == server.url
    assert server.log


@pytest.mark.parametrize(
    "url",
    [
        "",
        "huggingface.co",
        "ftp://huggingface.co",
        "file:///etc",
        "https://",
        "https://user:word@host.example",
        "https://host.example?x=1",
        "http://8.8.8.8",
        "https://host\u202e.example",
        "https://[::1",
    ],
)
def test_addresses_that_cannot_be_used(hub: Hub, url: str) -> None:
    with pytest.raises(RequestError):
        hub.test_endpoint(url)


def test_addresses_of_files_are_quoted() -> None:
    url = endpoints.file_url("https://h.example", "ann/cat", "refs/pr/1", "a b/c?d#e.gguf")
    assert url == "https://h.example/ann/cat/resolve/refs%2Fpr%2F1/a%20b/c%3Fd%23e.gguf"


def test_pages_of_a_mirror_are_the_hubs() -> None:
    assert endpoints.page_url("https://hf-mirror.com", "a/b") == "https://huggingface.co/a/b"
    assert endpoints.page_url("https://hub.example", "a/b") == "https://hub.example/a/b"
