"""Sends the bytes of a file: all, a range, or what a fault makes of them."""

from __future__ import annotations

import gzip
import re
import socket
import time
from pathlib import Path

from tests.helpers.fakehub.call import Call
from tests.helpers.fakehub.faults import Faults

_PIECE = 64 << 10
_LOGIN = b"<!DOCTYPE html><html><title>Sign in to the network</title><form></form></html>"


def send_file(call: Call, path: Path, etag: str, faults: Faults, more: dict[str, str]) -> None:
    """Answer with a file as a CDN does; `more` are further headers."""
    status = faults.take_status("data")
    if status is not None:
        call.answer(status.code, status.body, status.headers)
        return
    if not call.is_head and faults.count_down("n_html"):
        call.answer(200, _LOGIN, {"Content-Type": "text/html"})
        return
    if faults.refuse_whole and not call.log.range:
        call.answer(400, b"the object is too large")
        return
    etag = f'"{faults.etag or etag}"'
    size = path.stat().st_size - faults.short_by + faults.long_by
    headers = {"ETag": etag, "Accept-Ranges": "bytes", **more}
    if faults.disposition:
        headers["Content-Disposition"] = faults.disposition
    known = "" if faults.ignore_if_range else call.headers.get("if-range", "")
    is_whole = faults.ignore_range or known not in ("", etag)
    span = None if is_whole else _span(call, size)
    if span is not None and span[0] >= size:
        call.answer(416, b"", {"Content-Range": f"bytes */{size}"})
        return
    first, end = span or (0, size)
    if span is not None:
        off = faults.take(faults.wrong_ranges) or 0
        headers["Content-Range"] = f"bytes {first + off}-{end - 1 + off}/{size}"
    if faults.gzip:
        headers["Content-Encoding"] = "gzip"
        call.answer(206 if span else 200, gzip.compress(_read(path, first, end)), headers)
        return
    if faults.chunked:
        _send_chunks(call, 206 if span else 200, headers, _read(path, first, end))
        return
    call.start(206 if span else 200, headers, end - first)
    if not call.is_head:
        _send_body(call, path, first, end, faults)


def _span(call: Call, size: int) -> tuple[int, int] | None:
    """The range that was asked for, as [first, end); None: all of it."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", call.log.range)
    if match is None or match[0] == "bytes=-":
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size
    return int(match[1]), min(int(match[2]) + 1 if match[2] else size, size)


def _send_chunks(call: Call, status: int, headers: dict[str, str], data: bytes) -> None:
    call.start(status, {**headers, "Transfer-Encoding": "chunked"}, None)
    for start in range(0, len(data), _PIECE):
        piece = data[start : start + _PIECE]
        call.handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    call.handler.wfile.write(b"0\r\n\r\n")


def _send_body(call: Call, path: Path, first: int, end: int, faults: Faults) -> None:
    cut, stall = faults.take(faults.drop_after), faults.take(faults.stall_after)
    stop = min((one for one in (cut, stall) if one is not None), default=end - first)
    changed = (first + end) // 2 if faults.count_down("n_corrupt") else -1
    last = min(end, first + stop)
    if faults.bytes_per_s or changed >= 0 or end > path.stat().st_size:
        _send_slowly(call, path, (first, last), changed, faults.bytes_per_s)
    else:
        _send_fast(call, path, first, last)
    if last < end:
        if stall is not None and stop == stall:
            faults.release.wait(60)
        call.handler.close_connection = True
        call.handler.connection.shutdown(socket.SHUT_RDWR)


def _send_fast(call: Call, path: Path, first: int, last: int) -> None:
    """Let the kernel copy: the server must not be what is measured."""
    call.handler.wfile.flush()
    if last > first:
        with path.open("rb") as file:
            call.log.sent_bytes = call.handler.connection.sendfile(file, first, last - first)


def _send_slowly(
    call: Call, path: Path, span: tuple[int, int], changed: int, bytes_per_s: float
) -> None:
    at, last = span
    started = time.monotonic()
    piece = max(1, min(1 << 20, int(bytes_per_s / 20))) if bytes_per_s else _PIECE
    while at < last:
        data = bytearray(_read(path, at, min(last, at + piece)))
        if at <= changed < at + len(data):
            data[changed - at] ^= 1
        call.handler.wfile.write(data)
        at += len(data)
        call.log.sent_bytes += len(data)
        if bytes_per_s:
            ahead = call.log.sent_bytes / bytes_per_s - (time.monotonic() - started)
            time.sleep(max(0.0, ahead))


def _read(path: Path, first: int, end: int) -> bytes:
    """Beyond the end of the file there are zeros."""
    with path.open("rb") as file:
        file.seek(first)
        return file.read(end - first).ljust(end - first, b"\0")
