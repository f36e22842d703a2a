"""What goes wrong with downloads, as sentences, and what a download does then."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desk_llm.errors import (
    QT_TRANSLATE_NOOP,
    DeskError,
    DiskProblem,
    FileDamaged,
    NetworkError,
    ResourceError,
)
from desk_llm.hub.problems import Refused
from desk_llm.models.names import file_name

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_AGAIN = QT_TRANSLATE_NOOP("errors", "What came is kept: resume when there is room.")


class Stopped(Exception):
    """The thread of a download was asked to end."""


class Odd(NetworkError):
    """An answer that makes no sense; some are forgiven."""

    @classmethod
    def of(cls, error: DeskError) -> Odd:
        """The same sentence, forgiven a few times."""
        return cls(error.message_template, error.hint_template, error.detail, **error.values)


class WrongDigest(FileDamaged):
    """The bytes are not those that were announced; once they are fetched anew."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            QT_TRANSLATE_NOOP("errors", "“{file}” arrived damaged: its checksum is wrong."),
            QT_TRANSLATE_NOOP("errors", "Nothing of it was kept. Try again, or another server."),
            file=file_name(path),
        )


class InUse(ResourceError):
    """Another process has the part open."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            QT_TRANSLATE_NOOP("errors", "“{file}” is being fetched by another program."),
            QT_TRANSLATE_NOOP("errors", "This download goes on when that one has ended."),
            file=file_name(path),
        )


def will_pass(error: DeskError) -> bool:
    """Whether trying again can help; everything else ends the download with its sentence."""
    return isinstance(error, NetworkError | InUse) and not isinstance(error, Refused)


def no_space(folder: Path, need: int, free: int) -> DiskProblem:
    """Said before the first byte."""
    return DiskProblem(
        QT_TRANSLATE_NOOP("errors", "Not enough space in {folder}: {need} needed, {free} free."),
        QT_TRANSLATE_NOOP("errors", "Make room, or choose another models folder."),
        folder=folder,
        need=_size(need),
        free=_size(free),
    )


@contextmanager
def disk(path: Path) -> Iterator[None]:
    """Within it, OSError becomes a DiskProblem that names the file."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            message = QT_TRANSLATE_NOOP("errors", "The disk is full: “{file}” cannot be written.")
            raise DiskProblem(message, _AGAIN, str(error), file=file_name(path)) from error
        message = QT_TRANSLATE_NOOP("errors", "“{file}” cannot be written: {reason}.")
        hint = QT_TRANSLATE_NOOP("errors", "Check the models folder, then resume.")
        values = {"file": file_name(path), "reason": error.strerror or type(error).__name__}
        raise DiskProblem(message, hint, str(error), **values) from error


def _size(n_bytes: int) -> str:
    """Like the disk tools of all systems but one: 1 GB is 10⁹ bytes."""
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e8 else f"{n_bytes / 1e6:.1f} MB"
