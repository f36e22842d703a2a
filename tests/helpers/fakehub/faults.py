"""Faults: what goes wrong on the way. Lists are used up one item a request, in order."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

ALWAYS = 1 << 30


@dataclass(frozen=True, slots=True)
class Status:
    """An answer instead of the real one, as `Status(429, {"Retry-After": "1"})`."""

    code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b'{"error": "injected"}'


@dataclass
class Faults:
    """The defaults are those of a server that does everything right."""

    api_statuses: list[Status] = field(default_factory=list)  # of /api and /v2/…/manifests
    statuses: list[Status] = field(default_factory=list)  # of resolve, blobs and plain files
    data_statuses: list[Status] = field(default_factory=list)  # of the CDN
    drop_after: list[int] = field(default_factory=list)  # bytes of a body, then it is cut off
    stall_after: list[int] = field(default_factory=list)  # bytes, then silence until `release`
    wrong_ranges: list[int] = field(default_factory=list)  # Content-Range is off by so many
    n_corrupt: int = 0  # bodies with one byte changed in their middle
    n_html: int = 0  # bodies replaced by a login page, with status 200
    bytes_per_s: float = 0.0  # of each body; 0: as fast as it goes
    seconds_before: float = 0.0  # until an answer begins
    ignore_range: bool = False
    ignore_if_range: bool = False
    refuse_whole: bool = False  # 400 without a Range, as CDNs do with large objects
    short_by: int = 0  # bytes that the body lacks, and its headers say so
    long_by: int = 0  # bytes that it has too many, and its headers say so
    etag: str = ""  # instead of the file's digest
    chunked: bool = False  # no Content-Length
    gzip: bool = False  # the body is encoded, though it was asked not to be
    disposition: str = ""  # Content-Disposition
    redirect_to: str = ""  # instead of the CDN
    release: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take_status(self, kind: str) -> Status | None:
        """The next answer that is not the real one; `kind` is "api", "file" or "data"."""
        lists = {"api": self.api_statuses, "file": self.statuses, "data": self.data_statuses}
        with self._lock:
            return lists[kind].pop(0) if lists[kind] else None

    def take(self, numbers: list[int]) -> int | None:
        """The next number of a list, if it has one."""
        with self._lock:
            return numbers.pop(0) if numbers else None

    def count_down(self, name: str) -> bool:
        """Whether `n_corrupt` or `n_html` still holds; once less from now on."""
        with self._lock:
            left: int = getattr(self, name)
            setattr(self, name, max(0, left - 1))
        return left > 0
