"""A line of progress on stderr."""

from __future__ import annotations

import shutil
import sys
import time

_LINE_EVERY_S = 10.0  # where stderr is a file


class ProgressLine:
    """On a terminal one line that is written over; in a file a line now and then."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._next_s = time.monotonic() + (0 if self._is_terminal else _LINE_EVERY_S)

    def show(self, text: str) -> None:
        """Say it."""
        if self._is_terminal:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\x1b[K{text[:width]}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() >= self._next_s:
            self._next_s = time.monotonic() + _LINE_EVERY_S
            print(text, file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Leave nothing behind on a terminal."""
        if self._is_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
