"""kill -9 in the middle of a reply: the file is sound and at most half a second of text is gone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")

ROOT = Path(__file__).parents[2]


def kill(folder: Path, trials: int, seed: int) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.chat.kill_trials", str(folder), str(trials), str(seed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60 + trials * 5,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    results = [json.loads(line) for line in ran.stdout.splitlines()]
    assert len(results) == trials
    chats = 0
    for result in results:
        # Killed within half a second of the question, even the question may be missing.
        assert result["is_there"] or result["due"] == 0
        chats += result["is_there"]
        assert result["integrity"] == "ok", result
        assert result["problem"] == ""
        assert result["chats"] == result["aborted"] == chats
        assert result["is_true"]
        assert result["saved"] >= result["due"], result
    assert any(result["saved"] for result in results)


def test_ten_kills(tmp_path: Path) -> None:
    kill(tmp_path, 10, 7)


@pytest.mark.fault
@pytest.mark.parametrize("seed", range(5))
def test_two_hundred_kills(tmp_path: Path, seed: int) -> None:
    kill(tmp_path, 40, seed)
