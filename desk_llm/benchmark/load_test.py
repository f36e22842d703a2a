"""Load test: several streams at once, level by level; throughput, latencies and errors.

Without a rate each stream sends its next request when one has ended (closed loop). With a rate
requests arrive at random (Poisson), and at most `concurrency` of them run at once; what waits for
a free stream waits in its latencies too, so that a slow server cannot hide its queue.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from desk_llm.benchmark import statistics
from desk_llm.benchmark.control import Notes, RunControl
from desk_llm.benchmark.prompts import PromptMaker
from desk_llm.benchmark.target import Ask, Record, Target
from desk_llm.benchmark.types import LoadResult, LoadRow, LoadSpec, Progress
from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError

_HOPELESS = 10  # errors without one success: the level ends, and with it the run
_SHORT = 0.9  # of the wanted tokens
_TELL_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class _Turn:
    """One request to make: its prompt, and when it is due (seconds into the level)."""

    prompt: str
    due_s: float


class LoadTest:
    """One run; `result` is what is known so far."""

    def __init__(
        self,
        target: Target,
        spec: LoadSpec,
        control: RunControl,
        rng: random.Random | None = None,
    ) -> None:
        self._target = target
        self._spec = spec
        self._control = control
        self._rng = rng or random.Random()
        self._prompts = PromptMaker(target.count, self._rng)
        self._rows: list[LoadRow] = []
        self._notes = Notes()
        self._n_total = sum(spec.requests_at(level) for level in spec.concurrency)
        self._n_done = 0
        self._next_tell = 0.0

    @property
    def result(self) -> LoadResult:
        """The levels so far; the one that was stopped is among them."""
        notes = dict.fromkeys((*self._target.notes, *self._notes.all()))
        return LoadResult(tuple(self._rows), tuple(notes))

    def run(self) -> LoadResult:
        """Measure everything on an event loop of this thread. Raises Cancelled and DeskErrors."""
        try:
            return asyncio.run(self._run())
        except asyncio.CancelledError:
            self._control.check()
            raise

    async def _run(self) -> LoadResult:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None

        def stop() -> None:
            loop.call_soon_threadsafe(task.cancel)

        with self._control.stopping(stop):
            self._control.tell(Progress("warm-up", total=self._n_total))
            try:
                await self._target.open()
                for level in self._spec.concurrency:
                    await self._level(level)
            finally:
                await self._target.close()
        return self.result

    async def _level(self, concurrency: int) -> None:
        turns = iter(await asyncio.to_thread(self._turns, self._spec.requests_at(concurrency)))
        level = _Level(concurrency, time.perf_counter())
        try:
            async with asyncio.TaskGroup() as group:
                for _n in range(concurrency):
                    group.create_task(self._stream(level, turns))
        finally:
            if level.records:
                self._rows.append(level.row())
                self._look_at(level.records)
                self._control.tell_result(self.result)
        if level.is_hopeless:
            raise _all_failed(level.records[-1])

    async def _stream(self, level: _Level, turns: Iterator[_Turn]) -> None:
        for turn in turns:
            if level.is_hopeless:
                return
            wait_s = level.started + turn.due_s - time.perf_counter()
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            sent = time.perf_counter()
            spec = self._spec
            ask = Ask(turn.prompt, spec.output_tokens, spec.timeout_s)
            record = await self._target.request(ask)
            if spec.rate is not None:
                record = _late(record, max(0.0, sent - level.started - turn.due_s))
            level.add(record)
            self._finished(level)

    def _finished(self, level: _Level) -> None:
        self._n_done += 1
        now = time.perf_counter()
        if now < self._next_tell:
            return
        self._next_tell = now + _TELL_EVERY_S
        self._control.tell(
            Progress(
                "measure",
                str(level.concurrency),
                self._n_done,
                self._n_total,
                self._n_done / self._n_total,
                self._remaining_s(level, now),
            )
        )

    def _remaining_s(self, level: _Level, now: float) -> float:
        """By the throughput of the levels so far: more streams are rarely slower together."""
        seconds = sum(row.seconds for row in self._rows) + now - level.started
        return seconds / self._n_done * (self._n_total - self._n_done)

    def _turns(self, count: int) -> list[_Turn]:
        """All prompts before the clock starts, and when each is due."""
        turns, due_s = [], 0.0
        for _n in range(count):
            if self._control.is_cancelled:
                break
            turns.append(_Turn(self._prompts.text(self._spec.input_tokens), due_s))
            if self._spec.rate is not None:
                due_s += self._rng.expovariate(self._spec.rate)
        return turns

    def _look_at(self, records: list[Record]) -> None:
        fine = [record for record in records if not record.error]
        wanted = self._spec.output_tokens
        if any(record.output_tokens < wanted * _SHORT for record in fine):
            self._notes.add("short_replies")


class _Level:
    """What happened at one level of concurrency."""

    def __init__(self, concurrency: int, started: float) -> None:
        self.concurrency = concurrency
        self.started = started
        self.records: list[Record] = []
        self._n_ok = 0
        self._ended = started

    @property
    def is_hopeless(self) -> bool:
        """Nothing but errors."""
        return not self._n_ok and len(self.records) >= max(_HOPELESS, self.concurrency)

    def add(self, record: Record) -> None:
        """A request ended."""
        self.records.append(record)
        self._n_ok += not record.error
        self._ended = time.perf_counter()

    def row(self) -> LoadRow:
        """Its line in the table."""
        fine = [record for record in self.records if not record.error]
        errors = Counter(record.error for record in self.records if record.error)
        seconds = max(self._ended - self.started, 1e-9)
        n_input = sum(record.input_tokens for record in fine)
        n_output = sum(record.output_tokens for record in fine)
        return LoadRow(
            concurrency=self.concurrency,
            n_requests=len(self.records),
            n_ok=len(fine),
            errors=tuple(errors.most_common()),
            seconds=seconds,
            qps=len(fine) / seconds,
            input_tokens=n_input,
            output_tokens=n_output,
            input_tok_s=n_input / seconds,
            output_tok_s=n_output / seconds,
            ttft=statistics.latency([record.ttft_s for record in fine]),
            tpot=statistics.latency(
                [record.tpot_s for record in fine if record.tpot_s is not None]
            ),
            e2e=statistics.latency([record.e2e_s for record in fine]),
        )


def _late(record: Record, seconds: float) -> Record:
    """Count from when the request was due, not from when a stream was free for it."""
    if record.error or not seconds:
        return record
    return replace(record, ttft_s=record.ttft_s + seconds, e2e_s=record.e2e_s + seconds)


def _all_failed(record: Record) -> RequestError:
    return RequestError(
        QT_TRANSLATE_NOOP("errors", "Every request failed: {kind}."),
        QT_TRANSLATE_NOOP("errors", "Look at the server's log."),
        record.detail,
        kind=f"{record.error}: {record.detail}" if record.detail else record.error,
    )
