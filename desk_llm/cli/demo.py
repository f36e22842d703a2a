"""`desk-llm demo`: the window with sample chats, in a profile that is thrown away."""

from __future__ import annotations

import re
import tempfile
import uuid
from pathlib import Path

from desk_llm import app
from desk_llm.chat.types import Message, Role
from desk_llm.paths import ASSETS, Paths
from desk_llm.services import Services

_TURN = re.compile(r"^## (user|assistant)\n", re.MULTILINE)


def run() -> int:
    """Open the window over the samples in assets/demo; the real engine answers."""
    with tempfile.TemporaryDirectory(prefix="desk-llm-demo-") as folder:
        paths = Paths(Path(folder))
        services = Services.open(paths)
        for sample in sorted((ASSETS / "demo").glob("*.md"), reverse=True):
            add_sample(services, sample)
        services.close()
        return app.run(paths)


def add_sample(services: Services, sample: Path) -> None:
    """Store one sample: a title line, then turns under "## user" and "## assistant"."""
    head, *turns = _TURN.split(sample.read_text(encoding="utf-8"))
    title = head.removeprefix("#").strip()
    conversation = services.store.create(title, "")
    parent: str | None = None
    for role, text in zip(turns[::2], turns[1::2], strict=True):
        message = Message(
            id=uuid.uuid4().hex,
            conversation_id=conversation.id,
            parent_id=parent,
            role=Role(role),
            text=text.strip(),
            created_at=conversation.created_at,
        )
        services.store.add_message(message)
        parent = message.id
    if parent is not None:
        services.store.set_head(conversation.id, parent)
