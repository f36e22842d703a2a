"""A file on a server, read from its beginning by range requests as if it lay on the disk."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from desk_llm.errors import QT_TRANSLATE_NOOP, NetworkError
from desk_llm.hub.answers import check, sentences
from desk_llm.hub.hosts import host_of
from desk_llm.hub.problems import LATER, Refused
from desk_llm.models.names import plain

if TYPE_CHECKING:
    import httpx2

FIRST = 1 << 20  # holds the whole header of models with a small vocabulary
MOST = 64 << 20  # the biggest honest headers have some 20 MB
LONGEST_S = 180.0
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)", re.ASCII)


class RangeFile(io.RawIOBase):
    """What was fetched is written to `sink` from 0 on, without a gap; reads come from there.

    A read beyond asks for the next part, each as long as all before it: 1 MiB, 1, 2, 4…
    """

    def __init__(
        self, client: httpx2.Client, url: str, size: int, sink: BinaryIO, *, name: str, page: str
    ) -> None:
        super().__init__()
        self._client = client
        self._url = url
        self._size = size
        self._sink = sink
        self._name = name
        self._page = page
        self._at = 0
        self._ends = time.monotonic() + LONGEST_S
        self.fetched = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("only from the beginning")
        self._at = offset
        return offset

    def read(self, size: int = -1, /) -> bytes:
        end = self._size if size < 0 else min(self._at + size, self._size)
        while self.fetched < end:
            self._fetch(max(end, self.fetched * 2, FIRST))
        self._sink.seek(self._at)
        data = self._sink.read(max(0, end - self._at))
        self._at += len(data)
        return data

    def _fetch(self, end: int) -> None:
        if self.fetched >= MOST:
            raise self._refused(
                QT_TRANSLATE_NOOP("errors", "The header of “{name}” does not end."),
            )
        end = min(end, self._size, MOST)
        headers = {"Range": f"bytes={self.fetched}-{end - 1}"}
        with (
            sentences(self._url),
            self._client.stream("GET", self._url, headers=headers) as answer,
        ):
            check(answer, name=self._name, page_url=self._page)
            skipped = self._check_range(answer)
            self._sink.seek(self.fetched)
            for piece in self._pieces(answer, skipped):
                taken = piece[: end - self.fetched]
                self._sink.write(taken)
                self.fetched += len(taken)
                if self.fetched == end:
                    return
        raise NetworkError(
            QT_TRANSLATE_NOOP("errors", "The connection to {host} broke off."),
            LATER,
            host=host_of(self._url),
        )

    def _pieces(self, answer: httpx2.Response, skipped: int) -> Iterator[bytes]:
        """The body behind `skipped` bytes, which a server that knows no ranges sends again."""
        for piece in answer.iter_raw():
            if time.monotonic() > self._ends:
                raise NetworkError(
                    QT_TRANSLATE_NOOP("errors", "{host} answers too slowly."),
                    LATER,
                    host=host_of(str(answer.url)),
                )
            if skipped < len(piece):
                yield piece[skipped:]
            skipped = max(0, skipped - len(piece))

    def _check_range(self, answer: httpx2.Response) -> int:
        """How many bytes of the body are known already. Raises Refused for another file's bytes."""
        encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
        if answer.status_code == 200:
            is_whole = answer.headers.get("Content-Length", str(self._size)) == str(self._size)
            if is_whole and encoding == "identity":
                return self.fetched
        elif match := _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip()):
            first, total = int(match[1]), match[2]
            is_same = first == self.fetched and total in ("*", str(self._size))
            if is_same and encoding == "identity":
                return 0
        raise self._refused(
            QT_TRANSLATE_NOOP("errors", "{host} sends other bytes of “{name}” than were asked for.")
        )

    def _refused(self, message: str) -> Refused:
        return Refused(
            message,
            QT_TRANSLATE_NOOP("errors", "Choose another model server in the settings."),
            host=host_of(self._url),
            name=plain(self._name, 120),
        )
