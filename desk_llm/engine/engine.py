"""Engine: the thread-safe front door; the window, the CLI and the server are its clients."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

from desk_llm.engine.allocator import give_memory_back
from desk_llm.engine.detokenizer import Detokenizer
from desk_llm.engine.generation import Generation
from desk_llm.engine.kv.store import KvStore
from desk_llm.engine.loop import EngineLoop, engine_stopped, model_not_loaded
from desk_llm.engine.prompt import build_prompt, stop_strings
from desk_llm.engine.runner import ModelRunner, RunnerFactory
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.speculation import Drafter
from desk_llm.engine.template import TemplateRenderer
from desk_llm.engine.types import EngineStats, GenerationRequest, LoadParams, ModelInfo, Step
from desk_llm.errors import QT_TRANSLATE_NOOP, ContextTooLong, DeskError, QueueFull
from desk_llm.events import Event

MAX_WAITING = 256  # requests; one more is refused at once


def _llama_factory() -> RunnerFactory:
    # Imported on the engine thread: the window must not wait for native libraries.
    from desk_llm.engine.model_runner import LlamaFactory

    return LlamaFactory()


def _hear_aborts(handler: Callable[[str], None]) -> None:
    try:
        from desk_llm.engine.llama import abort
    except DeskError:  # llama.cpp is missing: `prepare_devices` says so
        return
    abort.install(handler)


class Engine:
    """One engine thread and one prepare thread. Every method returns at once."""

    def __init__(
        self,
        make_factory: Callable[[], RunnerFactory] = _llama_factory,
        kv_store: KvStore | None = None,
    ) -> None:
        self._stats = EngineStats()
        self._kv_store = kv_store
        self.changed: Event[EngineStats] = Event()
        self._loop = EngineLoop(make_factory, self._on_stats, kv_store)
        self._thread = threading.Thread(target=self._loop.run, name="engine", daemon=True)
        self._prepare = ThreadPoolExecutor(1, thread_name_prefix="prepare")
        self._renderer = TemplateRenderer()
        self._jobs: weakref.WeakValueDictionary[str, _Job] = weakref.WeakValueDictionary()
        self._n_preparing = 0  # changed by submitters and the prepare thread; it need not be exact
        self._lock = threading.Lock()
        self._is_started = False
        self._is_closed = False

    def start(self) -> None:
        """Start the threads and look for GPUs; idempotent. `load` starts them as well."""
        with self._lock:
            if self._is_started or self._is_closed:
                return
            self._is_started = True
        give_memory_back()
        if self._kv_store is not None:
            self._kv_store.start()
        self._thread.start()
        self._loop.post(self._loop.prepare_devices)

    def on_abort(self, handler: Callable[[str], None]) -> None:
        """Call `handler` with native code's last words; the process aborts when it returns."""
        self._loop.post(lambda: _hear_aborts(handler))

    def load(
        self, params: LoadParams, on_progress: Callable[[float], bool] | None = None
    ) -> Future[ModelInfo]:
        """Load a model (again). `on_progress(0…1)` runs on the engine thread; False cancels."""
        self.start()
        future: Future[ModelInfo] = Future()
        if self._is_closed:
            future.set_exception(engine_stopped())
            return future
        self._prepare.submit(self._renderer.start)
        self._loop.post(lambda: self._loop.load(params, on_progress, future))
        return future

    def unload(self, key: str) -> Future[None]:
        """Free a model; its running replies end as aborted."""
        future: Future[None] = Future()
        if not self._is_started or self._is_closed:
            future.set_result(None)
            return future
        host = self._loop.host(key)
        if host is not None:
            host.interrupt()
        self._loop.post(lambda: self._loop.unload(key, future))
        return future

    def submit(self, request: GenerationRequest) -> Generation:
        """Ask for a reply. Never raises: errors arrive in the Generation."""
        job = _Job(request, self._loop)
        if self._is_closed:
            job.generation.fail(engine_stopped())
        elif self._n_preparing + self._loop.n_waiting >= MAX_WAITING:
            job.generation.fail(_queue_full())
        else:
            self._jobs[request.request_id] = job
            self._n_preparing += 1
            self._prepare.submit(self._prepare_job, job)
        return job.generation

    def _prepare_job(self, job: _Job) -> None:
        try:
            job.prepare(self._renderer)
        finally:
            self._n_preparing -= 1

    def cancel(self, request_id: str) -> None:
        """End a request that waits or runs; nothing happens when there is none of that name."""
        job = self._jobs.get(request_id)
        if job is not None:
            job.abort()

    def is_busy(self, key: str) -> bool:
        """True while a request for this model is prepared, waits or runs. Any thread."""
        jobs = [job for one in self._jobs.valuerefs() if (job := one()) is not None]
        return any(job.model == key and not job.generation.is_finished for job in jobs)

    def move(self, request_id: str, before: str | None) -> None:
        """Let a waiting request go before another one, or (None) last."""
        self._loop.post(lambda: self._loop.move(request_id, before))

    def forget(self, conversation: str) -> None:
        """A conversation was deleted: nothing of it is kept on disk."""
        if self._kv_store is not None:
            self._loop.post(lambda: self._loop.disown(conversation))
            self._kv_store.forget(conversation)

    def make_way(self, others: float, *, at_once: bool = False) -> None:
        """Other programs use so many cores: compute with fewer threads, or with more again."""
        if self._is_started and not self._is_closed:
            self._loop.post(lambda: self._loop.make_way(others, at_once=at_once))

    def steps(self, most: int = 1000) -> tuple[Step, ...]:
        """The newest batches of all models, oldest first."""
        kept = self._loop.steps.copy()
        return tuple(Step(*one) for one in islice(kept, max(0, len(kept) - most), None))

    def tokenize(self, key: str, text: str) -> Future[list[int]]:
        """Token ids of a text as a person would write it, without control tokens."""

        def work() -> list[int]:
            runner = _runner(self._loop, key)
            return runner.tokenize(text, add_special=False, parse_special=False)

        return self._prepare.submit(work)

    def stats(self) -> EngineStats:
        """The newest snapshot."""
        return self._stats

    def _on_stats(self, stats: EngineStats) -> None:
        old, self._stats = self._stats, stats
        if old.models != stats.models or old.started is not stats.started:
            self.changed.emit(stats)

    def close(self, timeout: float = 3.0) -> None:
        """Abort what runs, free the models, end the threads. Idempotent."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        deadline = time.monotonic() + timeout
        self._prepare.shutdown(wait=False, cancel_futures=True)
        if self._is_started:
            self._loop.stop()
            self._thread.join(timeout)
        self._renderer.close()
        if self._kv_store is not None:
            self._kv_store.close(max(0.0, deadline - time.monotonic()))


def _queue_full() -> QueueFull:
    return QueueFull(
        QT_TRANSLATE_NOOP("errors", "{count} requests are waiting already."),
        QT_TRANSLATE_NOOP("errors", "Try again when some of them are done."),
        count=MAX_WAITING,
    )


def _runner(loop: EngineLoop, key: str) -> ModelRunner:
    host = loop.host(key)
    if host is None:
        raise model_not_loaded()
    return host.runner


class _Job:
    """One request on its way to the engine thread."""

    def __init__(self, request: GenerationRequest, loop: EngineLoop) -> None:
        self._request = request
        self.model = request.model
        self._loop = loop
        self._t_submit = time.perf_counter()
        self._sequence: Sequence | None = None
        self._is_aborted = False
        self.generation = Generation(request.request_id, self.abort)

    def abort(self) -> None:
        """End it within one step; any thread."""
        self._is_aborted = True
        sequence = self._sequence
        if sequence is None:
            return  # `prepare` sees the flag
        sequence.is_aborted = True
        host = self._loop.host(self._request.model)
        if host is not None:
            host.interrupt()
        self._loop.wake()

    def prepare(self, renderer: TemplateRenderer) -> None:
        """Template, tokenise, check; prepare thread."""
        try:
            sequence = self._make_sequence(renderer)
        except DeskError as error:
            self.generation.fail(error)
            return
        self._sequence = sequence
        sequence.is_aborted = self._is_aborted
        self._loop.post(lambda: self._loop.add(self._request.model, sequence))

    def _make_sequence(self, renderer: TemplateRenderer) -> Sequence:
        runner = _runner(self._loop, self._request.model)
        from desk_llm.engine.sampling import prepare  # its grammars are not for the window's start

        request = replace(self._request, sampling=prepare(self._request.sampling))
        tokens = build_prompt(request, runner, renderer)
        if len(tokens) >= runner.info.n_ctx:
            raise ContextTooLong(
                QT_TRANSLATE_NOOP(
                    "errors",
                    "The conversation has {prompt_tokens} tokens, the context holds {n_ctx}.",
                ),
                QT_TRANSLATE_NOOP(
                    "errors", "Shorten the message, start a new chat, or raise the context length."
                ),
                prompt_tokens=len(tokens),
                n_ctx=runner.info.n_ctx,
            )
        detokenizer = Detokenizer(runner.piece, stop_strings(request, runner))
        n_ctx = runner.info.n_ctx
        params = runner.info.params
        repeats = bool(runner.n_drafts) and (params is None or params.speculate)
        drafter = Drafter(tokens) if repeats else None
        sequence = Sequence(
            request, self.generation, tokens, detokenizer, self._t_submit, n_ctx, drafter
        )
        host = self._loop.host(request.model)
        if host is not None:
            sequence.stored = host.find_stored(request, tokens)
        return sequence
