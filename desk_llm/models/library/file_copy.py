"""Copy one file to another disk and prove it: read back, compared by SHA-256, then named."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, Cancelled, FileDamaged
from desk_llm.models.library.digests import sha256_of
from desk_llm.models.names import file_name

ENDING = ".moving"  # of a copy that is not proven yet; the library does not list it
_BLOCK = 4 << 20


def copy_file(
    source: Path,
    target: Path,
    on_bytes: Callable[[int], None],
    is_cancelled: Callable[[], bool],
) -> None:
    """Copy, flush to the disk, compare. Raises OSError, FileDamaged, Cancelled; leaves no rest."""
    unproven = target.with_name(target.name + ENDING)
    try:
        digest = _copy(source, unproven, on_bytes, is_cancelled)
        _compare(digest, sha256_of(unproven, is_cancelled), source)
        shutil.copystat(source, unproven)
        os.replace(unproven, target)
    except BaseException:
        unproven.unlink(missing_ok=True)
        raise


def _copy(
    source: Path, target: Path, on_bytes: Callable[[int], None], is_cancelled: Callable[[], bool]
) -> str:
    digest, buffer = hashlib.sha256(), bytearray(_BLOCK)
    view = memoryview(buffer)
    with source.open("rb", buffering=0) as old, target.open("wb", buffering=0) as new:
        while count := old.readinto(buffer):
            if is_cancelled():
                raise cancelled()
            digest.update(view[:count])
            _write(new.write, view[:count])
            on_bytes(count)
        os.fsync(new.fileno())
        if hasattr(os, "posix_fadvise"):  # what is read back shall come from the disk
            os.posix_fadvise(new.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return digest.hexdigest()


def _compare(written: str, read: str, source: Path) -> None:
    if written != read:
        raise FileDamaged(
            QT_TRANSLATE_NOOP("errors", "The copy of “{file}” is not what was written."),
            QT_TRANSLATE_NOOP("errors", "Check the disk. The models are where they were."),
            file=file_name(source),
        )


def _write(write: Callable[[memoryview], int | None], data: memoryview) -> None:
    while data:
        data = data[write(data) or 0 :]


def cancelled() -> Cancelled:
    """What a cancelled move raises."""
    return Cancelled(QT_TRANSLATE_NOOP("errors", "The models stay where they were."))
