"""Install: the whole set-up in order, one at a time; repairs one that was cut short."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from setup import engine, environment, requirements, stamp, system
from setup.console import Log, SetupError, Step, duration


def set_up(root: str, gpu: str) -> None:
    """Make .venv fit for the present files and `gpu`. Raises SetupError with a sentence."""
    with only_one(Path(root) / ".setup.lock") as lock:
        if stamp.is_ready(root, gpu):  # another start did it while we waited
            return
        for name in ("SIGTERM", "SIGHUP"):  # stop as Ctrl-C does, the compilers below pip included
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.default_int_handler)
        started = time.monotonic()
        mark, old_gpu = stamp.read(root)
        work = Setup(Path(root), gpu, lock)
        try:
            work.run(is_broken=mark == stamp.CHANGING)
        except SetupError as error:
            # In good order: what worked before still does, what was begun can be gone on with.
            if work.venv.exists():
                is_begun = mark in ("", stamp.CHANGING)
                stamp.write(root, stamp.INCOMPLETE if is_begun else mark, old_gpu)
            if stamp.is_ready(root, old_gpu):
                raise SetupError(f"{error}\nThe engine for {old_gpu} is still in place.") from error
            raise
        stamp.write(root, stamp.fingerprint(root, gpu), gpu)
        say(f"Ready after {duration(time.monotonic() - started)}.")
        if work.advice:
            say(work.advice)


class Setup:
    """One run of the set-up: where things are, and its steps."""

    def __init__(self, root: Path, gpu: str, lock: int) -> None:
        self.root = root
        self.gpu = gpu
        self.venv = root / ".venv"
        self.python = Path(stamp.venv_python(str(root)))
        self.advice = ""  # what is left to do for a person
        self._lock = lock
        self._others = self.venv / "packages.txt"
        self._block = self.venv / "engine.txt"
        self._record = self.venv / "engine.key"

    def run(self, *, is_broken: bool) -> None:
        """All steps in order. `is_broken`: the last set-up was killed, so start from nothing."""
        is_new = is_broken or not environment.is_usable(self.python)
        if is_new:
            environment.require_python()
            environment.discard(self.venv)
            self.venv.mkdir()
        say(
            "Setting up desk_llm; the first time takes some minutes."
            if is_new
            else "Updating desk_llm."
        )
        stamp.write(str(self.root), stamp.CHANGING, stamp.read(str(self.root))[1])
        requirements.split(self.root / "requirements.lock", self._others, self._block)
        name = self._engine_key()
        if not self._has_engine(name) and not engine.stored(name):
            engine.gpu_tool(self.gpu)  # say at once what a build would miss
        log = Log(self.venv / "setup.log", self._lock)
        self._system(log, is_compiling=not self._has_engine(name) and not engine.stored(name))
        if is_new:
            environment.make(log, self.venv)
        self._install(log, name)

    def _engine_key(self) -> str:
        block = self._block.read_text(encoding="utf-8")
        return engine.key(self.root, block, self.gpu, os.environ.get("CMAKE_ARGS", ""))

    def _has_engine(self, name: str) -> bool:
        return self._record.exists() and self._record.read_text(encoding="utf-8").strip() == name

    def _system(self, log: Log, *, is_compiling: bool) -> None:
        self.advice = system.install_missing(log)
        if self.advice:
            say(self.advice)
        if is_compiling:
            system.require_compiler("The engine needs a C++ compiler (g++) to be installed.")

    def _install(self, log: Log, name: str) -> None:
        pip = environment.pip(self.python)
        env = environment.pip_environment()
        locked = ["--no-deps", "--require-hashes", "-r", str(self._others)]
        with Step("Packages") as step:
            log.run(step, [*pip, "install", *locked], env)
        if not self._has_engine(name):
            wheel = self._wheel(log, name, pip, env)
            with Step("Installing the engine") as step:
                log.run(step, [*pip, "install", "--no-deps", "--force-reinstall", str(wheel)], env)
            self._record.write_text(name, encoding="utf-8")
        project = ["--no-deps", "--no-build-isolation", "--editable", str(self.root)]
        with Step("desk_llm itself") as step:
            log.run(step, [*pip, "install", *project], env)

    def _wheel(self, log: Log, name: str, pip: list[str], env: dict[str, str]) -> Path:
        """The engine from the store if it loads here, else compiled."""
        wheel = engine.stored(name)
        if wheel:
            try:
                engine.check(log, self.python, wheel)
            except SetupError:
                system.require_compiler("The engine needs a C++ compiler (g++) to be installed.")
            else:
                return wheel
        wheel = engine.build(log, pip, env, self._block, self.gpu)
        engine.check(log, self.python, wheel)
        return engine.keep(wheel, name)


@contextmanager
def only_one(path: Path) -> Iterator[int]:
    """Hold the lock of this checkout; waits for another set-up to end."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        if not try_lock(lock):
            say("Another start is setting up desk_llm; waiting for it to end.")
            while not try_lock(lock):
                time.sleep(0.5)
        yield lock
    finally:
        os.close(lock)


def try_lock(lock: int) -> bool:
    """Take the lock if nobody has it. The system frees it when its last holder ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def say(text: str) -> None:
    """A line for the person; stdout belongs to the app."""
    print(text, file=sys.stderr, flush=True)
