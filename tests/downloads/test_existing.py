"""What is on this disk already is not fetched again, and other apps' files stay as they are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from desk_llm.downloads.targets import part_path
from desk_llm.downloads.types import Download, DownloadState
from desk_llm.hub.types import DownloadFile
from tests.downloads.conftest import World, spec_of, wait_for

Fetch = Callable[..., Download]


def _elsewhere(world: World, file: DownloadFile, name: str) -> Path:
    """The same content in another app's folder."""
    path = world.home / "other-app" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(world.content(file))
    world.known[file.sha256] = path
    return path


def test_a_file_of_another_app_is_used_where_it_lies(world: World, fetch: Fetch) -> None:
    file = world.offer()
    path = _elsewhere(world, file, "sha256-blob")
    before = path.stat()
    ended = fetch(file)
    assert ended.state is DownloadState.DONE
    assert ended.path == str(path)
    assert ended.done_bytes == ended.total_bytes == file.size_bytes
    assert world.hub.log == []
    assert world.on_disk() == []
    assert (before.st_nlink, before.st_ctime_ns) == (path.stat().st_nlink, path.stat().st_ctime_ns)


def test_a_file_that_only_claims_to_be_it_is_not_used(world: World, fetch: Fetch) -> None:
    file = world.offer()
    path = _elsewhere(world, file, "blob")
    path.write_bytes(bytes(file.size_bytes))
    assert fetch(file).state is DownloadState.DONE
    assert world.got(file) == world.content(file)
    assert path.read_bytes() == bytes(file.size_bytes)


def test_a_file_of_another_length_is_not_even_read(world: World, fetch: Fetch) -> None:
    file = world.offer()
    _elsewhere(world, file, "blob").write_bytes(b"GGUF")
    assert fetch(file).state is DownloadState.DONE
    assert world.got(file) == world.content(file)


def test_of_two_parts_the_one_that_is_there_is_copied_beside_the_other(
    world: World, fetch: Fetch
) -> None:
    parts = [world.offer(name=f"big-0000{n}-of-00002.gguf") for n in (1, 2)]
    path = _elsewhere(world, parts[1], "blob")
    assert fetch(*parts).state is DownloadState.DONE
    assert [world.got(one) for one in parts] == [world.content(one) for one in parts]
    assert world.ranges() == [0]
    copy = world.models / parts[1].target
    assert not os.path.samefile(copy, path)
    assert path.stat().st_nlink == 1


def test_two_parts_that_lie_together_are_used_there(world: World, fetch: Fetch) -> None:
    parts = [world.offer(name=f"big-0000{n}-of-00002.gguf") for n in (1, 2)]
    paths = [_elsewhere(world, one, one.target.rpartition("/")[2]) for one in parts]
    assert fetch(*parts).path == str(paths[0])
    assert world.hub.log == []


def test_two_parts_under_other_names_are_copied(world: World, fetch: Fetch) -> None:
    parts = [world.offer(name=f"big-0000{n}-of-00002.gguf") for n in (1, 2)]
    for n, one in enumerate(parts):
        _elsewhere(world, one, f"sha256-{n}")
    assert fetch(*parts).path == str(world.models / parts[0].target)
    assert [world.got(one) for one in parts] == [world.content(one) for one in parts]
    assert world.hub.log == []


def test_a_damaged_source_of_a_copy_is_fetched_instead(world: World, fetch: Fetch) -> None:
    parts = [world.offer(name=f"big-0000{n}-of-00002.gguf") for n in (1, 2)]
    _elsewhere(world, parts[0], "blob").write_bytes(bytes(parts[0].size_bytes))
    assert fetch(*parts).state is DownloadState.DONE
    assert [world.got(one) for one in parts] == [world.content(one) for one in parts]


def test_what_was_downloaded_before_is_proven_not_fetched(world: World) -> None:
    file = world.offer()
    downloads = world.open()
    first = downloads.add(spec_of(file))
    wait_for(downloads, first)
    n_asked = len(world.hub.log)
    again = downloads.add(spec_of(file))
    wait_for(downloads, again)
    assert len(world.hub.log) == n_asked
    assert [one.id for one in downloads.all] == [again]


def test_an_older_file_of_that_name_is_replaced_only_by_a_whole_one(world: World) -> None:
    file = world.offer()
    old = world.models / file.target
    old.parent.mkdir(parents=True)
    old.write_bytes(b"GGUF of yesterday")
    world.hub.faults.bytes_per_s = 1e6
    world.hub.faults.n_corrupt = 1
    downloads = world.open()
    downloads.changed.connect(lambda _none: seen.add(old.read_bytes()))
    seen: set[bytes] = set()
    wait_for(downloads, downloads.add(spec_of(file)))
    seen.add(old.read_bytes())
    assert seen == {b"GGUF of yesterday", world.content(file)}


def test_a_part_of_another_file_is_not_continued(world: World, fetch: Fetch) -> None:
    file = world.offer()
    part = part_path(world.models / file.target)
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(100_000))
    assert fetch(file).state is DownloadState.DONE
    assert world.ranges() == [0]


def test_a_link_in_place_of_a_part_is_not_followed(world: World, fetch: Fetch) -> None:
    file = world.offer()
    part = part_path(world.models / file.target)
    part.parent.mkdir(parents=True)
    victim = world.home / "victim"
    victim.write_text("precious")
    part.symlink_to(victim)
    assert fetch(file).state is DownloadState.FAILED
    assert victim.read_text() == "precious"
