"""Downloads cut at random bytes, by servers and by kill -9: all end whole, none is listed early."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desk_llm.hub.types import DownloadFile
from desk_llm.models.library.library import Library
from tests.downloads.conftest import REPO, World
from tests.helpers.gguf_bytes import Gguf
from tests.helpers.waiting import wait_until

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}


class _Trial:
    """One model of one to three files, in a home of its own."""

    def __init__(self, world: World, number: int) -> None:
        self.chance = random.Random(number)
        self.world = world
        self.home = world.home / f"home-{number}"
        self.home.mkdir()
        n_files = self.chance.choice((1, 1, 2, 3))
        self.files = [self._offer(number, n + 1, n_files) for n in range(n_files)]
        wanted = [[one.url, one.target, one.size_bytes, one.sha256] for one in self.files]
        (self.home / "wanted.json").write_text(json.dumps(wanted))
        self.n_kills = 0

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def n_bytes(self) -> int:
        return sum(one.size_bytes for one in self.files)

    def _offer(self, number: int, part: int, n_parts: int) -> DownloadFile:
        """A real model's header, and noise for weights."""
        data = Gguf(data=0).set("general.name", 8, f"model {number}").encode()
        data += self.chance.randbytes(self.chance.randrange(300_000, 1_200_000))
        name = f"m{number}-{part:05d}-of-{n_parts:05d}.gguf" if n_parts > 1 else f"m{number}.gguf"
        sha256 = self.world.hub.repos.write(f"{REPO}/{name}", data)
        url = self.world.hub.resolve_url(REPO, name)
        return DownloadFile(url, f"{REPO}/{name}", len(data), sha256)

    def there(self) -> int:
        """Bytes on the disk."""
        return sum(_size(one) for one in self.models.rglob("*") if one.suffix != ".json")

    def run(self, kill_at: int | None) -> None:
        """The app's downloader in a process; killed once so many bytes are there."""
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.downloading_app", str(self.home)],
            cwd=ROOT,
            env=ENVIRONMENT,
            stderr=subprocess.PIPE,
        )
        if kill_at is not None:
            wait_until(lambda: self.there() >= kill_at or process.poll() is not None, 60)
            self.n_kills += process.poll() is None
            process.kill()
        _, said = process.communicate(timeout=60)
        assert kill_at is not None or process.returncode == 0, said.decode()

    def check(self) -> None:
        """Every file is there, byte for byte, and nothing else."""
        for one in self.files:
            data = (self.models / one.target).read_bytes()
            assert hashlib.sha256(data).hexdigest() == one.sha256
        names = sorted(one.name for one in self.models.rglob("*") if one.is_file())
        assert names == sorted(one.target.rpartition("/")[2] for one in self.files)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def _watched(trial: _Trial) -> Iterator[None]:
    """Meanwhile the library looks all the time: what it lists must be whole."""
    wrong: list[str] = []
    n_looks = 0
    ended = threading.Event()
    whole = {one.target.rpartition("/")[2]: one.sha256 for one in trial.files}

    def look() -> None:
        nonlocal n_looks
        library = Library(folders=lambda: [trial.models], starter=trial.home / "none")
        while not ended.wait(0.02):
            library.refresh()
            n_looks += 1
            for file in library.files:
                for path in file.parts or (file.path,):
                    digest = hashlib.sha256(path.read_bytes()).hexdigest()
                    if file.problem is not None or digest != whole.get(path.name):
                        wrong.append(f"{path.name}: {file.problem}")

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    assert wrong == []
    assert n_looks


def _cut_by_kills(world: World, number: int) -> int:
    trial = _Trial(world, number)
    with _watched(trial):
        cuts = sorted(trial.chance.randrange(1, trial.n_bytes) for _ in range(2))
        world.hub.faults.bytes_per_s = 3e6  # so that the kill meets the byte it is meant for
        for kill_at in cuts:
            trial.run(kill_at)
        world.hub.faults.bytes_per_s = 0
        trial.run(None)
    trial.check()
    return trial.n_kills


def _cut_by_the_server(world: World, number: int) -> int:
    trial = _Trial(world, number)
    n_cuts = trial.chance.randrange(1, 6)
    most = min(one.size_bytes for one in trial.files) // n_cuts  # each meets a body that is longer
    cuts = [trial.chance.randrange(most) for _ in range(n_cuts)]
    with _watched(trial):
        world.hub.faults.drop_after += cuts
        trial.run(None)
    trial.check()
    assert world.hub.faults.drop_after == []
    return len(cuts)


def test_a_kill_and_a_cut(world: World) -> None:
    assert _cut_by_kills(world, 1)
    assert _cut_by_the_server(world, 2)


@pytest.mark.fault
@pytest.mark.parametrize("ten", range(10))
def test_a_hundred_downloads_cut_at_random_bytes(world: World, ten: int) -> None:
    first = 100 + 10 * ten
    assert sum(_cut_by_kills(world, number) for number in range(first, first + 5)) >= 5
    assert sum(_cut_by_the_server(world, number) for number in range(first + 5, first + 10)) >= 5
    log = [one for one in world.hub.log if one.path.startswith("/cdn/")]
    assert sum(not one.range.startswith("bytes=0-") for one in log) >= 8  # they went on
