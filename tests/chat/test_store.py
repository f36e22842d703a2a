"""ConversationStore: the list, the bin, search, damaged rows, and how the cost grows."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.chat import rows
from desk_llm.chat.store import PURGE_AFTER_S, ConversationStore, new_id
from desk_llm.chat.types import Conversation, Message, MessageStatus, Role
from desk_llm.engine.types import FinishReason, Timings, Usage
from desk_llm.storage.database import Database
from tests.chat.conftest import Desk


def said(
    conversation: Conversation, text: str, parent: Message | None = None, **more: object
) -> Message:
    message = Message(
        new_id(), conversation.id, parent.id if parent else None, Role.USER, text, 5.0
    )
    return replace(message, **more)  # type: ignore[arg-type]


def chat_with(store: ConversationStore, title: str, *texts: str) -> Conversation:
    made = store.create(title)
    parent = None
    for text in texts:
        parent = said(made, text, parent)
        store.add_message(parent)
    return made


def titles(conversations: list[Conversation]) -> list[str]:
    return [one.title for one in conversations]


# ── the list ─────────────────────────────────────────────────────────────


def test_the_list_sees_every_change_at_once(desk: Desk) -> None:
    news: list[None] = []
    desk.store.changed.connect(news.append)
    first, second = desk.store.create("one", "m"), desk.store.create("two")
    assert titles(desk.store.list()) == ["two", "one"]
    desk.store.rename(first.id, "  first\n chat ")
    assert titles(desk.store.list()) == ["two", "first chat"]
    desk.store.add_message(said(first, "hello"))
    assert titles(desk.store.list()) == ["first chat", "two"]
    desk.store.delete(second.id)
    assert titles(desk.store.list()) == ["first chat"]
    assert len(news) == 5


def test_the_list_is_the_same_after_a_new_start(desk: Desk) -> None:
    for n in range(5):
        chat_with(desk.store, f"{n}", "hello")
    before = desk.store.list()
    desk.restart()
    assert desk.store.list() == before


def test_a_deleted_chat_comes_back_where_it_was(desk: Desk) -> None:
    clock = iter(range(10, 100))
    store = ConversationStore(desk.database, lambda: float(next(clock)))
    chats = [chat_with(store, f"{n}", "hello") for n in range(3)]
    store.delete(chats[1].id)
    assert titles(store.list()) == ["2", "0"]
    assert store.get(chats[1].id) is None
    assert titles(store.search("hello")) == ["2", "0"]
    store.restore(chats[1].id)
    assert titles(store.list()) == ["2", "1", "0"]
    assert titles(store.search("hello")) == ["2", "1", "0"]
    assert len(store.messages(chats[1].id)) == 1


def test_a_deleted_chat_stays_deleted(desk: Desk) -> None:
    made = chat_with(desk.store, "x", "hello")
    desk.store.delete(made.id)
    desk.restart()
    assert desk.store.list() == []
    assert len(desk.store.messages(made.id)) == 1  # in the bin
    desk.store.restore(made.id)


def test_the_bin_is_emptied_after_thirty_days(desk: Desk) -> None:
    made = chat_with(desk.store, "x", "needle in the bin")
    kept = chat_with(desk.store, "y", "needle on the table")
    desk.store.delete(made.id).result(5)
    now = desk.store._clock()
    ConversationStore(desk.database, lambda: now + PURGE_AFTER_S - 60)
    assert len(desk.store.messages(made.id)) == 1
    store = ConversationStore(desk.database, lambda: now + PURGE_AFTER_S + 60)
    assert store.messages(made.id) == []
    assert [one.id for one in store.search("needle")] == [kept.id]
    indexed = desk.database.read(
        lambda c: c.execute(
            "SELECT count(*) FROM messages_fts WHERE messages_fts MATCH 'needle'"
        ).fetchone()
    )
    assert indexed == (1,)


def test_a_reply_that_a_crash_cut_is_aborted_and_found(desk: Desk) -> None:
    made = chat_with(desk.store, "x", "why")
    reply = said(made, "", status=MessageStatus.STREAMING, role=Role.ASSISTANT)
    desk.store.add_message(reply)
    desk.store.save_text(reply.id, "half an answer").result(5)
    assert desk.store.search("answer") == []
    store = ConversationStore(desk.database)  # as after a kill
    (_question, after) = store.messages(made.id)
    assert (after.status, after.text) == (MessageStatus.ABORTED, "half an answer")
    assert [one.id for one in store.search("answer")] == [made.id]
    store.finish(replace(after, text="something else")).result(5)
    assert store.search("answer") == []


def test_a_late_save_does_not_undo_the_end(desk: Desk) -> None:
    made = desk.store.create("x")
    reply = said(made, "", status=MessageStatus.STREAMING)
    desk.store.add_message(reply)
    desk.store.finish(replace(reply, text="the whole", status=MessageStatus.DONE))
    desk.store.save_text(reply.id, "the").result(5)
    assert desk.store.messages(made.id)[0].text == "the whole"


# ── messages ─────────────────────────────────────────────────────────────


def test_every_field_comes_back(desk: Desk) -> None:
    made = desk.store.create("x", "m")
    message = Message(
        id=new_id(),
        conversation_id=made.id,
        parent_id="gone",
        role=Role.ASSISTANT,
        text="a\0b 你好 🙂",
        created_at=1234.5,
        status=MessageStatus.FAILED,
        model="Qwen",
        finish_reason=FinishReason.ERROR,
        usage=Usage(1, 2, 3),
        timings=Timings(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0),
        error="It failed.",
    )
    desk.store.add_message(message).result(5)
    assert desk.store.messages(made.id) == [message]
    assert desk.store.branch(made.id, message.id) == [message]


def test_a_branch_is_the_path_to_its_head(desk: Desk) -> None:
    made = desk.store.create("x")
    root = said(made, "root")
    left, right = said(made, "left", root), said(made, "right", root)
    leaf = said(made, "leaf", left)
    desk.store.add_message(root, left, right, leaf)
    assert [one.text for one in desk.store.branch(made.id, leaf.id)] == ["root", "left", "leaf"]
    assert [one.text for one in desk.store.branch(made.id, right.id)] == ["root", "right"]
    assert desk.store.branch(made.id, None) == desk.store.branch(made.id, "nothing") == []
    assert desk.store.branch("other", leaf.id) == []
    assert len(desk.store.links(made.id)) == len(desk.store.messages(made.id)) == 4


def test_a_ring_of_parents_ends(desk: Desk) -> None:
    made = desk.store.create("x")
    first, second = said(made, "1"), said(made, "2")
    desk.store.add_message(
        replace(first, parent_id=second.id), replace(second, parent_id=first.id)
    ).result(5)
    assert len(desk.store.branch(made.id, first.id)) <= 3
    session = desk.service.session(made.id)
    assert len(session.branch) == 2
    session.select_sibling(first.id)


@pytest.mark.parametrize("value", ["'what'", "x'ff00'", "5", "1e308", "-9e999", "''"])
def test_rows_with_nonsense_are_read(desk: Desk, value: str) -> None:
    made = chat_with(desk.store, "x", "hello")
    columns = set(rows.MESSAGE_COLUMNS.split(", ")) - {"id", "conversation_id", "parent_id"}

    def spoil(connection: sqlite3.Connection) -> None:
        for column in columns:
            connection.execute(f"UPDATE messages SET {column} = {value}")
        connection.execute(f"UPDATE conversations SET created_at={value}, updated_at={value}")

    desk.database.write(spoil).result(5)
    (message,) = desk.store.messages(made.id)
    assert isinstance(message.text, str)
    assert isinstance(message.status, MessageStatus)
    assert isinstance(message.usage.prompt_tokens, int)
    assert 0 <= message.created_at <= rows.LATEST
    (listed,) = ConversationStore(desk.database).list()
    assert 0 <= listed.updated_at <= rows.LATEST


def test_text_that_is_not_utf8_costs_a_character(desk: Desk) -> None:
    made = chat_with(desk.store, "x", "hello")
    desk.database.write(
        lambda c: c.execute("UPDATE messages SET text = CAST(x'68ff6c6c6f' AS TEXT)")
    ).result(5)
    assert desk.store.messages(made.id)[0].text == "h\ufffdllo"


# ── search ───────────────────────────────────────────────────────────────


@pytest.fixture
def shelf(desk: Desk) -> ConversationStore:
    chat_with(desk.store, "Rust notes", "The borrow checker", "It keeps 100% of you honest")
    chat_with(desk.store, "统一内存", "为什么统一内存对大模型很重要？", "因为带宽。")
    chat_with(desk.store, 'SQL "windows"', "SELECT a_b FROM t; -- 50%", "C:\\temp\\x")
    return desk.store


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("borrow", ["Rust notes"]),
        ("BORROW", ["Rust notes"]),
        ("orro", ["Rust notes"]),
        ("rust", ["Rust notes"]),
        ("rust borrow", ["Rust notes"]),
        ("rust bandwidth", []),
        ("统一内存", ["统一内存"]),
        ("带宽", ["统一内存"]),
        ("内", ["统一内存"]),
        ("大模型 带宽", ["统一内存"]),
        ("it", ["Rust notes"]),
        ("%", ['SQL "windows"', "Rust notes"]),
        ("50%", ['SQL "windows"']),
        ("a_b", ['SQL "windows"']),
        ("a_", ['SQL "windows"']),
        ("axb", []),
        ("\\t", ['SQL "windows"']),
        ('"windows"', ['SQL "windows"']),
        ('"', ['SQL "windows"']),
        ("bor* OR", []),
        ("NEAR(a b)", []),
        ("\0", ['SQL "windows"', "统一内存", "Rust notes"]),
        ("bor\0row", ["Rust notes"]),
        ("\ud800", []),
        ("", ['SQL "windows"', "统一内存", "Rust notes"]),
    ],
)
def test_search(shelf: ConversationStore, text: str, found: list[str]) -> None:
    assert titles(shelf.search(text)) == found


def test_search_goes_on_with_a_damaged_index(desk: Desk, shelf: ConversationStore) -> None:
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE messages_fts_data SET block = x'00ff00ff00ff' WHERE id = 10")

    desk.database.write(spoil).result(5)
    desk.database.read(lambda c: c.execute("SELECT 1").fetchone())
    assert titles(shelf.search("borrow")) == ["Rust notes"]
    desk.database.flush()
    assert titles(shelf.search("borrow")) == ["Rust notes"]


# ── cost, counted in steps of SQLite and calls of Python, never in seconds ──


def long_chat(database: Database, store: ConversationStore, count: int) -> Conversation:
    """A path of `count` messages, each question with a retry beside its reply."""
    made = store.create("long")
    messages = []
    parent = None
    for n in range(count):
        parent = said(made, f"message {n}", parent)
        messages += [parent, said(made, f"retry {n}", parent)] if n % 2 else [parent]
    messages.append(messages.pop(messages.index(parent)) if parent else messages[-1])
    store.add_message(*messages)
    database.flush()
    return store.list()[0]


def steps_of(database: Database, work: Callable[[sqlite3.Connection], object]) -> int:
    """Thousands of virtual machine instructions."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    def counted(connection: sqlite3.Connection) -> None:
        connection.set_progress_handler(tick, 100)
        work(connection)
        connection.set_progress_handler(None, 0)

    database.read(counted)
    return count


def calls_of(work: Callable[[], object]) -> int:
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def cost(folder: Path, count: int) -> tuple[int, int]:
    from desk_llm.chat import store as module

    desk = Desk(folder)
    made = long_chat(desk.database, desk.store, count)
    other = desk.store.create("other")  # a neighbour must cost nothing
    desk.store.add_message(*(said(other, "x") for _ in range(500)))
    desk.database.flush()
    steps = steps_of(desk.database, lambda c: module._read_branch(c, made.id, made.head_id))
    steps += steps_of(desk.database, lambda c: module._read_links(c, made.id))
    shown: list[Message] = []
    calls = calls_of(lambda: shown.extend(desk.service.session(made.id).branch))
    assert [one.text for one in shown] == [f"message {n}" for n in range(count)]
    desk.close()
    return steps, calls


def test_opening_ten_times_the_messages_costs_ten_times_as_much(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    small, large = cost(tmp_path / "a", 1000), cost(tmp_path / "b", 10_000)
    assert large[0] < 12 * small[0]
    assert large[1] < 12 * small[1]


def test_only_the_visible_branch_is_read(desk: Desk) -> None:
    made = long_chat(desk.database, desk.store, 100)
    desk.restart()
    session = desk.service.session(made.id)
    assert len(session.branch) == 100
    assert len(desk.store.links(made.id)) == 150
    assert len(session._tree._messages) == 100
