"""The breadcrumb: what one process writes, another reads, also after a kill."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desk_llm.engine import breadcrumb
from desk_llm.engine.breadcrumb import COMPUTING, FILE_VARIABLE, IDLE, LOADING, Breadcrumb

CHILD = """
import os, signal
from desk_llm.engine import breadcrumb
assert breadcrumb.attach()
crumb = breadcrumb.current()
assert "DESK_LLM_BREADCRUMB" not in os.environ
crumb.begin(breadcrumb.COMPUTING, "Qwen 中", "/models/qwen.gguf")
crumb.set_rows(64)
crumb.note("GGML_ASSERT(false)")
crumb.beat()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_outlives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "crumb"
    crumb = Breadcrumb.create(str(path))
    assert path.stat().st_mode & 0o077 == 0
    done = subprocess.run(
        [sys.executable, "-c", CHILD], env={FILE_VARIABLE: str(path)}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert (crumb.phase, crumb.model, crumb.path) == (COMPUTING, "Qwen 中", "/models/qwen.gguf")
    assert (crumb.n_rows, crumb.message, crumb.beats) == (64, "GGML_ASSERT(false)", (1, 0))
    crumb.clear()
    assert (crumb.phase, crumb.model, crumb.message, crumb.beats) == (IDLE, "", "", (0, 0))
    crumb.close()


def test_every_begin_and_every_progress_is_a_sign_of_life() -> None:
    crumb = Breadcrumb.private()
    crumb.begin(LOADING, "a", "/a")
    first = crumb.marks
    crumb.advance()
    crumb.begin(COMPUTING, "b", "/b")
    assert crumb.marks == first + 2
    assert (crumb.model, crumb.path) == ("b", "/b")
    crumb.end()
    assert crumb.phase == IDLE
    assert crumb.model == "b"  # which model was last is worth knowing


def test_long_names_are_cut() -> None:
    crumb = Breadcrumb.private()
    crumb.begin(LOADING, "é" * 5000, "x" * 9000)
    assert set(crumb.model) == {"é"}
    assert len(crumb.path) == 4094
    assert crumb.message == ""


def test_without_a_supervisor_nothing_is_attached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FILE_VARIABLE, raising=False)
    before = breadcrumb.current()
    assert not breadcrumb.attach()
    monkeypatch.setenv(FILE_VARIABLE, "/nowhere/at/all")
    assert not breadcrumb.attach()
    assert breadcrumb.current() is before
