"""Which models are at work, and the news of which are loaded."""

from __future__ import annotations

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import EngineStats, GenerationRequest, LoadParams, SamplingParams
from tests.helpers.fake_runner import FakeFactory


def test_a_model_is_busy_from_the_request_to_the_end_of_its_reply() -> None:
    engine = Engine(lambda: FakeFactory("Hello.", delay_s=0.001))
    changes: list[EngineStats] = []
    engine.changed.connect(changes.append)
    try:
        for key in "ab":
            engine.load(LoadParams(key, "x")).result(20)
        assert not engine.is_busy("a")
        sampling = SamplingParams(ignore_eos=True)
        reply = engine.submit(GenerationRequest("r", "a", prompt="Hi", sampling=sampling))
        assert engine.is_busy("a")
        assert not engine.is_busy("b")
        reply.abort()
        reply.result()
        assert not engine.is_busy("a")
        engine.unload("a").result(20)
        assert [len(stats.models) for stats in changes][-3:] == [1, 2, 1]
    finally:
        engine.close()
