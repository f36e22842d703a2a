"""The pictures of a model card: fetched when the person asks for them, within hard limits."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QUrl
from PySide6.QtGui import QImage, QImageReader

from desk_llm.errors import DeskError
from desk_llm.events import Event
from desk_llm.hub import answers, hosts, http
from desk_llm.hub.tokens import Tokens
from desk_llm.settings import SettingsStore

log = logging.getLogger("desk.ui")

BYTES = 6 << 20  # of one picture
ALL_BYTES = 32 << 20
PIXELS = 20_000_000
WIDTH = 1520  # px: twice the widest column
_FORMATS = frozenset({b"png", b"jpeg", b"jpg", b"gif", b"webp"})  # no SVG: it is a program


def address(source: str, base: str) -> str:
    """The absolute web address of a card's picture; "" for what is none.

    >>> address("a/b.png", "https://h.example/o/r/resolve/main/")
    'https://h.example/o/r/resolve/main/a/b.png'
    >>> address("file:///etc/passwd", "https://h.example/"), address("data:image/png;base64,", "")
    ('', '')
    """
    url = QUrl(base).resolved(QUrl(source))
    return url.toString() if url.scheme() in ("http", "https") and url.host() else ""


class PictureFetch:
    """Fetches many, one after another, on one worker thread; `stop` ends it between two."""

    def __init__(self, settings: SettingsStore, tokens: Tokens) -> None:
        self._settings = settings
        self._tokens = tokens
        self._is_stopped = False
        self.found: Event[tuple[str, QImage]] = Event()  # address; null where it cannot be had

    def stop(self) -> None:
        """The card is not shown any more."""
        self._is_stopped = True

    def fetch(self, urls: Sequence[str]) -> None:
        """Each of them leads to a `found`. Never raises."""
        left = ALL_BYTES
        for url in urls:
            if self._is_stopped:
                return
            data = b""
            try:
                data = self._bytes(url, min(BYTES, left))
            except DeskError as error:
                log.info("a picture of a card: %s", error)
            left -= len(data)
            self.found.emit((url, decode(data)))

    def _bytes(self, url: str, limit: int) -> bytes:
        """The body; empty when it is larger than allowed, or not of the internet."""
        home = hosts.host_of(self._settings.current.network.endpoint)
        host = hosts.host_of(url)
        if host != home and hosts.zone(QUrl(url).host()) is not hosts.Zone.PUBLIC:
            return b""  # a card must not reach into the network around us
        body = bytearray()
        with (
            answers.sentences(url),
            http.client(self._settings, self._tokens, read_s=10.0) as client,
            client.stream("GET", url) as response,
        ):
            answers.check(response)
            for piece in response.iter_raw():
                body += piece
                if len(body) > limit or self._is_stopped:
                    return b""
        return bytes(body)


def decode(data: bytes) -> QImage:
    """A picture of a known kind, not larger than it is shown; null for anything else."""
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if bytes(reader.format().data()) not in _FORMATS or not size.isValid():
        return QImage()
    if size.width() * size.height() > PIXELS:
        return QImage()
    if size.width() > WIDTH:
        reader.setScaledSize(size * (WIDTH / size.width()))
    return reader.read()
