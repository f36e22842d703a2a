"""What the supervisor told, and the model that is left alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from desk_llm.engine.breadcrumb import COMPUTING, ENDED_VARIABLE
from desk_llm.models.loading.ending import Blocked, Ending, take_ending

TOLD = {
    "cause": "SIGSEGV",
    "hung": "",
    "phase": COMPUTING,
    "model": "qwen",
    "path": "/models/Qwen.gguf",
    "message": "bad\ntensor",
    "is_safe": False,
}


def test_the_ending_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDED_VARIABLE, json.dumps(TOLD))
    ending = take_ending()
    assert ending == Ending(
        "SIGSEGV", "", "computing", "qwen", "/models/Qwen.gguf", "bad tensor", False
    )
    assert ending.culprit == "qwen"
    assert ending.model_name == "Qwen.gguf"
    assert ENDED_VARIABLE not in os.environ
    assert take_ending() is None


def test_an_engine_at_rest_and_a_hung_window_have_no_culprit() -> None:
    assert Ending("SIGSEGV", model="qwen").culprit == ""
    assert Ending("hang", "window", "computing", "qwen").culprit == ""


@pytest.mark.parametrize("text", ["x", "{}", "[]", '{"cause": 1}', "null"])
def test_nonsense_is_no_ending(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv(ENDED_VARIABLE, text)
    assert take_ending() is None


def test_the_blocked_model_is_remembered_until_it_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "crash.json"
    assert Blocked(path).model == ""
    Blocked(path).block("qwen")
    blocked = Blocked(path)
    assert blocked.model == "qwen"
    blocked.release("another")
    assert Blocked(path).model == "qwen"
    blocked.release("qwen")
    assert Blocked(path).model == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\xff\x00", b"[]", b'{"blocked": 7}'])
def test_a_damaged_file_blocks_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "crash.json").write_bytes(content)
    assert Blocked(tmp_path / "crash.json").model == ""


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = Blocked(tmp_path / "missing" / "crash.json")
    blocked.block("qwen")
    assert blocked.model == "qwen"
