"""An hour of mixed chats, cancels, loads and unloads: memory, files and threads stay flat.

python3 run.py test -m soak tests/soak -s; DESK_LLM_SOAK_MINUTES changes how long it takes, and
DESK_LLM_SOAK_LOG names a file for the measurements.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MINUTES = float(os.environ.get("DESK_LLM_SOAK_MINUTES", "60"))
WARM_UP = 0.3  # of the time: caches, histories and the allocator fill up
MOST_MB_PER_HOUR = 1.0
LEAST_LOADS_PER_HOUR = 200


@pytest.mark.soak
@pytest.mark.skipif(os.name == "nt", reason="counts file descriptors")
def test_an_hour_leaves_no_trace(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.soak_app", str(tmp_path), str(MINUTES), "1"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    kept = Path(os.environ.get("DESK_LLM_SOAK_LOG") or tmp_path / "soak.jsonl")
    kept.write_text(done.stdout, encoding="utf-8")  # what grew when, if it grew
    taken = [json.loads(line) for line in done.stdout.splitlines()]
    warm = [one for one in taken if one["t"] > WARM_UP * taken[-1]["t"]]
    hours = [one["t"] / 3600 for one in warm]
    slope, base = statistics.linear_regression(hours, [one["in_use"] / 1e6 for one in warm])
    rss_slope, _base = statistics.linear_regression(hours, [one["rss"] / 1e6 for one in warm])
    last = taken[-1]
    sys.stdout.write(
        f"\n{last['t'] / 60:.0f} min, {last['replies']} replies, {last['cancels']} cancels, "
        f"{last['requests']} other requests, {last['loads']} loads: memory in use "
        f"{base:.0f} MB {slope:+.2f} MB/h (RSS {rss_slope:+.2f}), "
        f"{last['fds']} files, {last['threads']} threads\n"
    )
    assert last["failures"] == []
    assert max(one["fds"] for one in warm) - min(one["fds"] for one in warm) <= 5
    assert max(one["native_threads"] for one in warm) <= warm[0]["native_threads"] + 2
    assert last["loads"] >= LEAST_LOADS_PER_HOUR * MINUTES / 60
    if MINUTES >= 30:  # a shorter time says nothing of a slope
        assert slope < MOST_MB_PER_HOUR
