"""Loader: several models are loaded, one at a time, and unloaded when nobody needs them."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from desk_llm.engine.engine import Engine
from desk_llm.engine.loop import engine_stopped
from desk_llm.engine.probe.probe import Probe
from desk_llm.engine.threads import OtherLoad, physical_cores
from desk_llm.engine.types import EngineStats, ModelInfo
from desk_llm.errors import DeskError, ModelNotFound
from desk_llm.events import Event
from desk_llm.models.fit.free import available_ram
from desk_llm.models.library.library import Library
from desk_llm.models.loading.attempt import Attempt, ProbePort, Surroundings
from desk_llm.models.loading.job import Job, done, failed, load_cancelled, unexpected
from desk_llm.models.loading.plan import wanted_params
from desk_llm.models.loading.resident import Resident
from desk_llm.models.loading.room import Room
from desk_llm.models.loading.trials import TrialStore
from desk_llm.models.loading.wishes import Wish, Wishes
from desk_llm.models.presets.apply import with_load
from desk_llm.models.presets.store import PresetStore
from desk_llm.models.presets.types import Preset
from desk_llm.models.types import LoadedModel, LoadPhase, LoadState, ModelFile
from desk_llm.settings import EngineSettings, SettingsStore

log = logging.getLogger("desk.models")

PROGRESS_STEP = 0.01
IDLE_LOOK_S = 15.0
_ROOM_LOOK_S = 0.1


class Loader:
    """Methods return at once and may be called on any thread.

    The work is done on a thread of its own, which reads headers, tries new files in a child
    process and waits for the engine. `changed` tells of the load under way or else of the model
    that was asked for last, `loaded_changed` of all that are loaded. Both come from that thread,
    from the engine's (progress), or from the caller's.
    """

    def __init__(  # noqa: PLR0913 - the last three are for tests
        self,
        engine: Engine,
        library: Library,
        settings: SettingsStore,
        cache: Path | None = None,
        *,
        presets: PresetStore | None = None,
        make_probe: Callable[[], ProbePort] = Probe,
        free_ram: Callable[[], int] = available_ram,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.changed: Event[LoadState] = Event()
        self.loaded_changed: Event[tuple[LoadedModel, ...]] = Event()
        self._engine = engine
        self._library = library
        self._settings = settings
        self._wishes = Wishes(presets)
        self._trials = TrialStore(cache / "trials.json" if cache is not None else None)
        self._probe = make_probe()
        self._state = LoadState()
        self._jobs: dict[str, Job] = {}  # by model, in the order of their turns
        self._lock = threading.RLock()  # held while telling, so that news arrive in order
        self._resident = Resident(engine.is_busy, clock)
        self._room = Room(engine, self._resident, free_ram, self._drop)
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self._disconnect = engine.changed.connect(self._on_engine_changed)

    @property
    def state(self) -> LoadState:
        """The newest news."""
        return self._state

    @property
    def loaded(self) -> tuple[LoadedModel, ...]:
        """All loaded models, the most recently asked for first."""
        with self._lock:
            return self._resident.all

    def ensure(self, model_id: str, *, is_choice: bool = False) -> Future[ModelInfo]:
        """Load a model if it is not; the future raises a DeskError.

        Loads wait for each other; a choice ends the choice before it. Changed engine settings, or
        a changed preset, load the model again, unless it is just writing a reply.
        """
        file = self._listed(model_id)
        model_id = model_id if file is None else file.id
        with self._lock:
            if self._is_closed:
                return failed(engine_stopped())
            if is_choice:
                self._end_other_choices(model_id)
            job = self._jobs.get(model_id)
            if job is not None:
                job.is_choice &= is_choice
                return job.future
            settings, wish = self._settings.current.engine, self._wishes.of(model_id)
            loaded = self._resident.get(model_id)
            if loaded is not None and self._serves(loaded, settings, wish.preset):
                self._resident.touch(model_id)
                if not self._jobs:
                    self._tell(replace(loaded.state, warnings=()))
                return done(loaded.info)
            job = self._jobs[model_id] = Job(model_id, settings, wish, is_choice)
            if len(self._jobs) == 1:
                self._tell(LoadState(LoadPhase.LOADING, file))
            self._do(lambda: self._run(job))
            return job.future

    def load_with(self, model_id: str, wish: Wish) -> Future[ModelInfo]:
        """Load a model, as a choice, by this preset instead of its own; also in later loads.

        A load of it that is under way ends. `wish.anyway` leaves nothing of it to the plan.
        """
        file = self._listed(model_id)
        model_id = model_id if file is None else file.id
        with self._lock:
            self._wishes.make(model_id, wish)
            if wish.anyway:  # it may be loaded smaller than it is wished for
                self.unload(model_id)
            self.cancel(model_id)
            return self.ensure(model_id, is_choice=True)

    def wish(self, model_id: str) -> Wish:
        """How a model is loaded now: by a wish, else by its preset."""
        return self._wishes.of(model_id)

    def forget_wish(self, model_id: str) -> None:
        """By its preset again, from the next load on."""
        self._wishes.forget(model_id)

    def cancel(self, model_id: str | None = None) -> None:
        """End the load of one model, or all loads; their futures raise Cancelled."""
        with self._lock:
            for job in tuple(self._jobs.values()):
                if model_id is None or job.model_id == model_id:
                    self._cancel(job)

    def unload(self, model_id: str | None = None) -> Future[None]:
        """Free one model, or all; also ends their loads."""
        freed: Future[None] = Future()
        freed.set_running_or_notify_cancel()
        with self._lock:
            self.cancel(model_id)
            ids = [one.file.id for one in self._resident.all if model_id in {None, one.file.id}]

            def work() -> None:
                for one in ids:
                    self._free(one)
                freed.set_result(None)

            for one in ids:
                self._resident.remove(one)
            if ids:
                self._tell_loaded()
            if self._is_closed:
                freed.set_result(None)
            else:
                self._do(work)
        return freed

    def unload_idle(self) -> None:
        """Free the models that wrote nothing for as long as the settings say; loader's thread."""
        with self._lock:
            ids = [one.file.id for one in self._resident.all if self._is_idle(one.file.id)]
        for one in ids:
            log.info("%s was idle for too long", one)
            self._drop(one)

    def _is_idle(self, model_id: str) -> bool:
        general = self._settings.current.engine
        minutes = with_load(self._wishes.of(model_id).preset, general).unload_after_min
        idle_s = self._resident.idle_s(model_id)
        return minutes > 0 and idle_s >= minutes * 60

    def close(self) -> None:
        """End the loads and the thread; the engine frees the models itself. Idempotent."""
        self._disconnect()
        with self._lock:
            self._is_closed = True
            for job in tuple(self._jobs.values()):
                self._cancel(job)
            self._tasks.put(None)
        self._probe.close()

    # ── under the lock ───────────────────────────────────────────────────

    def _serves(self, loaded: LoadedModel, settings: EngineSettings, preset: Preset) -> bool:
        if self._engine.is_busy(loaded.file.id):
            return True
        file, info = loaded.file, loaded.file.info
        return info is None or loaded.wanted == wanted_params(
            file, info, settings, loaded.wanted.fingerprint, preset
        )

    def _end_other_choices(self, model_id: str) -> None:
        for job in tuple(self._jobs.values()):
            if job.is_choice and job.model_id != model_id:
                self._cancel(job)

    def _cancel(self, job: Job) -> None:
        job.cancelled.set()
        self._settle(job)
        job.future.set_exception(load_cancelled())
        if not self._jobs:
            self._tell_rest()

    def _settle(self, job: Job) -> None:
        if self._jobs.get(job.model_id) is job:
            del self._jobs[job.model_id]

    def _tell(self, state: LoadState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit(state)

    def _tell_rest(self) -> None:
        """Nothing is loading: the model that was asked for last, or none."""
        newest = self._resident.newest
        self._tell(replace(newest.state, warnings=()) if newest is not None else LoadState())

    def _tell_loaded(self) -> None:
        if not self._jobs and self._state.phase is LoadPhase.READY:
            model = self._state.model
            if model is None or self._resident.get(model.id) is None:
                self._tell_rest()
        self.loaded_changed.emit(self._resident.all)

    def _do(self, task: Callable[[], None]) -> None:
        self._tasks.put(task)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="loader", daemon=True)
            self._thread.start()

    # ── the loader's thread ──────────────────────────────────────────────

    def _work(self) -> None:
        physical_cores()  # known before the engine asks: it shall not read files
        while True:
            try:
                task = self._tasks.get(timeout=IDLE_LOOK_S)
                if task is None:
                    return
            except queue.Empty:
                task = self.unload_idle
            try:
                task()
            except Exception:
                log.exception("the loader failed")

    def _run(self, job: Job) -> None:
        try:
            loaded = self._load(job)
        except DeskError as error:
            self._fail(job, error)
        except Exception as error:
            log.exception("loading %s failed", job.model_id)
            self._fail(job, unexpected(error))
        else:
            self._succeed(job, loaded)

    def _load(self, job: Job) -> LoadedModel:
        file = self._library.find(job.model_id)
        with self._lock:
            if job.cancelled.is_set():
                raise load_cancelled()
            self._tell(LoadState(LoadPhase.LOADING, file))
        around = Surroundings(
            engine=self._engine,
            trials=self._trials,
            probe=self._probe,
            make_room=lambda need: self._room.make(need, lambda names: self._wait(job, names)),
            on_progress=lambda value: self._on_progress(job, value),
            is_cancelled=job.cancelled.is_set,
        )
        attempt, other_load = Attempt(file, job.settings, job.wish, around), OtherLoad()
        self._drop(file.id)  # loaded with other settings; the header is fine, so it may go
        loaded = attempt.run()
        others = other_load.cores()
        if others is not None:
            self._engine.make_way(others, at_once=True)
        return loaded

    def _wait(self, job: Job, names: str) -> None:
        """Models that write replies are in the way: say so, and give them a moment."""
        with self._lock:
            if not job.cancelled.is_set():
                self._tell(replace(self._state, waits_for=names))
        if job.cancelled.wait(_ROOM_LOOK_S):
            raise load_cancelled()

    def _drop(self, model_id: str) -> None:
        with self._lock:
            if self._resident.remove(model_id) is None:
                return
            self._tell_loaded()
        self._free(model_id)

    def _free(self, model_id: str) -> None:
        self._engine.unload(model_id).result()

    def _on_progress(self, job: Job, value: float) -> None:
        """Loader's or engine's thread."""
        if value - job.progress >= PROGRESS_STEP:
            with self._lock:
                job.progress = value
                if not job.cancelled.is_set():
                    self._tell(replace(self._state, progress=min(value, 1.0), waits_for=""))

    def _succeed(self, job: Job, loaded: LoadedModel) -> None:
        with self._lock:
            if not job.cancelled.is_set():
                self._settle(job)
                self._resident.add(loaded)
                self._tell(loaded.state)
                self._tell_loaded()
                job.future.set_result(loaded.info)
                return
        self._free(loaded.file.id)  # cancelled too late for the engine

    def _fail(self, job: Job, error: DeskError) -> None:
        with self._lock:
            if job.cancelled.is_set():
                return
            self._settle(job)
            self._tell(LoadState(LoadPhase.FAILED, self._state.model, error=error))
            job.future.set_exception(error)

    # ── news from the engine, and names ──────────────────────────────────

    def _on_engine_changed(self, stats: EngineStats) -> None:
        """The engine closed, or lost models by itself."""
        with self._lock:
            there = {info.key for info in stats.models}
            lost = [one.file.id for one in self._resident.all if one.info.key not in there]
            for one in lost:
                self._resident.remove(one)
            if lost:
                self._tell_loaded()

    def _listed(self, name: str) -> ModelFile | None:
        with contextlib.suppress(ModelNotFound):
            return self._library.get(name)
        return None
