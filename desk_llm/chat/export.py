"""A conversation as Markdown (what is visible) or JSON (every branch)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from desk_llm.chat.types import Conversation, Message, Role
from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem

FORMAT = "desk_llm.conversation"
FORMAT_VERSION = 1


def to_markdown(title: str, branch: Iterable[Message], you: str = "You") -> str:
    """The visible branch; `you` is the person's name for themselves."""
    parts = [f"# {' '.join(title.split())}"]
    for message in branch:
        if message.text.strip():
            name = you if message.role is Role.USER else message.model or message.role.value
            parts.append(f"**{name}**\n\n{message.text.strip()}")
    return "\n\n".join(parts) + "\n"


def to_json(conversation: Conversation, messages: Iterable[Message]) -> str:
    """The whole tree, with numbers; times as ISO 8601 in UTC."""
    document = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "id": conversation.id,
        "title": conversation.title,
        "model": conversation.model_id,
        "created_at": _iso(conversation.created_at),
        "updated_at": _iso(conversation.updated_at),
        "head_id": conversation.head_id,
        "messages": [_message(one) for one in messages],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def save(path: Path, text: str) -> None:
    """Write an exported text, whole or not at all; raises DiskProblem."""
    temporary = path.with_name(path.name + ".part")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise DiskProblem(
            QT_TRANSLATE_NOOP("errors", "{path} cannot be written: {reason}."),
            QT_TRANSLATE_NOOP("errors", "Choose another place."),
            detail=str(error),
            path=path.name,
            reason=error.strerror or error,
        ) from error


def _message(message: Message) -> dict[str, object]:
    reason = message.finish_reason
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role.value,
        "status": message.status.value,
        "created_at": _iso(message.created_at),
        "model": message.model,
        "text": message.text,
        "error": message.error,
        "finish_reason": reason.value if reason else None,
        "usage": asdict(message.usage),
        "timings": asdict(message.timings),
    }


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
