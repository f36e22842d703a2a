"""Loader: at most one model is loaded, the newest wish wins, and the news of it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from desk_llm.engine.engine import Engine
from desk_llm.engine.loop import engine_stopped
from desk_llm.engine.types import EngineStats, ModelInfo
from desk_llm.errors import (
    QT_TRANSLATE_NOOP,
    Cancelled,
    DeskError,
    EngineError,
    ModelNotFound,
    OutOfMemory,
    Unsupported,
)
from desk_llm.events import Event
from desk_llm.models.gguf import read_gguf
from desk_llm.models.library import Library
from desk_llm.models.plan import Plan, make_plan, make_smaller
from desk_llm.models.types import GgufInfo, LoadPhase, LoadState, ModelFile
from desk_llm.settings import EngineSettings, SettingsStore

log = logging.getLogger("desk.models")

PROGRESS_STEP = 0.01


@dataclass(slots=True, eq=False)
class _Job:
    """One wish for a model; its future is settled exactly once, under the loader's lock."""

    model_id: str
    settings: EngineSettings
    future: Future[ModelInfo] = field(default_factory=Future)
    is_cancelled: bool = False
    progress: float = 0.0

    def __post_init__(self) -> None:
        self.future.set_running_or_notify_cancel()  # clients share it: `Loader.cancel` ends it


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What the engine holds, and the settings it was loaded with."""

    file: ModelFile
    info: ModelInfo
    settings: EngineSettings
    warning: DeskError | None

    @property
    def state(self) -> LoadState:
        return LoadState(LoadPhase.READY, self.file, 1.0, self.info, warning=self.warning)


class Loader:
    """Methods return at once and may be called on any thread.

    The work is done on a thread of its own, which reads headers and waits for the engine.
    `changed` comes from that thread, from the engine's (progress), or from the caller's.
    """

    def __init__(self, engine: Engine, library: Library, settings: SettingsStore) -> None:
        self.changed: Event[LoadState] = Event()
        self._engine = engine
        self._library = library
        self._settings = settings
        self._state = LoadState()
        self._job: _Job | None = None
        self._loaded: _Loaded | None = None
        self._lock = threading.RLock()  # held while telling, so that news arrive in order
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._disconnect = engine.changed.connect(self._on_engine_changed)

    @property
    def state(self) -> LoadState:
        """The newest news."""
        return self._state

    def ensure(self, model_id: str) -> Future[ModelInfo]:
        """Load a model if it is not; the future raises a DeskError.

        A load that is under way for another model is cancelled. Changed engine settings load the
        model again, unless it is just writing a reply.
        """
        model_id = self._listed_id(model_id)
        with self._lock:
            if self._is_closed:
                return _failed(engine_stopped())
            if self._job is not None and self._job.model_id == model_id:
                return self._job.future
            settings = self._settings.current.engine
            loaded = self._loaded
            self._cancel_job()
            if loaded is not None and self._serves(loaded, model_id, settings):
                self._tell(loaded.state)
                future: Future[ModelInfo] = Future()
                future.set_result(loaded.info)
                return future
            job = self._job = _Job(model_id, settings)
            self._tell(LoadState(LoadPhase.LOADING, self._listed(model_id)))
            self._do(lambda: self._run(job))
            return job.future

    def cancel(self) -> None:
        """End a load that is under way; its future raises Cancelled."""
        with self._lock:
            if self._job is not None:
                self._cancel_job()
                self._tell(self._loaded.state if self._loaded else LoadState())

    def unload(self) -> Future[None]:
        """Free the model; also ends a load."""
        done: Future[None] = Future()
        done.set_running_or_notify_cancel()

        def work() -> None:
            if loaded is not None:
                self._engine.unload(loaded.info.key).result()
            done.set_result(None)

        with self._lock:
            self._cancel_job()
            loaded, self._loaded = self._loaded, None
            self._tell(LoadState())
            self._do(work)
        return done

    def close(self) -> None:
        """End a load and the thread; the engine frees the model itself. Idempotent."""
        self._disconnect()
        with self._lock:
            self._is_closed = True
            self._cancel_job()
            self._tasks.put(None)

    # ── under the lock ───────────────────────────────────────────────────

    def _serves(self, loaded: _Loaded, model_id: str, settings: EngineSettings) -> bool:
        stats = self._engine.stats()
        if loaded.file.id != model_id or stats.model is None or stats.model.key != model_id:
            return False
        return loaded.settings == settings or stats.running > 0

    def _cancel_job(self) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.is_cancelled = True
            job.future.set_exception(
                Cancelled(QT_TRANSLATE_NOOP("errors", "Loading was cancelled."))
            )

    def _tell(self, state: LoadState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit(state)

    def _do(self, task: Callable[[], None]) -> None:
        self._tasks.put(task)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="loader", daemon=True)
            self._thread.start()

    # ── the loader's thread ──────────────────────────────────────────────

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except Exception:
                log.exception("the loader failed")

    def _run(self, job: _Job) -> None:
        try:
            loaded = self._load(job)
        except DeskError as error:
            self._fail(job, error)
        except Exception as error:
            log.exception("loading %s failed", job.model_id)
            self._fail(job, _unexpected(error))
        else:
            self._succeed(job, loaded)

    def _load(self, job: _Job) -> _Loaded:
        file = self._library.find(job.model_id)
        # Now, not when it was listed: it may have been replaced since.
        info = read_gguf(file.path, check_words=True)
        self._free_the_last(job, file)
        plan = make_plan(file, info, job.settings, self._engine.stats().devices, _free_ram())
        try:
            loaded = self._ask_engine(job, plan)
        except OutOfMemory as error:
            smaller = make_smaller(plan, info, self._engine.stats().devices)
            if smaller is None:
                raise
            log.warning("%s Trying %s", error, smaller.params)
            plan = smaller
            loaded = self._ask_engine(job, plan)
        warning = plan.warning or _template_warning(file, loaded)
        return _Loaded(_with_header(file, info), loaded, job.settings, warning)

    def _free_the_last(self, job: _Job, file: ModelFile) -> None:
        """Two models rarely fit. The header was fine, so the old one may go."""
        with self._lock:
            if job.is_cancelled:
                raise Cancelled(QT_TRANSLATE_NOOP("errors", "Loading was cancelled."))
            self._tell(LoadState(LoadPhase.LOADING, file))
            loaded, self._loaded = self._loaded, None
        # The engine measures the free memory of its devices at every unload, even an empty one.
        self._engine.start()
        self._engine.unload(file.id if loaded is None else loaded.info.key).result()

    def _ask_engine(self, job: _Job, plan: Plan) -> ModelInfo:
        job.progress = 0.0
        return self._engine.load(plan.params, lambda value: self._on_progress(job, value)).result()

    def _on_progress(self, job: _Job, value: float) -> bool:
        """Engine thread. False ends the load."""
        if value - job.progress >= PROGRESS_STEP:
            with self._lock:
                job.progress = value
                if not job.is_cancelled:
                    self._tell(replace(self._state, progress=min(value, 1.0)))
        return not job.is_cancelled

    def _succeed(self, job: _Job, loaded: _Loaded) -> None:
        with self._lock:
            if not job.is_cancelled:
                self._job, self._loaded = None, loaded
                self._tell(loaded.state)
                job.future.set_result(loaded.info)
                return
        self._engine.unload(loaded.info.key).result()  # cancelled too late for the engine

    def _fail(self, job: _Job, error: DeskError) -> None:
        with self._lock:
            if job.is_cancelled:
                return
            self._job = None
            self._tell(LoadState(LoadPhase.FAILED, self._state.model, error=error))
            job.future.set_exception(error)

    # ── news from the engine, and names ──────────────────────────────────

    def _on_engine_changed(self, stats: EngineStats) -> None:
        """The engine closed, or lost the model by itself."""
        with self._lock:
            if stats.model is None and self._loaded is not None:
                self._loaded = None
                if self._state.phase is LoadPhase.READY:
                    self._tell(LoadState())

    def _listed(self, name: str) -> ModelFile | None:
        try:
            return self._library.get(name)
        except ModelNotFound:
            return None

    def _listed_id(self, name: str) -> str:
        file = self._listed(name)
        return name if file is None else file.id


def _with_header(file: ModelFile, info: GgufInfo) -> ModelFile:
    return replace(file, info=info, problem=None)


def _template_warning(file: ModelFile, info: ModelInfo) -> DeskError | None:
    if info.has_chat_template:
        return None
    return Unsupported(
        QT_TRANSLATE_NOOP(
            "errors", "{name} has no chat template, so the conversation is sent as plain text."
        ),
        QT_TRANSLATE_NOOP(
            "errors", "It may be a base model that rambles; an “Instruct” file answers better."
        ),
        name=file.name,
    )


def _failed(error: DeskError) -> Future[ModelInfo]:
    future: Future[ModelInfo] = Future()
    future.set_exception(error)
    return future


def _free_ram() -> int:
    import psutil  # 10 ms that the start of the window does not need

    return int(psutil.virtual_memory().available)


def _unexpected(error: Exception) -> EngineError:
    return EngineError(
        QT_TRANSLATE_NOOP("errors", "Loading met an unexpected problem."),
        QT_TRANSLATE_NOOP("errors", "Try again; the log has the details."),
        f"{type(error).__name__}: {error}",
    )
