"""Search and repositories against a server that speaks the Hub's API, honest or hostile."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from desk_llm.errors import DeskError, ModelNotFound, NetworkError, RequestError
from desk_llm.hub.hub import Hub
from desk_llm.hub.problems import Busy
from desk_llm.hub.tokens import Tokens
from desk_llm.hub.types import SearchQuery, Sort
from desk_llm.settings import SettingsStore
from tests.helpers.fakehub.faults import Status
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.gguf_bytes import Gguf

JSON = {"Content-Type": "application/json"}
COMMIT = "a" * 40


def offer(server: FakeHub, repo: str, n_params: int = 0, **details: Any) -> None:
    """A repository with one quant."""
    server.repos.write(f"{repo}/m-Q4_K_M.gguf", b"GGUF")
    server.repos.details[repo] = {"tags": ["gguf"], **details}
    if n_params:
        server.repos.gguf[repo] = {
            "total": n_params,
            "architecture": "qwen3",
            "context_length": 32768,
        }


def names(hub: Hub, query: SearchQuery) -> list[str]:
    """What a search finds."""
    return [one.name for one in hub.search(query)]


def test_search_by_text_author_and_size(server: FakeHub, hub: Hub) -> None:
    offer(server, "ann/cat-8B-GGUF", 8_000_000_000)
    offer(server, "ann/dog-1B-GGUF", 1_000_000_000)
    offer(server, "bob/cat-30B-GGUF", 30_000_000_000)
    server.repos.write("ann/cat-paper/README.md", b"# no model")
    server.repos.details["ann/cat-paper"] = {"tags": ["text"]}
    assert names(hub, SearchQuery("cat")) == ["ann/cat-8B-GGUF", "bob/cat-30B-GGUF"]
    assert names(hub, SearchQuery(author="ann")) == ["ann/cat-8B-GGUF", "ann/dog-1B-GGUF"]
    assert names(hub, SearchQuery(least_params=2 * 10**9)) == [
        "ann/cat-8B-GGUF",
        "bob/cat-30B-GGUF",
    ]
    assert names(hub, SearchQuery(least_params=2 * 10**9, most_params=9 * 10**9)) == [
        "ann/cat-8B-GGUF"
    ]
    assert names(hub, SearchQuery("nothing like it")) == []


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        (Sort.DOWNLOADS, "a/downloads"),
        (Sort.LIKES, "a/likes"),
        (Sort.TRENDING, "a/trending"),
        (Sort.NEWEST, "a/newest"),
        (Sort.UPDATED, "a/updated"),
    ],
)
def test_search_sorts(server: FakeHub, hub: Hub, sort: Sort, first: str) -> None:
    offer(server, "a/downloads", downloads=9999)
    offer(server, "a/likes", likes=9999)
    offer(server, "a/trending", trendingScore=9999)
    offer(server, "a/newest", createdAt="2026-11-20T00:00:00.000Z")
    offer(server, "a/updated", lastModified="2026-11-21T00:00:00.000Z")
    assert names(hub, SearchQuery(sort=sort))[0] == first


def test_what_a_result_tells(server: FakeHub, hub: Hub) -> None:
    offer(
        server,
        "ann/cat",
        8 * 10**9,
        downloads=7,
        likes=3,
        tags=["gguf", "license:mit", "<b>\u202e"],
    )
    server.repos.gated["ann/cat"] = "hf_secret"
    (found,) = hub.search(SearchQuery())
    assert (found.n_params, found.architecture, found.n_ctx_train) == (8 * 10**9, "qwen3", 32768)
    assert (found.downloads, found.likes, found.licence, found.is_gated) == (7, 3, "mit", True)
    assert found.updated_at.startswith("2026-11-01T00:00:00")
    assert found.tags[2] == "<b>"


def test_the_limit_needs_no_second_page(server: FakeHub, hub: Hub) -> None:
    for n in range(8):
        offer(server, f"ann/m{n}")
    assert len(hub.search(SearchQuery(limit=5))) == 5
    assert len(server.log) == 1


def test_the_first_failure_is_told_at_once(server: FakeHub, hub: Hub) -> None:
    """huggingface_hub by itself would try six times and sleep 23 seconds."""
    server.faults.api_statuses = [Status(503)] * 6
    with pytest.raises(Busy):
        hub.search(SearchQuery())
    assert len(server.log) == 1
    server.faults.api_statuses = [Status(429, {"Retry-After": "30"})] * 6
    with pytest.raises(Busy) as raised:
        hub.repo("ann/cat")
    assert raised.value.retry_after_s == 30
    assert len(server.log) == 2


def test_no_network_is_told_at_once(settings: SettingsStore, hub: Hub) -> None:
    settings.change("network", endpoint="http://127.0.0.1:1")
    with pytest.raises(NetworkError, match=r"127\.0\.0\.1:1 cannot be reached"):
        hub.search(SearchQuery())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'"text"',
        b"[1, null]",
        b'[{"id": 5}]',
        b'[{"no": "id"}]',
        b'[{"id": "ann/cat", "lastModified": "yesterday"}]',
        b'[{"id": "ann/cat", "lastModified": 5}]',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"\xff\xfe",
        b"not json at all",
    ],
)
def test_nonsense_is_a_sentence(server: FakeHub, hub: Hub, body: bytes) -> None:
    server.faults.api_statuses = [Status(200, JSON, body), Status(200, JSON, body)]
    for ask in (lambda: hub.search(SearchQuery()), lambda: hub.repo("ann/cat")):
        try:
            ask()
        except NetworkError as error:
            assert str(server.port) in str(error)  # noqa: PT017  some of it is a sound answer


def test_odd_values_are_left_out(server: FakeHub, hub: Hub) -> None:
    odd = {
        "id": "ann/cat",
        "downloads": -5,
        "likes": "many",
        "gguf": {"total": 1e99, "architecture": ["x"], "context_length": None},
        "tags": [5, "ok"],
        "gated": "auto",
    }
    body = json.dumps([odd, {"id": "../../etc"}, {"id": "a/b/c"}, {"id": "a/\u202eb"}]).encode()
    server.faults.api_statuses = [Status(200, JSON, body)]
    (found,) = hub.search(SearchQuery())
    assert (found.downloads, found.likes, found.n_params) == (0, 0, 0)
    assert (found.architecture, found.tags, found.is_gated) == ("", ("ok",), True)


def test_an_endless_answer_is_cut(
    server: FakeHub, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk_llm.hub.session.MAX_ANSWER", 1000)
    server.faults.api_statuses = [Status(200, JSON, b"[" + b" " * 5000 + b"]")]
    with pytest.raises(NetworkError, match="far more than was asked for"):
        hub.search(SearchQuery())


def test_an_answer_that_drips_is_cut(
    server: FakeHub, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk_llm.hub.session.LONGEST_S", -1.0)
    with pytest.raises(NetworkError, match="too slowly"):
        hub.search(SearchQuery())


def test_a_login_page_instead_of_results(server: FakeHub, hub: Hub) -> None:
    page = Status(200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>Log in</html>")
    server.faults.api_statuses = [page]
    with pytest.raises(NetworkError, match="web page"):
        hub.search(SearchQuery())


def test_searches_at_once_ask_their_own_servers(
    server: FakeHub, settings: SettingsStore, hub: Hub, tmp_path: Any
) -> None:
    """The library's client is one per process; ours must not be mixed up between threads."""
    offer(server, "ann/cat")
    with FakeHub(tmp_path / "other") as other:
        offer(other, "bob/dog")
        elsewhere = SettingsStore(tmp_path / "elsewhere.toml")
        elsewhere.change("network", endpoint=other.url)
        second = Hub(elsewhere, Tokens(tmp_path / "other-profile"), tmp_path / "cache")
        found: list[tuple[Hub, list[str]]] = []
        threads = [
            threading.Thread(target=lambda one=one: found.append((one, names(one, SearchQuery()))))
            for one in (hub, second) * 8
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        elsewhere.close()
    assert len(found) == 16
    for one, listed in found:
        assert listed == (["ann/cat"] if one is hub else ["bob/dog"])


# ── repositories ─────────────────────────────────────────────────────────


def test_a_repository(server: FakeHub, hub: Hub) -> None:
    digest = server.repos.write("ann/cat/cat-Q4_K_M.gguf", b"GGUF small")
    server.repos.write("ann/cat/Q8_0/cat-Q8_0-00001-of-00002.gguf", b"GGUF large one")
    server.repos.write("ann/cat/Q8_0/cat-Q8_0-00002-of-00002.gguf", b"GGUF large two")
    server.repos.write("ann/cat/mmproj-cat-F16.gguf", b"GGUF eye")
    server.repos.write("ann/cat/README.md", b"# Cat")
    repo = hub.repo(" ann/cat ")
    assert repo.commit == COMMIT
    assert repo.page_url == f"{server.url}/ann/cat"
    assert [(one.label, one.size_bytes) for one in repo.quants] == [("Q4_K_M", 10), ("Q8_0", 28)]
    assert repo.quants[0].files[0].sha256 == digest
    assert [one.label for one in repo.projectors] == ["F16"]
    assert [one.path for one in repo.others] == ["README.md"]
    assert repo.others[0].sha256 == ""
    assert repo.is_readable
    assert repo.problem is None


def test_a_gated_repository_explains_itself(server: FakeHub, hub: Hub, tokens: Tokens) -> None:
    server.repos.write("ann/cat/cat-Q4_K_M.gguf", b"GGUF")
    server.repos.gated["ann/cat"] = "hf_right"
    repo = hub.repo("ann/cat")
    assert not repo.is_readable
    assert repo.problem is not None
    assert repo.page_url in repo.problem.hint
    assert "Log in" in repo.problem.hint
    assert [one.label for one in repo.quants] == ["Q4_K_M"]  # still shown
    tokens.set("hf_wrong", f"127.0.0.1:{server.port}")
    refused = hub.repo("ann/cat")
    assert refused.problem is not None
    assert "Request access" in refused.problem.hint
    for ask in (
        lambda: hub.spec(repo, repo.quants[0]),
        lambda: hub.header(repo, repo.quants[0]),
        lambda: hub.resolve("ann/cat:Q4_K_M"),
    ):
        with pytest.raises(DeskError, match="gated"):
            ask()
    tokens.set("hf_right", f"127.0.0.1:{server.port}")
    assert hub.repo("ann/cat").is_readable


@pytest.mark.parametrize("code", [401, 403])
def test_a_gate_without_a_reason(server: FakeHub, hub: Hub, code: int) -> None:
    """Some servers say only the number; that the repository is gated is known from the API."""
    server.repos.write("ann/cat/cat-Q4_K_M.gguf", b"GGUF")
    server.repos.details["ann/cat"] = {"gated": "manual"}
    server.faults.statuses = [Status(code)]
    repo = hub.repo("ann/cat")
    assert repo.problem is not None
    assert f"Log in on {repo.page_url}" in repo.problem.hint


def test_on_a_mirror_a_gated_repository_says_where_to_go(
    server: FakeHub, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrors = frozenset({f"127.0.0.1:{server.port}"})
    monkeypatch.setattr("desk_llm.hub.endpoints.MIRRORS", mirrors)
    server.repos.write("ann/cat/cat-Q4_K_M.gguf", b"GGUF")
    server.repos.gated["ann/cat"] = "hf_right"
    repo = hub.repo("ann/cat")
    assert repo.page_url == "https://huggingface.co/ann/cat"
    assert repo.problem is not None
    assert "never gets your token" in repo.problem.message
    assert "huggingface.co" in repo.problem.hint


def test_no_such_repository(hub: Hub) -> None:
    with pytest.raises(ModelNotFound, match="has no “ann/cat”"):
        hub.repo("ann/cat")


@pytest.mark.parametrize("name", ["", "cat", "a/b/c", "../x", "a/..", "a/b?x=1", "a/b#c", "a b/c"])
def test_a_name_that_cannot_be_is_not_asked_for(server: FakeHub, hub: Hub, name: str) -> None:
    for ask in (hub.repo, hub.card):
        with pytest.raises(RequestError):
            ask(name)
    assert server.log == []


def test_hostile_files_of_a_repository(server: FakeHub, hub: Hub) -> None:
    siblings = [
        {"rfilename": "../../x-Q4_0.gguf", "size": 5},
        {"rfilename": "x\u202e-Q4_0.gguf", "size": 5},
        {"rfilename": "big-Q4_0.gguf", "size": 1 << 60},
        {
            "rfilename": "ok-Q4_0.gguf",
            "size": 5,
            "lfs": {"sha256": "../x", "size": 5, "pointerSize": 1},
        },
    ]
    body = json.dumps({"id": "ann/cat", "sha": "../../main", "siblings": siblings}).encode()
    server.faults.api_statuses = [Status(200, JSON, body)]
    repo = hub.repo("ann/cat")
    assert [one.path for one in repo.quants] == ["ok-Q4_0.gguf"]
    assert repo.quants[0].files[0].sha256 == ""
    assert repo.commit == ""


@pytest.mark.parametrize("name", ["../x", "../..", "a/b/c", "", 5])
def test_a_repository_under_a_name_that_cannot_be(server: FakeHub, hub: Hub, name: object) -> None:
    body = json.dumps({"id": name, "sha": COMMIT, "siblings": []}).encode()
    server.faults.api_statuses = [Status(200, JSON, body), Status(200, JSON, b"[" + body + b"]")]
    with pytest.raises(NetworkError, match="makes no sense"):
        hub.repo("ann/cat")
    assert hub.search(SearchQuery()) == ()


def test_every_quant_that_is_listed_can_be_downloaded(server: FakeHub, hub: Hub) -> None:
    """The window asks for the target of each as it shows them."""
    odd = (
        "C:x-Q4_0.gguf",
        "a/./x-Q5_0.gguf",
        "x" * 2000 + "-Q8_0.gguf",
        "CON-Q4_1.gguf",
        "con.gguf",
    )
    siblings = [{"rfilename": one, "size": 5} for one in odd]
    body = json.dumps({"id": "ann/cat", "sha": COMMIT, "siblings": siblings}).encode()
    server.faults.api_statuses = [Status(200, JSON, body)]
    repo = hub.repo("ann/cat")
    targets = [hub.spec(repo, one).files[0].target for one in repo.quants]
    assert targets == ["ann/cat/CON-Q4_1.gguf", "ann/cat/_con.gguf"]


def test_the_card(server: FakeHub, hub: Hub) -> None:
    server.repos.write(
        "ann/cat/README.md", b"---\nlicense: mit\n---\n\n# Cat\n\n![x](http://a/b.png)"
    )
    assert hub.card("ann/cat").strip() == "# Cat\n\n![x](http://a/b.png)"
    server.repos.write("ann/dog/m-Q4_0.gguf", Gguf().encode())
    assert hub.card("ann/dog") == ""
    server.repos.gated["ann/cat"] = "hf_right"
    assert hub.card("ann/cat") == ""


def test_a_card_without_an_end(server: FakeHub, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk_llm.hub.card.MAX_CARD", 1000)
    server.repos.write("ann/cat/README.md", b"x" * 5000)
    assert hub.card("ann/cat") == ""
