"""The search index of the messages, kept in step by hand (see schema.sql).

A reply enters when it is finished: it is saved three times a second, indexed once.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from desk_llm.storage import migrations

_TABLES = ("messages_fts_data", "messages_fts_idx", "messages_fts_docsize", "messages_fts_config")
_LEAVE = "INSERT INTO messages_fts (messages_fts, rowid, text) SELECT 'delete', rowid, text"
_ENTER = "INSERT INTO messages_fts (rowid, text) SELECT rowid, text"


def enter(connection: sqlite3.Connection, message_id: str) -> None:
    """Index a message after its text was written; one that is still streaming waits."""
    connection.execute(
        f"{_ENTER} FROM messages WHERE id = ? AND status <> 'streaming'", (message_id,)
    )


def leave(connection: sqlite3.Connection, message_id: str) -> None:
    """Before a message is written again: the index needs the very text it holds."""
    connection.execute(
        f"{_LEAVE} FROM messages WHERE id = ? AND status <> 'streaming'", (message_id,)
    )


def leave_conversation(connection: sqlite3.Connection, conversation_id: str) -> None:
    """Before a conversation is removed for good."""
    connection.execute(
        f"{_LEAVE} FROM messages WHERE conversation_id = ? AND status <> 'streaming'",
        (conversation_id,),
    )


def enter_interrupted(connection: sqlite3.Connection) -> None:
    """Index what was streaming when the app died; call before its status is changed."""
    connection.execute(f"{_ENTER} FROM messages WHERE status = 'streaming'")


def rebuild(connection: sqlite3.Connection) -> None:
    """Make the index anew."""
    # A damaged index can be neither dropped nor rebuilt; one with its own tables emptied can.
    with closing(sqlite3.connect(":memory:")) as model:
        migrations.create(model)
        for table in _TABLES:
            connection.execute(f"DELETE FROM {table}")
            for row in model.execute(f"SELECT * FROM {table}"):
                marks = ", ".join("?" * len(row))
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    connection.execute("INSERT INTO messages_fts (messages_fts) VALUES ('rebuild')")
    connection.execute(f"{_LEAVE} FROM messages WHERE status = 'streaming'")
