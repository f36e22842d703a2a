"""BenchmarkService: one benchmark at a time on a thread of its own, and the runs that were kept."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, replace

from desk_llm.benchmark import checks
from desk_llm.benchmark.control import RunControl
from desk_llm.benchmark.store import BenchmarkStore
from desk_llm.benchmark.types import BenchmarkRun, Progress, Result, Spec, SpeedResult
from desk_llm.engine.engine import Engine
from desk_llm.errors import (
    QT_TRANSLATE_NOOP,
    Cancelled,
    DeskError,
    EngineError,
    EngineStopped,
    RequestError,
)
from desk_llm.events import Event
from desk_llm.models.library.library import Library
from desk_llm.models.loading.loader import Loader

log = logging.getLogger("desk.benchmark")


@dataclass(frozen=True, slots=True)
class RunState:
    """What goes on; `result` grows while it runs. `spec` None: nothing runs."""

    spec: Spec | None = None
    progress: Progress | None = None
    result: Result | None = None


class BenchmarkService:
    """Methods return at once and may be called on any thread; `changed` comes from the run's."""

    def __init__(
        self, engine: Engine, loader: Loader, library: Library, store: BenchmarkStore
    ) -> None:
        self.changed: Event[RunState] = Event()
        self.store = store
        self._engine = engine
        self._loader = loader
        self._library = library
        self._state = RunState()
        self._lock = threading.Lock()
        self._control: RunControl | None = None
        self._thread: threading.Thread | None = None
        self._is_closed = False

    @property
    def state(self) -> RunState:
        """The newest news."""
        return self._state

    def start(self, spec: Spec, api_key: str = "", *, is_kept: bool = True) -> Future[BenchmarkRun]:
        """Run it. The future has the run, also a stopped one that has a result; or a DeskError."""
        future: Future[BenchmarkRun] = Future()
        future.set_running_or_notify_cancel()
        try:
            checks.check(spec)
            self._begin(spec, api_key, is_kept, future)
        except DeskError as error:
            future.set_exception(error)
        return future

    def cancel(self) -> None:
        """End the run within a second; what was measured is kept."""
        control = self._control
        if control is not None:
            control.cancel()

    def close(self, timeout: float = 3.0) -> None:
        """End the run and wait for it. Idempotent."""
        with self._lock:
            self._is_closed = True
            thread = self._thread
            control = self._control
        if control is not None:
            control.close()
        if thread is not None:
            thread.join(timeout)

    def _begin(self, spec: Spec, api_key: str, is_kept: bool, future: Future[BenchmarkRun]) -> None:
        with self._lock:
            if self._is_closed:
                raise EngineStopped(QT_TRANSLATE_NOOP("errors", "The engine has stopped."))
            if self._control is not None:
                raise _busy()
            self._control = RunControl(self._on_progress, self._on_result)
            self._state = RunState(spec)
            self._thread = threading.Thread(
                target=self._work,
                args=(spec, api_key, is_kept, self._control, future),
                name="benchmark",
                daemon=True,
            )
            self._thread.start()

    # ── the run's thread ─────────────────────────────────────────────────

    def _work(
        self,
        spec: Spec,
        api_key: str,
        is_kept: bool,
        control: RunControl,
        future: Future[BenchmarkRun],
    ) -> None:
        self.changed.emit(self._state)
        try:
            run = self._measure(spec, api_key, control, is_kept)
        except DeskError as error:
            self._end()
            future.set_exception(error)
        except Exception as error:
            log.exception("the benchmark failed")
            self._end()
            future.set_exception(_unexpected(error))
        else:
            self._end()
            future.set_result(run)

    def _measure(
        self, spec: Spec, api_key: str, control: RunControl, is_kept: bool
    ) -> BenchmarkRun:
        # asyncio, psutil and hashes: what the start of the window does not need.
        from desk_llm.benchmark.measuring import Measurement

        measurement = Measurement(self._engine, self._loader, self._library, spec, control)
        started = time.perf_counter()

        def record(*, is_complete: bool) -> BenchmarkRun:
            run = replace(
                measurement.run,
                result=self._state.result or measurement.run.result,
                is_complete=is_complete,
                seconds=time.perf_counter() - started,
            )
            return self._keep(run) if is_kept else run

        try:
            measurement.measure(api_key)
        except Cancelled:
            if self._state.result is None:
                raise
            return record(is_complete=False)
        except DeskError:
            if self._state.result is not None and has_figures(self._state.result):
                record(is_complete=False)  # an error at the last level does not cost the others
            raise
        return record(is_complete=True)

    def _keep(self, run: BenchmarkRun) -> BenchmarkRun:
        """A full disk costs the memory of a run, not the run."""
        try:
            return self.store.add(run).result()
        except DeskError as error:
            log.warning("a benchmark was not kept: %s", error)
            return run

    def _end(self) -> None:
        with self._lock:
            self._control = None
            self._thread = None
            self._state = RunState()
        self.changed.emit(self._state)

    def _on_progress(self, progress: Progress) -> None:
        self._tell(replace(self._state, progress=progress))

    def _on_result(self, result: Result) -> None:
        self._tell(replace(self._state, result=result))

    def _tell(self, state: RunState) -> None:
        self._state = state
        self.changed.emit(state)


def has_figures(result: Result) -> bool:
    """At least one measurement succeeded."""
    if isinstance(result, SpeedResult):
        return bool(result.rows)
    return any(row.n_ok for row in result.rows)


def _busy() -> RequestError:
    return RequestError(
        QT_TRANSLATE_NOOP("errors", "A benchmark is running already."),
        QT_TRANSLATE_NOOP("errors", "Wait for its end, or stop it."),
    )


def _unexpected(error: Exception) -> EngineError:
    return EngineError(
        QT_TRANSLATE_NOOP("errors", "The benchmark met an unexpected problem."),
        QT_TRANSLATE_NOOP("errors", "Try again; the log has the details."),
        f"{type(error).__name__}: {error}",
    )
