"""The downloader against curl, from the same local server, and what it costs at 100 MB/s.

python3 run.py test -m bench tests/benchmarks/test_download_bench.py -s

The downloader proves the sha256 and makes the disk remember (fsync); curl does neither.
DESK_LLM_BENCH_FOLDER is where the files lie (default: the system's folder for temporary files;
/dev/shm takes the disk out of the comparison), DESK_LLM_BENCH_MB how large the file is.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desk_llm.downloads.service import Downloads
from desk_llm.hub.tokens import Tokens
from desk_llm.hub.types import DownloadFile, DownloadSpec, Source
from desk_llm.settings import SettingsStore

pytestmark = pytest.mark.bench

ROOT = Path(__file__).resolve().parents[2]
N_MB = int(os.environ.get("DESK_LLM_BENCH_MB", "600"))
ROUNDS = 5
RATE = 100e6
TARGET = "owner/model/model.gguf"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="desk-bench-", dir=os.environ.get("DESK_LLM_BENCH_FOLDER")))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def sha256(folder: Path) -> str:
    """Of a file that the server has."""
    path = folder / "hub" / TARGET
    path.parent.mkdir(parents=True)
    total = hashlib.sha256()
    with path.open("wb") as file:
        for n in range(N_MB):
            piece = random.Random(n).randbytes(1_000_000)
            total.update(piece)
            file.write(piece)
    return total.hexdigest()


@contextmanager
def _server(folder: Path, bytes_per_s: float) -> Iterator[str]:
    """In a process of its own: its work must not be counted as ours."""
    command = [sys.executable, "-m", "tests.helpers.fakehub", str(folder / "hub"), str(bytes_per_s)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"{process.stdout.readline().strip()}/plain/{TARGET}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class _Ours:
    """The app's downloader; the first download brings in what it imports."""

    def __init__(self, folder: Path, sha256: str) -> None:
        self._models = folder / "models"
        self._settings = SettingsStore(folder / "settings.toml")
        self._sha256 = sha256
        self._ended = threading.Event()
        self._downloads = Downloads(
            self._settings, Tokens(folder), lambda: self._models, folder / "downloads.json"
        )
        self._downloads.finished.connect(lambda _done: self._ended.set())

    def fetch(self, url: str) -> tuple[float, float]:
        """Seconds on the clock, and of all cores."""
        shutil.rmtree(self._models, ignore_errors=True)
        self._ended.clear()
        file = DownloadFile(url, TARGET, N_MB * 1_000_000, self._sha256)
        started, worked = time.perf_counter(), time.process_time()
        self._downloads.add(DownloadSpec("bench", Source.URL, (file,)))
        assert self._ended.wait(600)
        return time.perf_counter() - started, time.process_time() - worked

    def close(self) -> None:
        self._downloads.close()
        self._settings.close()


@pytest.fixture
def ours(folder: Path, sha256: str) -> Iterator[_Ours]:
    downloader = _Ours(folder, sha256)
    yield downloader
    downloader.close()


def _curl(folder: Path, url: str) -> float:
    """Seconds. Its file goes at once: what is not on the disk yet must not slow the next run."""
    target = folder / "curl.gguf"
    started = time.perf_counter()
    subprocess.run(["curl", "-sS", "-o", str(target), url], check=True)
    elapsed = time.perf_counter() - started
    target.unlink()
    return elapsed


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_throughput_against_curl(folder: Path, ours: _Ours) -> None:
    """Interleaved, so that both meet the same disk and the same neighbours."""
    with _server(folder, 0) as url:
        ours.fetch(url)
        _curl(folder, url)
        pairs = [(_curl(folder, url), ours.fetch(url)[0]) for _ in range(ROUNDS)]
    for theirs, mine in pairs:
        rates = f"curl {N_MB / theirs:6.0f} MB/s   ours {N_MB / mine:6.0f} MB/s"
        print(f"{rates}   ratio {theirs / mine:.2f}")
    print(f"median ratio {statistics.median(theirs / mine for theirs, mine in pairs):.2f}")


def test_share_of_a_core_at_100_mb_s(folder: Path, ours: _Ours) -> None:
    with _server(folder, RATE) as url:
        ours.fetch(url)
        runs = [ours.fetch(url) for _ in range(3)]
    for elapsed, worked in runs:
        print(f"{N_MB / elapsed:5.1f} MB/s   {worked / elapsed:.1%} of a core")
    print(f"median {statistics.median(worked / elapsed for elapsed, worked in runs):.1%} of a core")
