"""Threads make way for other programs, and come back when these are calm."""

from __future__ import annotations

import doctest
import time
from pathlib import Path

import pytest

from desk_llm.engine import threads
from desk_llm.engine.engine import Engine
from desk_llm.engine.model_runner import LlamaRunner
from desk_llm.engine.threads import SMALL_MODEL_BYTES, OtherLoad, ThreadPolicy, physical_cores
from desk_llm.engine.types import LoadParams
from tests.helpers.fake_runner import FakeFactory
from tests.helpers.gguf_models import tiny_model

BIG = 1 << 30


def test_the_example() -> None:
    assert doctest.testmod(threads).failed == 0


@pytest.mark.parametrize(
    ("cores", "others", "expected"),
    [(8, 0.0, 8), (8, 0.6, 8), (8, 0.8, 7), (8, 3.1, 5), (8, 40.0, 1), (1, 5.0, 1), (2, -1.0, 2)],
)
def test_at_the_load(cores: int, others: float, expected: int) -> None:
    assert ThreadPolicy(cores, BIG).start(others) == expected


def test_small_models_have_one_thread() -> None:
    policy = ThreadPolicy(16, SMALL_MODEL_BYTES - 1)
    assert {policy.n_threads, policy.start(0.0), policy.update(0.0)} == {1}


def test_a_load_around_the_threshold_does_not_flutter() -> None:
    policy = ThreadPolicy(4, BIG)
    policy.start(0.8)
    seen = {policy.update(0.5 + 0.15 * (n % 2)) for n in range(100)}
    assert seen == {3}


def test_one_busy_second_is_no_reason() -> None:
    policy = ThreadPolicy(4, BIG)
    assert {policy.update(others) for others in [0.0, 2.0] * 20} == {4}


def test_physical_cores() -> None:
    assert physical_cores() >= 1


def test_what_others_use_is_without_ourselves() -> None:
    load = OtherLoad()
    assert load.cores() is None  # no time has passed
    until = time.process_time() + 0.7
    while time.process_time() < until:
        pass
    others = load.cores()
    assert others is not None
    assert others >= 0.0


def test_the_runner_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk_llm.engine.threads.SMALL_MODEL_BYTES", 0)
    monkeypatch.setattr("desk_llm.engine.model_runner.physical_cores", lambda: 2)
    monkeypatch.setattr("desk_llm.engine.opening.physical_cores", lambda: 2)
    path = str(tiny_model(tmp_path / "tiny.gguf"))
    for wanted, expected in ((None, [2, 1, 2]), (2, [2, 2, 2])):
        runner = LlamaRunner(LoadParams("m", path, n_threads=wanted), None)
        try:
            assert runner.info.n_threads == 2
            seen = []
            for others in (0.0, 1.0, 0.0):
                runner.make_way(others, at_once=True)
                seen.append(runner._context.n_threads)
            assert seen == expected
        finally:
            runner.close()


def test_an_engine_without_a_model_has_nobody_to_tell() -> None:
    engine = Engine(FakeFactory)
    engine.make_way(1.0)
    engine.start()
    engine.make_way(1.0)
    engine.load(LoadParams("m", "x")).result(20)
    engine.make_way(1.0, at_once=True)
    engine.close()
    engine.make_way(1.0)
