"""SupervisedApp: the app as a process under its supervisor, worked from a test."""

from __future__ import annotations

import json
import os
import queue
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0


class SupervisedApp:
    """Starts at once; `close` ends it whatever it does."""

    def __init__(self, profile: Path, *arguments: str, hang_s: float = 30.0) -> None:
        self._profile = profile
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.helpers.crashing_app", "--profile", str(profile)),
                *arguments,
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "QT_QPA_PLATFORM": "offscreen",
                "DESK_LLM_HANG_S": str(hang_s),
                "PYTHONPATH": str(ROOT),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.errors = ""
        self.pid = 0  # of the app; `process` is its supervisor
        self._readers = [threading.Thread(target=read) for read in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(json.loads(line))

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors += line

    def tell(self, command: str) -> None:
        """A line for crashing_app.py."""
        assert self.process.stdin is not None
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def wait(self, event: str) -> dict[str, Any]:
        """The next answer of a kind."""
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self._lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {event}; stderr: {self.errors[-2000:]}") from None
            if answer["event"] == event:
                self.pid = answer["pid"]
                return answer

    def state(self) -> dict[str, Any]:
        """What the person sees now."""
        self.tell("state")
        return self.wait("state")

    def until(self, is_so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Look again and again; the state in which it is so."""
        end = time.monotonic() + PATIENCE_S
        while not is_so(state := self.state()):
            assert time.monotonic() < end, state
            time.sleep(0.02)
        return state

    def gone_at(self, pid: int) -> float:
        """When a process ended."""
        end = time.monotonic() + PATIENCE_S
        while Path(f"/proc/{pid}").exists():
            assert time.monotonic() < end, "it does not die"
            time.sleep(0.001)
        return time.monotonic()

    def until_listed(self) -> None:
        """Until the models are read; before, there is nothing to send to."""
        self.until(lambda state: state["chosen"] != "")

    def load(self, path: Path) -> dict[str, Any]:
        """Choose a model and wait until it is loaded."""
        self.tell(f"open {path}")
        return self.until(lambda state: state["phase"] == "ready" and state["model"] != "")

    def stream(self, least: int) -> dict[str, Any]:
        """Ask for the endless reply; the state once `least` characters are there."""
        self.tell("ask script:long")
        state = self.until(lambda state: state["error"] or len(reply_of(state)) >= least)
        assert not state["error"], state
        return state

    def until_saved(self) -> dict[str, Any]:
        """A state, once all of it is on the disk."""
        state = self.state()
        end = time.monotonic() + PATIENCE_S
        while not self._is_on_disk(state):
            assert time.monotonic() < end, "not saved"
            time.sleep(0.02)
        return state

    def _is_on_disk(self, state: dict[str, Any]) -> bool:
        window = self._profile / "window.ini"
        draft = f"{state['conversation']}={state['draft']}" if state["draft"] else ""
        if draft not in (window.read_text() if window.exists() else ""):
            return False
        with closing(sqlite3.connect(self._profile / "history.sqlite3")) as database:
            query = "SELECT text FROM messages WHERE conversation_id = ? ORDER BY rowid DESC"
            row = database.execute(query, (state["conversation"],)).fetchone()
        return row is not None and len(row[0]) >= len(reply_of(state))

    def quit(self) -> int:
        """Close the window; the supervisor's exit code."""
        self.tell("quit")
        return self.process.wait(PATIENCE_S)

    def close(self) -> None:
        """End both processes."""
        if self.process.poll() is None:
            self.process.terminate()  # the supervisor ends the app
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                os.kill(self.pid, 9)
        for reader in self._readers:
            reader.join()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def __enter__(self) -> SupervisedApp:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def reply_of(state: dict[str, Any]) -> str:
    """The text of the newest message."""
    text: str = state["messages"][-1][1] if state["messages"] else ""
    return text
