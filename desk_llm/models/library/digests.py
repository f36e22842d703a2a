"""SHA-256 of model files: known from where they came from, or computed once and remembered."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desk_llm.errors import QT_TRANSLATE_NOOP, Cancelled, DiskProblem
from desk_llm.models.library.scan import Stamp, stamp_of
from desk_llm.models.names import file_name

log = logging.getLogger("desk.models")

MAX_BYTES = 8 << 20
MAX_ENTRIES = 10_000
END = 1 << 20
_BLOCK = 1 << 20


class Digests:
    """`path` None: remembered until the app ends. May be used on any thread."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._table: dict[str, list[Any]] | None = None

    def known(self, stamp: Stamp) -> str:
        """The digest of a file that did not change since; empty: not known."""
        path, size, time = stamp
        with self._lock:
            entry = self._read().get(path)
        return str(entry[2]) if entry and entry[:2] == [size, time] else ""

    def known_path(self, path: Path) -> str:
        """The same for a path, which is asked for its size and time only if it is known at all."""
        with self._lock:
            is_known = str(path) in self._read()
        stamp = stamp_of(path) if is_known else None
        return self.known(stamp) if stamp else ""

    def learn(self, stamp: Stamp, sha256: str) -> None:
        """Remember a digest."""
        path, size, time = stamp
        with self._lock:
            table = self._read()
            if table.get(path) == [size, time, sha256]:
                return
            table.pop(path, None)  # the newest last
            table[path] = [size, time, sha256]
            while len(table) > MAX_ENTRIES:
                del table[next(iter(table))]
            self._write(table)

    def of(self, stamp: Stamp, is_cancelled: Callable[[], bool] = lambda: False) -> str:
        """The digest; the file is read when it is not known: 1 GB/s. Raises DiskProblem."""
        known = self.known(stamp)
        if known:
            return known
        digest = sha256_of(Path(stamp[0]), is_cancelled)
        self.learn(stamp, digest)
        return digest

    def _read(self) -> dict[str, list[Any]]:
        if self._table is None:
            self._table = {}
            for path, entry in _load(self._path).items():
                if isinstance(entry, list) and len(entry) == 3:
                    self._table[path] = entry
        return self._table

    def _write(self, table: dict[str, list[Any]]) -> None:
        if self._path is None:
            return
        temporary = self._path.with_name(self._path.name + ".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary.write_text(json.dumps(table), "utf-8")
            os.replace(temporary, self._path)
        except OSError as error:
            log.info("%s cannot be written: %s", self._path, error)


def sha256_of(path: Path, is_cancelled: Callable[[], bool] = lambda: False) -> str:
    """Read a whole file. Raises DiskProblem, Cancelled."""
    digest, buffer = hashlib.sha256(), bytearray(_BLOCK)
    view = memoryview(buffer)
    try:
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                digest.update(view[:count])
                if is_cancelled():
                    raise Cancelled(QT_TRANSLATE_NOOP("errors", "The search was cancelled."))
    except OSError as error:
        raise unreadable(path, error) from error
    return digest.hexdigest()


def ends_of(path: Path) -> bytes:
    """A digest of the first and the last MiB. Raises DiskProblem."""
    digest = hashlib.sha256()
    try:
        with path.open("rb", buffering=0) as file:
            digest.update(file.read(END))
            file.seek(max(0, os.fstat(file.fileno()).st_size - END))
            digest.update(file.read(END))
    except OSError as error:
        raise unreadable(path, error) from error
    return digest.digest()


def unreadable(path: Path, error: OSError) -> DiskProblem:
    """The sentence for a file that cannot be read."""
    return DiskProblem(
        QT_TRANSLATE_NOOP("errors", "“{file}” cannot be read."),
        QT_TRANSLATE_NOOP("errors", "Check the disk and the permissions of the file."),
        str(error),
        file=file_name(path),
    )


def _load(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            read = json.loads(file.read(MAX_BYTES))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        log.info("%s cannot be read: %s", path, error)
        return {}
    return read if isinstance(read, dict) else {}
