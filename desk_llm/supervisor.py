"""The supervisor: starts the window as its child and brings it back when native code killed it.

    exit code, SIGTERM, SIGINT      the child's end is our end
    signal, abort, hang             a new child, told what happened; a third time in a minute
                                    without loading a model; and then no more

llama.cpp runs inside the app, so a hostile or damaged model can end the app; chats are on the disk
within half a second, and the window is back within two. Imports nothing heavy: it stays.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

from desk_llm.cli.display import has_display
from desk_llm.engine.breadcrumb import (
    ENDED_VARIABLE,
    EXIT_ABORTED,
    EXIT_HUNG,
    FILE_VARIABLE,
    Breadcrumb,
    hang_s,
)

NOT_WANTED = "--no-supervisor"

_CHILD_VARIABLE = "DESK_LLM_SUPERVISED"
_WITH_VALUE = ("--profile", "--log-level")
_MANY, _WITHIN_S = 3, 60.0
_ASKED = ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT")  # somebody wants it to end
_WINDOWS_ENDS = {3: "SIGABRT", 0xC0000005: "SIGSEGV", 0xC000001D: "SIGILL", 0xC0000409: "SIGABRT"}
_GIVEN_UP = (
    "desk_llm closed unexpectedly again and again, so it is not started once more. "
    "Your chats are safe. The log in its data folder tells more."
)


def is_wanted(arguments: list[str]) -> bool:
    """True for the window (no verb, or `open`) in a process that is not the child already."""
    if os.environ.pop(_CHILD_VARIABLE, "") or not has_display():
        return False
    words = iter(arguments)
    verb = ""
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif word in (NOT_WANTED, "-h", "--help", "--version"):
            return False
        elif not word.startswith("-"):
            verb = verb or word
    return verb in ("", "open")


def run() -> int:
    """Run the same command as a child until it ends by itself; the exit code."""
    path = _breadcrumb_path()
    try:
        breadcrumb, environment = Breadcrumb.create(path), {FILE_VARIABLE: path}
    except OSError:  # no room for 8 kB: hangs and causes stay unknown, crashes are seen anyway
        breadcrumb, environment = Breadcrumb.private(), {}
    supervisor = Supervisor(_command(), breadcrumb, environment)
    try:
        return supervisor.run()
    finally:
        breadcrumb.close()
        if environment:
            os.unlink(path)


def _breadcrumb_path() -> str:
    folder = os.environ.get("XDG_RUNTIME_DIR") or os.environ.get("TMPDIR") or "/tmp"
    if os.name == "nt":
        folder = os.environ.get("TEMP") or "."
    return os.path.join(folder, f"desk_llm-{os.getpid()}-{os.urandom(6).hex()}")


def _command() -> list[str]:
    if getattr(sys, "frozen", False):  # a package: the executable is the app
        return [sys.executable, *sys.argv[1:]]
    return [sys.executable, *sys.orig_argv[1:]]


class Supervisor:
    """One child at a time; signals reach it through us, as it is no part of our process group."""

    def __init__(
        self, command: list[str], breadcrumb: Breadcrumb, environment: dict[str, str]
    ) -> None:
        self._command = command
        self._breadcrumb = breadcrumb
        self._environment = {**os.environ, **environment, _CHILD_VARIABLE: "1"}
        self._child: subprocess.Popen[bytes] | None = None
        self._asked = 0  # the signal that asked for the end

    def run(self) -> int:
        """Start, wait, and start again when it crashed; the exit code."""
        self._take_signals()
        deaths: list[float] = []
        is_safe = False
        while True:
            started = time.monotonic()
            code, hung = self._run_child()
            cause = "hang" if hung else _cause(code)
            if not cause or self._asked or self._breadcrumb.is_leaving:
                return code if code >= 0 else 128 - code
            now = time.monotonic()
            if is_safe and now - started < _WITHIN_S:
                _give_up()
                return 1
            deaths = [one for one in (*deaths, now) if now - one < _WITHIN_S]
            # Where the window never stood, another start without a model is the only hope.
            is_safe = len(deaths) >= _MANY or not self._breadcrumb.beats[1]
            self._environment[ENDED_VARIABLE] = self._report(cause, hung, is_safe)
            self._breadcrumb.clear()

    def _take_signals(self) -> None:
        if os.name == "nt":
            # Ctrl+C reaches the child by itself.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            return
        for name in _ASKED:
            signal.signal(getattr(signal, name), self._on_signal)

    def _on_signal(self, number: int, _frame: object) -> None:
        self._asked = number
        if self._child is not None:
            self._child.send_signal(number)

    def _run_child(self) -> tuple[int, str]:
        """The exit code, and what hung ("": nothing)."""
        self._child = child = subprocess.Popen(
            self._command, env=self._environment, process_group=None if os.name == "nt" else 0
        )
        if self._asked:  # while it was started
            child.send_signal(self._asked)
        watch = _Watch(child, self._breadcrumb)
        watch.start()
        code = child.wait()
        watch.stop()
        return code, watch.hung

    def _report(self, cause: str, hung: str, is_safe: bool) -> str:
        import json  # a megabyte that most supervisors never need

        crumb = self._breadcrumb
        return json.dumps(
            {
                "cause": cause,
                "hung": hung,
                "phase": crumb.phase,
                "model": crumb.model,
                "path": crumb.path,
                "message": crumb.message,
                "is_safe": is_safe,
            }
        )


class _Watch(threading.Thread):
    """Ends a child whose interpreter or window does not move any more."""

    def __init__(self, child: subprocess.Popen[bytes], breadcrumb: Breadcrumb) -> None:
        super().__init__(name="watch", daemon=True)
        self.hung = ""
        self._child = child
        self._breadcrumb = breadcrumb
        self._ended = threading.Event()
        self._limit = hang_s()

    def stop(self) -> None:
        """The child ended."""
        self._ended.set()
        self.join()

    def run(self) -> None:
        """Look once a second; a gap between two looks means that the machine slept."""
        pause = min(1.0, self._limit / 5)
        seen = self._breadcrumb.beats
        looked = time.monotonic()
        since = [looked, looked]
        while not self._ended.wait(pause):
            now, beats = time.monotonic(), self._breadcrumb.beats
            has_slept = now - looked > 2 * pause + 1
            looked = now
            for which, name in enumerate(("interpreter", "window")):
                if has_slept or not beats[which] or beats[which] != seen[which]:
                    since[which] = now
                elif now - since[which] > self._limit:
                    if _is_stopped(self._child.pid):  # by a debugger, or SIGSTOP
                        since = [now, now]
                        break
                    self._end(name)
                    return
            seen = beats

    def _end(self, what: str) -> None:
        self.hung = what
        if os.name != "nt":
            self._child.send_signal(signal.SIGABRT)  # faulthandler writes down where it hangs
            if self._ended.wait(0.3):
                return
        self._child.kill()


def _is_stopped(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            state = file.read().rpartition(b") ")[2][:1]
    except OSError:
        return False
    return state in (b"T", b"t")


def _cause(code: int) -> str:
    """The name of a crash; "" when the process ended by itself or was asked to."""
    if code in (EXIT_ABORTED, EXIT_HUNG):
        return "abort" if code == EXIT_ABORTED else "hang"
    if os.name == "nt":
        return _WINDOWS_ENDS.get(code) or (hex(code) if code >= 0xC0000000 else "")
    if code >= 0:
        return ""
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return "" if name in _ASKED else name


def _give_up() -> None:
    sys.stderr.write(f"desk-llm: {_GIVEN_UP}\n")
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        return
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.MessageBoxW(None, _GIVEN_UP, "desk_llm", 0x10)
        return
    import shutil

    for program, *arguments in (
        ("zenity", "--error", "--no-markup", "--title=desk_llm", f"--text={_GIVEN_UP}"),
        ("kdialog", "--title", "desk_llm", "--error", _GIVEN_UP),
        ("xmessage", "-center", _GIVEN_UP),
        ("osascript", "-e", f'display alert "desk_llm" message "{_GIVEN_UP}"'),
    ):
        if shutil.which(program):
            subprocess.run([program, *arguments], check=False)
            return
