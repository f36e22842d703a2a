"""Headers of remote models on the disk: sparse files of full size, in a cache that stays small."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem
from desk_llm.hub.targets import safe_name

MOST_MODELS = 40
MOST_BYTES = 512 << 20  # what the headers take, not what the files seem to be
_NEW = ".new-"
_STALE_S = 3600.0
_SLACK = 8 << 20  # file systems round up


class HeaderStore:
    """One folder per model, named by what it is; a folder without `.new-` is whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, key: str, names: list[str]) -> tuple[Path, ...]:
        """The files of a model that is whole here; empty when it is not."""
        folder = self._folder / _digest(key)
        paths = tuple(folder / safe_name(name) for name in names)
        if not all(path.is_file() for path in paths):
            return ()
        with contextlib.suppress(OSError):
            os.utime(folder)  # used now
        return paths

    @contextmanager
    def adding(self, key: str) -> Iterator[Path]:
        """A new folder to fill; it becomes the model's own when the block ends well."""
        new = self._folder / f"{_digest(key)}{_NEW}{os.getpid()}-{time.monotonic_ns()}"
        try:
            new.mkdir(parents=True, mode=0o700)
            yield new
            self._keep(new, self._folder / _digest(key))
        except OSError as error:
            raise DiskProblem(
                QT_TRANSLATE_NOOP("errors", "The cache folder cannot be written: {reason}."),
                QT_TRANSLATE_NOOP("errors", "Check its permissions and free space."),
                str(error),
                reason=error.strerror or error,
            ) from error
        finally:
            shutil.rmtree(new, ignore_errors=True)
        self._trim(keep=_digest(key))

    def remove(self, key: str) -> None:
        """Forget a model, as when its files turn out to be damaged."""
        shutil.rmtree(self._folder / _digest(key), ignore_errors=True)

    def _keep(self, new: Path, folder: Path) -> None:
        try:
            os.replace(new, folder)
        except OSError:
            if not folder.is_dir():  # else another thread was first, with the same bytes
                raise

    def _trim(self, keep: str) -> None:
        """Remove the least recently used; what died while it was written as well."""
        try:
            entries = [(one.stat().st_mtime, one) for one in self._folder.iterdir()]
        except OSError:
            return
        total, now = 0, time.time()
        for count, (used_at, folder) in enumerate(sorted(entries, reverse=True)):
            if _NEW in folder.name:
                if now - used_at > _STALE_S:
                    shutil.rmtree(folder, ignore_errors=True)
                continue
            total += _disk_bytes(folder)
            if folder.name != keep and (count >= MOST_MODELS or total > MOST_BYTES):
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def sparse_file(path: Path, size: int) -> Iterator[BinaryIO]:
    """A new file that says it has `size` bytes and takes no space for them.

    Raises OSError where the file system would really write them.
    """
    with path.open("xb+") as file:
        _allow_holes(file)
        file.truncate(size)
        file.flush()
        if _disk_bytes(path) > _SLACK:
            raise OSError(None, "this disk has no sparse files")
        yield file


def _allow_holes(file: BinaryIO) -> None:
    """NTFS keeps holes only in files that ask for it (FSCTL_SET_SPARSE)."""
    if sys.platform == "win32":
        import ctypes
        import msvcrt

        returned = ctypes.c_ulong()
        ctypes.windll.kernel32.DeviceIoControl(
            ctypes.c_void_p(msvcrt.get_osfhandle(file.fileno())),
            0x900C4,
            None,
            0,
            None,
            0,
            ctypes.byref(returned),
            None,
        )


def _disk_bytes(path: Path) -> int:
    """What a file, or the files of a folder, take on the disk."""
    files = path.iterdir() if path.is_dir() else (path,)
    try:
        return sum(getattr(one.stat(), "st_blocks", 0) * 512 for one in files)
    except OSError:
        return 0


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
