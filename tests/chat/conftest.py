"""A chat over a real database, with an engine and a loader worked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk_llm.chat.service import ChatService
from desk_llm.chat.session import ChatSession
from desk_llm.chat.store import ConversationStore
from desk_llm.chat.types import Message
from desk_llm.settings import SettingsStore
from desk_llm.storage.database import Database
from tests.helpers.chat_parts import Clock, HandEngine, HandLoader


class Desk:
    """Everything below the window."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "history.sqlite3"
        self.settings = SettingsStore(folder / "settings.toml")
        self.clock = Clock()
        self.open()

    def open(self) -> None:
        self.database = Database.open(self.path)
        self.store = ConversationStore(self.database)
        self.engine, self.loader = HandEngine(), HandLoader()
        self.service = ChatService(self.store, self.engine, self.loader, self.settings, self.clock)

    def restart(self) -> None:
        """Close as the app does, and open again."""
        self.service.close()
        self.database.close()
        self.open()

    def chat(self, model_id: str = "a") -> ChatSession:
        return self.service.session(self.store.create("", model_id).id)

    def stored(self, session: ChatSession) -> list[Message]:
        """The visible branch as the disk has it."""
        self.database.flush()
        (head_id,) = self.database.read(
            lambda c: c.execute(
                "SELECT head_id FROM conversations WHERE id = ?", (session.conversation.id,)
            ).fetchone()
        )
        return self.store.branch(session.conversation.id, head_id)

    def exchange(self, session: ChatSession, question: str, answer: str) -> None:
        session.send(question)
        self.engine.end(answer)
        self.service.pump()

    def close(self) -> None:
        self.service.close()
        self.database.close()
        self.settings.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()
