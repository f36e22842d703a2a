"""FakeServer: OpenAI-compatible servers as they differ in the wild, on a free local port."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Behaviour:
    """What the server does; the defaults are those of a well-behaved one."""

    models: tuple[str, ...] = ("fake-1",)
    owned_by: str = "vllm"
    api_key: str = ""
    has_chat: bool = True
    has_usage: bool = True
    refused_fields: tuple[str, ...] = ()  # a body with one of them is answered with 400
    wants_completion_tokens: bool = False  # refuses max_tokens, as OpenAI's newest models do
    words_per_chunk: int = 1
    fail_every: int = 0  # each nth reply is an HTTP 500
    garbage: bytes = b""  # sent instead of a stream
    cut_after: int = 0  # chunks, then the connection closes
    content_type: str = "text/event-stream"
    is_silent: bool = False  # takes the request and never answers, until `release`
    role_first: bool = True
    crlf: bool = False
    text_field: str = "content"
    error_status: int = 0  # of every completion but the first
    break_after: int = 0  # completions, then all are answered with 503
    error_body: bytes = b'{"error": {"message": "it hurts"}}'


@dataclass
class FakeServer:
    """`requests` are the bodies that it was sent."""

    behaviour: Behaviour
    requests: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    asked: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="fake-server", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(server: FakeServer) -> type[BaseHTTPRequestHandler]:
    behaviour = server.behaviour
    lock = threading.Lock()
    count = [0]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            if self._is_refused():
                return
            listed = [{"id": one, "owned_by": behaviour.owned_by} for one in behaviour.models]
            if behaviour.models:
                self._answer(200, json.dumps({"object": "list", "data": listed}).encode())
            else:
                self._answer(404, b"not found")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                count[0] += 1
                number = count[0]
                server.requests.append(body)
                server.paths.append(self.path)
            server.asked.set()
            if not self._is_refused() and not self._is_wrong(body, number):
                self._stream(body)

        def _is_refused(self) -> bool:
            key = behaviour.api_key
            if key and self.headers.get("Authorization") != f"Bearer {key}":
                self._answer(401, b'{"error": {"message": "Incorrect API key"}}')
                return True
            return False

        def _is_wrong(self, body: dict[str, Any], number: int) -> bool:
            refused = [name for name in behaviour.refused_fields if name in body]
            if not behaviour.has_chat and self.path.endswith("/chat/completions"):
                self._answer(404, b'{"detail": "Not Found"}')
            elif behaviour.models and body["model"] not in behaviour.models:
                message = f"The model `{body['model']}` does not exist."
                self._answer(404, json.dumps({"object": "error", "message": message}).encode())
            elif behaviour.wants_completion_tokens and "max_tokens" in body:
                self._answer(400, b'{"error": {"message": "Use \'max_completion_tokens\'."}}')
            elif refused:
                said = {"error": {"message": f"Unrecognized request argument: {refused[0]}"}}
                self._answer(400, json.dumps(said).encode())
            elif behaviour.error_status and number > 1:
                self._answer(behaviour.error_status, behaviour.error_body)
            elif behaviour.break_after and number > behaviour.break_after:
                self._answer(503, behaviour.error_body)
            elif behaviour.fail_every and number % behaviour.fail_every == 0:
                self._answer(500, b"Internal Server Error")
            elif behaviour.is_silent and number > 1:
                server.release.wait(30)
                self.close_connection = True
            else:
                return False
            return True

        def _stream(self, body: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", behaviour.content_type)
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            end = b"\r\n\r\n" if behaviour.crlf else b"\n\n"
            for data in _events(behaviour, body, self.path):
                self.wfile.write(data if behaviour.garbage else b"data: " + data + end)
                self.wfile.flush()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


def _events(behaviour: Behaviour, body: dict[str, Any], path: str) -> Iterator[bytes]:
    if behaviour.garbage:
        yield behaviour.garbage
        return
    is_chat = path.endswith("/chat/completions")
    n_tokens = body.get("max_tokens") or body["max_completion_tokens"]
    if is_chat and behaviour.role_first:
        yield _choice({"delta": {"role": "assistant", "content": ""}})
    left, sent = n_tokens, 0
    while left:
        count = min(left, behaviour.words_per_chunk)
        left, sent = left - count, sent + 1
        text = "word " * count
        yield _choice({"delta": {behaviour.text_field: text}} if is_chat else {"text": text})
        if behaviour.cut_after and sent >= behaviour.cut_after:
            return
    yield _choice({"delta": {}, "finish_reason": "length"} if is_chat else _END_OF_TEXT)
    if behaviour.has_usage and "stream_options" in body:
        prompt = body["messages"][0]["content"] if is_chat else body["prompt"]
        usage = {"prompt_tokens": 2 * len(prompt.split()), "completion_tokens": n_tokens}
        yield json.dumps({"choices": [], "usage": usage}).encode()
    yield b"[DONE]"


_END_OF_TEXT = {"text": "", "finish_reason": "length"}


def _choice(choice: dict[str, Any]) -> bytes:
    return json.dumps({"choices": [{"index": 0, **choice}]}).encode()
