"""The supervisor over made-up children: what it passes on, when it starts again, when it stops."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desk_llm import supervisor
from desk_llm.engine.breadcrumb import EXIT_ABORTED, EXIT_HUNG

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 30

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

PARENT = """
import sys
from desk_llm.engine.breadcrumb import FILE_VARIABLE, Breadcrumb
from desk_llm.supervisor import Supervisor
path = sys.argv[1] + "/crumb"
crumb = Breadcrumb.create(path)
command = [sys.executable, "-c", sys.argv[2], sys.argv[1]]
sys.exit(Supervisor(command, crumb, {FILE_VARIABLE: path}).run())
"""
CHILD = """
import os, signal, sys, time
from desk_llm.engine import breadcrumb
folder = sys.argv[1]
with open(folder + "/starts", "a") as file:
    file.write(os.environ.get("DESK_LLM_ENDED", "{{}}") + "\\n")
n = len(open(folder + "/starts").readlines())
assert breadcrumb.attach()
crumb = breadcrumb.current()
{}
"""
READY = "crumb.beat(); crumb.beat_window()\n"
SEGV = "os.kill(os.getpid(), signal.SIGSEGV)\ntime.sleep(9)"


def _start(folder: Path, child: str, hang_s: float = 30.0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PARENT, str(folder), CHILD.format(child)],
        cwd=ROOT,
        env={**os.environ, "DESK_LLM_HANG_S": str(hang_s)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _run(
    folder: Path, child: str, hang_s: float = 30.0
) -> tuple[int, str, list[dict[str, object]]]:
    """Exit code, stderr, and what each child was told."""
    with _start(folder, child, hang_s) as process:
        _out, errors = process.communicate(timeout=PATIENCE_S)
    told = [json.loads(line) for line in (folder / "starts").read_text().splitlines()]
    return process.returncode, errors, told


@pytest.mark.parametrize("code", [0, 130])
def test_the_exit_code_passes(tmp_path: Path, code: int) -> None:
    assert _run(tmp_path, f"sys.exit({code})") == (code, "", [{}])


def test_an_ordinary_error_is_no_crash(tmp_path: Path) -> None:
    code, errors, told = _run(tmp_path, "raise ValueError('x')")
    assert (code, len(told)) == (1, 1)
    assert "ValueError: x" in errors


def test_a_child_that_was_told_to_end_is_not_brought_back(tmp_path: Path) -> None:
    child = READY + "os.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(9)"
    assert _run(tmp_path, child) == (128 + signal.SIGTERM, "", [{}])


def test_a_crash_behind_a_closed_window_brings_nothing_back(tmp_path: Path) -> None:
    assert _run(tmp_path, READY + "crumb.leave()\n" + SEGV) == (128 + signal.SIGSEGV, "", [{}])


def test_after_a_crash_the_next_one_knows_what_happened(tmp_path: Path) -> None:
    child = READY + (
        "if n > 1: sys.exit(5)\n"
        "crumb.begin(breadcrumb.COMPUTING, 'Qwen', '/models/qwen.gguf')\n" + SEGV
    )
    code, errors, told = _run(tmp_path, child)
    assert (code, errors, told[0]) == (5, "", {})
    assert told[1:] == [
        {
            "cause": "SIGSEGV",
            "hung": "",
            "phase": 2,
            "model": "Qwen",
            "path": "/models/qwen.gguf",
            "message": "",
            "is_safe": False,
        }
    ]


@pytest.mark.parametrize(("code", "cause"), [(EXIT_ABORTED, "abort"), (EXIT_HUNG, "hang")])
def test_exit_codes_of_our_own_are_crashes(tmp_path: Path, code: int, cause: str) -> None:
    child = READY + f"crumb.note('bad tensor')\nsys.exit({code} if n == 1 else 0)"
    end, _errors, told = _run(tmp_path, child)
    assert (end, told[1]["cause"], told[1]["message"]) == (0, cause, "bad tensor")


def test_the_third_crash_in_a_minute_starts_without_a_model_and_the_fourth_ends_it(
    tmp_path: Path,
) -> None:
    code, errors, told = _run(tmp_path, READY + SEGV)
    assert code == 1
    assert [one.get("is_safe") for one in told] == [None, False, False, True]
    assert "again and again" in errors


def test_a_window_that_never_stands_is_tried_twice(tmp_path: Path) -> None:
    code, errors, told = _run(tmp_path, SEGV)
    assert (code, [one.get("is_safe") for one in told]) == (1, [None, True])
    assert "Your chats are safe" in errors


@pytest.mark.parametrize("what", ["interpreter", "window"])
def test_what_does_not_move_is_brought_back(tmp_path: Path, what: str) -> None:
    beat = "crumb.beat()" if what == "window" else "crumb.beat_window()"
    child = READY + f"if n > 1: sys.exit(0)\nwhile True:\n  {beat}\n  time.sleep(0.05)"
    code, _errors, told = _run(tmp_path, child, hang_s=1.0)
    assert (code, told[1]["cause"], told[1]["hung"]) == (0, "hang", what)


def test_a_stopped_child_does_not_hang(tmp_path: Path) -> None:
    child = READY + "os.kill(os.getpid(), signal.SIGSTOP)\nsys.exit(n)"
    with _start(tmp_path, child, hang_s=0.3) as process:
        stopped = _wait_for_stopped_child(process.pid)
        time.sleep(1.2)  # four times the limit: nothing may happen, so there is no event
        os.kill(stopped, signal.SIGCONT)
        assert process.wait(PATIENCE_S) == 1


def _wait_for_stopped_child(parent: int) -> int:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            if ") T " in Path(f"/proc/{child}/stat").read_text():
                return int(child)
        time.sleep(0.01)
    raise AssertionError


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_signals_reach_the_child_once(tmp_path: Path, kind: signal.Signals) -> None:
    child = (
        f"seen = []\nsignal.signal({int(kind)}, lambda *_: seen.append(1))\n"
        "print('ready', flush=True)\nwhile not seen: time.sleep(0.01)\n"
        "time.sleep(0.2)\nsys.exit(40 + len(seen))"
    )
    with _start(tmp_path, child) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(kind)
        assert process.wait(PATIENCE_S) == 41
    assert len((tmp_path / "starts").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "is_wanted"),
    [
        ([], True),
        (["open"], True),
        (["open", "model.gguf"], True),
        (["--profile", "chat", "--log-level", "debug"], True),
        (["--profile=x", "open"], True),
        (["--no-supervisor"], False),
        (["open", "--no-supervisor"], False),
        (["--help"], False),
        (["open", "-h"], False),
        (["--version"], False),
        (["chat", "--prompt", "open"], False),
        (["self-test"], False),
        (["demo"], False),
    ],
)
def test_only_the_window_is_supervised(
    arguments: list[str], is_wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert supervisor.is_wanted(arguments) is is_wanted
    monkeypatch.setenv("DESK_LLM_SUPERVISED", "1")
    assert not supervisor.is_wanted(arguments)


def test_it_imports_next_to_nothing() -> None:
    code = "import sys, desk_llm.__main__; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    heavy = {"argparse", "dataclasses", "json", "pathlib", "platformdirs", "PySide6", "logging"}
    assert heavy & set(done.stdout.split()) == set()
