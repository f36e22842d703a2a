"""A SOCKS5 proxy on 127.0.0.1 that leads every connection to one port, and notes who was asked."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading


class SocksProxy:
    """Use as a context. `asked`: the "host:port" of each connection, as the client named it."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, name="socks", daemon=True)
        self._thread.start()

    def __enter__(self) -> SocksProxy:
        return self

    def __exit__(self, *_error: object) -> None:
        for one in (self._listener, *self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Its host and port."""
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._sockets.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError, struct.error):
            _version, n_methods = client.recv(2)
            client.recv(n_methods)
            client.sendall(b"\x05\x00")
            _version, _command, _zero, kind = client.recv(4)
            host = _read_host(client, kind)
            (port,) = struct.unpack(">H", client.recv(2))
            self.asked.append(f"{host}:{port}")
            server = socket.create_connection(("127.0.0.1", self._target))
            self._sockets.append(server)
            client.sendall(b"\x05\x00\x00\x01" + bytes(6))
            threading.Thread(target=_copy, args=(server, client), daemon=True).start()
            _copy(client, server)


def _read_host(client: socket.socket, kind: int) -> str:
    if kind == 3:
        return client.recv(client.recv(1)[0]).decode()
    family, length = (socket.AF_INET6, 16) if kind == 4 else (socket.AF_INET, 4)
    return socket.inet_ntop(family, client.recv(length))


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
