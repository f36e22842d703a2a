"""Ctrl+C, kill and logout close the window in order instead of cutting it off."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


class SignalWatch(QObject):
    """Python runs handlers between bytecodes only; a socket wakes Qt's loop for them."""

    def __init__(self, close: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._close = close
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._old_descriptor = signal.set_wakeup_fd(
            self._writer.fileno(), warn_on_full_buffer=False
        )
        kinds = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
        self._old = {kind: signal.signal(kind, self._on_signal) for kind in kinds}
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_woken)

    def stop(self) -> None:
        """Give the handlers back."""
        self._notifier.setEnabled(False)
        for kind, handler in self._old.items():
            signal.signal(kind, handler)
        signal.set_wakeup_fd(self._old_descriptor)
        self._reader.close()
        self._writer.close()

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._close()

    def _on_woken(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._reader.recv(4096)  # the handler itself runs when Python gets its turn: now
