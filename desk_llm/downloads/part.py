"""Part: a file that is not whole yet, and what must be known to go on with it.

`NAME.part` holds bytes from the start of the file without a gap, so its length says where to go
on, even after the process was killed. `NAME.part.json` says of which file they are.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from desk_llm.downloads.digester import Digester
from desk_llm.downloads.files import lock, share_blocks, sync_folder, write_back, write_whole
from desk_llm.downloads.problems import InUse, WrongDigest, disk
from desk_llm.downloads.targets import part_path
from desk_llm.errors import QT_TRANSLATE_NOOP, FileDamaged
from desk_llm.hub.types import DownloadFile
from desk_llm.models.names import file_name

log = logging.getLogger("desk.downloads")

_WRITE_BACK = 16 << 20


class Part:
    """Open it, add what comes, `prove` it. One thread at a time."""

    def __init__(self, target: Path, file: DownloadFile) -> None:
        self.target = target
        self.size = 0  # bytes that are there
        self.etag = ""  # of the file they are from, when no digest is known
        self._wanted = file
        self._path = part_path(target)
        self._notes = notes_path(self._path)
        self._file: BinaryIO | None = None
        self._on_way = 0  # up to here, the disk was told to write
        self._digester = Digester()

    def open(self) -> None:
        """Find what is there of this very file; anything else is cleared away."""
        with disk(self.target):
            self.target.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            descriptor = os.open(self._path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)
            self._file = os.fdopen(descriptor, "r+b", buffering=0)
            if not lock(descriptor):
                raise InUse(self.target)
            self.size = os.fstat(descriptor).st_size
            if not self._is_ours() or 0 < self._wanted.size_bytes < self.size:
                self.restart()

    def sum_up(self, progress: Callable[[int], None]) -> None:
        """Digest what is there already; `progress` may raise to stop it."""
        file, done = self._open_file, 0
        with disk(self.target):
            file.seek(0)
            while done < self.size:
                buffer = self._digester.buffer()
                n_bytes = file.readinto(buffer)  # type: ignore[attr-defined]
                if not n_bytes:
                    break
                self._digester.add(buffer, n_bytes)
                done += n_bytes
                progress(done)
            self.size = done

    def copy(self, source: Path, progress: Callable[[int], None]) -> None:
        """Bring the bytes of a file on this disk: shared where the file system can, else copied.

        What is there of this file already is not copied again.
        """
        with disk(self.target), source.open("rb", buffering=0) as file:
            if not self.size and share_blocks(file.fileno(), self._open_file.fileno()):
                self.size = os.fstat(self._open_file.fileno()).st_size
                self.sum_up(progress)
                return
            self.sum_up(progress)
            file.seek(self.size)
            while n_bytes := file.readinto(buffer := self._digester.buffer()):
                self.add(buffer, n_bytes)
                progress(self.size)

    def restart(self, etag: str = "") -> None:
        """Begin anew, for a file with this ETag."""
        file = self._open_file
        with disk(self.target):
            file.seek(0)
            file.truncate(0)
        self.size = self._on_way = 0
        self._digester.restart()
        self.note(etag)

    def note(self, etag: str) -> None:
        """Remember whose bytes these are."""
        self.etag = etag
        with disk(self.target):
            write_whole(self._notes, json.dumps({**_identity(self._wanted), "etag": etag}).encode())

    def buffer(self) -> memoryview:
        """Where the next bytes may be put."""
        return self._digester.buffer()

    def add(self, buffer: memoryview, n_bytes: int, *, has_time: bool = False) -> None:
        """Append the first bytes of a buffer, and digest them; `has_time`: on this thread."""
        file = self._open_file
        with disk(self.target):
            written = 0
            while written < n_bytes:
                written += file.write(buffer[written:n_bytes])
        self.size += n_bytes
        if self.size - self._on_way >= _WRITE_BACK:
            write_back(file.fileno(), self._on_way, self.size - self._on_way)
            self._on_way = self.size
        self._digester.add(buffer, n_bytes, at_once=has_time)

    def prove(self) -> None:
        """Compare the digest and make the disk remember every byte; then `put_in_place`.

        Raises WrongDigest; then nothing is kept.
        """
        wanted = self._wanted.sha256.lower()
        if wanted and self._digester.hexdigest() != wanted:
            self.discard()
            raise WrongDigest(self.target)
        if not wanted:
            self._check_magic()
        with disk(self.target):
            os.fsync(self._open_file.fileno())
        self.close()

    def discard(self) -> None:
        """Close and remove what is there."""
        self.close()
        remove_part(self.target)

    def close(self) -> None:
        """Keep what is there. Idempotent."""
        self._digester.close()
        if self._file is not None:
            self._file.close()
            self._file = None

    @property
    def _open_file(self) -> BinaryIO:
        assert self._file is not None
        return self._file

    def _is_ours(self) -> bool:
        if not self.size:
            return False
        try:
            notes = json.loads(self._notes.read_bytes())
        except (OSError, ValueError):
            return False
        if not isinstance(notes, dict):
            return False
        self.etag = str(notes.pop("etag", ""))
        return notes == _identity(self._wanted)

    def _check_magic(self) -> None:
        """Without a digest, at least no error page may pass for a model."""
        file = self._open_file
        with disk(self.target):
            file.seek(0)
            magic = file.read(4)
        if self.target.suffix.lower() == ".gguf" and magic != b"GGUF":
            self.discard()
            raise FileDamaged(
                QT_TRANSLATE_NOOP("errors", "What came for “{file}” is no GGUF file."),
                QT_TRANSLATE_NOOP("errors", "Nothing of it was kept. Check the address."),
                file=file_name(self.target),
            )


def notes_path(part: Path) -> Path:
    """Beside a part."""
    return part.with_name(part.name + ".json")


def put_in_place(targets: list[Path]) -> None:
    """Give proven files their names: from one moment to the next they are whole."""
    for target in targets:
        with disk(target):
            os.replace(part_path(target), target)
    for target in targets:
        with disk(target):
            sync_folder(target.parent)
            notes_path(part_path(target)).unlink(missing_ok=True)


def remove_part(target: Path) -> None:
    """Remove what there is of an unfinished file."""
    part = part_path(target)
    for path in (part, notes_path(part)):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s cannot be removed: %s", path, error)


def part_size(target: Path) -> int:
    """Bytes of an unfinished file; 0: none."""
    try:
        return part_path(target).stat().st_size
    except OSError:
        return 0


def _identity(file: DownloadFile) -> dict[str, object]:
    """What makes bytes of one attempt fit those of another. Addresses may hold secrets."""
    if file.sha256:
        return {"sha256": file.sha256.lower()}
    return {"url": hashlib.sha256(file.url.encode()).hexdigest(), "size": file.size_bytes}
