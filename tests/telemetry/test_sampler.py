"""Sampler: its rhythm, its history, and what it does with providers that fail."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.telemetry.sampler import HISTORY, Sampler
from desk_llm.telemetry.types import GpuProvider, GpuSample, Sample
from tests.helpers.fake_runner import FakeFactory

GPU = GpuSample("Test GPU", 100, 50)
FAST = 0.005


class Provider:
    """Answers until its `answers` are used up, then fails."""

    name = "test"

    def __init__(self, answers: int = 1_000_000) -> None:
        self.answers = answers
        self.calls = 0
        self.is_closed = False

    def sample(self) -> tuple[GpuSample, ...]:
        self.calls += 1
        if self.calls > self.answers:
            raise OSError("gone")
        return (GPU,)

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine(FakeFactory)
    yield engine
    engine.close()


def take(sampler: Sampler, count: int) -> list[Sample]:
    """Run the sampler until it has made `count` samples."""
    samples: queue.Queue[Sample] = queue.Queue()
    sampler.sampled.connect(samples.put)
    sampler.start()
    taken = [samples.get(timeout=10) for _ in range(count)]
    sampler.close()
    return taken


def missing() -> GpuProvider:
    raise RuntimeError("no driver")


def only(provider: GpuProvider) -> list[Callable[[], GpuProvider]]:
    return [lambda: provider]


def test_samples_have_everything(engine: Engine) -> None:
    provider = Provider()
    samples = take(Sampler(engine, FAST, only(provider)), 3)
    for sample in samples:
        assert sample.gpus == (GPU,)
        assert sample.engine is engine.stats()
        assert 0 < sample.memory_ours < sample.memory_total
    assert samples[0].time < samples[1].time < samples[2].time
    assert provider.is_closed


def test_news_come_from_the_telemetry_thread(engine: Engine) -> None:
    names: queue.Queue[str] = queue.Queue()
    sampler = Sampler(engine, FAST, ())
    sampler.sampled.connect(lambda _sample: names.put(threading.current_thread().name))
    take(sampler, 1)
    assert names.get() == "telemetry"


def test_the_rhythm_does_not_drift(engine: Engine) -> None:
    samples = take(Sampler(engine, 0.05, ()), 8)
    assert 0.3 < samples[-1].time - samples[0].time < 1.0


def test_history_has_an_end(engine: Engine) -> None:
    sampler = Sampler(engine, FAST, ())
    assert sampler.history.maxlen == HISTORY == 600
    samples = take(sampler, 3)
    assert list(sampler.history)[:3] == samples


def test_a_machine_without_gpu(engine: Engine) -> None:
    assert take(Sampler(engine, FAST, [missing, missing]), 1)[0].gpus == ()


def test_the_first_provider_that_works_is_used(engine: Engine) -> None:
    provider = Provider()
    sampler = Sampler(engine, FAST, [missing, lambda: provider])
    assert take(sampler, 1)[0].gpus == (GPU,)


def test_a_provider_that_fails_twice_is_off_and_said_once(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Provider(answers=1)
    samples = take(Sampler(engine, FAST, only(provider)), 6)
    assert [len(sample.gpus) for sample in samples] == [1, 0, 0, 0, 0, 0]
    assert provider.calls == 3
    assert provider.is_closed
    said = [one for one in caplog.records if "switched off" in one.getMessage()]
    assert len(said) == 1


def test_one_failure_is_forgiven(engine: Engine) -> None:
    provider = Provider()
    sampler = Sampler(engine, FAST, only(provider))

    def fail_now_and_then(_sample: Sample) -> None:
        provider.answers = 0 if provider.calls % 2 else 1_000_000

    sampler.sampled.connect(fail_now_and_then)
    samples = take(sampler, 6)
    assert samples[-2].gpus != samples[-1].gpus
    assert provider.calls >= 6


def test_the_nvidia_provider_is_tried_by_default(engine: Engine) -> None:
    take(Sampler(engine, FAST), 1)  # with or without a GPU, nothing is raised


def test_closing_is_quick_and_idempotent(engine: Engine) -> None:
    never_started = Sampler(engine)
    never_started.close()
    sampler = Sampler(engine, interval=60.0, providers=())
    sampler.start()
    started = time.perf_counter()
    sampler.close()
    sampler.close()
    assert time.perf_counter() - started < 1.0
