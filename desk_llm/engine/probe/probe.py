"""Probe: the parent's side of the child that loads on trial."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from desk_llm.engine.probe.results import (
    Outcome,
    Simulation,
    Speed,
    TrialResult,
    params_to_json,
    simulation_from_json,
)
from desk_llm.engine.types import LoadParams

log = logging.getLogger("desk.engine")

START_LIMIT_S = 30.0  # Python, the libraries and a vocabulary from a cold disk under load
SLOWEST_DISK = 20 << 20  # bytes a second: a load gets the time that it takes there, twice
_LOOK_EVERY_S = 0.05
MODULE = "desk_llm.engine.probe.worker"
MEASURING = "desk_llm.engine.probe.measuring"

_NOTHING: Mapping[str, float] = {}

Progress = Callable[[float], None]


def never() -> bool:
    """Nobody cancels."""
    return False


class Probe:
    """One child at a time, started when it is needed; `close` it after a load.

    For one thread, except `close`. No method raises: what goes wrong is the result.
    """

    def __init__(self, module: str = MODULE) -> None:
        self._module = module
        self._child: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def simulate(
        self, params: LoadParams, is_cancelled: Callable[[], bool] = never
    ) -> Simulation | None:
        """Memory per device for these parameters; None when the child cannot tell."""
        answer = self._ask("simulate", params, START_LIMIT_S, None, is_cancelled)
        if isinstance(answer, TrialResult):
            log.info("no simulation of %s: %s", params.key, answer)
            return None
        if "error" in answer:
            log.info("no simulation of %s: %s", params.key, answer["error"])
            return None
        return simulation_from_json(answer)

    def trial(
        self,
        params: LoadParams,
        on_progress: Progress | None = None,
        is_cancelled: Callable[[], bool] = never,
        work_bytes: int = 0,
    ) -> TrialResult:
        """Load it in the child with these parameters and compute 65 tokens.

        `work_bytes`: to read and to clear; they say how long it may take.
        """
        limit = START_LIMIT_S + 2 * work_bytes / SLOWEST_DISK
        answer = self._ask("trial", params, limit, on_progress, is_cancelled)
        if isinstance(answer, TrialResult):
            return answer
        return TrialResult(Outcome(answer["outcome"]), answer["detail"])

    def measure(
        self, params: LoadParams, seconds: float, is_cancelled: Callable[[], bool] = never
    ) -> Speed | None:
        """How fast it reads and writes; for a Probe of the module MEASURING."""
        more = {"seconds": seconds}
        answer = self._ask("measure", params, START_LIMIT_S, None, is_cancelled, more)
        if isinstance(answer, TrialResult) or "error" in answer:
            log.info("the speed was not measured: %s", answer)
            return None
        return Speed(**answer)

    def close(self) -> None:
        """End the child. Any thread; idempotent."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # it died with our line unread
                    pipe.close()

    def _ask(
        self,
        job: str,
        params: LoadParams,
        limit_s: float,
        on_progress: Progress | None,
        is_cancelled: Callable[[], bool],
        more: Mapping[str, float] = _NOTHING,
    ) -> dict[str, Any] | TrialResult:
        """The child's answer, or how it ended."""
        if is_cancelled():
            return TrialResult(Outcome.CANCELLED)
        try:
            child = self._child or self._spawn()
            assert child.stdin is not None
            request = {"job": job, "params": params_to_json(params), **more}
            child.stdin.write(json.dumps(request) + "\n")
            child.stdin.flush()
        except (OSError, ValueError) as error:  # ValueError: `close` took the pipe away
            log.warning("the child for trial loads: %s", error)
            self.close()
            return TrialResult(Outcome.CRASH, str(error))
        until = time.monotonic() + limit_s
        while not is_cancelled():
            try:
                line = self._lines.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                if time.monotonic() > until:
                    self.close()
                    return TrialResult(Outcome.HANG, f"no answer within {limit_s:.0f} s")
                continue
            if line is None:
                return TrialResult(Outcome.CRASH, self._cause_of_death(child))
            answer: dict[str, Any] = json.loads(line)
            if "progress" not in answer:
                return answer
            if on_progress is not None:
                on_progress(answer["progress"])
        self.close()
        return TrialResult(Outcome.CANCELLED)

    def _spawn(self) -> subprocess.Popen[str]:
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows: no console flashes up
        self._child = child = subprocess.Popen(
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            creationflags=flags,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._lines = queue.SimpleQueue()
        threading.Thread(
            target=_read_lines, args=(child, self._lines), name="probe", daemon=True
        ).start()
        return child

    def _cause_of_death(self, child: subprocess.Popen[str]) -> str:
        code = child.wait()
        self.close()
        if code >= 0:
            return f"exit code {code}"
        with contextlib.suppress(ValueError):
            return signal.Signals(-code).name
        return f"signal {-code}"


def _read_lines(child: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    assert child.stdout is not None
    with contextlib.suppress(ValueError):  # closed under us by close()
        for line in child.stdout:
            lines.put(line)
    lines.put(None)
