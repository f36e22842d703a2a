"""How this app opens an SQLite file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

PRAGMAS = (
    "busy_timeout = 3000",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
)


def connect(path: Path | None) -> sqlite3.Connection:
    """A connection that trusts nothing in the file and loses nothing it has committed.

    A path of None is a database in memory. Transactions are begun and ended by hand.
    """
    connection = sqlite3.connect(
        ":memory:" if path is None else path, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def tolerate(connection: sqlite3.Connection) -> None:
    """A flipped bit in a text costs a character, not the conversation. Slower: a call per text."""
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
