"""FakeHub: the server itself, on a free local port; its CDN has another host name."""

from __future__ import annotations

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

from tests.helpers.fakehub import api, files, ollama
from tests.helpers.fakehub.call import Call, Request
from tests.helpers.fakehub.faults import Faults
from tests.helpers.fakehub.repos import COMMIT, Repos


class FakeHub:
    """Serves `root/<owner>/<name>/<files>` as the Hub does. Use as a context, or `close` it."""

    def __init__(self, root: Path, port: int = 0) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.repos = Repos(root)
        self.ollama = ollama.Registry(root.with_name(root.name + "-blobs"))
        self.faults = Faults()
        self.log: list[Request] = []
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="fake-hub", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> FakeHub:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The Hub's endpoint, and the base of Ollama's registry."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def cdn(self) -> str:
        """The same server under the name of another host."""
        return f"http://localhost:{self.port}"

    def resolve_url(self, repo: str, name: str, revision: str = COMMIT) -> str:
        """The address that redirects to the CDN."""
        return f"{self.url}/{repo}/resolve/{revision}/{files.quoted(repo, name)[len(repo) + 1 :]}"

    def cdn_url(self, repo: str, name: str) -> str:
        """The address that sends the bytes."""
        return f"{self.cdn}/cdn/{files.quoted(repo, name)}"

    def plain_url(self, repo: str, name: str) -> str:
        """An address as any web server has it, without the Hub's headers."""
        return f"{self.url}/plain/{files.quoted(repo, name)}"

    def close(self) -> None:
        """Let go of stalled clients and stop. Idempotent."""
        self.faults.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, handler: BaseHTTPRequestHandler, method: str) -> None:
        """Answer one request."""
        call = Call.read(handler, method)
        self.log.append(call.log)
        if self.faults.seconds_before:
            time.sleep(self.faults.seconds_before)
        for route in (api.answer, ollama.answer, files.answer):
            if route(self, call):
                return
        call.error(404, "", f"not found: {call.path}")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients may go away; anything else is a fault of this server, and is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

        def do_HEAD(self) -> None:
            self._answer("HEAD")

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            try:
                hub.answer(self, method)
            except (ConnectionError, TimeoutError):
                self.close_connection = True  # the client went away

    return Handler
