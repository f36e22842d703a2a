"""The panel's numbers are the engine's own: one reply, measured once, shown everywhere."""

from __future__ import annotations

import time
from pathlib import Path

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import (
    ChatMessage,
    GenerationRequest,
    LoadParams,
    SamplingParams,
)
from desk_llm.storage.database import Database
from desk_llm.telemetry.history import SpeedHistory, fingerprint_of
from desk_llm.telemetry.sampler import Sampler
from desk_llm.telemetry.types import Sample
from desk_llm.telemetry.watch import Watch
from tests.helpers.gguf_models import scripted_model


def _next_sample(sampler: Sampler) -> Sample:
    n = len(sampler.history)
    deadline = time.monotonic() + 10
    while len(sampler.history) == n and time.monotonic() < deadline:
        time.sleep(0.01)
    return sampler.history[-1]


def test_samples_equal_the_timings_of_the_reply(tmp_path: Path) -> None:
    engine = Engine()
    engine.load(LoadParams("m", str(scripted_model(tmp_path / "m.gguf")))).result(30)
    sampler = Sampler(engine, interval=0.05)
    sampler.start()
    request = GenerationRequest(
        "r",
        "m",
        (ChatMessage("user", "script:long"),),
        sampling=SamplingParams(temperature=0.0, max_tokens=400),
    )
    result = engine.submit(request).result()
    time.sleep(0.2)  # the engine publishes within 0.1 s
    stats = _next_sample(sampler).engine
    sampler.close()
    engine.close()
    assert stats.last == result.timings
    assert stats.last_usage == result.usage
    assert stats.ttft_s == result.timings.ttft_s
    assert stats.prefill_tok_s == result.timings.prefill_tok_s
    # All but the last sampled token are in the KV cache.
    usage = result.usage
    assert stats.ctx_used == usage.prompt_tokens + usage.completion_tokens - 1
    assert stats.tokens_generated == usage.completion_tokens


def test_a_finished_reply_is_in_the_history(tmp_path: Path) -> None:
    engine, database = Engine(), Database.temporary()
    params = LoadParams("m", str(scripted_model(tmp_path / "m.gguf")), speculate=False)
    engine.load(params).result(30)
    sampler, history = Sampler(engine, interval=0.05), SpeedHistory(database)
    watch = Watch(engine, history)
    sampler.sampled.connect(watch.look)
    sampler.start()
    _next_sample(sampler)
    request = GenerationRequest(
        "r",
        "m",
        (ChatMessage("user", "script:long"),),
        sampling=SamplingParams(temperature=0.0, max_tokens=400),
    )
    result = engine.submit(request).result()
    deadline = time.monotonic() + 10
    while not watch.insight.replies and time.monotonic() < deadline:
        time.sleep(0.01)
    database.flush()
    info = engine.stats().model
    sampler.close()
    engine.close()
    assert info is not None
    (record,) = history.of_model(fingerprint_of(info))
    database.close()
    assert (record.ttft_s, record.prefill_tok_s) == (
        result.timings.ttft_s,
        result.timings.prefill_tok_s,
    )
    assert record.n_tokens == result.usage.completion_tokens
    assert result.usage.prompt_tokens < record.n_past < info.n_ctx
    # The time between two steps is the engine's, not the model's: its own rate is higher.
    assert record.decode_tok_s >= result.timings.decode_tok_s
