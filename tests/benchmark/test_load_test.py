"""Load tests of the own engine, and the arithmetic of a level over a made-up target."""

from __future__ import annotations

import asyncio
import itertools
import random
import threading

import pytest

from desk_llm.benchmark.control import RunControl
from desk_llm.benchmark.load_test import LoadTest
from desk_llm.benchmark.service import BenchmarkService, RunState
from desk_llm.benchmark.target import Ask, Record
from desk_llm.benchmark.types import LoadOptions, LoadResult, LoadSpec, Note, Result
from desk_llm.errors import Cancelled, RequestError

PATIENCE_S = 60


class MadeUpTarget:
    """Answers at once, or when it is let go; counts how many ask at the same time."""

    def __init__(self, *records: Record) -> None:
        self._records = itertools.cycle(records or (Record("", "", 10, 5, 0.1, 0.4, 0.5),))
        self.now = self.most = self.n_asked = 0
        self.is_closed = False
        self.asked = threading.Event()
        self.holds = False
        self.prompts: list[str] = []

    @property
    def notes(self) -> tuple[Note, ...]:
        return ()

    async def open(self) -> None:
        """Nothing."""

    async def close(self) -> None:
        self.is_closed = True

    def count(self, text: str) -> int:
        return len(text.split())

    async def request(self, ask: Ask) -> Record:
        self.now += 1
        self.n_asked += 1
        self.most = max(self.most, self.now)
        self.prompts.append(ask.prompt)
        self.asked.set()
        try:
            await (asyncio.Event().wait() if self.holds else asyncio.sleep(0))
            return next(self._records)
        finally:
            self.now -= 1


def run(target: MadeUpTarget, spec: LoadSpec, control: RunControl | None = None) -> LoadResult:
    return LoadTest(target, spec, control or RunControl(), random.Random(1)).run()


def test_levels_make_their_requests_with_their_streams() -> None:
    target = MadeUpTarget()
    spec = LoadSpec(concurrency=(1, 3, 8), n_requests=20, input_tokens=6, output_tokens=5)
    result = run(target, spec)
    assert [(row.concurrency, row.n_requests, row.n_ok) for row in result.rows] == [
        (1, 20, 20),
        (3, 20, 20),
        (8, 20, 20),
    ]
    assert target.most == 8
    assert len(set(target.prompts)) == 60
    assert target.is_closed
    row = result.rows[0]
    assert (row.input_tokens, row.output_tokens, row.errors) == (200, 100, ())
    assert row.qps == pytest.approx(20 / row.seconds)
    assert row.output_tok_s == pytest.approx(100 / row.seconds)
    assert row.tpot.p50 == pytest.approx(0.1)  # 0.4 s for the four tokens after the first
    assert row.ttft.p99 == pytest.approx(0.1)
    assert row.e2e.mean == pytest.approx(0.5)


def test_requests_by_default_are_four_for_each_stream() -> None:
    spec = LoadSpec()
    assert [spec.requests_at(one) for one in (1, 2, 8)] == [8, 8, 32]


def test_errors_are_counted_by_kind_and_left_out_of_latencies() -> None:
    fine, bad = Record("", "", 10, 5, 0.1, 0.4, 0.5), Record("HTTP 500", "oops")
    target = MadeUpTarget(fine, bad, fine, Record("timeout"))
    row = run(target, LoadSpec(concurrency=(2,), n_requests=20, output_tokens=5)).rows[0]
    assert (row.n_ok, dict(row.errors)) == (10, {"HTTP 500": 5, "timeout": 5})
    assert row.error_rate == pytest.approx(0.5)
    assert row.ttft.max == pytest.approx(0.1)


def test_a_server_that_only_fails_ends_the_run() -> None:
    target = MadeUpTarget(Record("HTTP 500", "out of memory"))
    results: list[Result] = []
    with pytest.raises(RequestError, match="HTTP 500: out of memory"):
        run(
            target,
            LoadSpec(concurrency=(1, 2), n_requests=500),
            RunControl(on_result=results.append),
        )
    assert target.n_asked == 10
    assert target.is_closed


def test_short_replies_are_said() -> None:
    assert run(MadeUpTarget(), LoadSpec(concurrency=(1,), output_tokens=50)).notes == (
        "short_replies",
    )


def test_with_a_rate_waiting_for_a_stream_counts() -> None:
    target = MadeUpTarget()
    spec = LoadSpec(concurrency=(1,), n_requests=30, rate=2000.0, input_tokens=4, output_tokens=5)
    row = run(target, spec).rows[0]
    assert row.n_ok == 30
    assert row.seconds > 0.002  # arrivals are spread over time
    assert row.ttft.max >= 0.1


def test_cancel_ends_what_waits_and_keeps_the_levels() -> None:
    target, results = MadeUpTarget(), list[Result]()
    is_held = threading.Event()

    def hold(result: Result) -> None:
        results.append(result)
        target.holds = True
        target.asked.clear()
        is_held.set()

    control = RunControl(on_result=hold)

    def stop() -> None:
        is_held.wait(PATIENCE_S)
        target.asked.wait(PATIENCE_S)  # of the second level, which never gets an answer
        control.cancel()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(Cancelled):
        run(target, LoadSpec(concurrency=(1, 4), n_requests=8, output_tokens=5), control)
    thread.join()
    assert target.now == 0
    last = results[-1]
    assert isinstance(last, LoadResult)
    assert [row.concurrency for row in last.rows] == [1]


def test_cancelled_before_it_began() -> None:
    control = RunControl()
    control.cancel()
    with pytest.raises(Cancelled):
        run(MadeUpTarget(), LoadSpec(), control)


# ── the own engine ───────────────────────────────────────────────────────


def test_the_own_engine(service: BenchmarkService) -> None:
    spec = LoadSpec("tiny", concurrency=(1, 4), n_requests=8, input_tokens=24, output_tokens=6)
    run = service.start(spec).result(PATIENCE_S)
    assert isinstance(run.result, LoadResult)
    assert run.result.notes == ()
    for row in run.result.rows:
        assert (row.n_ok, row.output_tokens) == (8, 48)
        assert 22 * 8 <= row.input_tokens <= 26 * 8
        assert 0 < row.ttft.p50 <= row.ttft.p90 <= row.ttft.p99 <= row.ttft.max
        assert row.e2e.p50 > row.ttft.p50
        assert row.tpot.p50 > 0
    assert run.setup.n_slots == 4
    assert service.store.get(run.id) == run


def test_slots_can_be_fewer_than_streams(service: BenchmarkService) -> None:
    spec = LoadSpec("tiny", "", (4,), 4, None, 16, 4, load=LoadOptions(n_slots=2))
    run = service.start(spec).result(PATIENCE_S)
    assert isinstance(run.result, LoadResult)
    assert (run.setup.n_slots, run.result.rows[0].n_ok) == (2, 4)


def test_a_slow_engine_is_a_timeout(service: BenchmarkService) -> None:
    spec = LoadSpec("tiny", "", (2,), 64, None, 16, 4000, timeout_s=0.1)
    with pytest.raises(RequestError, match="timeout"):
        service.start(spec).result(PATIENCE_S)


def test_stopping_the_own_engine(service: BenchmarkService) -> None:
    def stop(state: RunState) -> None:
        if state.progress is not None and state.progress.stage == "measure":
            service.cancel()

    service.changed.connect(stop)
    spec = LoadSpec("tiny", "", (2, 4), 400, None, 16, 8)
    run = service.start(spec).result(PATIENCE_S)
    assert not run.is_complete
    assert isinstance(run.result, LoadResult)
    assert 0 < run.result.rows[0].n_requests < 400


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (LoadSpec(concurrency=()), "nothing to measure"),
        (LoadSpec(concurrency=(0,)), "“concurrency” is 0"),
        (LoadSpec(concurrency=(300,)), "“concurrency” is 300"),
        (LoadSpec(n_requests=0), "“requests” is 0"),
        (LoadSpec(rate=0.0), "“rate” is 0.0"),
        (LoadSpec(rate=float("nan")), "“rate” is nan"),
        (LoadSpec(output_tokens=0), "“output-tokens” is 0"),
        (LoadSpec(timeout_s=float("inf")), "“timeout” is inf"),
        (LoadSpec(url="ftp://host"), "no address"),
        (LoadSpec(url="http://"), "no address"),
        (LoadSpec(url="http://host:port/v1"), "no address"),
        (LoadSpec(load=LoadOptions(n_ctx=512)), "tokens of context, not 512"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    service: BenchmarkService, spec: LoadSpec, message: str
) -> None:
    with pytest.raises(RequestError, match=message):
        service.start(spec).result(PATIENCE_S)
