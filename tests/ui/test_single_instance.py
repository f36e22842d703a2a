"""One window per profile, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication
from pytestqt.qtbot import QtBot

from desk_llm.errors import ResourceError
from desk_llm.paths import Paths
from desk_llm.ui.single_instance import SingleInstance, server_name

STARTS = 6
SCRIPT = """
import sys, pathlib
from PySide6.QtCore import QCoreApplication, QTimer
from desk_llm.paths import Paths
from desk_llm.ui.single_instance import SingleInstance
app = QCoreApplication([])
print("ready", flush=True)
sys.stdin.readline()
instance = SingleInstance(Paths(pathlib.Path(sys.argv[1])))
if not instance.acquire():
    print("told", flush=True)
    sys.exit(0)
instance.raised.connect(lambda file: print("raised", flush=True))
print("won", flush=True)
QTimer.singleShot(20000, app.quit)
app.exec()
"""


def _start(profile: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(profile)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def _end(processes: list[subprocess.Popen[str]]) -> None:
    for process in processes:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.mark.slow
def test_simultaneous_starts_have_one_winner(tmp_path: Path) -> None:
    processes = [_start(tmp_path) for _ in range(STARTS)]
    try:
        assert {_line(one) for one in processes} == {"ready"}
        for one in processes:
            _go(one)
        said = sorted(_line(one) for one in processes)
        assert said == ["told"] * (STARTS - 1) + ["won"]
        codes = [one.wait(5) for one in processes if one.poll() is not None]
        assert set(codes) <= {0}
    finally:
        _end(processes)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no kill -9")
def test_a_killed_owner_leaves_no_lock(tmp_path: Path) -> None:
    first = _start(tmp_path)
    second = _start(tmp_path)
    try:
        assert _line(first) == _line(second) == "ready"
        _go(first)
        assert _line(first) == "won"
        first.send_signal(signal.SIGKILL)
        first.wait()
        began = time.monotonic()
        _go(second)
        assert _line(second) == "won"
        assert time.monotonic() - began < 3
    finally:
        _end([first, second])


@pytest.mark.slow
def test_a_second_start_raises_the_first(tmp_path: Path, qtbot: QtBot) -> None:
    del qtbot
    owner = SingleInstance(Paths(tmp_path))
    heard: list[str] = []
    owner.raised.connect(heard.append)
    assert owner.acquire()
    other = _start(tmp_path)
    try:
        assert _line(other) == "ready"
        _go(other)
        end = time.monotonic() + 10
        while other.poll() is None and time.monotonic() < end:
            QCoreApplication.processEvents()
            time.sleep(0.01)
        assert other.returncode == 0
        assert heard == [""]
    finally:
        _end([other])
        owner.release()


def test_release_lets_the_next_one_in(tmp_path: Path, qtbot: QtBot) -> None:
    del qtbot
    first, second = SingleInstance(Paths(tmp_path)), SingleInstance(Paths(tmp_path))
    assert first.acquire()
    first.release()
    assert second.acquire()
    second.release()
    second.release()


def test_a_hung_owner_is_told_in_a_sentence(
    tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    del qtbot
    monkeypatch.setattr("desk_llm.ui.single_instance.PATIENCE_S", 0.2)
    owner = SingleInstance(Paths(tmp_path))
    assert owner.acquire()
    assert owner._server is not None
    owner._server.close()  # it holds the lock and listens no more
    with pytest.raises(ResourceError, match="does not answer"):
        SingleInstance(Paths(tmp_path)).acquire()
    owner.release()


def test_a_profile_has_one_name(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    direct = server_name(Paths(tmp_path / "a"))
    assert server_name(Paths(tmp_path / "a" / ".." / "a")) == direct
    assert server_name(Paths(tmp_path / "b")) != direct
    assert len(direct) < 40
