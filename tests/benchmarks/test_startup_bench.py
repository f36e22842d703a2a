"""From the command to the window, and the memory of an idle window (needs Xvfb and xdotool).

python3 run.py test -m bench tests/benchmarks/test_startup_bench.py -s
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
STARTS = 5
DISPLAY = ":87"


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    if not shutil.which("Xvfb") or not shutil.which("xdotool"):
        pytest.skip("needs Xvfb and xdotool")
    server = subprocess.Popen(
        ["Xvfb", DISPLAY, "-screen", "0", "1280x900x24"], stderr=subprocess.DEVNULL
    )
    time.sleep(1)
    yield DISPLAY
    server.terminate()
    server.wait()


def _start(display: str, profile: Path) -> tuple[subprocess.Popen[bytes], float]:
    """The supervisor's process, and the seconds until the window was on the screen."""
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "run.py"), "--profile", str(profile)], env=environment
    )
    while True:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "desk_llm"],
            env=environment,
            capture_output=True,
            check=False,
        )
        if found.stdout.strip():
            return process, time.perf_counter() - started
        assert process.poll() is None, "the app ended"
        assert time.perf_counter() - started < 60


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(10)


@pytest.mark.bench
def test_start_and_idle_memory(display: str, tmp_path: Path) -> None:
    seconds = []
    for _ in range(STARTS):
        process, took = _start(display, tmp_path)
        seconds.append(took)
        time.sleep(4)
        tree = [psutil.Process(process.pid)]
        tree += tree[0].children(recursive=True)
        rss = [one.memory_info().rss / 1e6 for one in tree]
        cpu = tree[1].cpu_percent(2.0)
        _stop(process)
    print(
        f"\ncommand to window: median {statistics.median(seconds):.2f} s, "
        f"max {max(seconds):.2f} s; idle RSS {rss[1]:.0f} MB, its supervisor {rss[0]:.0f} MB, "
        f"all {sum(rss):.0f} MB, "
        f"idle CPU {cpu:.1f} %"
    )
