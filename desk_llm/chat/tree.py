"""MessageTree: who follows whom in one conversation, and the messages read so far."""

from __future__ import annotations

from collections.abc import Iterable

from desk_llm.chat.types import Message

Link = tuple[str, str | None]


class MessageTree:
    """Retries and edits are siblings: children of the same parent, in the order of writing."""

    def __init__(self, links: Iterable[Link] = (), messages: Iterable[Message] = ()) -> None:
        self._parents: dict[str, str | None] = {}
        self._children: dict[str | None, list[str]] = {}
        self._messages = {message.id: message for message in messages}
        for message_id, parent_id in links:
            self._link(message_id, parent_id)

    def _link(self, message_id: str, parent_id: str | None) -> None:
        if message_id not in self._parents:
            self._parents[message_id] = parent_id
            self._children.setdefault(parent_id, []).append(message_id)

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._parents

    def add(self, *messages: Message) -> None:
        """New messages, or newer versions of those that are here."""
        for message in messages:
            self._messages[message.id] = message
            self._link(message.id, message.parent_id)

    def get(self, message_id: str) -> Message | None:
        """None when it is not known, or was not read yet."""
        return self._messages.get(message_id)

    def parent(self, message_id: str) -> str | None:
        """None for a root."""
        return self._parents.get(message_id)

    def siblings(self, message_id: str) -> list[str]:
        """All children of the same parent, this one included."""
        if message_id not in self._parents:
            return []
        return list(self._children[self._parents[message_id]])

    def newest_leaf(self, message_id: str) -> str:
        """Down from here, always to the newest child."""
        seen = {message_id}
        while children := self._children.get(message_id):
            if children[-1] in seen:  # a ring: only in a damaged file
                break
            message_id = children[-1]
            seen.add(message_id)
        return message_id

    def path(self, head_id: str | None) -> list[str]:
        """The ids from the root to `head_id`."""
        ids: dict[str, None] = {}
        while head_id in self._parents and head_id not in ids:
            ids[head_id] = None
            head_id = self._parents[head_id]
        return list(reversed(ids))
