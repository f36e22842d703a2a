"""EngineLoop: the engine thread: commands → a step of every loaded model → stats → wait.

submit ─▶ prepare thread ─▶ commands ─┐
load, unload ────────────────────────▶├─▶ run() ─▶ Host.step() ─▶ Generation
abort ─── flag on the sequence ──────▶┘
"""

from __future__ import annotations

import collections
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future

from desk_llm.engine import breadcrumb
from desk_llm.engine.breadcrumb import COMPUTING, LOADING
from desk_llm.engine.host import Host, StepLog
from desk_llm.engine.kv.store import KvStore
from desk_llm.engine.runner import ModelRunner, RunnerFactory
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.types import EngineStats, LoadParams, ModelInfo
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, EngineError, EngineStopped

log = logging.getLogger("desk.engine")

STATS_EVERY_S = 0.1
DEVICES_EVERY_S = 1.0
N_STEPS = 1024  # remembered for the latency strip


def engine_stopped() -> EngineStopped:
    """The error of everything that is asked of a closed engine."""
    return EngineStopped(QT_TRANSLATE_NOOP("errors", "The engine has stopped."))


def model_not_loaded() -> EngineStopped:
    """The error of a request for a model that is not (or no longer) loaded."""
    return EngineStopped(
        QT_TRANSLATE_NOOP("errors", "The model is not loaded."),
        QT_TRANSLATE_NOOP("errors", "Choose a model first."),
    )


class EngineLoop:
    """Owns all native state. Methods without a note may be called on any thread."""

    def __init__(
        self,
        make_factory: Callable[[], RunnerFactory],
        publish: Callable[[EngineStats], None],
        kv_store: KvStore | None = None,
    ) -> None:
        self._make_factory = make_factory
        self._kv_store = kv_store
        self._publish_stats = publish
        self._factory: RunnerFactory | None = None
        self._breadcrumb = breadcrumb.current()
        self._hosts: dict[str, Host] = {}
        self._stepping: tuple[Host, ...] = ()  # the values of _hosts: steps must not copy them
        self._current: Host | None = None  # the newest loaded model: what the panel shows
        self._commands: collections.deque[Callable[[], None]] = collections.deque()
        self._wake = threading.Event()
        self._is_stopping = False
        self.steps: StepLog = collections.deque(maxlen=N_STEPS)
        self._stats = EngineStats()
        self._next_stats = 0.0
        self._next_devices = 0.0

    def host(self, key: str) -> Host | None:
        """The host of a loaded model."""
        return self._hosts.get(key)

    @property
    def n_waiting(self) -> int:
        """Requests without a slot, of all models."""
        return sum(len(host.scheduler.waiting) for host in self._stepping)

    def move(self, request_id: str, before: str | None) -> None:
        """Reorder the queue; engine thread."""
        for host in self._stepping:
            if host.scheduler.waiting.move(request_id, before):
                self._update_stats(time.perf_counter())

    def disown(self, conversation: str) -> None:
        """A conversation was deleted; engine thread."""
        for host in self._stepping:
            host.prefixes.disown(conversation)

    def post(self, command: Callable[[], None]) -> None:
        """Run `command` on the engine thread before its next step."""
        self._commands.append(command)
        self._wake.set()

    def make_way(self, others: float, *, at_once: bool) -> None:
        """Other programs use so many cores; engine thread."""
        for host in self._stepping:
            host.runner.make_way(others, at_once=at_once)

    def wake(self) -> None:
        """Make the loop look again: a sequence was aborted."""
        self._wake.set()

    def stop(self) -> None:
        """End `run` after the current step."""
        self._is_stopping = True
        for host in tuple(self._hosts.values()):
            host.interrupt()
        self._wake.set()

    # ── the engine thread ────────────────────────────────────────────────

    def run(self) -> None:
        """The thread's main function."""
        try:
            while not self._is_stopping:
                self._turn()
        finally:
            self._shut_down()

    def _turn(self) -> None:
        while self._commands and not self._is_stopping:
            self._commands.popleft()()
        has_worked = False
        for host in self._stepping:
            has_worked |= self._step(host)
        now = time.perf_counter()
        if not has_worked:
            self._update_stats(now)
            for host in self._stepping:
                host.prefixes.save_resting(now)
            self._wake.wait(timeout=DEVICES_EVERY_S)
            self._wake.clear()
        elif now >= self._next_stats:
            self._update_stats(now)

    def _step(self, host: Host) -> bool:
        info = host.runner.info
        self._breadcrumb.begin(COMPUTING, info.key, info.path)
        try:
            return host.step()
        except Exception as error:
            log.exception("engine step failed")
            host.fail_all(_internal_error(error))
            return True
        finally:
            self._breadcrumb.end()

    def load(
        self,
        params: LoadParams,
        on_progress: Callable[[float], bool] | None,
        future: Future[ModelInfo],
    ) -> None:
        """Load a model; engine thread."""
        if not future.set_running_or_notify_cancel():
            return
        if self._is_stopping:
            future.set_exception(engine_stopped())
            return
        try:
            self._unload(params.key)
            runner = self._open(params, on_progress)
        except DeskError as error:
            future.set_exception(error)
            return
        except Exception as error:
            log.exception("load failed")
            future.set_exception(_internal_error(error))
            return
        self._current = self._hosts[params.key] = Host(runner, self.steps, self._kv_store)
        self._stepping = tuple(self._hosts.values())
        self._update_stats(time.perf_counter(), devices=True)
        future.set_result(runner.info)

    def _open(self, params: LoadParams, on_progress: Callable[[float], bool] | None) -> ModelRunner:
        def report(value: float) -> bool:
            self._breadcrumb.advance()
            return on_progress is None or on_progress(value)

        self._breadcrumb.begin(LOADING, params.key, params.path)
        try:
            return self._get_factory().load(params, report)
        finally:
            self._breadcrumb.end()

    def unload(self, key: str, future: Future[None]) -> None:
        """Free a model; engine thread."""
        if future.set_running_or_notify_cancel():
            self._unload(key)
            self._update_stats(time.perf_counter(), devices=True)
            future.set_result(None)

    def _unload(self, key: str) -> None:
        host = self._hosts.pop(key, None)
        if host is None:
            return
        self._stepping = tuple(self._hosts.values())
        host.close()
        if host is self._current:
            self._current = next(reversed(self._hosts.values()), None)

    def add(self, key: str, sequence: Sequence) -> None:
        """Queue a prepared request; engine thread."""
        host = self._hosts.get(key)
        if host is None:
            sequence.generation.fail(model_not_loaded())
        else:
            host.add(sequence)

    def _get_factory(self) -> RunnerFactory:
        # Made here, not in __init__: the import of llama.cpp belongs on this thread.
        if self._factory is None:
            self._factory = self._make_factory()
        return self._factory

    def prepare_devices(self) -> None:
        """Load llama.cpp, so that the stats name the GPUs before any model is loaded."""
        try:
            self._get_factory()
        except DeskError as error:
            log.error("%s", error)  # noqa: TRY400  the sentence says it all
            return
        self._update_stats(time.perf_counter(), devices=True)

    def _update_stats(self, now: float, *, devices: bool = False) -> None:
        self._next_stats = now + STATS_EVERY_S
        host = self._current
        gpus = self._stats.devices
        if self._factory is not None and (devices or (gpus and now >= self._next_devices)):
            gpus = self._factory.devices()
            self._next_devices = now + DEVICES_EVERY_S
        base = EngineStats(devices=gpus, started=self._factory is not None)
        self._stats = base if host is None else _host_stats(base, host, self._hosts.values(), now)
        self._publish_stats(self._stats)

    def _shut_down(self) -> None:
        for key in tuple(self._hosts):
            self._unload(key)
        for command in tuple(self._commands):  # each tells its client that the engine stopped
            command()


def _internal_error(error: Exception) -> EngineError:
    return EngineError(
        QT_TRANSLATE_NOOP("errors", "The engine met an unexpected problem."),
        QT_TRANSLATE_NOOP("errors", "Try again; the log has the details."),
        f"{type(error).__name__}: {error}",
    )


def _host_stats(
    base: EngineStats, host: Host, hosts: collections.abc.Collection[Host], now: float
) -> EngineStats:
    scheduler, info = host.scheduler, host.runner.info
    slots = scheduler.slot_infos()
    return EngineStats(
        model=info,
        running=sum(len(one.scheduler.running) for one in hosts),
        waiting=sum(len(one.scheduler.waiting) for one in hosts),
        slots=slots,
        n_ctx=info.n_ctx,
        ctx_used=max((slot.n_past for slot in slots), default=0),
        decode_tok_s=sum(one.rate.rate(now) for one in hosts),
        prefill_tok_s=host.newest_timings.prefill_tok_s,
        ttft_s=host.newest_timings.ttft_s,
        last=host.last_timings,
        last_usage=host.last_usage,
        tokens_generated=sum(one.n_generated for one in hosts),
        devices=base.devices,
        started=base.started,
        models=tuple(one.runner.info for one in hosts),
        queue=tuple(
            item for one in hosts for item in one.scheduler.queue_items(one.runner.info.key, now)
        ),
        n_draft=sum(one.n_draft for one in hosts),
        n_accepted=sum(one.n_accepted for one in hosts),
    )
