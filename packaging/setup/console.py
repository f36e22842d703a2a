"""Console: what a person sees of the set-up, and the log of what they do not see."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from shutil import get_terminal_size
from types import TracebackType
from typing import TextIO

REFRESH = 0.2  # seconds between two updates of the live line
PLAIN_EVERY = 10.0  # seconds between two lines where there is no terminal
TAIL = 30  # lines of the log shown when a step fails

NINJA = re.compile(r"\s*\[(\d+)/(\d+)\]")
MAKE = re.compile(r"\s*\[\s*(\d+)%\]")
PIP = re.compile(r"\s*(Collecting|Downloading|Installing collected packages)\b:?\s*(\S*)")


class SetupError(Exception):
    """The set-up cannot go on; the text is a sentence with the next step."""


def percent_in(line: str) -> int | None:
    """How far a build is, from a line of ninja or make."""
    if match := NINJA.match(line):
        return 100 * int(match[1]) // int(match[2])
    if match := MAKE.match(line):
        return int(match[1])
    return None


def note_in(line: str) -> str | None:
    """What pip is doing, in a few words."""
    match = PIP.match(line)
    if not match:
        return None
    if match[1].startswith("Installing"):
        return "installing"
    return f"{match[1].lower()} {re.split('[-=<>!~;(]', Path(match[2]).name)[0]}"


def output(command: Sequence[str]) -> str:
    """What a short command prints; "" when it fails or does not exist."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout


def succeeds(command: Sequence[str]) -> bool:
    """Whether a short command exists and ends well."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def duration(seconds: float) -> str:
    """12 s, 3 min 05 s."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


class Step:
    """One line that says what is being done, how far it is and how long it has taken.

    In a terminal the line is live; elsewhere a plain one is printed every ten seconds. It goes to
    stderr: what the app prints is on stdout.
    """

    def __init__(self, title: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.title = title
        self.percent: int | None = None
        self.note = ""
        self._clock = clock
        self._started = self._printed = clock()
        self._is_live = sys.stderr.isatty()

    def __enter__(self) -> Step:
        self._put(f"{self.title} …", live=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        word = (
            "stopped after" if kind is KeyboardInterrupt else "failed after" if kind else "done in"
        )
        self._put(f"{self.title}: {word} {duration(self._clock() - self._started)}")

    def read(self, line: str) -> None:
        """Take what a line of output tells about the progress."""
        percent, note = percent_in(line), note_in(line)
        if percent is not None:
            self.percent, self.note = percent, ""
        elif note and self.percent is None:
            self.note = note

    def refresh(self) -> None:
        """Show the present state, if it is time to."""
        now = self._clock()
        if not self._is_live and now - self._printed < PLAIN_EVERY:
            return
        self._printed = now
        state = f"{self.note} " if self.percent is None else f"{self.percent} % "
        self._put(f"{self.title} … {state.lstrip()}({duration(now - self._started)})", live=True)

    def _put(self, text: str, *, live: bool = False) -> None:
        if not self._is_live:
            sys.stderr.write(f"  {text}\n")
        else:
            width = get_terminal_size().columns - 1
            sys.stderr.write("\r" + f"  {text}"[:width].ljust(width) + ("" if live else "\n"))
        sys.stderr.flush()


class Log:
    """Runs the programs of a set-up and keeps all they print in one file."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock
        path.write_text("", encoding="utf-8")

    def run(
        self, step: Step, command: Sequence[str | Path], env: Mapping[str, str] | None = None
    ) -> None:
        """Run `command` to its end; its last lines are in the SetupError when it fails."""
        arguments = [str(word) for word in command]
        tail: deque[str] = deque(maxlen=TAIL)
        with (
            self.path.open("a", encoding="utf-8") as file,
            subprocess.Popen(
                arguments,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                # A session of its own, so that a stop reaches the compilers below pip too; and it
                # inherits the lock: were we killed, the next start would wait until it has ended.
                start_new_session=True,
                pass_fds=() if sys.platform == "win32" else (self._lock,),
            ) as process,
        ):
            file.write(f"\n$ {' '.join(arguments)}\n")
            reader = threading.Thread(target=copy, args=(process, file, step, tail), daemon=True)
            reader.start()
            try:
                while process.returncode is None:
                    step.refresh()
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(REFRESH)
            except BaseException:
                stop(process)
                raise
            finally:
                reader.join(timeout=5)
        if process.returncode:
            raise SetupError("".join(["\n", *tail, f"\nThe whole log is in {self.path}"]))


def copy(process: subprocess.Popen[str], file: TextIO, step: Step, tail: deque[str]) -> None:
    """Take what a program prints into the log and into the progress, until it ends."""
    for line in process.stdout or ():
        file.write(line)
        file.flush()
        tail.append(line)
        step.read(line)


def stop(process: subprocess.Popen[str]) -> None:
    """End a program and, where the system knows groups, all that it started."""
    if sys.platform == "win32":
        process.terminate()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
