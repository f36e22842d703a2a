"""Logs: loggers `desk.<room>`, a rotating file and the last 2000 lines in memory.

Prompts and replies are never logged. Control characters are escaped: a model's name must not be
able to write lines of its own.
"""

from __future__ import annotations

import logging
import os
import queue
from collections import deque
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from typing import IO, cast

LEVELS = ("debug", "info", "warning", "error")
RING_SIZE = 2000
FILE_BYTES = 2_000_000
FILE_COUNT = 3
_ROOT = "desk"
_FORMAT = "%(asctime)s.%(msecs)03d %(levelname)-7s %(name)s [%(threadName)s] %(message)s"
_ESCAPES = {n: f"\\x{n:02x}" for n in (*range(32), *range(0x7F, 0xA0))} | {
    n: f"\\u{n:04x}" for n in (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


class _Lines(logging.Formatter):
    """One record, one line; a traceback's own line breaks are kept and indented."""

    def __init__(self) -> None:
        super().__init__(_FORMAT, "%Y-%m-%d %H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).split("\n")
        is_traceback = bool(record.exc_info or record.stack_info)
        joint = "\n    " if is_traceback else "\\x0a"
        return joint.join(line.translate(_ESCAPES) for line in lines)


class _Ring(logging.Handler):
    def __init__(self, lines: deque[str]) -> None:
        super().__init__()
        self._lines = lines
        self.setFormatter(_Lines())

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))


class _PrivateFile(RotatingFileHandler):
    """Readable by its owner only."""

    def _open(self) -> IO[str]:  # type: ignore[override]
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return cast("IO[str]", os.fdopen(descriptor, "a", encoding="utf-8", errors="replace"))

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk must not fill the terminal; the ring has the line."""


class _ToWriter(QueueHandler):
    """The GUI and the engine thread must not wait for a disk: another thread writes the file."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """Its words now, its traceback as it is: `_Lines` formats it on the writing thread."""
        record.msg, record.args = record.getMessage(), None
        return record


ring: deque[str] = deque(maxlen=RING_SIZE)
_writer: QueueListener | None = None


def setup(folder: Path | None, level: str = "info") -> None:
    """Log to `folder`/desk.log and the ring. A folder that cannot be written is said and left."""
    global _writer  # noqa: PLW0603  one log per process
    close()
    root = logging.getLogger(_ROOT)
    root.setLevel(level.upper())
    root.addHandler(_Ring(ring))
    if folder is None:
        return
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = _PrivateFile(folder / "desk.log", maxBytes=FILE_BYTES, backupCount=FILE_COUNT - 1)
    except OSError as error:
        root.warning("no log file: %s", error)
        return
    file.setFormatter(_Lines())
    lines: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    _writer = QueueListener(lines, file)
    _writer.start()
    root.addHandler(_ToWriter(lines))


def close() -> None:
    """Write what waits and let go of the file. Idempotent."""
    global _writer  # noqa: PLW0603
    root = logging.getLogger(_ROOT)
    for handler in tuple(root.handlers):
        if isinstance(handler, (_Ring, _ToWriter)):
            root.removeHandler(handler)
            handler.close()
    if _writer is not None:
        _writer.stop()
        for file in _writer.handlers:
            file.close()
        _writer = None
