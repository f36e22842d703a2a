"""`desk-llm self-test`: tries every part of the app in a throw-away profile, a line for each."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from desk_llm.chat.types import Message, MessageStatus
from desk_llm.engine.types import ChatMessage, GenerationRequest, SamplingParams
from desk_llm.errors import DeskError
from desk_llm.paths import Paths
from desk_llm.services import Services

QUESTION = "What can you do?"


class SelfTestFailed(Exception):
    """A part did not do what it should; the message says what."""


def run() -> int:
    """0 when every part works, 1 at the first that does not."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="desk-llm-self-test-") as folder:
        try:
            _run_parts(Paths(Path(folder)))
        except (SelfTestFailed, DeskError) as error:
            print(f"FAILED  {error}", file=sys.stderr)
            return 1
    print(f"All parts work ({time.monotonic() - started:.1f} s).")
    return 0


def _run_parts(paths: Paths) -> None:
    services = Services.open(paths)
    try:
        _expect(not services.problems, f"problems at the start: {services.problems}")
        _part("engine", lambda: _engine(services))
        _part("starter model", lambda: _starter_model(services))
        _part("chat", lambda: _chat(services))
        _part("window", lambda: _window(services, paths))
    finally:
        services.close()
    _part("history", lambda: _history(paths))


def _part(name: str, work: Callable[[], str]) -> None:
    print(f"ok  {name}: {work()}", flush=True)


def _expect(is_true: bool, otherwise: str) -> None:
    if not is_true:
        raise SelfTestFailed(otherwise)


def _engine(services: Services) -> str:
    services.engine.start()
    deadline = time.monotonic() + 60
    while not services.engine.stats().started:
        _expect(time.monotonic() < deadline, "the engine did not start")
        time.sleep(0.01)
    devices = services.engine.stats().devices
    return ", ".join(f"{d.description} ({d.backend})" for d in devices) or "CPU only"


def _starter_model(services: Services) -> str:
    services.library.refresh()
    files = services.library.files
    _expect(bool(files) and files[0].is_starter, "the starter model is missing")
    info = services.loader.ensure(files[0].id).result()
    return f"{info.name}, {info.n_params / 1e6:.1f} M parameters, {info.n_ctx} tokens of context"


def _chat(services: Services) -> str:
    model = services.loader.state.info
    assert model is not None
    request = GenerationRequest(
        "self-test",
        model.key,
        (ChatMessage("user", QUESTION),),
        sampling=SamplingParams(temperature=0.0, max_tokens=64),
        source="cli",
    )
    result = services.engine.submit(request).result()
    _expect(len(result.text) > 20, f"the reply is too short: {result.text!r}")
    return f"{result.usage.completion_tokens} tokens, {result.timings.decode_tok_s:.0f} tok/s"


def _window(services: Services, paths: Paths) -> str:
    from desk_llm.ui.offscreen import OffscreenWindow

    texts: list[str] = []
    window = OffscreenWindow(services)
    try:
        reply: Message = window.ask(QUESTION, services.library.files[0], texts.append)
        _expect(reply.status is MessageStatus.DONE, f"the reply ended as {reply.status.value}")
        picture = window.screenshot(paths.screenshots / "self-test.png")
        _expect(picture.stat().st_size > 10_000, "the picture of the window is empty")
    finally:
        window.close()
    return f"answered in {len(texts)} pieces, painted"


def _history(paths: Paths) -> str:
    services = Services.open(paths)
    try:
        conversations = services.store.list()
        _expect(len(conversations) == 1, "the conversation was not kept")
        messages = services.store.messages(conversations[0].id)
        _expect(bool(messages[-1].text), "the reply was not kept")
        return f"{len(messages)} messages kept"
    finally:
        services.close()
