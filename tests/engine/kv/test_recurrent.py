"""Recurrent models: no prefix can be shared or cut, and the replies are right all the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import ChatMessage, GenerationRequest, LoadParams
from tests.engine.conftest import GREEDY, ask
from tests.helpers.gguf_mamba import mamba_model


def test_replies_do_not_depend_on_what_the_slots_held(tmp_path: Path) -> None:
    engine = Engine()
    engine.load(LoadParams("m", str(mamba_model(tmp_path / "mamba.gguf")))).result(30)
    sampling = replace(GREEDY, max_tokens=12)
    question = "hello world " * 10
    first = ask(engine, question, sampling).result()
    turns = (
        ChatMessage("user", question),
        ChatMessage("assistant", first.text),
        ChatMessage("user", "and?"),
    )
    second = GenerationRequest("2", "m", turns, sampling=sampling)
    warm = engine.submit(second).result()
    for n in range(6):
        ask(engine, f"something else {n}", sampling).result()
    cold = engine.submit(second).result()
    assert ask(engine, question, sampling).result().text == first.text
    engine.close()
    assert warm.text == cold.text
