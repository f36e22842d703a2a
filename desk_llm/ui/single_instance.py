"""One window per profile: the first start holds the lock, later ones tell it to come forward.

first start    QLockFile held, QLocalServer listens          acquire() is True
second start   lock busy → sends "raise" (and a file) → 0     acquire() is False
after kill -9  the lock's process is gone → lock taken over
"""

from __future__ import annotations

import hashlib
import logging
import time
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desk_llm.errors import QT_TRANSLATE_NOOP, ResourceError
from desk_llm.paths import Paths

log = logging.getLogger("desk.ui")

PATIENCE_S = 5.0
_PAUSE_S = 0.05
_REPLY_MS = 1000
_MAX_MESSAGE = 8192


def server_name(paths: Paths) -> str:
    """The same for every way to write the profile's folder; short enough for a socket's path."""
    folder = str(paths.data.resolve())
    return f"desk_llm-{hashlib.sha256(folder.encode()).hexdigest()[:16]}"


class SingleInstance(QObject):
    """Ask `acquire` before anything of the profile is opened."""

    raised = Signal(str)  # a later start wants the window, and this file opened ("": none)

    def __init__(self, paths: Paths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = server_name(paths)
        self._lock = QLockFile(str(paths.data / "window.lock"))
        self._lock.setStaleLockTime(0)  # never by age: only when its process is gone
        self._folder = paths.data
        self._server: QLocalServer | None = None
        self._sockets: list[QLocalSocket] = []

    def acquire(self, open_file: Path | None = None) -> bool:
        """True: this process owns the profile. False: the one that does was told.

        Raises ResourceError when the one that does is hung.
        """
        end = time.monotonic() + PATIENCE_S
        while True:
            if self._try_lock():
                self._listen()
                return True
            if self._tell(open_file):
                return False
            if time.monotonic() >= end:
                raise ResourceError(
                    QT_TRANSLATE_NOOP(
                        "errors", "desk_llm is open already, but its window does not answer."
                    ),
                    QT_TRANSLATE_NOOP(
                        "errors", "Wait a moment, or end the other desk_llm and start again."
                    ),
                )
            time.sleep(_PAUSE_S)

    def release(self) -> None:
        """Let the next start have the profile. Idempotent."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    def _try_lock(self) -> bool:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            log.warning("no lock: %s cannot be made", self._folder)
        if self._lock.tryLock(0):
            return True
        if self._lock.error() == QLockFile.LockError.LockFailedError:
            return False
        log.warning("no lock in %s: read-only?", self._folder)
        return not self._tell(None)  # a folder nobody can write has no owner but a listener

    def _listen(self) -> None:
        QLocalServer.removeServer(self._name)  # what a killed process left behind
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_new_connection)
        if not self._server.listen(self._name):
            log.warning("not listening for later starts: %s", self._server.errorString())

    def _tell(self, open_file: Path | None) -> bool:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_REPLY_MS):
            return False
        path = str(open_file.absolute()) if open_file is not None else ""
        socket.write(f"raise {path}\n".encode())
        socket.waitForBytesWritten(_REPLY_MS)
        is_heard = socket.waitForReadyRead(_REPLY_MS) and bytes(socket.readAll().data()) == b"ok\n"
        socket.disconnectFromServer()
        return is_heard

    def _on_new_connection(self) -> None:
        server = self._server
        while server is not None and server.hasPendingConnections():
            socket = server.nextPendingConnection()
            # Kept, and with methods as slots: PySide6 on Python 3.13 crashed with a lambda that
            # held the socket while deleteLater destroyed it.
            self._sockets.append(socket)
            socket.readyRead.connect(self._on_ready_read)
            socket.disconnected.connect(self._on_disconnected)
        self._on_ready_read()

    def _on_disconnected(self) -> None:
        ended = QLocalSocket.LocalSocketState.UnconnectedState
        gone = [socket for socket in self._sockets if socket.state() == ended]
        self._sockets = [socket for socket in self._sockets if socket not in gone]
        for socket in gone:
            socket.deleteLater()

    def _on_ready_read(self) -> None:
        for socket in tuple(self._sockets):
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _MAX_MESSAGE:
                socket.abort()
            return
        line = bytes(socket.readLine(_MAX_MESSAGE).data()).decode("utf-8", "replace").rstrip("\n")
        word, _space, path = line.partition(" ")
        if word == "raise":
            socket.write(b"ok\n")
            socket.flush()
            self.raised.emit(path)
