"""One request to the server and the ways to answer it."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any


@dataclass
class Request:
    """A line of the server's log."""

    method: str
    path: str  # with the query
    host: str
    range: str
    authorization: str
    status: int = 0
    sent_bytes: int = 0  # of the body


@dataclass
class Call:
    """A request while it is answered."""

    handler: BaseHTTPRequestHandler
    log: Request
    path: str  # decoded, without the query
    query: dict[str, list[str]]
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case

    @classmethod
    def read(cls, handler: BaseHTTPRequestHandler, method: str) -> Call:
        """Read the whole request."""
        headers = {name.lower(): value for name, value in handler.headers.items()}
        log = Request(
            method,
            handler.path,
            headers.get("host", ""),
            headers.get("range", ""),
            headers.get("authorization", ""),
        )
        split = urllib.parse.urlsplit(handler.path)
        body = handler.rfile.read(int(headers.get("content-length") or 0))
        path = urllib.parse.unquote(split.path)
        return cls(handler, log, path, urllib.parse.parse_qs(split.query), body, headers)

    @property
    def is_head(self) -> bool:
        return self.log.method == "HEAD"

    def one(self, name: str, default: str = "") -> str:
        """A value of the query."""
        return self.query.get(name, [default])[0]

    def start(self, status: int, headers: Mapping[str, str], length: int | None) -> None:
        """Send status and headers; a body without a length is sent in chunks."""
        self.log.status = status
        self.handler.send_response(status)
        for name, value in headers.items():
            self.handler.send_header(name, value)
        if length is not None:
            self.handler.send_header("Content-Length", str(length))
        self.handler.end_headers()

    def answer(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """Send all of an answer."""
        self.start(status, headers or {}, len(body))
        if not self.is_head:
            self.handler.wfile.write(body)
            self.log.sent_bytes = len(body)

    def json(self, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Send a JSON document."""
        kind = {"Content-Type": "application/json"}
        self.answer(status, json.dumps(value).encode(), {**kind, **(headers or {})})

    def error(self, status: int, code: str, message: str) -> None:
        """Send an error as the Hub does."""
        headers = {"X-Error-Code": code, "X-Error-Message": message}
        self.json({"error": message}, status, {name: one for name, one in headers.items() if one})
