"""EngineTarget: the own engine as the target of a load test, timed on the engine thread."""

from __future__ import annotations

import asyncio
import itertools
from concurrent.futures import ThreadPoolExecutor

from desk_llm.benchmark.control import RunControl
from desk_llm.benchmark.target import Ask, Record
from desk_llm.benchmark.types import Note
from desk_llm.engine.engine import Engine
from desk_llm.engine.generation import Generation, Result
from desk_llm.engine.types import FinishReason, GenerationRequest, ModelInfo, SamplingParams
from desk_llm.errors import DeskError


class EngineTarget:
    """Nobody reads the text while it comes: a thread per stream sleeps until its reply ends."""

    def __init__(
        self, engine: Engine, info: ModelInfo, n_streams: int, control: RunControl
    ) -> None:
        self._engine = engine
        self._key = info.key
        self._control = control
        self._numbers = itertools.count(1)
        self._waiters = ThreadPoolExecutor(n_streams, thread_name_prefix="benchmark-stream")

    @property
    def notes(self) -> tuple[Note, ...]:
        return ()

    async def open(self) -> None:
        """The first request reads the weights in. Raises its DeskError."""
        generation = self._submit(Ask("Hello", 8, 0.0))
        try:
            await self._result(generation)
        except asyncio.CancelledError:
            generation.abort()
            raise

    async def close(self) -> None:
        """End the threads."""
        self._waiters.shutdown(wait=False, cancel_futures=True)

    def count(self, text: str) -> int:
        """By the model's own tokenizer."""
        return len(self._control.wait(self._engine.tokenize(self._key, text)))

    async def request(self, ask: Ask) -> Record:
        """Submit and wait."""
        generation = self._submit(ask)
        try:
            async with asyncio.timeout(ask.timeout_s):
                result = await self._result(generation)
        except asyncio.CancelledError:
            generation.abort()
            raise
        except TimeoutError:
            generation.abort()
            return Record("timeout")
        except DeskError as error:
            return Record(type(error).__name__, str(error))
        return _record(result)

    def _submit(self, ask: Ask) -> Generation:
        sampling = SamplingParams(max_tokens=ask.max_tokens, ignore_eos=True)
        number = next(self._numbers)
        return self._engine.submit(
            GenerationRequest(
                f"benchmark-{number}",
                self._key,
                prompt=ask.prompt,
                sampling=sampling,
                source="api",
                client="Benchmark",
            )
        )

    async def _result(self, generation: Generation) -> Result:
        # Not token by token: waking a reader at each would fight the engine for the GIL.
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._waiters, generation.result)


def _record(result: Result) -> Record:
    if result.finish_reason is FinishReason.ABORT:
        return Record("aborted")
    usage, timings = result.usage, result.timings
    return Record(
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        ttft_s=timings.ttft_s,
        decode_s=timings.decode_s,
        e2e_s=timings.total_s,
    )
