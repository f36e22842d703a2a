"""Conversations: a tree of messages whose head names the visible branch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from desk_llm.engine.types import FinishReason, Timings, Usage


class Role(Enum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class MessageStatus(Enum):
    """STREAMING in the database after a start means: the app died while it was written."""

    DONE = "done"
    STREAMING = "streaming"
    ABORTED = "aborted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `parent_id` makes the tree, siblings are retries and edits. Times: unix s."""

    id: str
    conversation_id: str
    parent_id: str | None
    role: Role
    text: str
    created_at: float
    status: MessageStatus = MessageStatus.DONE
    model: str = ""  # name of the model that wrote it
    finish_reason: FinishReason | None = None
    usage: Usage = Usage()
    timings: Timings = Timings()
    error: str = ""  # a sentence, when FAILED


@dataclass(frozen=True, slots=True)
class Conversation:
    """What the sidebar needs of a conversation."""

    id: str
    title: str
    created_at: float
    updated_at: float
    head_id: str | None = None
    model_id: str = ""
