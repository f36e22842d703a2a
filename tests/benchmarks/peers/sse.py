"""A frugal client for server-sent events: the peer computes on the same cores as this client.

One thread reads all streams with a selector and takes the time of each event; what the events
say is parsed when the stream has ended.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import threading
import time

from tests.benchmarks.peers.reply import Reply

_EVENT, _END = b"data: ", b"\n\n"
_IS_LAST = b'"stop":true'


class SseClient:
    """Requests to one server on this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._selector = selectors.DefaultSelector()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="sse", daemon=True)
        self._thread.start()

    def post(self, path: str, body: bytes) -> Reply:
        """Send a request whose answer is a stream."""
        reply = Reply()
        connection = socket.create_connection(("127.0.0.1", self._port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        connection.sendall(head.encode() + body)
        stream = _Stream(connection, reply)
        reply.cancel = stream.cancel
        self._selector.register(connection, selectors.EVENT_READ, stream)
        return reply

    def _run(self) -> None:
        while not self._is_closed:
            for key, _events in self._selector.select(0.05):
                stream: _Stream = key.data
                if not stream.read():
                    self._selector.unregister(key.fileobj)
                    stream.close()

    def close(self) -> None:
        """End the thread; streams that still run are dropped."""
        self._is_closed = True
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.data.close()
        self._selector.close()


class _Stream:
    """One answer on its way."""

    def __init__(self, connection: socket.socket, reply: Reply) -> None:
        self._connection, self._reply = connection, reply
        self._rest = b""
        self._payloads: list[bytes] = []

    def cancel(self) -> None:
        """Hang up; the reader thread sees the end."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def read(self) -> bool:
        """Take what has come; False at the end."""
        try:
            data = self._connection.recv(1 << 16)
        except OSError:
            data = b""
        now = time.perf_counter()
        *events, self._rest = (self._rest + data).split(_END)
        for event in events:
            # What comes before it is the HTTP header or the size of the next chunk.
            _head, found, payload = event.partition(_EVENT)
            if found and _IS_LAST in payload:
                self._count(payload)
            elif found:
                self._reply.arrivals.append(now)
                self._payloads.append(payload)
        return bool(data)

    def _count(self, payload: bytes) -> None:
        timings = json.loads(payload)["timings"]
        self._reply.n_cached = timings["cache_n"]
        self._reply.n_prompt = timings["cache_n"] + timings["prompt_n"]

    def close(self) -> None:
        """The stream has ended."""
        if not self._reply.n_prompt and not self._reply.arrivals:
            self._reply.error = self._rest[-500:].decode("utf-8", "replace") or "no answer"
        self._connection.close()
        self._reply.text = "".join(json.loads(payload)["content"] for payload in self._payloads)
        self._reply.done.set()
