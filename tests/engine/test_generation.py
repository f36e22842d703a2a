"""The buffer between the engine thread and a client."""

from __future__ import annotations

import threading

import pytest

from desk_llm.engine.generation import Generation
from desk_llm.engine.types import Delta, FinishReason, Phase, Usage
from desk_llm.errors import DecodeFailed


def _generation() -> Generation:
    return Generation("r", lambda: None)


def test_deltas_merge_when_the_reader_lags() -> None:
    generation = _generation()
    assert generation.take() is None
    generation.put(Delta("a", Phase.PREFILL))
    generation.put(Delta("b", Phase.DECODE, Usage(3, 1, 0)))
    delta = generation.take()
    assert delta == Delta("ab", Phase.DECODE, Usage(3, 1, 0))
    assert generation.take() is None


def test_an_error_keeps_the_text_before_it() -> None:
    generation = _generation()
    generation.add_text("so far")
    generation.fail(DecodeFailed("It broke."))
    delta = generation.take()
    assert delta is not None
    assert (delta.text, delta.finish_reason) == ("so far", FinishReason.ERROR)
    assert isinstance(generation.error, DecodeFailed)


def test_nothing_comes_after_the_end() -> None:
    generation = _generation()
    generation.put(Delta("x", finish_reason=FinishReason.STOP))
    generation.add_text("late")
    generation.fail(DecodeFailed("late"))
    assert generation.result().text == "x"
    assert generation.error is None


def test_iteration_raises_the_error_at_the_end() -> None:
    generation = _generation()
    generation.fail(DecodeFailed("It broke."))
    with pytest.raises(DecodeFailed):
        generation.result()


def test_on_ready_is_called_for_what_waits_already() -> None:
    generation = _generation()
    calls: list[int] = []
    generation.add_text("x")
    generation.on_ready(lambda: calls.append(1))
    generation.add_text("y")
    assert len(calls) == 2


def test_no_text_is_lost_between_threads() -> None:
    generation = _generation()
    words = [f"{n} " for n in range(5000)]

    def produce() -> None:
        for word in words:
            generation.add_text(word)
        generation.put(Delta(finish_reason=FinishReason.STOP))

    thread = threading.Thread(target=produce)
    thread.start()
    assert generation.result().text == "".join(words)
    thread.join()
