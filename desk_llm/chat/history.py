"""The visible branch as the model is given it."""

from __future__ import annotations

from collections.abc import Iterable

from desk_llm.chat.types import Message, Role
from desk_llm.engine.types import ChatMessage


def chat_messages(branch: Iterable[Message], system_prompt: str) -> tuple[ChatMessage, ...]:
    """Without replies that never came; turns alternate, because many templates insist on it."""
    turns: list[ChatMessage] = []
    if system_prompt.strip():
        turns.append(ChatMessage(Role.SYSTEM.value, system_prompt))
    for message in branch:
        if not message.text.strip():
            continue
        role, text = message.role.value, message.text
        if turns and turns[-1].role == role:
            text = f"{turns.pop().content}\n\n{text}"
        turns.append(ChatMessage(role, text))
    return tuple(turns)
