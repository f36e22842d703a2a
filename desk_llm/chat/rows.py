"""Messages and conversations as rows of the database and back.

A flipped bit on the disk may put anything anywhere: reading never raises.
"""

from __future__ import annotations

import sqlite3
from dataclasses import fields
from typing import TypeVar

from desk_llm.chat.types import Conversation, Message, MessageStatus, Role
from desk_llm.engine.types import FinishReason, Timings, Usage

V = TypeVar("V")

LARGEST = 1e15
LATEST = 32_503_680_000.0  # the year 3000
CONVERSATION_COLUMNS = "id, title, created_at, updated_at, head_id, model_id"
_TEXTS = ("id", "conversation_id", "parent_id", "role", "status", "text", "model", "error")
_USAGE = tuple(one.name for one in fields(Usage))
_TIMINGS = tuple(one.name for one in fields(Timings))
_COLUMNS = (*_TEXTS, "finish_reason", "created_at", *_USAGE, *_TIMINGS)
_N_USAGE = 10 + len(_USAGE)

MESSAGE_COLUMNS = ", ".join(_COLUMNS)
_INSERT = f"INSERT INTO messages ({MESSAGE_COLUMNS}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_UPDATE = f"UPDATE messages SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE id = ?"

_ROLES = {one.value: one for one in Role}
_STATUSES = {one.value: one for one in MessageStatus}
_REASONS = {one.value: one for one in FinishReason}
_NO_USAGE = Usage()
_NO_TIMINGS = Timings()


def insert(connection: sqlite3.Connection, message: Message) -> None:
    """A new message."""
    connection.execute(_INSERT, _row(message))


def update(connection: sqlite3.Connection, message: Message) -> bool:
    """The same message with other contents; False when there is none of that id."""
    return connection.execute(_UPDATE, (*_row(message), message.id)).rowcount > 0


def _row(message: Message) -> tuple[object, ...]:
    reason = message.finish_reason
    return (
        message.id,
        message.conversation_id,
        message.parent_id,
        message.role.value,
        message.status.value,
        message.text,
        message.model,
        message.error,
        reason.value if reason else None,
        message.created_at,
        *(getattr(message.usage, name) for name in _USAGE),
        *(getattr(message.timings, name) for name in _TIMINGS),
    )


def read_message(row: tuple[object, ...]) -> Message:
    """A row of MESSAGE_COLUMNS."""
    parent_id = row[2]
    return Message(
        id=str(row[0]),
        conversation_id=str(row[1]),
        parent_id=None if parent_id is None else str(parent_id),
        role=_look_up(_ROLES, row[3], Role.USER),
        status=_look_up(_STATUSES, row[4], MessageStatus.DONE),
        text=_text(row[5]),
        model=_text(row[6]),
        error=_text(row[7]),
        finish_reason=_look_up(_REASONS, row[8], None),
        created_at=_moment(row[9]),
        usage=Usage(*(int(_number(one)) for one in row[10:_N_USAGE]))
        if any(row[10:_N_USAGE])
        else _NO_USAGE,
        timings=Timings(*(_number(one) for one in row[_N_USAGE:]))
        if any(row[_N_USAGE:])
        else _NO_TIMINGS,
    )


def read_conversation(row: tuple[object, ...]) -> Conversation:
    """A row of CONVERSATION_COLUMNS."""
    head_id = row[4]
    return Conversation(
        id=str(row[0]),
        title=_text(row[1]),
        created_at=_moment(row[2]),
        updated_at=_moment(row[3]),
        head_id=None if head_id is None else str(head_id),
        model_id=_text(row[5]),
    )


def clean(text: str) -> str:
    """Text that any UTF-8 file can hold: lone surrogates become the replacement character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _look_up(table: dict[str, V], value: object, default: V | None) -> V:
    found = table.get(value) if isinstance(value, str) else None
    return found if found is not None else default  # type: ignore[return-value]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float:
    return value if isinstance(value, (int, float)) and abs(value) < LARGEST else 0.0


def _moment(value: object) -> float:
    """Unix seconds that a calendar can show."""
    return min(max(_number(value), 0.0), LATEST)
