"""What a person does with downloads: pause, go on, cancel, order, restart, close."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.downloads.service import Downloads
from desk_llm.downloads.types import ACTIVE, Download, DownloadState
from desk_llm.errors import DiskProblem, RequestError
from desk_llm.hub.problems import Offline
from tests.downloads.conftest import HURRY, PATIENT, World, spec_of, wait_for
from tests.helpers.waiting import wait_until


def _slow(world: World, bytes_per_s: float = 1e6) -> None:
    world.hub.faults.bytes_per_s = bytes_per_s


def _part(world: World) -> Path:
    (part,) = world.models.rglob("*.part")
    return part


def _wait_for_bytes(downloads: Downloads, download_id: str, least: int) -> Download:
    def has_come() -> bool:
        now = downloads.get(download_id)
        return now is not None and now.done_bytes >= least

    wait_until(has_come)
    now = downloads.get(download_id)
    assert now is not None
    return now


def _wait_for_rest(downloads: Downloads) -> None:
    """Until no thread works on a download."""
    wait_until(lambda: not any(one.name == "download" for one in threading.enumerate()))


def test_a_pause_keeps_what_came_and_going_on_asks_for_the_rest_only(world: World) -> None:
    _slow(world)
    file = world.offer(1_000_000)
    downloads = world.open()
    download_id = downloads.add(spec_of(file))
    _wait_for_bytes(downloads, download_id, 200_000)
    downloads.pause(download_id)
    paused = downloads.get(download_id)
    assert paused is not None
    assert paused.state is DownloadState.PAUSED  # at once, whatever the thread does
    _wait_for_rest(downloads)
    size = _part(world).stat().st_size
    assert size >= 200_000
    assert not [name for name in world.on_disk() if name.endswith(".gguf")]
    _slow(world, 0)
    downloads.resume(download_id)
    wait_for(downloads, download_id)
    assert world.ranges() == [0, size]
    assert world.got(file) == world.content(file)


def test_a_cancelled_download_leaves_nothing(world: World) -> None:
    _slow(world)
    downloads = world.open()
    download_id = downloads.add(spec_of(world.offer(1_000_000)))
    _wait_for_bytes(downloads, download_id, 100_000)
    downloads.cancel(download_id)
    assert downloads.all == ()
    wait_until(lambda: world.on_disk() == [])
    wait_until(lambda: download_id not in world.state.read_text())


def test_cancel_and_add_again_at_once(world: World) -> None:
    _slow(world)
    file = world.offer(1_000_000)
    downloads = world.open()
    for _ in range(3):
        download_id = downloads.add(spec_of(file))
        _wait_for_bytes(downloads, download_id, 100_000)
        downloads.cancel(download_id)
    _slow(world, 0)
    wait_for(downloads, downloads.add(spec_of(file)))
    assert world.got(file) == world.content(file)
    assert world.on_disk() == [Path(file.target).name]


def test_parts_of_a_model_come_side_by_side_as_one_download(world: World) -> None:
    parts = [world.offer(name=f"big-0000{n}-of-00003.gguf") for n in (1, 2, 3)]
    _slow(world, 400_000)
    downloads = world.open()
    download_id = downloads.add(spec_of(*parts))
    wait_until(lambda: len(list(world.models.rglob("*.part"))) == 2)  # the limit
    running = _wait_for_bytes(downloads, download_id, 1)
    assert running.total_bytes == 900_000
    _slow(world, 0)
    done = wait_for(downloads, download_id)
    assert done.path == str(world.models / parts[0].target)
    assert [world.got(one) for one in parts] == [world.content(one) for one in parts]


def test_no_part_appears_before_the_others_are_proven(world: World) -> None:
    world.settings.change("network", parallel_downloads=1)
    parts = [world.offer(name=f"big-0000{n}-of-00002.gguf") for n in (1, 2)]
    downloads = world.open()
    world.hub.faults.stall_after += [300_000, 1000]  # the first comes whole
    download_id = downloads.add(spec_of(*parts))
    _wait_for_bytes(downloads, download_id, 301_000)
    assert [name for name in world.on_disk() if name.endswith(".gguf")] == []
    downloads.pause(download_id)
    downloads.resume(download_id)
    wait_for(downloads, download_id)
    assert world.on_disk() == [Path(one.target).name for one in parts]
    assert world.ranges() == [0, 0, 1000]  # what was proven is not fetched again


def test_the_limit_of_files_at_the_same_time_can_change(world: World) -> None:
    world.settings.change("network", parallel_downloads=1)
    _slow(world, 100_000)
    downloads = world.open()
    for _ in range(3):
        downloads.add(spec_of(world.offer()))

    def states() -> list[DownloadState]:
        return [one.state for one in downloads.all]

    run, queued = DownloadState.RUNNING, DownloadState.QUEUED
    wait_until(lambda: states() == [run, queued, queued])
    world.settings.change("network", parallel_downloads=3)
    wait_until(lambda: states() == [run, run, run])


def test_the_order_is_the_persons(world: World) -> None:
    world.settings.change("network", parallel_downloads=1)
    _slow(world)
    downloads = world.open()
    finished: list[str] = []
    downloads.finished.connect(lambda one: finished.append(one.id))
    ids = [downloads.add(spec_of(world.offer())) for _ in range(3)]
    wait_for(downloads, ids[0], DownloadState.RUNNING)
    downloads.move(ids[2], 1)
    assert [one.id for one in downloads.all] == [ids[0], ids[2], ids[1]]
    wait_until(lambda: len(finished) == 3)
    assert finished == [ids[0], ids[2], ids[1]]


def test_a_download_that_waits_lets_others_through(world: World) -> None:
    world.settings.change("network", parallel_downloads=1)
    downloads = world.open(PATIENT)
    dead = world.offer()
    dead = replace(dead, url=dead.url.replace(f":{world.hub.port}/", ":9/"))
    waiting = downloads.add(spec_of(dead))
    other = downloads.add(spec_of(world.offer()))
    wait_for(downloads, other)
    wait_for(downloads, waiting, DownloadState.WAITING)


def test_all_of_them_pause_and_go_on(world: World) -> None:
    _slow(world)
    downloads = world.open()
    ids = [downloads.add(spec_of(world.offer())) for _ in range(3)]
    downloads.pause_all()
    assert {one.state for one in downloads.all} == {DownloadState.PAUSED}
    _slow(world, 0)
    downloads.resume_all()
    for download_id in ids:
        wait_for(downloads, download_id)


def test_what_is_unfinished_is_offered_after_a_restart(world: World) -> None:
    _slow(world)
    file, queued = world.offer(1_000_000), world.offer()
    world.settings.change("network", parallel_downloads=1)
    first = world.open()
    ids = [first.add(spec_of(file, title="模型 · Q4")), first.add(spec_of(queued))]
    _wait_for_bytes(first, ids[0], 300_000)
    first.close()
    size = _part(world).stat().st_size
    second = world.open()
    wait_until(lambda: second.all[0].done_bytes == size)
    assert [one.state for one in second.all] == [DownloadState.PAUSED] * 2
    assert [one.id for one in second.all] == ids
    assert second.all[0].spec == spec_of(file, title="模型 · Q4")
    n_asked = len(world.hub.log)
    _slow(world, 0)
    second.resume(ids[0])
    done = wait_for(second, ids[0])
    assert world.ranges()[1:] == [size]
    assert len(world.hub.log) == n_asked + 2
    assert world.got(file) == world.content(file)
    second.close()
    third = world.open()
    assert [one.state for one in third.all] == [DownloadState.DONE, DownloadState.PAUSED]
    assert third.all[0].path == done.path


def test_a_failure_keeps_its_sentence_over_a_restart(world: World) -> None:
    world.hub.repos.gated["owner/model-GGUF"] = "hf_secret"
    first = world.open()
    download_id = first.add(spec_of(world.offer()))
    failed = wait_for(first, download_id, DownloadState.FAILED)
    first.close()
    kept = world.open().get(download_id)
    assert kept is not None
    assert kept.state is DownloadState.FAILED
    assert str(kept.error) == str(failed.error)
    assert "hf_secret" not in world.state.read_text()


def test_a_failed_one_can_be_tried_again_or_forgotten(world: World) -> None:
    file = world.offer()
    gated = world.hub.repos.gated
    gated["owner/model-GGUF"] = "hf_secret"
    downloads = world.open()
    download_id = downloads.add(spec_of(file))
    wait_for(downloads, download_id, DownloadState.FAILED)
    gated.clear()
    downloads.resume(download_id)
    wait_for(downloads, download_id, DownloadState.DONE)
    downloads.forget(download_id)
    assert downloads.all == ()
    assert world.got(file) == world.content(file)  # the model stays


def test_forgetting_does_not_stop_what_runs(world: World) -> None:
    _slow(world)
    downloads = world.open()
    download_id = downloads.add(spec_of(world.offer()))
    downloads.forget(download_id)
    assert downloads.get(download_id) is not None


def test_the_same_files_are_one_download(world: World) -> None:
    _slow(world)
    file = world.offer()
    downloads = world.open()
    download_id = downloads.add(spec_of(file))
    downloads.pause(download_id)
    assert downloads.add(spec_of(file)) == download_id
    assert len(downloads.all) == 1
    assert downloads.all[0].state in ACTIVE
    other = replace(file, sha256="0" * 64)
    with pytest.raises(RequestError, match="would overwrite"):
        downloads.add(spec_of(other))


_BAD_TARGETS = (
    *("../x.gguf", "/x.gguf", "a/../../x.gguf", "C:/x.gguf", "a\\..\\x.gguf", "con.gguf"),
    *("a/./b", "a//b.gguf", "a/b. ", "x\0.gguf", "a/\u202egpj.gguf", "", "é" * 200),
    *("//host/share/m.gguf", "a/" * 40 + "x.gguf", "a/b.gguf:stream"),
)


@pytest.mark.parametrize("target", _BAD_TARGETS)
def test_targets_outside_the_models_folder_are_refused(world: World, target: str) -> None:
    downloads = world.open()
    with pytest.raises(RequestError, match="cannot be the name"):
        downloads.add(spec_of(replace(world.offer(), target=target)))
    assert downloads.all == ()


def test_a_very_long_chinese_name(world: World) -> None:
    name = "模" * 83 + ".gguf"  # 254 bytes: no room for ".part"
    file = replace(world.offer(), target=f"作者/模型/{name}")
    downloads = world.open()
    done = wait_for(downloads, downloads.add(spec_of(file)))
    assert Path(done.path).name == name
    assert world.on_disk() == [name]


def test_no_room_is_said_before_the_first_byte(world: World) -> None:
    downloads = world.open(replace(HURRY, reserve_bytes=1 << 60))
    download_id = downloads.add(spec_of(world.offer()))
    failed = wait_for(downloads, download_id, DownloadState.FAILED)
    assert isinstance(failed.error, DiskProblem)
    assert "Not enough space" in str(failed.error)
    assert world.hub.log == []


def test_offline_waits_until_the_person_is_online_again(world: World) -> None:
    world.settings.change("network", offline=True)
    file = world.offer()
    downloads = world.open()
    download_id = downloads.add(spec_of(file))
    waiting = wait_for(downloads, download_id, DownloadState.WAITING)
    assert isinstance(waiting.error, Offline)
    assert waiting.retry_in_s is None
    assert world.hub.log == []
    world.settings.change("network", offline=False)
    wait_for(downloads, download_id, DownloadState.DONE)


def test_switching_the_network_off_stops_what_runs(world: World) -> None:
    _slow(world)
    file = world.offer(1_000_000)
    downloads = world.open()
    download_id = downloads.add(spec_of(file))
    _wait_for_bytes(downloads, download_id, 100_000)
    world.settings.change("network", offline=True)
    waiting = wait_for(downloads, download_id, DownloadState.WAITING)
    assert isinstance(waiting.error, Offline)
    _slow(world, 0)
    world.settings.change("network", offline=False)
    wait_for(downloads, download_id, DownloadState.DONE)
    assert world.got(file) == world.content(file)
    assert len(world.ranges()) == 2


def test_another_server_may_bring_the_rest(world: World) -> None:
    file = world.offer(name="a.gguf")
    dead = replace(file, url=file.url.replace(f":{world.hub.port}/", ":9/"))
    downloads = world.open(PATIENT)
    download_id = downloads.add(spec_of(dead))
    wait_for(downloads, download_id, DownloadState.WAITING)
    assert downloads.add(spec_of(file)) == download_id
    assert wait_for(downloads, download_id).spec == spec_of(file)
    assert world.got(file) == world.content(file)


def test_the_rate_and_the_rest_of_the_time(world: World) -> None:
    _slow(world, 500_000)
    downloads = world.open()
    download_id = downloads.add(spec_of(world.offer(1_500_000)))
    shown: list[Download] = []

    def look() -> None:
        now = downloads.get(download_id)
        if now is not None and now.state is DownloadState.RUNNING and now.bytes_per_s:
            shown.append(now)

    downloads.changed.connect(lambda _none: look())
    done = wait_for(downloads, download_id)
    last = shown[-1]
    assert last.eta_s is not None
    assert last.eta_s * last.bytes_per_s == pytest.approx(1_500_000 - last.done_bytes)
    assert [one.done_bytes for one in shown] == sorted(one.done_bytes for one in shown)
    assert done.bytes_per_s == 0
    assert done.eta_s is None


def test_the_limit_holds_for_all_together(world: World) -> None:
    world.settings.change("network", limit_mb_s=0.5)
    downloads = world.open()
    ids = [downloads.add(spec_of(world.offer(200_000))) for _ in range(2)]
    wait_for(downloads, ids[0], DownloadState.RUNNING)
    for download_id in ids:
        wait_for(downloads, download_id)
    finished = [one.finished_at or 0.0 for one in downloads.all]
    started = min(one.added_at for one in downloads.all)
    assert max(finished) - started > 0.5  # 400 kB at 500 kB/s, less what it may catch up


def test_news_are_few_and_end_with_the_work(world: World) -> None:
    _slow(world, 3e6)
    downloads = world.open()
    n_news = 0

    def count(_none: None) -> None:
        nonlocal n_news
        n_news += 1

    downloads.changed.connect(count)
    download_id = downloads.add(spec_of(world.offer(3_000_000)))
    wait_for(downloads, download_id)
    added, ended = downloads.all[0].added_at, downloads.all[0].finished_at or 0.0
    assert n_news <= (ended - added) * (1 / HURRY.tick_s + 10) + 3


def test_closing_is_quick_while_a_server_is_silent(world: World) -> None:
    world.hub.faults.stall_after.append(50_000)
    downloads = world.open(replace(HURRY, silence_s=60))
    _wait_for_bytes(downloads, downloads.add(spec_of(world.offer())), 50_000)
    downloads.close()
    downloads.close()
    _wait_for_rest(downloads)
    kept = json.loads(world.state.read_text())["downloads"]
    assert [one["files"][0]["done_bytes"] for one in kept] == [50_000]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"downloads": 5}', '{"downloads": [{}, 7]}'])
def test_a_damaged_queue_file_is_no_end(world: World, damage: str) -> None:
    world.state.write_text(damage)
    downloads = world.open()
    assert downloads.all == ()
    wait_for(downloads, downloads.add(spec_of(world.offer())))


def test_a_queue_file_cannot_lead_out_of_the_models_folder(world: World) -> None:
    first = world.open()
    first.pause(first.add(spec_of(world.offer())))
    first.close()
    text = world.state.read_text()
    world.state.write_text(text.replace("owner/model-GGUF/model-1", "../model-1"))
    assert world.open().all == ()


def test_another_program_that_fetches_the_same_file_is_waited_for(world: World) -> None:
    _slow(world)
    file = world.offer(1_000_000)
    one = world.open()
    other = Downloads(world.settings, world.tokens, lambda: world.models, None, rules=HURRY)
    world.opened.append(other)
    ids = one.add(spec_of(file)), other.add(spec_of(file))
    wait_until(lambda: DownloadState.WAITING in {one.all[0].state, other.all[0].state})
    _slow(world, 0)
    wait_for(one, ids[0])
    wait_for(other, ids[1])
    assert world.got(file) == world.content(file)
    assert world.on_disk() == [Path(file.target).name]
