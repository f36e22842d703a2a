"""Titles, trees, history and exports: pure functions."""

from __future__ import annotations

import doctest
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk_llm.chat import titles
from desk_llm.chat.export import save, to_json, to_markdown
from desk_llm.chat.history import chat_messages
from desk_llm.chat.titles import COLUMNS, title_of
from desk_llm.chat.tree import MessageTree
from desk_llm.chat.types import Conversation, Message, MessageStatus, Role
from desk_llm.errors import DiskProblem


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Why is the sky blue?", "Why is the sky blue?"),
        ("\n\n  Why\tis   it?  \nmore", "Why is it?"),
        ("## A heading", "A heading"),
        ("- [ ] buy milk", "[ ] buy milk"),
        ("1. First", "First"),
        ("```python\nprint(1)\n```", "python"),
        ("---\nText", "Text"),
        ("***", "***"),
        ("???", "???"),
        (
            "Please explain to me in detail how a llama walks over the mountains",
            "Please explain to me in detail how a llama walks…",
        ),
        ("x" * 60, "x" * 48 + "…"),
        (
            "为什么统一内存对本地运行的大型语言模型如此重要呢请说明",
            "为什么统一内存对本地运行的大型语言模型如此重要呢…",
        ),
        ("帮我写一段 Python 代码来读取 CSV 文件，然后画出每一列的直方图", None),
        ("\u202eevil\u202c name\u200b", "evil name"),
        ("a\0b\x1b[31m", "ab[31m"),
        ("👨‍👩‍👧 family", "👨‍👩‍👧 family"),
        (" ", "…"),
        ("\u200b", "…"),
    ],
)
def test_title(text: str, title: str | None) -> None:
    made = title_of(text)
    if title is not None:
        assert made == title
    assert sum(titles._columns(char) for char in made) <= COLUMNS + 2


@given(st.text())
def test_a_title_is_one_short_line(text: str) -> None:
    title = title_of(text)
    assert title
    assert title == title.strip()
    assert len(title.splitlines()) == 1
    assert sum(titles._columns(char) for char in title) <= COLUMNS + 2


def test_doctest() -> None:
    assert doctest.testmod(titles).failed == 0


# ── tree ─────────────────────────────────────────────────────────────────


def test_a_tree_knows_paths_siblings_and_leaves() -> None:
    tree = MessageTree([("a", None), ("b", "a"), ("c", "a"), ("d", "b"), ("e", None)])
    assert tree.path("d") == ["a", "b", "d"]
    assert tree.siblings("b") == tree.siblings("c") == ["b", "c"]
    assert tree.siblings("a") == ["a", "e"]
    assert tree.newest_leaf("a") == "c"
    assert tree.newest_leaf("b") == "d"
    assert tree.parent("d") == "b"
    assert "d" in tree
    assert (tree.path(None), tree.path("x"), tree.siblings("x")) == ([], [], [])


def test_an_orphan_is_a_root() -> None:
    tree = MessageTree([("b", "lost"), ("c", "b")])
    assert tree.path("c") == ["b", "c"]


def test_a_ring_ends() -> None:
    tree = MessageTree([("a", "b"), ("b", "a")])
    assert sorted(tree.path("a")) == ["a", "b"]
    assert tree.newest_leaf("a") in ("a", "b")


# ── history and exports ──────────────────────────────────────────────────


def message(role: Role, text: str, **more: str) -> Message:
    return Message(text or "empty", "c", None, role, text, 1_700_000_000.0, **more)  # type: ignore[arg-type]


U, A = Role.USER, Role.ASSISTANT


@pytest.mark.parametrize(
    ("branch", "system", "turns"),
    [
        ([(U, "q")], "", [("user", "q")]),
        ([(U, "q")], " ", [("user", "q")]),
        ([(U, "q")], "s", [("system", "s"), ("user", "q")]),
        ([(U, "q"), (A, "a"), (U, "r")], "", [("user", "q"), ("assistant", "a"), ("user", "r")]),
        ([(U, "q"), (A, ""), (U, "r")], "", [("user", "q\n\nr")]),
        ([(U, "q"), (A, " \n"), (U, "r"), (A, ""), (U, "s")], "", [("user", "q\n\nr\n\ns")]),
        ([], "", []),
    ],
)
def test_history(branch: list[tuple[Role, str]], system: str, turns: list[tuple[str, str]]) -> None:
    made = chat_messages([message(role, text) for role, text in branch], system)
    assert [(one.role, one.content) for one in made] == turns


def test_markdown_shows_the_branch() -> None:
    branch = [message(U, "Why?\n"), message(A, "So.", model="Qwen"), message(A, "")]
    assert to_markdown("The  sky", branch) == "# The sky\n\n**You**\n\nWhy?\n\n**Qwen**\n\nSo.\n"
    assert "**我**" in to_markdown("天空", branch, you="我")


def test_json_has_everything() -> None:
    conversation = Conversation("c", "天空", 1_700_000_000.0, 1_700_000_001.5, "h", "m")
    failed = Message("i", "c", "p", A, "a\0\u2028", 1.0, MessageStatus.FAILED, error="No.")
    document = json.loads(to_json(conversation, [failed]))
    assert document["title"] == "天空"
    assert document["updated_at"] == "2023-11-14T22:13:21.500+00:00"
    (one,) = document["messages"]
    assert (one["text"], one["parent_id"], one["status"]) == ("a\0\u2028", "p", "failed")
    assert one["usage"]["prompt_tokens"] == 0


def test_an_export_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "天空.md"
    save(path, "one\n")
    save(path, "two\n")
    assert path.read_bytes() == b"two\n"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(DiskProblem, match="cannot be written"):
        save(path / "below.md", "x")
