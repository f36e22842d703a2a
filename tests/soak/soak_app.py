"""A person who never rests: chats, cancels, edits, loads and unloads in a real window, for minutes.

`python -m tests.soak.soak_app FOLDER MINUTES SEED` prints one JSON line per measurement. Run as a
process of its own, so that nothing else's memory is measured.
"""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import gc
import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import psutil
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QPixmapCache

from desk_llm import log
from desk_llm.chat.session import ChatSession
from desk_llm.chat.types import Role
from desk_llm.engine.generation import Generation
from desk_llm.engine.types import ChatMessage, GenerationRequest, SamplingParams
from desk_llm.errors import ContextTooLong
from desk_llm.models.types import LoadPhase
from desk_llm.paths import Paths
from desk_llm.services import Services
from desk_llm.ui.offscreen import OffscreenWindow
from tests.helpers.gguf_models import SCRIPTS, scripted_model, tiny_model

LOADS_PER_HOUR = 300
CHATS = 8
MOST_MESSAGES = 8
PAUSE_S = 0.15
PATIENCE_S = 120.0


@dataclass
class Counts:
    """What was done; part of every measurement."""

    replies: int = 0
    cancels: int = 0
    loads: int = 0
    requests: int = 0
    deleted: int = 0
    failures: list[str] = field(default_factory=list)


def wait(is_done: Callable[[], bool]) -> None:
    """Run the event loop until `is_done`.

    A loop of its own, not processEvents: only a loop deletes what asked to be deleted later.
    """
    loop, look, deadline = QEventLoop(), QTimer(), time.monotonic() + PATIENCE_S

    def on_look() -> None:
        if is_done() or time.monotonic() > deadline:
            loop.quit()

    look.timeout.connect(on_look)
    look.start(5)
    loop.exec()
    look.stop()
    assert time.monotonic() <= deadline, "the window did not answer"


def settle(seconds: float) -> None:
    """Run the event loop for a while."""
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end)


class Person:
    """Drives the window through the same calls as its buttons."""

    def __init__(
        self,
        services: Services,
        window: OffscreenWindow,
        seed: int,
        measure: Callable[[Counts], None],
    ) -> None:
        self._services = services
        self._window = window
        self._chance = random.Random(seed)
        self._measure = measure
        self._next_load = 0.0
        self.counts = Counts()

    def act(self) -> None:
        """One thing a person (or a program that asks the same engine) does."""
        now = time.monotonic()
        if now >= self._next_load:
            self._next_load = now + 3600 / LOADS_PER_HOUR
            self._change_model()
        acts = (self._ask, self._ask, self._cancel, self._retry, self._burst, self._edit)
        self._chance.choice(acts)()
        self._tidy()
        settle(self._chance.uniform(0, PAUSE_S))

    # ── chats ────────────────────────────────────────────────────────────

    def _ask(self) -> None:
        self._open_any()
        name = self._chance.choice([one for one in SCRIPTS if one != "long"])
        self._send(f"script:{name} {'please ' * self._chance.randrange(20)}")
        self._finish()

    def _cancel(self) -> None:
        self._open_any()
        self._send("script:long")
        settle(self._chance.uniform(0.0, 0.8))
        self._window.window.page.stop()
        self.counts.cancels += 1
        self._finish()

    def _retry(self) -> None:
        session = self._session()
        if session is not None and session.branch:
            self._window.window.page.retry()
            self._stop_long(session)
            self._finish()

    def _edit(self) -> None:
        session = self._session()
        asked = [] if session is None else [m for m in session.branch if m.role is Role.USER]
        if session is not None and asked:
            session.edit(asked[0].id, "script:markdown")
            self._finish()

    def _open_any(self) -> None:
        chats = self._services.store.list()
        if len(chats) < CHATS or self._chance.random() < 0.1:
            self._window.window.page.new_chat()
        else:
            self._window.window.chats.open(self._chance.choice(chats).id)

    def _send(self, text: str) -> None:
        self._window.window.page.composer.set_text(text)
        self._window.window.page.send(text)

    def _stop_long(self, session: ChatSession) -> None:
        if "script:long" in session.branch[-2].text:
            settle(0.2)
            self._window.window.page.stop()

    def _finish(self) -> None:
        wait(lambda: not self._services.chat.busy)
        self.counts.replies += 1
        session = self._session()
        if session is None or session.error is None:
            return
        if isinstance(session.error, ContextTooLong):  # a chat that was edited into length
            self._window.window.chats.delete(session.conversation.id)
            self.counts.deleted += 1
        else:
            self.counts.failures.append(str(session.error))

    def _session(self) -> ChatSession | None:
        return self._window.window.page.binding.session

    def _tidy(self) -> None:
        """Long chats go, as the memory of a chat is meant to grow with it."""
        session = self._session()
        if session is not None and len(session.branch) > MOST_MESSAGES:
            self._window.window.chats.delete(session.conversation.id)
            self.counts.deleted += 1

    # ── models, and another client of the engine ─────────────────────────

    def _change_model(self) -> None:
        files = [one for one in self._services.library.files if not one.is_starter]
        loader = self._services.loader
        if self._chance.random() < 0.5:
            self._window.window.page.models.choose(self._chance.choice(files).id)
            wait(lambda: loader.state.phase is not LoadPhase.LOADING)
        loader.unload().result(30)
        settle(PAUSE_S)
        kept = self._services.engine._kv_store
        if kept is not None:
            kept.flush()  # states on their way to the disk are megabytes
        self._measure(self.counts)  # always the same state: no model, nothing under way
        self._window.window.page.models.choose(self._chance.choice(files).id)
        wait(lambda: loader.state.phase is not LoadPhase.LOADING)
        if loader.state.phase is not LoadPhase.READY:
            self.counts.failures.append(f"not loaded: {loader.state.error}")
        self.counts.loads += 1

    def _burst(self) -> None:
        model = self._services.engine.stats().model
        if model is None:
            return
        asked = [self._request(model.key) for _ in range(self._chance.randrange(1, 8))]
        settle(self._chance.uniform(0, 0.4))
        for generation in asked[::2]:
            generation.abort()
        for generation in asked:
            wait(generation_ended(generation))
        self.counts.requests += len(asked)

    def _request(self, key: str) -> Generation:
        request = GenerationRequest(
            request_id=f"{self._chance.random()}",
            model=key,
            messages=(ChatMessage("user", "script:long " + "word " * self._chance.randrange(99)),),
            sampling=SamplingParams(max_tokens=self._chance.randrange(1, 200)),
            source="api",
        )
        return self._services.engine.submit(request)


class generation_ended:
    """True once the reply is over; takes what arrives meanwhile."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation

    def __call__(self) -> bool:
        delta = self._generation.take()
        return delta is not None and delta.finish_reason is not None


def give_back() -> None:
    """Let neither Python's cycles nor glibc's free lists be counted: they come and go.

    Nor the pictures that Qt's style keeps: up to a limit that an hour may not reach.
    """
    QPixmapCache.clear()
    gc.collect()
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


class _MallInfo(ctypes.Structure):
    """struct mallinfo2 of glibc."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def in_use(uss: int) -> int:
    """Bytes that somebody holds: what glibc keeps free goes up and down by 20 MB."""
    try:
        mallinfo = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError):
        return uss
    mallinfo.restype = _MallInfo
    info = mallinfo()
    small_objects = 64 * sys.getallocatedblocks()  # in pools that malloc does not see
    return int(info.uordblks + info.hblkhd) + small_objects


def measure(counts: Counts, started: float) -> None:
    """One line of what the process uses now."""
    give_back()
    process = psutil.Process()
    memory = process.memory_full_info()
    facts = {
        "t": round(time.monotonic() - started, 1),
        "rss": memory.rss,
        "uss": memory.uss,  # without the pages of files
        "in_use": in_use(memory.uss),
        "fds": process.num_fds(),
        "threads": threading.active_count(),
        "native_threads": process.num_threads(),
        **dataclasses.asdict(counts),
    }
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def main() -> None:
    folder, minutes, seed = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    paths = Paths(folder)
    paths.ensure()
    scripted_model(paths.models / "one.gguf", n_ctx=8192)
    scripted_model(paths.models / "two.gguf", n_ctx=6144)
    tiny_model(paths.models / "babbler.gguf", n_ctx=8192)
    log.setup(paths.logs)
    services = Services.open(paths)
    services.settings.change("sampling", max_tokens=200)
    services.library.refresh()
    window = OffscreenWindow(services)
    started = time.monotonic()
    person = Person(services, window, seed, lambda counts: measure(counts, started))
    while time.monotonic() - started < 60 * minutes:
        person.act()
    window.close()
    services.close()
    log.close()


if __name__ == "__main__":
    main()
