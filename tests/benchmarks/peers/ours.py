"""Our side: the engine in this process, asked like the window asks it."""

from __future__ import annotations

import time
from concurrent.futures import Future

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import GenerationRequest, LoadParams, SamplingParams
from tests.benchmarks.peers.reply import Load, Reply


class Ours:
    """An `Engine` with one model. Tokens count as arrived when the client is told of them."""

    name = "ours"
    pids: tuple[int, ...] = ()

    def __init__(self, load: Load) -> None:
        self.engine = Engine()
        self._n = 0
        params = LoadParams(
            "m",
            load.model,
            n_ctx=load.n_ctx,
            n_slots=load.n_slots,
            n_threads=load.n_threads,
            n_batch=load.n_batch,
            speculate=False,  # the peers do not either
        )
        self.engine.load(params).result(120)

    def ask(self, prompt: str, n_tokens: int) -> Reply:
        """Send a request; returns at once."""
        self._n += 1
        sampling = SamplingParams(
            temperature=0.8,
            top_k=40,
            top_p=0.95,
            min_p=0.0,
            max_tokens=n_tokens,
            ignore_eos=True,
            seed=self._n,
        )
        request = GenerationRequest(str(self._n), "m", prompt=prompt, sampling=sampling)
        reply = Reply()
        generation = self.engine.submit(request)
        reply.cancel = generation.abort
        parts: list[str] = []

        def take() -> None:  # engine thread
            delta = generation.take()
            if delta is None:
                return
            if delta.text:
                reply.arrivals.append(time.perf_counter())
                parts.append(delta.text)
            if delta.finish_reason is not None:
                reply.n_prompt = delta.usage.prompt_tokens
                reply.n_cached = delta.usage.cached_tokens
                reply.error = str(generation.error or "")
                reply.text = "".join(parts)
                reply.done.set()

        generation.on_ready(take)
        return reply

    def forget(self) -> None:
        """Drop every cached prompt."""
        forgotten: Future[None] = Future()

        def work() -> None:
            host = self.engine._loop.host("m")
            assert host is not None
            host.scheduler.forget_all()
            forgotten.set_result(None)

        self.engine._loop.post(work)
        forgotten.result(10)

    def close(self) -> None:
        """Free the model."""
        self.engine.close()
