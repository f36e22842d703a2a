"""Bodies of every kind: over TLS, without a length, in crumbs, and with the socket closed early."""

from __future__ import annotations

import http.server
import random
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from desk_llm.downloads.body import open_body

DATA = random.Random(5).randbytes(700_000)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for start in range(0, len(DATA), 50_000):
                piece = DATA[start : start + 50_000]
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")
            return
        self.close_connection = True
        if self.path != "/endless":
            self.send_header("Content-Length", str(len(DATA)))
        self.end_headers()
        self.wfile.write(DATA[:1000] if self.path == "/short" else DATA)


@pytest.fixture
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=made.serve_forever, args=(0.02,))
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def _read(response: httpx2.Response, window: int) -> tuple[bytes, str]:
    body = open_body(response, 5.0)
    out, buffer = bytearray(), memoryview(bytearray(window))
    while (came := body.readinto(buffer)) != 0:
        out += buffer[: came or 0]
    return bytes(out), type(body).__name__


@pytest.mark.parametrize("window", [997, 1 << 20])
@pytest.mark.parametrize(
    ("path", "kind"),
    [("/plain", "_SocketBody"), ("/chunked", "_ParsedBody"), ("/endless", "_ParsedBody")],
)
def test_every_byte_comes_once(
    server: http.server.ThreadingHTTPServer, path: str, kind: str, window: int
) -> None:
    url = f"http://127.0.0.1:{server.server_address[1]}{path}"
    with httpx2.Client(trust_env=False) as client, client.stream("GET", url) as response:
        assert _read(response, window) == (DATA, kind)


def test_a_body_that_ends_early_is_an_error(server: http.server.ThreadingHTTPServer) -> None:
    url = f"http://127.0.0.1:{server.server_address[1]}/short"
    client = httpx2.Client(trust_env=False)
    with client, client.stream("GET", url) as answer, pytest.raises(httpx2.RemoteProtocolError):
        _read(answer, 1 << 20)


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate with openssl")
@pytest.mark.parametrize("window", [7_001, 1 << 20])
def test_the_socket_is_read_through_tls(
    server: http.server.ThreadingHTTPServer, tmp_path: Path, window: int
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-subj", "/CN=localhost"]
    made += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-addext", "subjectAltName=IP:127.0.0.1"]
    made += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    trusted = ssl.create_default_context(cafile=str(certificate))
    url = f"https://127.0.0.1:{server.server_address[1]}/plain"
    client = httpx2.Client(trust_env=False, verify=trusted)
    with client, client.stream("GET", url) as response:
        assert _read(response, window) == (DATA, "_SocketBody")
