"""A file anywhere on the web: asked for its first bytes, so that its size and kind are known."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from desk_llm.errors import QT_TRANSLATE_NOOP
from desk_llm.hub.answers import check, sentences
from desk_llm.hub.hosts import host_of
from desk_llm.hub.names import UrlName
from desk_llm.hub.problems import Refused
from desk_llm.hub.targets import target_of
from desk_llm.hub.types import DownloadFile, DownloadSpec, Source
from desk_llm.models.gguf.foreign import not_gguf
from desk_llm.models.names import plain

if TYPE_CHECKING:
    import httpx2

_START = 64
_RANGE = re.compile(r"bytes 0-\d{1,18}/(\d{1,18})", re.ASCII)
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)


def resolve(client: httpx2.Client, name: UrlName) -> DownloadSpec:
    """What to download. Raises FileDamaged or Unsupported when the first bytes are no GGUF."""
    file_name = PurePosixPath(unquote(urlsplit(name.url).path)).name
    headers = {"Range": f"bytes=0-{_START - 1}"}
    with sentences(name.url), client.stream("GET", name.url, headers=headers) as answer:
        check(answer)
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Refused(
                QT_TRANSLATE_NOOP("errors", "{host} changes the file on its way."),
                host=host_of(name.url),
            )
        size = _size(answer)
        start = _start(answer)
        etag = answer.headers.get("ETag", "").strip('"')
    if not start.startswith(b"GGUF"):
        raise not_gguf(plain(file_name, 120), start)
    target = target_of(host_of(name.url).replace(":", "-"), "files", file_name)
    title = f"{host_of(name.url)} · {plain(file_name, 120)}"
    file = DownloadFile(name.url, target, size, name.sha256, etag)
    return DownloadSpec(title, Source.URL, (file,))


def _size(answer: httpx2.Response) -> int:
    """Of the whole file; 0 when the server does not say."""
    match = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
    if answer.status_code == 206:
        return int(match[1]) if match else 0
    length = answer.headers.get("Content-Length", "").strip()
    return int(length) if _LENGTH.fullmatch(length) else 0


def _start(answer: httpx2.Response) -> bytes:
    start = b""
    for piece in answer.iter_raw():
        start += piece[:_START]
        if len(start) >= _START:
            break
    return start[:_START]
