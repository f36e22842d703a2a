"""The header of a model on a server: read by ranges, with limits, and kept in a small cache."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from desk_llm.engine.probe.probe import Probe
from desk_llm.engine.types import LoadParams
from desk_llm.errors import DeskError, DiskProblem, FileDamaged, NetworkError, Unsupported
from desk_llm.hub import header_store, ranges
from desk_llm.hub.hub import Hub
from desk_llm.hub.problems import Refused
from desk_llm.hub.remote_header import RemoteHeader
from desk_llm.models.gguf.info import read_gguf
from desk_llm.settings import SettingsStore
from tests.helpers.fakehub.faults import Status
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.gguf_bytes import STRING, U16, U32, Gguf
from tests.helpers.gguf_models import tiny_model

CAT = "ann/cat-GGUF"
MB = 1 << 20


def header_of(hub: Hub, label: str = "Q4_K_M") -> RemoteHeader:
    """Of one quant of the cat."""
    repo = hub.repo(CAT)
    return hub.header(repo, next(one for one in repo.quants if one.label == label))


def offer(server: FakeHub, data: bytes, name: str = "cat-Q4_K_M.gguf") -> None:
    """Put a file into the cat's repository."""
    server.repos.write(f"{CAT}/{name}", data)


def large_header(n_tokens: int) -> Gguf:
    """One whose vocabulary takes `n_tokens` × some 200 bytes."""
    words = [f"{n}{'-' * 190}" for n in range(n_tokens)]
    return Gguf().set("tokenizer.ggml.tokens", STRING, words)


def data_ranges(server: FakeHub) -> list[str]:
    """What was asked of the CDN."""
    return [one.range for one in server.log if one.path.startswith("/cdn/")]


def test_says_what_the_file_says(server: FakeHub, hub: Hub, tmp_path: Path) -> None:
    data = Gguf(data=6 * MB).encode()
    offer(server, data)
    local = tmp_path / "local.gguf"
    local.write_bytes(data)
    found = header_of(hub)
    assert found.info == read_gguf(local)
    assert found.size_bytes == found.path.stat().st_size == len(data)
    assert found.fetched_bytes <= 2 * MB
    assert data_ranges(server)[0] == f"bytes=0-{MB - 1}"
    assert found.file.info == found.info
    assert found.file.size_bytes == len(data)


@pytest.mark.skipif(sys.platform == "win32", reason="st_blocks is POSIX's")
def test_the_file_in_the_cache_is_sparse(server: FakeHub, hub: Hub) -> None:
    data = Gguf(data=40 * MB).encode()
    offer(server, data)
    status = header_of(hub).path.stat()
    assert status.st_size == len(data)
    assert status.st_blocks * 512 < 4 * MB


def test_long_headers_double_the_request(server: FakeHub, hub: Hub, tmp_path: Path) -> None:
    data = large_header(25_000).encode() + bytes(8 * MB)
    offer(server, data)
    local = tmp_path / "local.gguf"
    local.write_bytes(data)
    found = header_of(hub)
    assert found.info == read_gguf(local)
    asked = data_ranges(server)
    assert (
        asked
        == [
            f"bytes=0-{MB - 1}",
            f"bytes={MB}-{2 * MB - 1}",
            f"bytes={2 * MB}-{4 * MB - 1}",
            f"bytes={4 * MB}-{8 * MB - 1}",
        ][: len(asked)]
    )
    assert len(asked) >= 3
    header_end = data.index(b"token_embd.weight")
    assert found.path.read_bytes()[:header_end] == data[:header_end]


def test_every_part_of_a_split_model(server: FakeHub, hub: Hub) -> None:
    first = Gguf(tensors=[("token_embd.weight", (64, 4), 0, 0)], data=2 * MB)
    second = Gguf(tensors=[("blk.0.attn_q.weight", (64, 64), 0, 0)], data=3 * MB)
    for gguf, number in ((first, 0), (second, 1)):
        gguf.set("split.count", U16, 2).set("split.no", U16, number)
        offer(server, gguf.encode(), f"cat-Q8_0-0000{number + 1}-of-00002.gguf")
    found = header_of(hub, "Q8_0")
    assert [one.name for one in found.parts] == [
        "cat-Q8_0-00001-of-00002.gguf",
        "cat-Q8_0-00002-of-00002.gguf",
    ]
    assert found.info.n_params == 64 * 4 + 64 * 64
    assert found.file.parts == found.parts
    assert found.size_bytes == sum(one.stat().st_size for one in found.parts)


def test_the_second_time_costs_nothing(server: FakeHub, hub: Hub) -> None:
    offer(server, Gguf().encode())
    first = header_of(hub)
    server.log.clear()
    again = header_of(hub)
    assert (again.info, again.path, again.fetched_bytes) == (first.info, first.path, 0)
    assert data_ranges(server) == []


def test_another_commit_is_another_file(server: FakeHub, hub: Hub) -> None:
    offer(server, Gguf().encode())
    first = header_of(hub)
    server.repos.commits[CAT] = "b" * 40
    assert header_of(hub).path != first.path


def test_a_server_without_ranges(server: FakeHub, hub: Hub) -> None:
    data = large_header(10_000).encode() + bytes(MB)
    offer(server, data)
    server.faults.ignore_range = True
    assert header_of(hub).info.n_vocab == 10_000


@pytest.mark.parametrize("off", [1, -1, 4096])
def test_another_range_than_asked_for(server: FakeHub, hub: Hub, off: int) -> None:
    offer(server, Gguf(data=4 * MB).encode())
    server.faults.wrong_ranges = [off]
    with pytest.raises(Refused, match="other bytes"):
        header_of(hub)


@pytest.mark.parametrize(
    "said", ["", "bytes", "bytes 0-9/" + "9" * 5000, "bytes ٠-٩/٩", "items 0-9/10", "bytes */10"]
)
def test_a_range_that_is_none(server: FakeHub, hub: Hub, said: str) -> None:
    offer(server, Gguf(data=4 * MB).encode())
    headers = {"Content-Range": said.encode().decode("latin-1")}
    server.faults.data_statuses = [Status(206, headers, b"GGUF" + bytes(6))]
    with pytest.raises(Refused, match="other bytes"):
        header_of(hub)


def test_a_body_of_another_size(server: FakeHub, hub: Hub) -> None:
    offer(server, Gguf(data=4 * MB).encode())
    server.faults.long_by = 100
    with pytest.raises(Refused, match="other bytes"):
        header_of(hub)


def test_an_encoded_body(server: FakeHub, hub: Hub) -> None:
    offer(server, Gguf(data=4 * MB).encode())
    server.faults.gzip = True
    with pytest.raises(Refused, match="other bytes"):
        header_of(hub)


@pytest.mark.parametrize("target", ["http://169.254.169.254/x", "http://93.184.216.34/x"])
def test_a_redirect_out_of_bounds(server: FakeHub, hub: Hub, target: str) -> None:
    offer(server, Gguf().encode())
    server.faults.redirect_to = target
    with pytest.raises(Refused):
        header_of(hub)


def test_what_breaks_on_the_way_leaves_nothing(
    server: FakeHub, hub: Hub, settings: SettingsStore, tmp_path: Path
) -> None:
    offer(server, Gguf(data=4 * MB).encode())
    server.faults.drop_after = [1000]
    with pytest.raises(NetworkError):
        header_of(hub)
    server.faults.n_html = 1
    with pytest.raises(NetworkError, match="web page"):
        header_of(hub)
    server.faults.data_statuses = [Status(503, {"Retry-After": "1"})]
    with pytest.raises(NetworkError, match="busy"):
        header_of(hub)
    assert list((tmp_path / "headers").iterdir()) == []
    assert header_of(hub).info.architecture == "llama"


def test_a_drip_is_not_waited_for(
    server: FakeHub, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranges, "LONGEST_S", -1.0)
    offer(server, Gguf(data=4 * MB).encode())
    with pytest.raises(NetworkError, match="too slowly"):
        header_of(hub)


def test_two_windows_ask_at_once(server: FakeHub, hub: Hub, tmp_path: Path) -> None:
    offer(server, Gguf(data=4 * MB).encode())
    repo = hub.repo(CAT)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: hub.header(repo, repo.quants[0]), range(8)))
    assert len({one.path for one in found}) == 1
    assert [one.name for one in (tmp_path / "headers").iterdir()] == [found[0].path.parent.name]


@pytest.mark.skipif(sys.platform == "win32", reason="st_blocks is POSIX's")
def test_a_disk_without_holes_is_not_filled(
    server: FakeHub, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As FAT does: truncate writes zeros, up to the size of the model."""
    monkeypatch.setattr(header_store, "_disk_bytes", lambda _path: 9 * MB)
    offer(server, Gguf(data=12 * MB).encode())
    with pytest.raises(DiskProblem, match="sparse"):
        header_of(hub)
    assert list((tmp_path / "headers").iterdir()) == []


def test_a_header_without_end(server: FakeHub, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranges, "MOST", 2 * MB)
    offer(server, large_header(25_000).encode() + bytes(8 * MB))
    with pytest.raises(Refused, match="does not end"):
        header_of(hub)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GGUF",
        b"GGUF" + b"\xff" * 2000,
        b"PK\x03\x04" + bytes(1000),
        bytes(1000),
        Gguf(n_tensors=1 << 60).encode(),
        Gguf(n_keys=1 << 60).encode(),
        Gguf().set("general.name", STRING, "x" * 100).encode()[:200],
        Gguf(version=77).encode(),
        Gguf(data=0).encode(),
        Gguf().set("llama.block_count", U32, 70_000).encode(),
    ],
    ids=range(11),
)
def test_hostile_headers_are_sentences_and_leave_nothing(
    server: FakeHub, hub: Hub, tmp_path: Path, data: bytes
) -> None:
    offer(server, data)
    with pytest.raises((FileDamaged, Unsupported)) as raised:
        header_of(hub)
    assert "cat-Q4_K_M" in str(raised.value)
    assert list((tmp_path / "headers").glob("*")) == []


def test_mutated_headers_never_raise_anything_else(server: FakeHub, hub: Hub) -> None:
    import random

    chance, whole = random.Random(5), Gguf(data=20_000).encode()
    for n in range(40):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 8)):
            data[chance.randrange(400)] = chance.randrange(256)
        offer(server, bytes(data[: chance.choice((len(data), chance.randrange(1, len(data))))]))
        server.repos.commits[CAT] = f"{n:040x}"
        try:
            found = header_of(hub)
        except DeskError as error:
            assert str(error)  # noqa: PT017
        else:
            assert found.info.n_layers > 0


def test_the_cache_stays_small(
    server: FakeHub, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(header_store, "MOST_MODELS", 3)
    offer(server, Gguf().encode())
    stale = tmp_path / "headers" / f"{'0' * 32}.new-1-1"
    stale.mkdir(parents=True)
    os.utime(stale, (time.time() - 9999,) * 2)
    found = []
    for n in range(5):
        server.repos.commits[CAT] = f"{n:040x}"
        found.append(header_of(hub).path.parent)
        os.utime(found[-1], (time.time() - 100 + n,) * 2)
    assert set((tmp_path / "headers").iterdir()) == set(found[-3:])


def test_a_damaged_cache_is_read_again(server: FakeHub, hub: Hub) -> None:
    offer(server, Gguf().encode())
    path = header_of(hub).path
    path.write_bytes(b"overwritten by another program")
    with pytest.raises(DeskError):
        header_of(hub)
    assert header_of(hub).info.architecture == "llama"


def test_a_cache_that_cannot_be_written(server: FakeHub, hub: Hub, tmp_path: Path) -> None:
    offer(server, Gguf().encode())
    (tmp_path / "headers").write_text("a file where the folder should be")
    with pytest.raises(DeskError, match="cache folder"):
        header_of(hub)


def test_llama_cpp_simulates_a_load_of_it(server: FakeHub, hub: Hub, tmp_path: Path) -> None:
    """The header alone is enough to know exactly what the model would need."""
    local = tiny_model(tmp_path / "local.gguf", n_layers=40)
    offer(server, local.read_bytes())
    found = header_of(hub)
    assert found.fetched_bytes < found.size_bytes
    probe = Probe()
    try:
        here = probe.simulate(LoadParams("here", str(local), n_ctx=512))
        there = probe.simulate(LoadParams("there", str(found.path), n_ctx=512))
    finally:
        probe.close()
    assert here is not None
    assert here == there
