"""ChatSession: what a person does, what is told, and what is on the disk afterwards."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future

import pytest

from desk_llm import log
from desk_llm.chat.session import SAVE_EVERY_S, ChatSession
from desk_llm.chat.types import Message, MessageStatus, Role
from desk_llm.engine.types import ChatMessage, Delta, FinishReason, ModelInfo, Phase
from desk_llm.errors import (
    Cancelled,
    ContextTooLong,
    EngineError,
    ModelNotFound,
    OutOfMemory,
    RequestError,
)
from desk_llm.models.types import LoadPhase, LoadState
from tests.chat.conftest import Desk
from tests.helpers.chat_parts import TIMINGS, USAGE


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]


class Ear:
    """Writes down the news of a session."""

    def __init__(self, session: ChatSession) -> None:
        self.news: list[str] = []
        self.states: list[object] = []
        session.reset.connect(lambda _none: self.news.append("reset"))
        session.message_added.connect(lambda m: self.news.append(f"added {m.role.value}"))
        session.delta.connect(lambda news: self.news.append(f"delta {news[1]}"))
        session.message_finished.connect(lambda m: self.news.append(f"finished {m.text}"))
        session.status.connect(self.states.append)


# ── a reply ──────────────────────────────────────────────────────────────


def test_a_question_gets_a_reply(desk: Desk) -> None:
    session = desk.chat()
    ear = Ear(session)
    session.send("Why?")
    assert session.is_busy
    assert texts(session.branch) == ["Why?", ""]
    assert session.branch[1].status is MessageStatus.STREAMING
    desk.engine.say("Be")
    desk.engine.say("cause")
    assert desk.service.pump() is True
    assert texts(session.branch) == ["Why?", "Because"]
    desk.engine.end(".")
    assert desk.service.pump() is False
    assert ear.news == [
        "added user",
        "added assistant",
        "delta Because",
        "delta .",
        "finished Because.",
    ]
    question, reply = desk.stored(session)
    assert [question, reply] == session.branch
    assert (question.role, reply.role) == (Role.USER, Role.ASSISTANT)
    assert reply.parent_id == question.id
    assert (reply.status, reply.finish_reason) == (MessageStatus.DONE, FinishReason.STOP)
    assert (reply.usage, reply.timings, reply.model) == (USAGE, TIMINGS, "Model a")
    assert session.state is None


def test_both_messages_are_on_the_disk_before_the_reply_begins(desk: Desk) -> None:
    session = desk.chat()
    session.send("Why?")
    assert texts(desk.stored(session)) == ["Why?", ""]


def test_a_loaded_model_is_asked_at_once(desk: Desk) -> None:
    desk.chat().send("Why?")
    assert len(desk.engine.requests) == 1


def test_the_request_carries_branch_prompt_and_sampling(desk: Desk) -> None:
    desk.settings.change("sampling", temperature=0.1, max_tokens=5, system_prompt="Be brief.")
    session = desk.chat()
    desk.exchange(session, "One?", "1")
    session.send("Two?")
    request = desk.engine.requests[-1]
    assert request.messages == (
        ChatMessage("system", "Be brief."),
        ChatMessage("user", "One?"),
        ChatMessage("assistant", "1"),
        ChatMessage("user", "Two?"),
    )
    assert (request.sampling.temperature, request.sampling.max_tokens) == (0.1, 5)
    assert (request.model, request.source) == ("a", "chat")


def test_the_states_of_a_reply(desk: Desk) -> None:
    desk.loader.is_slow = True
    session = desk.chat()
    ear = Ear(session)
    session.send("Why?")
    desk.loader.at(0.42)
    desk.service.pump()
    assert isinstance(session.state, LoadState)
    assert session.state.progress == 0.42
    desk.loader.done()
    desk.service.pump()
    assert ear.states[-1] is Phase.QUEUED
    desk.engine.generations[-1].put(Delta(phase=Phase.PREFILL, progress=0.5))
    desk.service.pump()
    assert (ear.states[-1], session.progress) == (Phase.PREFILL, 0.5)
    desk.engine.say("x")
    desk.service.pump()
    desk.engine.end()
    desk.service.pump()
    kinds = [one.phase if isinstance(one, LoadState) else one for one in ear.states]
    assert kinds[0] is Phase.QUEUED
    assert [*dict.fromkeys(kinds[1:])] == [
        LoadPhase.LOADING,
        Phase.QUEUED,
        Phase.PREFILL,
        Phase.DECODE,
        None,
    ]


def test_a_reply_that_hits_the_limit_is_done(desk: Desk) -> None:
    session = desk.chat()
    session.send("Count")
    desk.engine.end("1 2", reason=FinishReason.LENGTH)
    desk.service.pump()
    reply = desk.stored(session)[1]
    assert (reply.status, reply.finish_reason) == (MessageStatus.DONE, FinishReason.LENGTH)


def test_the_first_message_names_the_chat(desk: Desk) -> None:
    session = desk.chat()
    desk.exchange(session, "# Why is the sky blue?\nmore", "So.")
    desk.exchange(session, "And the sea?", "So.")
    assert session.conversation.title == "Why is the sky blue?"
    desk.store.rename(session.conversation.id, "Colours")
    desk.exchange(session, "And the sun?", "So.")
    assert session.conversation.title == "Colours"


def test_any_text_can_be_said(desk: Desk) -> None:
    session = desk.chat()
    text = "\ud800 \0 \u202e <b> ' \" 🙂 " + "长" * 10_000
    desk.exchange(session, text, "\udfff\0ok")
    stored = desk.stored(session)
    assert stored[0].text == text.replace("\ud800", "\ufffd")
    assert stored[1].text == "\ufffd\0ok"
    desk.restart()
    again = desk.service.session(session.conversation.id)
    assert again.branch == stored


# ── refusals ─────────────────────────────────────────────────────────────


def test_one_question_at_a_time(desk: Desk) -> None:
    session = desk.chat()
    session.send("One?")
    question, reply = session.branch
    asks: list[Callable[[], None]] = [
        lambda: session.send("Two?"),
        lambda: session.regenerate(reply.id),
        lambda: session.edit(question.id, "x"),
        lambda: session.select_sibling(question.id),
    ]
    for ask in asks:
        with pytest.raises(RequestError, match="waiting for a reply"):
            ask()
    assert texts(session.branch) == ["One?", ""]


def test_nothing_is_not_sent(desk: Desk) -> None:
    session = desk.chat()
    with pytest.raises(RequestError, match="Write a message"):
        session.send(" \n\t")
    assert session.branch == []


def test_without_a_model_nothing_is_sent(desk: Desk) -> None:
    session = desk.chat("")
    with pytest.raises(ModelNotFound, match="No model"):
        session.send("Why?")
    assert session.branch == []


def test_a_chat_without_a_model_uses_the_last_one_and_keeps_it(desk: Desk) -> None:
    desk.settings.change("models", last="b")
    session = desk.chat("")
    session.send("Why?")
    assert desk.loader.asked == ["b"]


def test_another_model_can_be_chosen_for_the_next_reply(desk: Desk) -> None:
    session = desk.chat("a")
    desk.exchange(session, "One?", "1")
    session.model_id = "b"
    desk.exchange(session, "Two?", "2")
    assert desk.loader.asked == ["a", "b"]
    assert [one.model for one in session.branch[1::2]] == ["Model a", "Model b"]
    desk.restart()
    assert desk.service.session(session.conversation.id).model_id == "b"


def test_messages_of_another_chat_are_refused(desk: Desk) -> None:
    session, other = desk.chat(), desk.chat()
    desk.exchange(session, "One?", "1")
    message_id = session.branch[1].id
    for ask in (other.regenerate, other.select_sibling, lambda m: other.edit(m, "x")):
        with pytest.raises(RequestError, match="not part"):
            ask(message_id)
    with pytest.raises(RequestError, match="cannot be asked again"):
        session.edit(message_id, "x")


# ── what goes wrong ──────────────────────────────────────────────────────


def test_an_error_of_the_engine_keeps_the_text(desk: Desk) -> None:
    session = desk.chat()
    session.send("Why?")
    desk.engine.say("Because ")
    error = ContextTooLong("It has {n} tokens.", "Shorten it.", n=9000)
    desk.engine.generations[-1].fail(error)
    desk.service.pump()
    reply = desk.stored(session)[1]
    assert (reply.status, reply.text) == (MessageStatus.FAILED, "Because ")
    assert reply.error == "It has 9000 tokens. Shorten it."
    assert session.error is error
    assert not session.is_busy
    desk.exchange(session, "Again?", "Yes")
    assert session.error is None
    assert texts(session.branch)[2:] == ["Again?", "Yes"]


@pytest.mark.parametrize("error", [ModelNotFound("No “x”."), OutOfMemory("Too big.")])
def test_a_model_that_does_not_load_is_a_sentence(desk: Desk, error: RequestError) -> None:
    desk.loader.is_slow = True
    session = desk.chat()
    session.send("Why?")
    desk.loader.fail(error)
    desk.service.pump()
    reply = desk.stored(session)[1]
    assert (reply.status, reply.error) == (MessageStatus.FAILED, str(error))
    assert session.error is error
    assert desk.engine.requests == []


def test_a_loader_that_refuses_at_once_is_a_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(model_id: str) -> Future[ModelInfo]:
        raise ModelNotFound("There is no {name}.", name=model_id)

    monkeypatch.setattr(desk.loader, "ensure", refuse)
    session = desk.chat()
    session.send("Why?")
    assert not session.is_busy
    assert session.branch[1].error == "There is no a."


def test_a_bug_in_loading_ends_the_reply_and_is_logged(
    desk: Desk, log_errors: list[logging.LogRecord]
) -> None:
    desk.loader.is_slow = True
    session = desk.chat()
    session.send("Why?")
    desk.loader.futures[-1].set_exception(KeyError("bug"))
    desk.service.pump()
    assert isinstance(session.error, EngineError)
    assert len(log_errors) == 1


def test_a_model_that_somebody_replaced_while_it_loaded(desk: Desk) -> None:
    desk.loader.is_slow = True
    session = desk.chat()
    session.send("Why?")
    desk.loader.fail(Cancelled("Loading was cancelled."))
    desk.service.pump()
    assert session.branch[1].status is MessageStatus.ABORTED
    assert session.branch[1].error == ""
    assert session.error is None


def test_replies_that_never_came_are_not_told_to_the_model(desk: Desk) -> None:
    session = desk.chat()
    session.send("One?")
    desk.engine.generations[-1].fail(EngineError("Failed."))
    desk.service.pump()
    session.send("Two?")
    assert desk.engine.requests[-1].messages == (ChatMessage("user", "One?\n\nTwo?"),)


# ── stop ─────────────────────────────────────────────────────────────────


def test_stop_keeps_the_text(desk: Desk) -> None:
    session = desk.chat()
    session.send("Count")
    desk.engine.say("1 2 ")
    desk.service.pump()
    desk.engine.say("3 ")
    session.stop()
    assert not session.is_busy
    reply = desk.stored(session)[1]
    assert (reply.status, reply.text) == (MessageStatus.ABORTED, "1 2 3 ")
    assert reply.finish_reason is FinishReason.ABORT
    session.stop()


def test_stop_while_the_model_loads(desk: Desk) -> None:
    desk.loader.is_slow = True
    session = desk.chat()
    session.send("Why?")
    session.stop()
    assert not session.is_busy
    assert desk.loader.cancels == 1
    assert session.branch[1].status is MessageStatus.ABORTED
    assert desk.engine.requests == []
    assert desk.service.pump() is False


def test_stop_in_the_queue(desk: Desk) -> None:
    session = desk.chat()
    session.send("Why?")
    desk.engine.generations[-1].put(Delta(phase=Phase.QUEUED))
    session.stop()
    assert session.branch[1].status is MessageStatus.ABORTED


def test_an_engine_in_a_long_step_is_not_waited_for(desk: Desk) -> None:
    desk.engine.is_deaf = True
    session = desk.chat()
    session.send("Why?")
    session.stop()
    session.stop()
    assert session.is_busy
    assert len(desk.engine.aborted) == 1
    desk.clock.now += 1.1
    desk.service.pump()
    assert not session.is_busy
    desk.engine.end("too late")
    desk.exchange(session, "Again?", "Yes")
    assert texts(session.branch) == ["Why?", "", "Again?", "Yes"]


def test_a_load_that_another_chat_waits_for_goes_on(desk: Desk) -> None:
    desk.loader.is_slow = True
    first, second = desk.chat(), desk.chat()
    first.send("One?")
    second.send("Two?")
    first.stop()
    assert desk.loader.cancels == 0
    second.stop()
    assert desk.loader.cancels == 1


# ── branches ─────────────────────────────────────────────────────────────


def test_another_reply_is_a_sibling(desk: Desk) -> None:
    session = desk.chat()
    desk.exchange(session, "Why?", "One")
    desk.exchange(session, "And?", "More")
    first = session.branch[1].id
    ear = Ear(session)
    session.regenerate(first)
    assert texts(session.branch) == ["Why?", ""]
    assert ear.news == ["reset"]
    desk.engine.end("Two")
    desk.service.pump()
    second = session.branch[1].id
    assert session.siblings(second) == session.siblings(first) == [first, second]
    session.select_sibling(first)
    assert texts(session.branch) == ["Why?", "One", "And?", "More"]
    assert desk.stored(session) == session.branch
    assert desk.engine.requests[-1].messages == (ChatMessage("user", "Why?"),)


def test_a_question_can_be_answered_again(desk: Desk) -> None:
    session = desk.chat()
    desk.exchange(session, "Why?", "One")
    session.regenerate(session.branch[0].id)
    assert len(session.siblings(session.branch[1].id)) == 2


def test_an_edit_is_a_branch_of_its_own(desk: Desk) -> None:
    session = desk.chat()
    desk.exchange(session, "Why?", "One")
    first = session.branch[0].id
    session.edit(first, "How?")
    desk.engine.end("Two")
    desk.service.pump()
    assert texts(session.branch) == ["How?", "Two"]
    assert session.siblings(first) == [first, session.branch[0].id]
    session.select_sibling(first)
    assert texts(session.branch) == ["Why?", "One"]
    assert session.conversation.title == "Why?"


def test_branches_are_there_after_a_new_start(desk: Desk) -> None:
    session = desk.chat()
    desk.exchange(session, "Why?", "One")
    first = session.branch[1].id
    session.regenerate(first)
    desk.engine.end("Two")
    desk.service.pump()
    desk.restart()
    again = desk.service.session(session.conversation.id)
    assert texts(again.branch) == ["Why?", "Two"]
    again.select_sibling(again.siblings(first)[0])  # not visible, so not read until now
    assert texts(again.branch) == ["Why?", "One"]
    again.select_sibling(again.siblings(first)[1])
    assert texts(again.branch) == ["Why?", "Two"]


# ── several ──────────────────────────────────────────────────────────────


def test_two_chats_at_once(desk: Desk) -> None:
    first, second = desk.chat(), desk.chat()
    first.send("One?")
    second.send("Two?")
    desk.engine.say("1", 0)
    desk.engine.say("2", 1)
    assert desk.service.busy == (first, second)
    desk.engine.end("!", 1)
    assert desk.service.pump() is True
    desk.engine.end("!", 0)
    assert desk.service.pump() is False
    assert (first.branch[1].text, second.branch[1].text) == ("1!", "2!")


def test_replies_of_two_models_run_side_by_side(desk: Desk) -> None:
    """Whether both fit is the loader's business."""
    first, second = desk.chat("a"), desk.chat("b")
    first.send("One?")
    second.send("Two?")
    desk.service.pump()
    assert desk.loader.asked == ["a", "b"]
    desk.engine.end("2", 1)
    desk.engine.end("1", 0)
    assert desk.service.pump() is False
    assert (first.branch[1].text, second.branch[1].text) == ("1", "2")


def test_stopping_ends_the_load_of_its_own_model_only(desk: Desk) -> None:
    desk.loader.is_slow = True
    first, second = desk.chat("a"), desk.chat("b")
    first.send("One?")
    second.send("Two?")
    second.stop()
    assert desk.loader.cancels == 1
    assert first.is_busy


def test_activity_is_told_when_there_is_something_to_pump(desk: Desk) -> None:
    told: list[None] = []
    desk.service.activity.connect(told.append)
    session = desk.chat()
    assert not told
    session.send("Why?")
    assert len(told) == 1


def test_there_is_one_session_per_chat(desk: Desk) -> None:
    session = desk.chat()
    assert desk.service.session(session.conversation.id) is session
    for _ in range(20):
        desk.chat()
    assert desk.service.session(session.conversation.id) is session
    with pytest.raises(RequestError, match="no such chat"):
        desk.service.session("nothing")


def test_a_listener_may_ask_the_next_question(desk: Desk) -> None:
    session = desk.chat()
    asked = iter(["Two?"])

    def go_on(_message: Message) -> None:
        for text in asked:
            session.send(text)

    session.message_finished.connect(go_on)
    desk.exchange(session, "One?", "1")
    assert session.is_busy
    desk.engine.end("2")
    assert desk.service.pump() is False
    assert texts(session.branch) == ["One?", "1", "Two?", "2"]


# ── the disk ─────────────────────────────────────────────────────────────


def test_text_is_saved_while_it_streams(desk: Desk) -> None:
    session = desk.chat()
    session.send("Count")
    for n in range(10):
        desk.engine.say(f"{n} ")
        desk.clock.now += SAVE_EVERY_S / 2
        desk.service.pump()
        desk.database.flush()
    saved = desk.stored(session)[1]
    assert saved.status is MessageStatus.STREAMING
    assert saved.text in ("0 1 2 3 4 5 6 7 8 ", "0 1 2 3 4 5 6 7 8 9 ")


def test_text_is_saved_though_no_more_comes(desk: Desk) -> None:
    session = desk.chat()
    session.send("Count")
    desk.engine.say("1")
    desk.service.pump()
    desk.clock.now += SAVE_EVERY_S + 0.01
    desk.service.pump()
    assert desk.stored(session)[1].text == "1"


def test_quitting_saves_the_text(desk: Desk) -> None:
    session = desk.chat()
    session.send("Count")
    desk.engine.say("1 2 ")
    desk.service.pump()
    desk.engine.say("3 ")  # not taken yet
    desk.engine.is_deaf = True
    desk.restart()
    reply = desk.stored(session)[1]
    assert (reply.text, reply.status) == ("1 2 3 ", MessageStatus.ABORTED)


def test_quitting_while_the_model_loads(desk: Desk) -> None:
    desk.loader.is_slow = True
    session = desk.chat()
    session.send("Count")
    desk.restart()
    assert [m.status for m in desk.stored(session)] == [MessageStatus.DONE, MessageStatus.ABORTED]


def test_a_chat_deleted_while_it_streams_is_stopped_and_can_come_back(desk: Desk) -> None:
    session = desk.chat()
    session.send("Count")
    desk.engine.say("1 ")
    desk.store.delete(session.conversation.id)
    desk.service.pump()
    assert len(desk.engine.aborted) == 1
    assert desk.service.pump() is False
    with pytest.raises(RequestError, match="deleted"):
        session.send("More")
    desk.store.restore(session.conversation.id)
    desk.exchange(session, "More", "2")
    assert texts(desk.stored(session)) == ["Count", "1 ", "More", "2"]


def test_the_engine_knows_whose_reply_it_is_and_forgets_a_deleted_chat(desk: Desk) -> None:
    session = desk.chat()
    desk.exchange(session, "What is a cache?", "A place.")
    (request,) = desk.engine.requests
    assert request.conversation == session.conversation.id
    assert request.client == session.conversation.title
    desk.store.delete(session.conversation.id)
    assert desk.engine.forgotten == [session.conversation.id]


def test_a_chat_deleted_while_its_model_loads(desk: Desk) -> None:
    desk.loader.is_slow = True
    session = desk.chat()
    session.send("Count")
    desk.store.delete(session.conversation.id)
    assert desk.service.pump() is False
    assert not session.is_busy


def test_a_full_disk_costs_nothing_once_there_is_room(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = desk.chat()
    desk.database.flush()
    real = desk.database._transaction

    def full(_work: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(desk.database, "_transaction", full)
    desk.exchange(session, "One?", "1")
    desk.database.flush()
    monkeypatch.setattr(desk.database, "_transaction", real)
    desk.exchange(session, "Two?", "2")
    desk.restart()
    again = desk.service.session(session.conversation.id)
    assert texts(again.branch) == ["One?", "1", "Two?", "2"]
    assert again.conversation.title == "One?"


def test_what_is_said_is_not_logged(desk: Desk) -> None:
    log.ring.clear()
    log.setup(None, "debug")
    session = desk.chat()
    desk.exchange(session, "canary-question", "canary-answer")
    session.send("canary-two")
    desk.engine.generations[-1].fail(EngineError("Failed."))
    desk.service.pump()
    desk.restart()
    log.close()
    logging.getLogger("desk").setLevel(logging.NOTSET)
    assert "canary" not in "\n".join(log.ring)
