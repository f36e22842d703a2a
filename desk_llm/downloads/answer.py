"""The beginning of a server's answer: what must be true of it before a byte is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from desk_llm.downloads.part import Part
from desk_llm.downloads.problems import Odd
from desk_llm.errors import QT_TRANSLATE_NOOP, AccessDenied, ModelNotFound, NetworkError
from desk_llm.hub.answers import check
from desk_llm.hub.hosts import host_of
from desk_llm.hub.problems import Busy
from desk_llm.hub.types import DownloadFile

if TYPE_CHECKING:
    import httpx2

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_NO_RANGE = re.compile(r"bytes \*/(\d+)")
_ANOTHER = QT_TRANSLATE_NOOP("errors", "Perhaps a proxy or the server changes what it passes on.")


def headers(part: Part) -> dict[str, str]:
    """Always a range: some servers refuse to send very large files as a whole."""
    sent = {"Range": f"bytes={part.size}-", "Accept-Encoding": "identity"}
    if part.size and part.etag and not part.etag.startswith("W/"):
        sent["If-Range"] = part.etag
    return sent


def begin(response: httpx2.Response, part: Part, file: DownloadFile, name: str) -> int:
    """Look at the answer; the size of the whole file, 0: the server does not say.

    The part begins anew where the server sends all of it, or another file than before.
    """
    if response.status_code == 416 and part.size:
        return _beyond_the_end(response, part, file)
    _check_status(response, name)
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("", "identity"):
        message = QT_TRANSLATE_NOOP("errors", "{host} sent the file encoded ({encoding}).")
        raise Odd(message, _ANOTHER, host=_host(response), encoding=encoding[:40])
    total = _part_of(response, part) if response.status_code == 206 else _whole(response, part)
    _check_size(response, total, file)
    if not file.sha256:
        _follow_etag(response, part)
    return total


def _check_status(response: httpx2.Response, name: str) -> None:
    try:
        check(response, name=name)
    except Busy:
        raise
    except (AccessDenied, ModelNotFound) as error:
        if response.history:  # a CDN whose signed address ran out; the server itself let us in
            raise Odd.of(error) from error
        raise
    except NetworkError as error:
        raise error if response.is_success else Odd.of(error) from error


def _part_of(response: httpx2.Response, part: Part) -> int:
    said = response.headers.get("Content-Range", "")
    match = _RANGE.fullmatch(said.strip())
    if match is None or int(match[1]) != part.size:
        message = QT_TRANSLATE_NOOP("errors", "{host} sent another part of the file than asked.")
        raise Odd(message, _ANOTHER, said[:100], host=_host(response))
    return 0 if match[3] == "*" else int(match[3])


def _whole(response: httpx2.Response, part: Part) -> int:
    """Servers that know no ranges send everything again."""
    if part.size:
        part.restart()
    if "Transfer-Encoding" in response.headers:
        return 0
    length = response.headers.get("Content-Length", "")
    return int(length) if length.isascii() and length.isdigit() else 0


def _check_size(response: httpx2.Response, total: int, file: DownloadFile) -> None:
    if total and file.size_bytes and total != file.size_bytes:
        message = QT_TRANSLATE_NOOP("errors", "{host} has {found} bytes instead of {wanted}.")
        hint = QT_TRANSLATE_NOOP("errors", "The file may have changed: look at the model again.")
        raise Odd(message, hint, host=_host(response), found=total, wanted=file.size_bytes)


def _follow_etag(response: httpx2.Response, part: Part) -> None:
    """Without a digest, only the ETag tells that both halves are of the same file."""
    etag = response.headers.get("ETag", "")[:200]
    if part.size and etag != part.etag:
        part.restart(etag)
        message = QT_TRANSLATE_NOOP("errors", "The file on {host} changed meanwhile.")
        hint = QT_TRANSLATE_NOOP("errors", "It is fetched anew.")
        raise Odd(message, hint, host=_host(response))
    if etag != part.etag:
        part.note(etag)


def _beyond_the_end(response: httpx2.Response, part: Part, file: DownloadFile) -> int:
    """Everything is here, or what is here is not of this file."""
    match = _NO_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    total = int(match[1]) if match else 0
    if total == part.size and file.size_bytes in (0, total):
        return total
    part.restart()
    message = QT_TRANSLATE_NOOP("errors", "{host} has less of the file than was fetched already.")
    raise Odd(message, _ANOTHER, host=_host(response))


def _host(response: httpx2.Response) -> str:
    return host_of(str(response.url))
