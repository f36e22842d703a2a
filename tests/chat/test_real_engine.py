"""Chats over the real engine thread, with a model that says fixed bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest

from desk_llm.chat.service import ChatService
from desk_llm.chat.types import MessageStatus
from desk_llm.engine.engine import Engine
from desk_llm.engine.types import FinishReason, LoadParams, ModelInfo
from desk_llm.errors import ContextTooLong
from desk_llm.models.types import LoadState
from tests.chat.conftest import Desk
from tests.helpers.fake_runner import FakeFactory


class PlainLoader:
    """Loads under the id it is given, with a context of 200 tokens per slot or so."""

    def __init__(self, engine: Engine) -> None:
        self.state = LoadState()
        self._engine = engine

    def ensure(self, model_id: str) -> Future[ModelInfo]:
        model = self._engine.stats().model
        if model is not None and model.key == model_id:
            future: Future[ModelInfo] = Future()
            future.set_result(model)
            return future
        return self._engine.load(LoadParams(model_id, "x.gguf", n_ctx=400))

    def cancel(self, model_id: str | None = None) -> None:
        """Nothing takes long."""


def echo(prompt: str) -> str:
    """The last question, upside down; for "count", numbers."""
    question = prompt.splitlines()[-2].removeprefix("user: ")
    return "1 2 3 " * 50 if question == "count" else question[::-1]


@pytest.fixture
def service(desk: Desk) -> Iterator[ChatService]:
    engine = Engine(lambda: FakeFactory(echo, delay_s=0.001))
    service = ChatService(desk.store, engine, PlainLoader(engine), desk.settings)
    yield service
    service.close()
    engine.close()


def pump_until(service: ChatService, is_enough: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not is_enough():
        assert time.monotonic() < limit
        service.pump()
        time.sleep(0.002)


def test_a_conversation(desk: Desk, service: ChatService) -> None:
    session = service.session(desk.store.create("", "m").id)
    for text in ("héllo", "你好 🙂"):
        session.send(text)
        pump_until(service, lambda: not session.is_busy)
    assert [one.text for one in session.branch] == ["héllo", "olléh", "你好 🙂", "🙂 好你"]
    reply = desk.stored(session)[-1]
    assert reply.usage.completion_tokens > 0
    assert reply.timings.total_s > 0
    assert reply.model == "Demo"


def test_two_at_once_and_one_stopped(desk: Desk, service: ChatService) -> None:
    first, second = (service.session(desk.store.create("", "m").id) for _ in range(2))
    first.send("count")
    second.send("abc")
    pump_until(service, lambda: bool(first.branch[1].text))
    first.stop()
    pump_until(service, lambda: not service.busy)
    assert second.branch[1].text == "cba"
    stopped = desk.stored(first)[1]
    assert stopped.status is MessageStatus.ABORTED
    assert stopped.text != "1 2 3 " * 50
    assert ("1 2 3 " * 50).startswith(stopped.text)


def test_a_full_context(desk: Desk, service: ChatService) -> None:
    session = service.session(desk.store.create("", "m").id)
    session.send("count")
    pump_until(service, lambda: not session.is_busy)
    assert session.branch[1].finish_reason is FinishReason.STOP
    session.send("x" * 500)
    pump_until(service, lambda: not session.is_busy)
    failed = desk.stored(session)[-1]
    assert isinstance(session.error, ContextTooLong)
    assert failed.status is MessageStatus.FAILED
    assert "holds 400" in failed.error


def test_the_engine_closes_in_the_middle(desk: Desk, service: ChatService) -> None:
    session = service.session(desk.store.create("", "m").id)
    session.send("count")
    pump_until(service, lambda: bool(session.branch[1].text))
    assert isinstance(service.engine, Engine)
    service.engine.close()
    pump_until(service, lambda: not session.is_busy)
    assert desk.stored(session)[1].text
    session.send("again")
    pump_until(service, lambda: not session.is_busy)
    assert desk.stored(session)[-1].status is MessageStatus.FAILED
