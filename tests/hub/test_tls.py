"""TLS: a certificate nobody vouches for ends it, and a redirect never leads out of it."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from desk_llm.errors import NetworkError
from desk_llm.hub import http
from desk_llm.hub.answers import check, sentences
from desk_llm.hub.problems import Refused
from desk_llm.hub.tokens import Tokens
from desk_llm.settings import SettingsStore
from tests.helpers.fakehub.server import FakeHub

pytest.importorskip("cryptography", reason="keyring brings it on Linux only")


class _Redirector(BaseHTTPRequestHandler):
    target = ""
    tokens: list[str]

    def do_GET(self) -> None:
        self.tokens.append(self.headers.get("Authorization", ""))
        self.send_response(302)
        self.send_header("Location", self.target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


@pytest.fixture
def protected(tmp_path: Path) -> Iterator[tuple[str, type[_Redirector]]]:
    """The address of a server with TLS that redirects, and its handler."""

    class Handler(_Redirector):
        tokens: list[str] = []  # noqa: RUF012  one list for each test's class

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_write_certificate(tmp_path))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}", Handler
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def _trusting(tmp_path: Path, protected: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if somebody vouched for the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "server.pem"))
    http._trusted.cache_clear()
    yield
    http._trusted.cache_clear()


def get(settings: SettingsStore, tokens: Tokens, url: str) -> None:
    """One GET with our client."""
    with http.client(settings, tokens) as made, sentences(url):
        check(made.get(url))


def test_an_unknown_certificate(
    protected: tuple[str, type[_Redirector]], settings: SettingsStore, tokens: Tokens
) -> None:
    url, handler = protected
    tokens.set("hf_canary", url.partition("//")[2])
    with pytest.raises(NetworkError, match="No protected connection to 127") as raised:
        get(settings, tokens, f"{url}/x")
    assert "virus scanner" in raised.value.hint
    assert handler.tokens == []


@pytest.mark.usefixtures("_trusting")
def test_a_redirect_out_of_tls_is_not_followed(
    protected: tuple[str, type[_Redirector]],
    server: FakeHub,
    settings: SettingsStore,
    tokens: Tokens,
) -> None:
    url, handler = protected
    handler.target = f"{server.url}/api/models"
    tokens.set("hf_canary", url.partition("//")[2])
    with pytest.raises(Refused, match="unprotected address"):
        get(settings, tokens, f"{url}/x")
    assert handler.tokens == ["Bearer hf_canary"]
    assert server.log == []


@pytest.mark.usefixtures("_trusting")
def test_a_redirect_into_tls_is_followed(
    protected: tuple[str, type[_Redirector]],
    server: FakeHub,
    settings: SettingsStore,
    tokens: Tokens,
) -> None:
    """And the token of the first host does not go along: httpx2 keeps it from http to https."""
    url, handler = protected
    server.repos.write("ann/cat/x.gguf", b"GGUF")
    server.faults.redirect_to = f"{url}/x"
    handler.target = f"{url}/x"
    tokens.set("hf_canary", f"127.0.0.1:{server.port}")
    with pytest.raises(Refused, match="without end"):
        get(settings, tokens, server.resolve_url("ann/cat", "x.gguf"))
    assert server.log[0].authorization == "Bearer hf_canary"
    assert set(handler.tokens) == {""}


def _write_certificate(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
