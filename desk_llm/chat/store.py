"""ConversationStore: the SQL of conversations.

The list of conversations is kept in memory, so that the sidebar never waits for the disk and sees
every change at once; messages are read when a conversation is opened.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import replace
from typing import Any

from desk_llm.chat import rows
from desk_llm.chat.types import Conversation, Message
from desk_llm.errors import FileDamaged
from desk_llm.events import Event
from desk_llm.storage import index
from desk_llm.storage.database import Database

PURGE_AFTER_S = 30 * 24 * 3600.0
TRIGRAM = 3

# Inside the class below, `list` is the method that the sidebar calls.
Conversations = list[Conversation]
Messages = list[Message]
Links = list[tuple[str, str | None]]


def new_id() -> str:
    """For a conversation or a message."""
    return uuid.uuid4().hex


class ConversationStore:
    """Writes return at once with a Future. Called on the GUI thread; `search` on any."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self.changed: Event[None] = Event()  # the list of conversations
        self.deleted: Event[str] = Event()  # a conversation's id; it may come back
        self._last_write: Future[Any] = database.write(lambda c: _tidy(c, clock()))
        listed = database.read(_read_conversations)
        self._conversations = {one.id: one for one in listed}  # the newest last
        self._bin: dict[str, Conversation] = {}

    # ── the list ─────────────────────────────────────────────────────────

    def get(self, conversation_id: str) -> Conversation | None:
        """None when it is deleted."""
        return self._conversations.get(conversation_id)

    def create(self, title: str = "", model_id: str = "") -> Conversation:
        """A new conversation; the window shows its own words for an empty title."""
        now = self._clock()
        made = Conversation(new_id(), rows.clean(title), now, now, model_id=rows.clean(model_id))
        self._write(
            lambda c: c.execute(
                f"INSERT INTO conversations ({rows.CONVERSATION_COLUMNS}) VALUES (?,?,?,?,?,?)",
                (made.id, made.title, now, now, None, made.model_id),
            )
        )
        self._conversations[made.id] = made
        self.changed.emit(None)
        return made

    def rename(self, conversation_id: str, title: str) -> Future[None]:
        """Give it another title."""
        return self._change(conversation_id, title=rows.clean(" ".join(title.split())))

    def set_model(self, conversation_id: str, model_id: str) -> Future[None]:
        """The model that answers from now on."""
        return self._change(conversation_id, model_id=rows.clean(model_id))

    def set_head(self, conversation_id: str, head_id: str) -> Future[None]:
        """Show another branch."""
        return self._change(conversation_id, head_id=head_id)

    def delete(self, conversation_id: str) -> Future[None]:
        """Into the bin; `restore` undoes it, and 30 days later it is gone."""
        found = self._conversations.pop(conversation_id, None)
        if found is not None:
            self._bin[conversation_id] = found
        done = self._set_deleted(conversation_id, self._clock())
        self.deleted.emit(conversation_id)
        self.changed.emit(None)
        return done

    def restore(self, conversation_id: str) -> Future[None]:
        """Undo `delete`."""
        found = self._bin.pop(conversation_id, None)
        if found is not None:
            listed = sorted((*self._conversations.values(), found), key=lambda one: one.updated_at)
            self._conversations = {one.id: one for one in listed}
        done = self._set_deleted(conversation_id, None)
        self.changed.emit(None)
        return done

    def _set_deleted(self, conversation_id: str, at: float | None) -> Future[None]:
        return self._write(
            lambda c: c.execute(
                "UPDATE conversations SET deleted_at = ? WHERE id = ?", (at, conversation_id)
            )
        )

    def _change(self, conversation_id: str, **values: str) -> Future[None]:
        self._remember(conversation_id, **values)
        assignments = ", ".join(f"{name} = ?" for name in values)
        done = self._write(
            lambda c: c.execute(
                f"UPDATE conversations SET {assignments} WHERE id = ?",
                (*values.values(), conversation_id),
            )
        )
        self.changed.emit(None)
        return done

    def _remember(self, conversation_id: str, **values: Any) -> None:
        for place in (self._conversations, self._bin):
            if conversation_id in place:
                place[conversation_id] = replace(place[conversation_id], **values)

    # ── messages ─────────────────────────────────────────────────────────

    def messages(self, conversation_id: str) -> Messages:
        """The whole tree, in the order in which it was written."""
        self._settle()
        return self._database.read(lambda c: _read_messages(c, conversation_id))

    def links(self, conversation_id: str) -> Links:
        """The tree's shape alone: (id, parent id), in the order in which it was written."""
        self._settle()
        return self._database.read(lambda c: _read_links(c, conversation_id))

    def branch(self, conversation_id: str, head_id: str | None) -> Messages:
        """The messages from the root to `head_id`."""
        self._settle()
        return self._database.read(lambda c: _read_branch(c, conversation_id, head_id))

    def add_message(self, *messages: Message) -> Future[None]:
        """New messages of one conversation, all or none; the last one becomes its head."""
        conversation_id, head_id = messages[-1].conversation_id, messages[-1].id
        now = self._clock()
        self._remember(conversation_id, head_id=head_id, updated_at=now)
        if conversation_id in self._conversations:  # to the top of the list
            self._conversations[conversation_id] = self._conversations.pop(conversation_id)
        cleaned = [_cleaned(one) for one in messages]

        def work(connection: sqlite3.Connection) -> None:
            for message in cleaned:
                rows.insert(connection, message)
                index.enter(connection, message.id)
            connection.execute(
                "UPDATE conversations SET head_id = ?, updated_at = ? WHERE id = ?",
                (head_id, now, conversation_id),
            )

        done = self._write(work)
        self.changed.emit(None)
        return done

    def save_text(self, message_id: str, text: str) -> Future[None]:
        """The text so far of a message that is still streaming."""
        text = rows.clean(text)
        return self._write(
            lambda c: c.execute(
                "UPDATE messages SET text = ? WHERE id = ? AND status = 'streaming'",
                (text, message_id),
            ),
            is_kept=False,
        )

    def finish(self, message: Message) -> Future[None]:
        """The message as it stays."""
        message = _cleaned(message)

        def work(connection: sqlite3.Connection) -> None:
            index.leave(connection, message.id)
            if rows.update(connection, message):
                index.enter(connection, message.id)

        return self._write(work)

    # ── search ───────────────────────────────────────────────────────────

    def search(self, text: str) -> Conversations:
        """Those with every word of `text` in the title or a message; the newest first."""
        self._settle()
        found = list(reversed(tuple(self._conversations.values())))
        for word in rows.clean(text).replace("\0", " ").casefold().split():
            ids = self._ids_with(word)
            found = [one for one in found if one.id in ids or word in one.title.casefold()]
        return found

    def _ids_with(self, word: str) -> set[str]:
        if len(word) >= TRIGRAM:
            try:
                return self._database.read(lambda c: _find_indexed(c, word))
            except FileDamaged:
                self._write(index.rebuild)
        return self._database.read(lambda c: _find_plain(c, word))

    # ── the database ─────────────────────────────────────────────────────

    def _write(
        self, work: Callable[[sqlite3.Connection], object], *, is_kept: bool = True
    ) -> Future[None]:
        def do(connection: sqlite3.Connection) -> None:
            work(connection)

        self._last_write = self._database.write(do, is_kept=is_kept)
        return self._last_write

    def _settle(self) -> None:
        """Read what was written: a write takes as long as the disk's cache needs to empty."""
        wait((self._last_write,), timeout=2.0)

    def list(self) -> Conversations:
        """All that are not deleted, the newest first."""
        return list(reversed(self._conversations.values()))


def _cleaned(message: Message) -> Message:
    return replace(message, text=rows.clean(message.text), error=rows.clean(message.error))


def _tidy(connection: sqlite3.Connection, now: float) -> None:
    """After a crash a reply is ABORTED, not STREAMING; and the bin is emptied."""
    index.enter_interrupted(connection)
    connection.execute("UPDATE messages SET status = 'aborted' WHERE status = 'streaming'")
    old = connection.execute(
        "SELECT id FROM conversations WHERE deleted_at < ?", (now - PURGE_AFTER_S,)
    ).fetchall()
    for (conversation_id,) in old:
        index.leave_conversation(connection, conversation_id)
        connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))


def _read_conversations(connection: sqlite3.Connection) -> Conversations:
    query = (
        f"SELECT {rows.CONVERSATION_COLUMNS} FROM conversations"
        " WHERE deleted_at IS NULL ORDER BY updated_at"
    )
    return [rows.read_conversation(row) for row in connection.execute(query)]


def _read_messages(connection: sqlite3.Connection, conversation_id: str) -> Messages:
    query = f"SELECT {rows.MESSAGE_COLUMNS} FROM messages WHERE conversation_id = ? ORDER BY rowid"
    return [rows.read_message(row) for row in connection.execute(query, (conversation_id,))]


def _read_links(connection: sqlite3.Connection, conversation_id: str) -> Links:
    query = "SELECT id, parent_id FROM messages WHERE conversation_id = ? ORDER BY rowid"
    return connection.execute(query, (conversation_id,)).fetchall()


# The bound on depth ends a ring of parents, which only a damaged file has.
_BRANCH = f"""
WITH RECURSIVE path(id, parent_id, depth) AS (
  SELECT id, parent_id, 0 FROM messages WHERE id = :head AND conversation_id = :conversation
  UNION ALL
  SELECT m.id, m.parent_id, depth + 1 FROM path JOIN messages AS m ON m.id = path.parent_id
  WHERE depth < (SELECT count(*) FROM messages WHERE conversation_id = :conversation)
)
SELECT {", ".join(f"m.{name}" for name in rows.MESSAGE_COLUMNS.split(", "))}
FROM path CROSS JOIN messages AS m ON m.id = path.id ORDER BY depth DESC
"""


def _read_branch(
    connection: sqlite3.Connection, conversation_id: str, head_id: str | None
) -> Messages:
    parameters = {"head": head_id, "conversation": conversation_id}
    return [rows.read_message(row) for row in connection.execute(_BRANCH, parameters)]


def _find_indexed(connection: sqlite3.Connection, word: str) -> set[str]:
    query = (
        "SELECT DISTINCT m.conversation_id FROM messages_fts AS f"
        " JOIN messages AS m ON m.rowid = f.rowid WHERE messages_fts MATCH ?"
    )
    phrase = '"' + word.replace('"', '""') + '"'
    return {row[0] for row in connection.execute(query, (phrase,))}


def _find_plain(connection: sqlite3.Connection, word: str) -> set[str]:
    query = "SELECT DISTINCT conversation_id FROM messages WHERE text LIKE ? ESCAPE '\\'"
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {row[0] for row in connection.execute(query, (f"%{escaped}%",))}
