"""Lifeline: what the window does so that its supervisor can bring it back, and how it leaves.

every second       the watchdog beats, the window beats and remembers what is typed
native code gives  the history is saved, then the process ends with a code that the
up, or hangs       supervisor knows; at most half a second later
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

from PySide6.QtCore import QObject, QTimer

from desk_llm import log as desk_log
from desk_llm.engine import breadcrumb
from desk_llm.engine.breadcrumb import EXIT_ABORTED, EXIT_HUNG
from desk_llm.engine.watchdog import Watchdog
from desk_llm.errors import DeskError
from desk_llm.paths import Paths
from desk_llm.services import Services
from desk_llm.ui import bridge

log = logging.getLogger("desk.ui")

SAVE_S = 0.5
_MOST_BYTES = 1 << 20  # of the file with the stacks of crashes


class Lifeline:
    """Made before the services, as the engine writes into the breadcrumb that it attaches."""

    def __init__(self, paths: Paths) -> None:
        self.is_supervised = breadcrumb.attach()
        self._limit_s = breadcrumb.hang_s()
        self._services: Services | None = None
        self._watchdog: Watchdog | None = None
        self._timer: QTimer | None = None
        self._stacks: IO[str] | None = None
        self._has_left = threading.Lock()
        if self.is_supervised:
            self._stacks = _write_stacks_to(paths.logs / "crashes.txt")
            _no_core_file()

    def start(self, services: Services, remember: Callable[[], None], owner: QObject) -> None:
        """The window stands; `remember` keeps what a crash must not lose."""
        if not self.is_supervised:
            return
        self._services = services
        services.engine.on_abort(lambda message: self._leave(EXIT_ABORTED, message))
        crumb = breadcrumb.current()
        self._watchdog = Watchdog(crumb, self._limit_s, lambda: self._leave(EXIT_HUNG, ""))
        self._watchdog.start()

        def beat() -> None:
            crumb.beat_window()
            remember()

        self._timer = QTimer(owner)
        self._timer.timeout.connect(beat)
        self._timer.start(round(1000 * min(1.0, self._limit_s / 5)))
        QTimer.singleShot(0, owner, beat)

    def stop(self) -> None:
        """The window is closed in order: a driver that crashes now brings nothing back."""
        breadcrumb.current().leave()
        if self._timer is not None:
            self._timer.stop()
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._stacks is not None:
            faulthandler.disable()
            self._stacks.close()

    def _leave(self, code: int, message: str) -> None:
        """Any thread, also one that died in native code; does not return."""
        if not self._has_left.acquire(blocking=False):
            threading.Event().wait()  # another thread is on its way out
        breadcrumb.current().note(message)
        log.critical("leaving with code %d: %s", code, message or "a native call hangs")
        saved = threading.Event()
        bridge.post(lambda: self._save(saved))
        saved.wait(SAVE_S)
        os._exit(code)

    def _save(self, saved: threading.Event) -> None:
        """GUI thread: replies as far as they are, then the log."""
        if self._services is not None:
            with contextlib.suppress(DeskError, TimeoutError):
                self._services.chat.close()
                self._services.database.flush(SAVE_S)
        desk_log.close()
        saved.set()


def _write_stacks_to(path: Path) -> IO[str] | None:
    """Where Python was when a signal came: for a report, without a debugger."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_long = path.exists() and path.stat().st_size > _MOST_BYTES
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        file = os.fdopen(descriptor, "a", encoding="utf-8")
        if is_long:
            file.truncate(0)
    except OSError as error:
        log.warning("no file for crashes: %s", error)
        return None
    faulthandler.enable(file)
    return file


def _no_core_file() -> None:
    """It would hold chats, and take seconds to write where a model is in memory."""
    try:
        import resource
    except ImportError:
        return
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    # 1 byte, not 0: a core_pattern that pipes into a program ignores the limit unless it is 1.
    least = 1 if hard == resource.RLIM_INFINITY or hard >= 1 else 0
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (least, hard))
