"""The bytes of an answer, into buffers: straight from the socket where that is possible.

httpx2 copies each 64 KiB four times and parses around them: at 100 MB/s that is a tenth of a
core. Its `network_stream` (documented: httpx "Extensions") gives the socket, and a body with a
known length needs no parsing.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import socket

    import httpx2

_LOOK_S = 0.25  # how often a silent socket is left to see whether the person wants to stop


class Body(Protocol):
    """Reads like a raw file that does not block for long."""

    def readinto(self, buffer: memoryview) -> int | None:
        """Put bytes into the buffer; 0: the end; None: nothing came for a moment.

        Raises httpx2.TransportError.
        """


def open_body(response: httpx2.Response, silence_s: float) -> Body:
    """The fastest way to the bytes of this answer."""
    length = response.headers.get("Content-Length", "")
    sock = _socket_of(response)
    if sock is None or "Transfer-Encoding" in response.headers or not length.isdecimal():
        return _ParsedBody(response.iter_raw())
    return _SocketBody(response, sock, int(length), silence_s)


def _socket_of(response: httpx2.Response) -> socket.socket | None:
    """None for HTTP/2, and for TLS inside TLS (a proxy): its socket carries other bytes."""
    stream = response.extensions.get("network_stream")
    if stream is None or response.http_version not in ("HTTP/1.1", "HTTP/1.0"):
        return None
    sock: socket.socket | None = stream.get_extra_info("socket")
    is_tls = stream.get_extra_info("ssl_object") is not None
    if sock is None or is_tls != isinstance(sock, ssl.SSLSocket):
        return None
    return sock


class _ParsedBody:
    """What httpx2 hands out, for bodies without a length and connections that are special."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left of the chunk that was read last."""
        return not self._rest

    def readinto(self, buffer: memoryview) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        n_bytes = min(len(buffer), len(self._rest))
        buffer[:n_bytes] = self._rest[:n_bytes]
        self._rest = self._rest[n_bytes:]
        return n_bytes


class _SocketBody:
    """httpx2's parser gives what it has read beyond the headers as the first chunk, all of it.

    From there on the socket holds the rest of the body and nothing else.
    """

    def __init__(
        self, response: httpx2.Response, sock: socket.socket, length: int, silence_s: float
    ) -> None:
        self._request = response.request
        self._socket = sock
        self._left = length
        self._silence_s = silence_s
        self._first = _ParsedBody(response.iter_raw())  # kept: its end would close the socket
        self._is_first = True
        self._heard_at = time.monotonic()

    def readinto(self, buffer: memoryview) -> int | None:
        if not self._left:
            return 0
        n_bytes = self._read_first(buffer) if self._is_first else self._receive(buffer)
        self._left -= n_bytes or 0
        return n_bytes

    def _read_first(self, buffer: memoryview) -> int:
        n_bytes = self._first.readinto(buffer)
        if self._first.is_empty:
            self._is_first = False
            self._socket.settimeout(_LOOK_S)
            self._heard_at = time.monotonic()
        return n_bytes

    def _receive(self, buffer: memoryview) -> int | None:
        import httpx2

        try:
            n_bytes = self._socket.recv_into(buffer[: self._left])
        except TimeoutError as error:
            if time.monotonic() - self._heard_at >= self._silence_s:
                raise httpx2.ReadTimeout("silence", request=self._request) from error
            return None
        except OSError as error:
            raise httpx2.ReadError(str(error), request=self._request) from error
        if not n_bytes:
            message = f"the connection ended {self._left} bytes too early"
            raise httpx2.RemoteProtocolError(message, request=self._request)
        self._heard_at = time.monotonic()
        return n_bytes
