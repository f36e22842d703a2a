"""SQLite's errors as sentences for people."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, DatabaseTooNew, DiskProblem, FileDamaged

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


class Damaged(sqlite3.DatabaseError):
    """Our own finding that the bytes are wrong."""


# SQLite quotes the file in its messages; a damaged one may not be UTF-8, which Python says so.
ERRORS = (sqlite3.Error, UnicodeDecodeError)


def is_damage(error: Exception) -> bool:
    """True when the file's bytes are wrong, as opposed to the disk or the moment."""
    if isinstance(error, UnicodeDecodeError):
        return True
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return isinstance(error, Damaged)
    # A missing table or column in a file with our version number: someone else's, or broken.
    return code & 0xFF in _DAMAGE or "no such" in str(error)


def is_index_damage(error: sqlite3.Error) -> bool:
    """True when only the search index is wrong, which can be built again."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_CORRUPT_VTAB


def database_too_new(path: Path) -> DatabaseTooNew:
    """A newer version of the app wrote the file."""
    return DatabaseTooNew(
        QT_TRANSLATE_NOOP("errors", "Your chats were last used by a newer version of this app."),
        QT_TRANSLATE_NOOP(
            "errors",
            "They are safe and untouched. Install the newer version to see them; "
            "until then this session will not be kept.",
        ),
        detail=str(path),
    )


def cannot_open(path: Path, error: Exception) -> DiskProblem:
    """The folder or the file cannot be written."""
    return DiskProblem(
        QT_TRANSLATE_NOOP("errors", "Your chats cannot be kept: {path} cannot be written."),
        QT_TRANSLATE_NOOP("errors", "Check the folder. Until then this session will not be kept."),
        detail=str(error),
        path=path,
    )


def closed() -> DiskProblem:
    """Somebody came after the end of the app."""
    return DiskProblem(QT_TRANSLATE_NOOP("errors", "The app is closing; this is not saved."))


def set_aside(kept: Path, n_conversations: int, n_messages: int) -> FileDamaged:
    """The file was damaged; what could be read is in a new one."""
    message = QT_TRANSLATE_NOOP(
        "errors",
        "The file with your chats is damaged. "
        "{n_conversations} chats with {n_messages} messages could be saved from it.",
    )
    if n_messages == 0:
        message = QT_TRANSLATE_NOOP(
            "errors", "The file with your chats is damaged, and nothing in it can be read."
        )
    return FileDamaged(
        message,
        QT_TRANSLATE_NOOP("errors", "The damaged file is kept as {kept}."),
        n_conversations=n_conversations,
        n_messages=n_messages,
        kept=kept.name,
    )


def from_sqlite(error: Exception) -> DiskProblem | FileDamaged:
    """An error of SQLite while the app runs."""
    if is_damage(error):
        return FileDamaged(
            QT_TRANSLATE_NOOP("errors", "Part of your chats cannot be read: the file is damaged."),
            QT_TRANSLATE_NOOP("errors", "Start the app again: it saves what can be read."),
            detail=str(error),
        )
    if "full" in str(error):
        return DiskProblem(
            QT_TRANSLATE_NOOP("errors", "The disk is full: your chats cannot be saved."),
            QT_TRANSLATE_NOOP("errors", "Free some space; what is missing is saved then."),
            detail=str(error),
        )
    return DiskProblem(
        QT_TRANSLATE_NOOP("errors", "Your chats cannot be saved at the moment."),
        QT_TRANSLATE_NOOP("errors", "The app tries again with the next message."),
        detail=str(error),
    )
