"""From a name to a download: the Hub, Ollama's registry, any address."""

from __future__ import annotations

import hashlib
import json

import pytest

from desk_llm.errors import DeskError, FileDamaged, ModelNotFound, RequestError, Unsupported
from desk_llm.hub.hub import Hub
from desk_llm.hub.types import QuantFiles, Repo, RepoFile, RepoSummary, Source
from tests.helpers.fakehub.faults import Status
from tests.helpers.fakehub.server import FakeHub

CAT = "ann/cat-GGUF"
COMMIT = "a" * 40
DATA = b"GGUF" + bytes(2000)


@pytest.fixture(autouse=True)
def _models(server: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESK_LLM_OLLAMA_REGISTRY", server.url)
    for name in ("cat-Q4_K_M.gguf", "cat-Q8_0.gguf", "mmproj-F16.gguf"):
        server.repos.write(f"{CAT}/{name}", DATA + name.encode())
    for number in (1, 2):
        server.repos.write(f"{CAT}/BF16/cat-BF16-0000{number}-of-00002.gguf", DATA)


def test_a_repository_with_a_quant(server: FakeHub, hub: Hub) -> None:
    spec = hub.resolve(f"{CAT}:q8_0")
    (file,) = spec.files
    data = DATA + b"cat-Q8_0.gguf"
    assert (spec.title, spec.source, spec.repo) == (f"{CAT} · Q8_0", Source.HUB, CAT)
    assert spec.commit == COMMIT
    assert file.url == server.resolve_url(CAT, "cat-Q8_0.gguf", COMMIT)
    assert file.target == f"{CAT}/cat-Q8_0.gguf"
    assert (file.size_bytes, file.sha256) == (len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("name", "first"),
    [
        (CAT, "cat-Q4_K_M.gguf"),
        (f"hf.co/{CAT}:Q8_0", "cat-Q8_0.gguf"),
        (f"huggingface.co/{CAT}", "cat-Q4_K_M.gguf"),
        (f"https://huggingface.co/{CAT}:Q8_0", "cat-Q8_0.gguf"),
        (f"https://huggingface.co/{CAT}/blob/main/cat-Q8_0.gguf", "cat-Q8_0.gguf"),
        (f"https://hf-mirror.com/{CAT}/resolve/{COMMIT}/cat-Q8_0.gguf", "cat-Q8_0.gguf"),
        (f"https://huggingface.co/{CAT}/tree/main", "cat-Q4_K_M.gguf"),
        (f"{CAT}:cat-Q8_0.gguf", "cat-Q8_0.gguf"),
        (f"{CAT}:mmproj-F16", "mmproj-F16.gguf"),
        (
            f"https://huggingface.co/{CAT}/blob/main/BF16/cat-BF16-00002-of-00002.gguf",
            "cat-BF16-00001-of-00002.gguf",
        ),
        (f"ollama:hf.co/{CAT}:Q8_0", "cat-Q8_0.gguf"),
    ],
)
def test_every_way_to_say_it(hub: Hub, name: str, first: str) -> None:
    assert hub.resolve(name).files[0].target == f"{CAT}/{first}"


def test_a_split_model_is_one_job(hub: Hub) -> None:
    spec = hub.resolve(f"{CAT}:BF16")
    assert [one.target for one in spec.files] == [
        f"{CAT}/cat-BF16-00001-of-00002.gguf",
        f"{CAT}/cat-BF16-00002-of-00002.gguf",
    ]
    assert spec.size_bytes == 2 * len(DATA)


def test_with_a_projector(hub: Hub) -> None:
    repo = hub.repo(CAT)
    spec = hub.spec(repo, repo.quants[0], *repo.projectors)
    assert [one.target.rpartition("/")[2] for one in spec.files][-1] == "mmproj-F16.gguf"


def test_a_quant_that_is_not_there_names_those_that_are(hub: Hub) -> None:
    with pytest.raises(ModelNotFound, match="has no “Q2_K”") as raised:
        hub.resolve(f"{CAT}:Q2_K")
    assert "Q4_K_M" in raised.value.hint


def test_a_repository_without_gguf(server: FakeHub, hub: Hub) -> None:
    server.repos.write("ann/paper/README.md", b"# no model")
    with pytest.raises(ModelNotFound, match="no GGUF files"):
        hub.resolve("ann/paper")


def test_two_files_never_share_a_target(hub: Hub) -> None:
    files = (RepoFile("x/a.gguf", 5), RepoFile("X/a.gguf", 5))
    repo = Repo(RepoSummary("ann/cat"), COMMIT, ())
    with pytest.raises(RequestError, match="same name"):
        hub.spec(repo, QuantFiles("Q8_0", files))


# ── Ollama ───────────────────────────────────────────────────────────────


def test_ollama(server: FakeHub, hub: Hub) -> None:
    digest = server.ollama.add("library/qwen3:0.6b", DATA, template="{{ .Prompt }}", params="{}")
    spec = hub.resolve("ollama:qwen3:0.6b")
    (file,) = spec.files
    assert (spec.title, spec.source, spec.repo) == (
        "ollama:qwen3:0.6b",
        Source.OLLAMA,
        "qwen3:0.6b",
    )
    assert file.url == f"{server.url}/v2/library/qwen3/blobs/{digest}"
    assert file.target == "ollama/qwen3/qwen3-0.6b.gguf"
    assert (file.size_bytes, f"sha256:{file.sha256}") == (len(DATA), digest)


def test_ollama_of_a_person_with_an_eye(server: FakeHub, hub: Hub) -> None:
    server.ollama.add("ann/cat:latest", DATA, projector="GGUF eye")
    spec = hub.resolve("ollama:ann/cat")
    assert [one.target for one in spec.files] == [
        "ollama/ann-cat/cat-latest.gguf",
        "ollama/ann-cat/mmproj-cat-latest.gguf",
    ]


def test_ollama_does_not_know_it(hub: Hub) -> None:
    with pytest.raises(ModelNotFound, match="ollama:nothing:7b"):
        hub.resolve("ollama:nothing:7b")


@pytest.mark.parametrize("kind", ["tensor", "adapter"])
def test_ollama_has_it_in_another_form(server: FakeHub, hub: Hub, kind: str) -> None:
    server.ollama.add("library/odd:1", DATA, **{kind: "x"})
    with pytest.raises(Unsupported, match="odd:1"):
        hub.resolve("ollama:odd:1")


@pytest.mark.parametrize(
    "layer",
    [
        {"digest": "sha256:../../etc/passwd", "size": 5},
        {"digest": "sha256:" + "g" * 64, "size": 5},
        {"digest": "md5:" + "a" * 64, "size": 5},
        {"digest": "sha256:" + "a" * 64, "size": -5},
        {"digest": "sha256:" + "a" * 64, "size": "5"},
        {"digest": "sha256:" + "a" * 64, "size": True},
        {"digest": None, "size": 5},
        {},
    ],
)
def test_hostile_manifests(server: FakeHub, hub: Hub, layer: dict[str, object]) -> None:
    """CVE-2024-37032: a digest that was a path."""
    whole = {"layers": [{"mediaType": "application/vnd.ollama.image.model", **layer}]}
    server.faults.api_statuses = [
        Status(200, {"Content-Type": "application/json"}, json.dumps(whole).encode())
    ]
    with pytest.raises(DeskError, match="makes no sense"):
        hub.resolve("ollama:odd:1")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"5", b'{"layers": 5}', b'{"layers": [5]}', b"[" * 99999]
)
def test_manifests_that_are_none(server: FakeHub, hub: Hub, body: bytes) -> None:
    server.faults.api_statuses = [Status(200, {"Content-Type": "application/json"}, body)]
    with pytest.raises(DeskError):
        hub.resolve("ollama:odd:1")


# ── any address ──────────────────────────────────────────────────────────


def test_an_address_with_a_digest(server: FakeHub, hub: Hub) -> None:
    url = server.plain_url(CAT, "cat-Q8_0.gguf")
    digest = hashlib.sha256(DATA + b"cat-Q8_0.gguf").hexdigest()
    spec = hub.resolve(f"{url}#sha256={digest}")
    (file,) = spec.files
    assert (spec.source, file.url, file.sha256) == (Source.URL, url, digest)
    assert file.size_bytes == len(DATA) + len("cat-Q8_0.gguf")
    assert file.target == f"127.0.0.1-{server.port}/files/cat-Q8_0.gguf"
    assert server.log[-1].range == "bytes=0-63"


def test_an_address_without_ranges(server: FakeHub, hub: Hub) -> None:
    server.faults.ignore_range = True
    (file,) = hub.resolve(server.plain_url(CAT, "cat-Q8_0.gguf")).files
    assert (file.size_bytes, file.sha256) == (len(DATA) + len("cat-Q8_0.gguf"), "")


def test_what_the_server_calls_it_does_not_matter(server: FakeHub, hub: Hub) -> None:
    server.faults.disposition = 'attachment; filename="../../../x.gguf"'
    (file,) = hub.resolve(server.plain_url(CAT, "cat-Q8_0.gguf")).files
    assert file.target.endswith("/files/cat-Q8_0.gguf")


def test_an_address_of_something_else(server: FakeHub, hub: Hub) -> None:
    server.repos.write(f"{CAT}/zip.gguf", b"PK\x03\x04" + bytes(100))
    server.repos.write(f"{CAT}/page.gguf", b"<!doctype html><html>")
    server.repos.write(f"{CAT}/empty.gguf", b"")
    with pytest.raises(FileDamaged, match="packed archive"):
        hub.resolve(server.plain_url(CAT, "zip.gguf"))
    with pytest.raises(FileDamaged, match="web page"):
        hub.resolve(server.plain_url(CAT, "page.gguf"))
    with pytest.raises(DeskError):
        hub.resolve(server.plain_url(CAT, "empty.gguf"))
    with pytest.raises(ModelNotFound):
        hub.resolve(server.plain_url(CAT, "gone.gguf"))
    server.faults.gzip = True
    with pytest.raises(DeskError, match="changes the file"):
        hub.resolve(server.plain_url(CAT, "cat-Q8_0.gguf"))
