"""Whatever servers and networks do: the file is whole and verified, or there is a sentence."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace

import pytest

from desk_llm.downloads.part import Part
from desk_llm.downloads.types import Download, DownloadState
from desk_llm.errors import AccessDenied, DeskError, FileDamaged, ModelNotFound, NetworkError
from desk_llm.hub.problems import Refused
from desk_llm.hub.types import DownloadFile
from tests.downloads.conftest import HURRY, PATIENT, REPO, World, spec_of, wait_for
from tests.helpers.fakehub.faults import ALWAYS, Status
from tests.helpers.socks import SocksProxy
from tests.helpers.waiting import wait_until

Fetch = Callable[..., Download]


def _fails(world: World, ended: Download, kind: type[DeskError]) -> str:
    """The sentence of a failed download, of which no model is on the disk."""
    assert ended.state is DownloadState.FAILED
    assert isinstance(ended.error, kind)
    assert ended.error.message.endswith(".")
    assert not [name for name in world.on_disk() if name.endswith(".gguf")]
    return str(ended.error)


def _comes_whole(world: World, file: DownloadFile, ended: Download) -> None:
    assert ended.state is DownloadState.DONE, str(ended.error)
    assert world.got(file) == world.content(file)
    assert world.on_disk() == [file.target.rpartition("/")[2]]
    assert ended.path == str(world.models / file.target)
    assert ended.done_bytes == ended.total_bytes == file.size_bytes


def test_dropped_connections_go_on_at_the_very_byte(world: World, fetch: Fetch) -> None:
    world.hub.faults.drop_after += [100_000, 1, 0, 77_777]
    file = world.offer()
    ended = fetch(file)
    _comes_whole(world, file, ended)
    assert world.ranges() == [0, 100_000, 100_001, 100_001, 177_778]
    assert ended.n_attempts == 5


def test_pauses_stay_short_while_bytes_come(world: World) -> None:
    world.hub.faults.drop_after += [1000] * 14  # doubled each time, it would take five minutes
    file = world.offer()
    downloads = world.open(replace(HURRY, longest_wait_s=1000))
    _comes_whole(world, file, wait_for(downloads, downloads.add(spec_of(file))))


def test_a_server_that_falls_silent_is_asked_again(world: World, fetch: Fetch) -> None:
    world.hub.faults.stall_after.append(50_000)
    file = world.offer()
    _comes_whole(world, file, fetch(file))
    assert world.ranges() == [0, 50_000]


def test_a_busy_server_is_given_the_time_it_asks_for(world: World, fetch: Fetch) -> None:
    world.hub.faults.statuses += [Status(429, {"Retry-After": "1"}), Status(503), Status(502)]
    world.hub.faults.data_statuses += [Status(500), Status(504)]
    file = world.offer()
    ended = fetch(file)
    _comes_whole(world, file, ended)
    assert ended.n_attempts == 6


def test_the_wait_is_shown_while_it_waits(world: World) -> None:
    world.hub.faults.statuses.append(Status(429, {"Retry-After": "1000"}))
    downloads = world.open()
    file = world.offer()
    download_id = downloads.add(spec_of(file))
    waiting = wait_for(downloads, download_id, DownloadState.WAITING)
    assert waiting.retry_in_s is not None
    assert 900 < waiting.retry_in_s <= 1000
    assert "429" in str(waiting.error)
    downloads.resume(download_id)  # the person knows better
    _comes_whole(world, file, wait_for(downloads, download_id))


@pytest.mark.parametrize("after", [0, 60_000])
def test_a_server_without_ranges_sends_all_again(world: World, fetch: Fetch, after: int) -> None:
    world.hub.faults.ignore_range = True
    world.hub.faults.drop_after += [after, after]
    file = world.offer()
    _comes_whole(world, file, fetch(file))


def test_servers_that_refuse_to_send_all_at_once_are_never_asked_to(
    world: World, fetch: Fetch
) -> None:
    world.hub.faults.refuse_whole = True
    file = world.offer()
    _comes_whole(world, file, fetch(file))


def test_a_wrong_byte_is_found_and_everything_fetched_anew(world: World, fetch: Fetch) -> None:
    world.hub.faults.n_corrupt = 1
    file = world.offer()
    _comes_whole(world, file, fetch(file))
    assert world.ranges() == [0, 0]


def test_a_file_that_is_wrong_twice_is_not_kept(world: World, fetch: Fetch) -> None:
    file = world.offer()
    world.hub.faults.n_corrupt = ALWAYS
    assert "checksum" in _fails(world, fetch(file), FileDamaged)
    assert world.on_disk() == []
    assert world.ranges() == [0, 0]


@pytest.mark.parametrize(
    "fault", [{"short_by": 1000}, {"long_by": 1000}, {"short_by": 1000, "ignore_range": True}]
)
def test_bodies_of_another_length_are_refused_before_a_byte(
    world: World, fetch: Fetch, fault: dict[str, int]
) -> None:
    file = world.offer()
    for name, value in fault.items():
        setattr(world.hub.faults, name, value)
    ended = fetch(file)
    assert "instead of 300000" in _fails(world, ended, NetworkError)
    assert ended.done_bytes == 0


@pytest.mark.parametrize("fault", ["short_by", "long_by"])
def test_a_length_that_is_wrong_for_a_while_does_not_matter(world: World, fault: str) -> None:
    file = world.offer()
    setattr(world.hub.faults, fault, 1000)
    downloads = world.open()
    download_id = downloads.add(spec_of(file))
    wait_until(lambda: len(world.ranges()) >= 2)
    setattr(world.hub.faults, fault, 0)
    _comes_whole(world, file, wait_for(downloads, download_id))


def test_a_range_that_was_not_asked_for_is_not_written(world: World, fetch: Fetch) -> None:
    world.hub.faults.drop_after.append(1000)
    world.hub.faults.wrong_ranges += [0, 500, -500]
    file = world.offer()
    _comes_whole(world, file, fetch(file))
    assert world.ranges() == [0, 1000, 1000, 1000]


def test_an_encoded_body_is_refused(world: World, fetch: Fetch) -> None:
    world.hub.faults.gzip = True
    assert "gzip" in _fails(world, fetch(world.offer()), NetworkError)


def test_a_login_page_is_no_model_and_goes_away(world: World, fetch: Fetch) -> None:
    world.hub.faults.n_html = 7
    file = world.offer()
    _comes_whole(world, file, fetch(file))


def test_the_sentence_about_a_login_page(world: World) -> None:
    world.hub.faults.n_html = ALWAYS
    downloads = world.open()
    waiting = wait_for(downloads, downloads.add(spec_of(world.offer())), DownloadState.WAITING)
    assert "web page" in str(waiting.error)
    assert not [name for name in world.on_disk() if name.endswith(".gguf")]


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data", "http://93.184.215.14/x", "file:///etc/passwd"],
)
def test_redirects_into_dark_places_are_not_followed(
    world: World, fetch: Fetch, target: str
) -> None:
    world.hub.faults.redirect_to = target
    _fails(world, fetch(world.offer()), Refused)


def test_names_of_the_server_are_not_used(world: World, fetch: Fetch) -> None:
    world.hub.faults.disposition = 'attachment; filename="../../x"'
    file = world.offer()
    _comes_whole(world, file, fetch(file))
    assert not list(world.home.rglob("x"))


def test_gated_repositories_explain_themselves(world: World, fetch: Fetch) -> None:
    world.hub.repos.gated[REPO] = "hf_secret"
    assert "gated" in _fails(world, fetch(world.offer()), AccessDenied)


def test_a_token_opens_a_gated_repository_and_stays_on_its_host(world: World, fetch: Fetch) -> None:
    world.hub.repos.gated[REPO] = "hf_secret"
    world.tokens.set("hf_secret", f"127.0.0.1:{world.hub.port}")
    file = world.offer()
    _comes_whole(world, file, fetch(file))
    sent = {one.path[:5]: one.authorization for one in world.hub.log}
    assert sent == {"/owne": "Bearer hf_secret", "/cdn/": ""}


def test_a_file_that_is_gone_ends_it(world: World, fetch: Fetch) -> None:
    file = replace(world.offer(), url=world.hub.resolve_url(REPO, "other.gguf"))
    _fails(world, fetch(file), ModelNotFound)


def test_a_server_that_is_not_there_is_tried_for_as_long_as_it_takes(world: World) -> None:
    file = world.offer()
    gone = replace(file, url=file.url.replace(f":{world.hub.port}/", ":9/"))
    downloads = world.open()
    download_id = downloads.add(spec_of(gone))

    def n_attempts() -> int:
        now = downloads.get(download_id)
        assert now is not None
        assert now.state not in (DownloadState.FAILED, DownloadState.DONE)
        return now.n_attempts

    wait_until(lambda: n_attempts() > 8)


@pytest.mark.parametrize("is_told", [True, False])
def test_an_etag_that_changes_between_the_halves(world: World, is_told: bool) -> None:
    """Told: the server heeds If-Range and sends all. Else: it sends a half with another ETag."""
    file = world.offer(name="plain.gguf")
    bare = replace(file, url=world.hub.plain_url(REPO, "plain.gguf"), sha256="", etag="")
    faults = world.hub.faults
    faults.drop_after.append(100_000)
    downloads = world.open(PATIENT)
    download_id = downloads.add(spec_of(bare))
    wait_for(downloads, download_id, DownloadState.WAITING)
    faults.etag = "other"
    faults.ignore_if_range = not is_told
    downloads.resume(download_id)
    if not is_told:
        wait_until(lambda: len(world.hub.log) == 2)
        assert "changed" in str(wait_for(downloads, download_id, DownloadState.WAITING).error)
        downloads.resume(download_id)
    _comes_whole(world, file, wait_for(downloads, download_id))
    asked = [one.range for one in world.hub.log]
    expected = ["bytes=0-", "bytes=100000-"] + ([] if is_told else ["bytes=0-"])
    assert asked == expected


def test_bodies_without_a_length(world: World, fetch: Fetch) -> None:
    world.hub.faults.chunked = True
    file = world.offer()
    _comes_whole(world, file, fetch(file))


def test_a_body_that_could_go_on_for_ever_is_refused(world: World, fetch: Fetch) -> None:
    world.hub.faults.chunked = world.hub.faults.ignore_range = True
    file = world.offer(name="plain.gguf")
    bare = DownloadFile(world.hub.plain_url(REPO, "plain.gguf"), file.target, 0)
    assert "how large" in _fails(world, fetch(bare), NetworkError)


def test_an_address_of_which_nothing_is_known(world: World, fetch: Fetch) -> None:
    file = world.offer(name="plain.gguf")
    world.hub.faults.drop_after += [1000, 300_000 - 1000]
    bare = DownloadFile(world.hub.plain_url(REPO, "plain.gguf"), file.target, 0)
    _comes_whole(world, file, fetch(bare))
    assert [one.range for one in world.hub.log] == ["bytes=0-", "bytes=1000-"]


def test_what_came_whole_before_the_kill_is_not_fetched_again(world: World, fetch: Fetch) -> None:
    file = world.offer(name="plain.gguf")
    bare = DownloadFile(world.hub.plain_url(REPO, "plain.gguf"), file.target, 0)
    part = Part(world.models / file.target, bare)
    part.open()
    buffer = part.buffer()
    buffer[:300_000] = world.content(file)
    part.note(f'"{file.sha256}"')
    part.add(buffer, 300_000)
    part.close()
    _comes_whole(world, file, fetch(bare))
    assert [one.range for one in world.hub.log] == ["bytes=300000-"]  # 416: that was all


def test_a_blob_of_ollamas_registry(world: World, fetch: Fetch) -> None:
    data = b"GGUF" + bytes(200_000)
    digest = world.hub.ollama.add("library/qwen3:0.6b", data)
    url = f"{world.hub.url}/v2/library/qwen3/blobs/{digest}"
    world.hub.faults.drop_after.append(5000)
    file = DownloadFile(url, "ollama/q/q.gguf", len(data), digest.removeprefix("sha256:"))
    assert fetch(file).state is DownloadState.DONE
    assert world.got(file) == data
    asked = [one.range for one in world.hub.log if one.path.startswith("/cdn-blobs")]
    assert asked == ["bytes=0-", "bytes=5000-"]


def _split(file: DownloadFile) -> tuple[str, str]:
    repo, _, name = file.target.rpartition("/")
    return repo, name


def test_through_a_socks_proxy(world: World, fetch: Fetch) -> None:
    file = world.offer()
    there = replace(file, url=file.url.replace("127.0.0.1", "hub.example"))
    with SocksProxy(world.hub.port) as proxy:
        world.settings.change("network", proxy=f"socks5://{proxy.address}")
        there_too = world.hub.cdn_url(*_split(file)).replace("localhost", "hub.example")
        world.hub.faults.redirect_to = there_too
        world.hub.faults.drop_after.append(20_000)
        ended = fetch(there)
    assert ended.state is DownloadState.DONE, str(ended.error)
    assert world.got(file) == world.content(file)
    assert {one.partition(":")[0] for one in proxy.asked} == {"hub.example"}


def test_without_a_digest_an_error_page_still_is_no_model(world: World, fetch: Fetch) -> None:
    world.hub.repos.write(f"{REPO}/page.gguf", b"{}" * 5000)
    url = world.hub.plain_url(REPO, "page.gguf")
    assert "no GGUF" in _fails(world, fetch(DownloadFile(url, "o/r/page.gguf", 0)), FileDamaged)
    assert world.on_disk() == []


@pytest.mark.fault
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounts a small disk")
def test_a_disk_that_fills_up_ends_it_and_going_on_is_possible(world: World) -> None:
    world.models.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", world.models], check=True)
    try:
        filler = world.models / "filler"
        downloads, file = world.open(PATIENT), world.offer(900_000)
        world.hub.faults.bytes_per_s = 1e6
        download_id = downloads.add(spec_of(file))
        wait_until(lambda: downloads.all[0].done_bytes > 100_000)
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as other:
            other.write(bytes(1 << 20))  # another program takes the rest
        failed = wait_for(downloads, download_id, DownloadState.FAILED)
        assert "full" in str(failed.error)
        filler.unlink()
        downloads.resume(download_id)
        wait_for(downloads, download_id, DownloadState.DONE)
        assert world.got(file) == world.content(file)
        assert world.ranges()[1] > 100_000
        downloads.close()
    finally:
        subprocess.run(["umount", world.models], check=True)
