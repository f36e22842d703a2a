"""Chat templates, rendered in a child process that is killed when it takes too long."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from typing import IO, Any

from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported

log = logging.getLogger("desk.engine")

TIME_LIMIT_S = 1.9  # a person waits two seconds at most for a template that hangs
START_LIMIT_S = 20.0  # of the child, before it gets a template: a cold disk under load

# Used when a GGUF has no template: turns as plain text, stopped before the next turn.
PLAIN_TEMPLATE = (
    "{% for m in messages %}{{ m.role|capitalize }}: {{ m.content }}\n\n{% endfor %}Assistant:"
)
PLAIN_STOP = ("\nUser:", "\n\nUser:")


class TemplateRenderer:
    """Owns the child. Used by one thread at a time (the prepare thread); any may `close` it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # a late start must not outlive `close`
        self._is_closed = False
        self._child: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._is_ready = False

    def start(self) -> None:
        """Start the child ahead of the first message; it costs 0.1 s."""
        with self._lock:
            if self._child is None and not self._is_closed:
                self._spawn()

    def _spawn(self) -> None:
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows: no console flashes up
        self._child = subprocess.Popen(
            [sys.executable, "-m", "desk_llm.engine.template_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            creationflags=flags,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._lines = queue.SimpleQueue()
        self._is_ready = False
        threading.Thread(
            target=_read_lines, args=(self._child, self._lines), name="templates", daemon=True
        ).start()

    def render(self, source: str, variables: dict[str, Any]) -> str:
        """The text of a template. Raises Unsupported with the template's own complaint."""
        answer = self._ask(json.dumps({"source": source, "variables": variables}))
        if "text" in answer:
            return answer["text"]
        raise _template_error(answer["error"])

    def _ask(self, line: str) -> dict[str, str]:
        self.start()
        child = self._child
        answer = None
        if child is not None and child.stdin is not None:
            # ValueError: `close` took the pipe away.
            with contextlib.suppress(queue.Empty, OSError, ValueError):
                if not self._is_ready:
                    self._is_ready = self._lines.get(timeout=START_LIMIT_S) is not None
                answer = self._exchange(child, child.stdin, line)
        if answer is None:
            self._kill()
            return {"error": "it takes too long or too much memory"}
        parsed: dict[str, str] = json.loads(answer)
        return parsed

    def _exchange(self, child: subprocess.Popen[str], pipe: IO[str], line: str) -> str | None:
        """The answer to a line. Raises queue.Empty when the template does not end.

        A child that got no processor on a busy machine is not to blame: its own time counts.
        """
        before, give_up = _processor_s(child), time.monotonic() + START_LIMIT_S
        pipe.write(line + "\n")
        pipe.flush()
        while True:
            try:
                return self._lines.get(timeout=TIME_LIMIT_S)
            except queue.Empty:
                is_hanging = _processor_s(child) - before > TIME_LIMIT_S / 4
                if is_hanging or time.monotonic() > give_up:
                    raise

    def close(self) -> None:
        """End the child for good."""
        self._is_closed = True
        self._kill()

    def _kill(self) -> None:
        with self._lock:
            child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # the child died with our line unread
                    log.debug("template child closed early")


def _read_lines(child: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    assert child.stdout is not None
    try:
        for line in child.stdout:
            lines.put(line)
    except ValueError:  # closed under us by close()
        pass
    lines.put(None)


def _processor_s(child: subprocess.Popen[str]) -> float:
    """Seconds of processor time that the child has used."""
    import psutil  # 10 ms that the start of the window does not need

    try:
        times = psutil.Process(child.pid).cpu_times()
    except psutil.Error:  # it died
        return float("inf")
    return float(times.user + times.system)


def _template_error(reason: str) -> Unsupported:
    return Unsupported(
        QT_TRANSLATE_NOOP("errors", "The chat template of this model failed: {reason}."),
        QT_TRANSLATE_NOOP("errors", "Choose another model, or a newer file of this one."),
        reason=reason.rstrip("."),
    )
