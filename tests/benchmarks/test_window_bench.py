"""The whole window: the longest gap of the event loop, a flush, and opening long chats.

python3 run.py test -m bench tests/benchmarks/test_window_bench.py -s
DESK_LLM_BENCH_MODEL=FILE adds a reply of a real size (tests/benchmarks/synthetic.py).
"""

from __future__ import annotations

import os
import statistics
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer

from desk_llm.chat.types import Conversation, Message, Role
from desk_llm.paths import ASSETS, Paths
from desk_llm.services import Services
from desk_llm.ui.offscreen import OffscreenWindow
from tests.helpers.gguf_models import scripted_model

REPLY_TOKENS = 500


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    paths = Paths(tmp_path / "profile")
    paths.ensure()
    scripted_model(paths.models / "scripted.gguf")
    services = Services.open(paths)
    services.settings.change("sampling", max_tokens=REPLY_TOKENS)
    services.library.refresh()
    yield services
    services.close()


@pytest.fixture
def window(services: Services) -> Iterator[OffscreenWindow]:
    window = OffscreenWindow(services)
    yield window
    window.close()


class _Heartbeat:
    """A 1 ms timer on the GUI thread; the gaps between its beats are what a person feels."""

    def __init__(self) -> None:
        self.gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._beat)
        self._timer.start(1)

    def _beat(self) -> None:
        now = time.perf_counter()
        self.gaps.append(now - self._last)
        self._last = now

    def stop(self) -> list[float]:
        """Milliseconds, sorted."""
        self._timer.stop()
        return sorted(gap * 1000 for gap in self.gaps)


@pytest.mark.bench
def test_longest_gap_during_a_reply(services: Services, window: OffscreenWindow) -> None:
    scripted = services.library.find("scripted")
    window.ask("script:hello", scripted, lambda _text: None)
    questions = [(scripted, "script:long"), (scripted, "script:markdown")]
    if extra := os.environ.get("DESK_LLM_BENCH_MODEL"):
        services.settings.change("models", extra_files=(extra,))
        services.library.refresh()
        questions.append((services.library.find(extra), "Tell me about models."))
    for model, question in questions:
        window.window.page.models.choose(model.id)
        services.loader.ensure(model.id).result(120)
        window.settle(1.0)  # the news of the load are shown
        heart = _Heartbeat()
        reply = window.ask(question, model, lambda _text: None)
        gaps = heart.stop()
        print(
            f"\n{model.name}, {question}: {reply.usage.completion_tokens} tokens at "
            f"{reply.timings.decode_tok_s:.0f} tok/s; event loop gap median "
            f"{statistics.median(gaps):.1f} ms, p99 {gaps[int(len(gaps) * 0.99)]:.1f} ms, "
            f"longest {gaps[-1]:.1f} ms"
        )


def _long_chat(services: Services, n_messages: int) -> Conversation:
    sample = (ASSETS / "demo" / "01-every-block.md").read_text(encoding="utf-8")
    conversation = services.store.create(f"{n_messages} messages", "")
    parent: str | None = None
    for n in range(n_messages):
        message = Message(
            id=uuid.uuid4().hex,
            conversation_id=conversation.id,
            parent_id=parent,
            role=Role.ASSISTANT if n % 2 else Role.USER,
            text=sample if n % 2 else f"Question {n}: what about this?",
            created_at=conversation.created_at + n,
        )
        services.store.add_message(message)
        parent = message.id
    assert parent is not None
    services.store.set_head(conversation.id, parent).result()
    found = services.store.get(conversation.id)
    assert found is not None
    return found


@pytest.mark.bench
@pytest.mark.parametrize("n_messages", [100, 1000, 10_000])
def test_opening_a_long_chat(services: Services, window: OffscreenWindow, n_messages: int) -> None:
    conversation = _long_chat(services, n_messages)
    page = window.window.page
    took = []
    for _ in range(5):
        page.new_chat()
        window.settle(0.2)
        started = time.perf_counter()
        page.open(conversation)
        opened = time.perf_counter()
        window.window.grab()
        took.append((opened - started, time.perf_counter() - opened))
    print(
        f"\n{n_messages} messages: opened in {statistics.median(t[0] for t in took) * 1000:.0f} ms"
        f" (worst {max(t[0] for t in took) * 1000:.0f}), "
        f"painted in {statistics.median(t[1] for t in took) * 1000:.0f} ms"
    )
