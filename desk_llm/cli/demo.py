"""`desk-llm demo`: the window with sample chats, in a profile that is thrown away."""

from __future__ import annotations

import os
import re
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desk_llm import app
from desk_llm.chat.types import Message, Role
from desk_llm.engine.types import GenerationRequest, SamplingParams, Source
from desk_llm.paths import ASSETS, Paths
from desk_llm.services import Services

SIZE = (1180, 780)
QUESTION = "Which quant should I choose?"
PICTURES = (
    ("light", "light", "en"),
    ("dark", "dark", "en"),
    ("chinese", "light", "zh_CN"),
    ("chinese-dark", "dark", "zh_CN"),
)
# Clients of the engine while the pictures are taken: more than there are slots.
CLIENTS: tuple[tuple[str, Source], ...] = (
    ("Continue.dev", "api"),
    ("Why unified memory matters", "chat"),
    ("Open WebUI", "api"),
    ("Kernel regression proof", "chat"),
    ("nightly-summary.py", "api"),
    ("", "cli"),
)
_TURN = re.compile(r"^## (user|assistant)\n", re.MULTILINE)


def run(shots: Path | None) -> int:
    """The window over the samples in assets/demo, or pictures of it; the real engine answers."""
    with tempfile.TemporaryDirectory(prefix="desk-llm-demo-") as folder:
        paths = Paths(Path(folder))
        services = Services.open(paths)
        for sample in sorted((ASSETS / "demo").glob("*.md"), reverse=True):
            add_sample(services, sample)
        if shots is not None:
            return _take_pictures(services, shots)
        services.close()
        return app.run(paths)


def _take_pictures(services: Services, folder: Path) -> int:
    """The demo in each scheme and language, after a question was answered in it."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from desk_llm.ui.offscreen import OffscreenWindow

    services.settings.change("network", offline=True)  # pictures ask no server
    services.library.refresh()
    window = OffscreenWindow(services)
    try:
        window.ask(QUESTION, services.library.usable(), lambda _text: None)
        for name, theme, language in PICTURES:
            services.settings.change("ui", theme=theme, language=language)
            window.settle(0.5)
            window.window.resize(*SIZE)  # another language makes another window
            with _busy(services):
                window.settle(2.5)  # two seconds of numbers
                print(window.screenshot(folder / f"{name}.png"), flush=True)
            for path in window.models_pages(folder, name):
                print(path, flush=True)
    finally:
        window.close()
        services.close()
    return 0


@contextmanager
def _busy(services: Services) -> Iterator[None]:
    """Requests of several clients run and wait, so that the panel has something to show."""
    model = services.engine.stats().model
    requests = [
        GenerationRequest(
            request_id=f"demo-{n}",
            model=model.key,
            prompt=f"{n} {QUESTION} " * (8 * n + 1),
            sampling=SamplingParams(max_tokens=100_000, ignore_eos=True),
            source=source,
            client=client,
        )
        for n, (client, source) in enumerate(CLIENTS)
        if model is not None
    ]
    running = [services.engine.submit(request) for request in requests]
    try:
        yield
    finally:
        for generation in running:
            generation.abort()


def add_sample(services: Services, sample: Path) -> None:
    """Store one sample: a title line, then turns under "## user" and "## assistant"."""
    head, *turns = _TURN.split(sample.read_text(encoding="utf-8"))
    title = head.removeprefix("#").strip()
    conversation = services.store.create(title, "")
    messages: list[Message] = []
    for role, text in zip(turns[::2], turns[1::2], strict=True):
        message = Message(
            id=uuid.uuid4().hex,
            conversation_id=conversation.id,
            parent_id=messages[-1].id if messages else None,
            role=Role(role),
            text=text.strip(),
            created_at=conversation.created_at,
        )
        messages.append(message)
    services.store.add_message(*messages)
