"""The verbs that open the window, as processes of their own, without a display."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from desk_llm.cli.demo import add_sample
from desk_llm.paths import ASSETS, Paths
from desk_llm.services import Services


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "desk_llm", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux runs without a display")
def test_without_a_display_the_main_job_is_still_done(tmp_path: Path) -> None:
    done = _run("--profile", str(tmp_path))
    assert done.returncode == 0, done.stderr
    first = done.stdout.splitlines()[0]
    assert "No display" in first
    assert "What can you do?" in done.stdout
    assert re.search(r"tokens · [\d.]+ tok/s · TTFT \d+ ms", done.stdout)
    saved = re.search(r"Screenshot: (.+)$", done.stdout, re.MULTILINE)
    assert saved is not None
    picture = Path(saved[1])
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size > 10_000


def test_a_reader_that_leaves_is_no_error() -> None:
    command = f"{shlex.quote(sys.executable)} -m desk_llm chat --prompt hello | head -c 4"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, timeout=60, check=False
    )
    assert len(done.stdout) == 4
    assert done.stderr == ""


def test_self_test_passes() -> None:
    done = _run("self-test")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("ok  ") == 5


def test_a_damaged_installation_fails_the_self_test(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from desk_llm.cli import self_test

    monkeypatch.setattr("desk_llm.paths.ASSETS", Path("/nowhere"))
    assert self_test.run() == 1
    assert "starter model is missing" in capsys.readouterr().err


def test_demo_chats_are_whole(tmp_path: Path) -> None:
    services = Services.open(Paths(tmp_path))
    samples = sorted((ASSETS / "demo").glob("*.md"))
    for sample in samples:
        add_sample(services, sample)
    chats = services.store.list()
    branches = [services.chat.session(chat.id).branch for chat in chats]
    services.close()
    assert len(chats) == len(samples) >= 3
    assert all(len(branch) >= 2 and branch[-1].text for branch in branches)
