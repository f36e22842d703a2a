"""What the disk must do right: locks, whole files or none, folders that remember them."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})

if sys.platform == "win32":
    import msvcrt

    def lock(descriptor: int) -> bool:
        """Keep other processes from writing this file too; False: one does already."""
        os.lseek(descriptor, 1 << 60, os.SEEK_SET)  # locks forbid reading: lock what is not there
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True
else:
    import fcntl

    def lock(descriptor: int) -> bool:
        """Keep other processes from writing this file too; False: one does already."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno in _NO_LOCKS  # a network disk without locks must do
        return True


def share_blocks(source: int, target: int) -> bool:
    """Let an empty file hold what another one holds, at no cost (btrfs, XFS); False: cannot."""
    if sys.platform == "linux":
        try:
            fcntl.ioctl(target, 0x40049409, source)  # FICLONE of linux/fs.h
        except OSError:
            return False
        return True
    return False


def write_back(descriptor: int, first: int, n_bytes: int) -> None:
    """Let the disk begin with these bytes now: else a fast download ends in a long fsync."""
    if sys.platform == "linux" and _SYNC_RANGE is not None:
        _SYNC_RANGE(descriptor, first, n_bytes, 2)  # SYNC_FILE_RANGE_WRITE: starts, waits not


def _sync_range() -> Callable[[int, int, int, int], int] | None:
    try:
        found = ctypes.CDLL(None).sync_file_range
    except (OSError, AttributeError):  # musl has none
        return None
    found.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
    return cast("Callable[[int, int, int, int], int]", found)


_SYNC_RANGE = _sync_range() if sys.platform == "linux" else None


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file, or leave it as it was."""
    new = path.with_name(path.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(new, path)


def sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut; the folder and the two above it may be new."""
    if os.name != "posix":
        return  # Windows cannot, and need not: NTFS journals names
    for one in (folder, *folder.parents[:2]):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.EROFS, errno.EBADF, errno.ENOTSUP):
                raise
        finally:
            os.close(descriptor)
