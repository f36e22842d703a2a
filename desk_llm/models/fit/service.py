"""FitService: what a file needs here, where it would run and how fast. The room's front door."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from desk_llm.engine.engine import Engine
from desk_llm.engine.probe.probe import Probe
from desk_llm.engine.types import DeviceInfo, LoadParams
from desk_llm.events import Event
from desk_llm.models.fit.buffers import KV_BITS
from desk_llm.models.fit.context import Context, fit_of
from desk_llm.models.fit.forecast import MachineSpeed, SpeedSample
from desk_llm.models.fit.formula import MemoryNeed
from desk_llm.models.fit.free import available_ram, free_memory
from desk_llm.models.fit.loads_file import Load
from desk_llm.models.fit.measured import MeasuredStore
from desk_llm.models.fit.predict import Companion, by_formula, read_companion
from desk_llm.models.fit.simulations import Ask, ProbePort, Simulations
from desk_llm.models.fit.types import Fit, Free
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.loading.attempt import content_of
from desk_llm.models.loading.plan import Leeway, wanted_params
from desk_llm.models.presets.types import Preset
from desk_llm.models.types import GgufInfo, LoadedModel, ModelFile
from desk_llm.settings import EngineSettings

_AS_ASKED = Leeway(is_n_ctx_asked=False, may_quantize=False, may_shorten=False)


class HeaderPort(Protocol):
    """hub/remote_header.py: a model on a server, with a sparse file to simulate a load with."""

    @property
    def file(self) -> ModelFile:
        """As an entry of the library would be."""


class PresetPort(Protocol):
    """models/presets/store.py."""

    def get(self, model_id: str) -> Preset:
        """The preset of a model; an empty one where there is none."""

    def engine(self, model_id: str, general: EngineSettings) -> EngineSettings:
        """The general settings with the model's own over them."""


class FitService:
    """Methods return at once and may be called on any thread, also the window's.

    `quick` computes; futures come from a thread that asks a child process. They raise Cancelled
    where a newer request of the same `owner` took their place. Parameters that leave all layers
    to the GPUs are placed as the loader places them; everything else is judged as it stands.
    """

    def __init__(
        self,
        engine: Engine,
        cache: Path | None,
        presets: PresetPort | None = None,
        *,
        settings: Callable[[], EngineSettings] = EngineSettings,
        loaded: Callable[[], tuple[LoadedModel, ...]] = tuple,
        free_ram: Callable[[], int] = available_ram,
        make_probe: Callable[[], ProbePort] = Probe,
    ) -> None:
        self.changed: Event[None] = Event()  # quick answers may be others now; any thread
        # What rooms beside this one know; services.py puts it here.
        self.devices: Callable[[], tuple[DeviceInfo, ...]] = lambda: engine.stats().devices
        self.machine: Callable[[], MachineSpeed] = MachineSpeed  # may read a file
        self.speeds: Callable[[str], tuple[SpeedSample, ...]] = lambda _fingerprint: ()
        self._engine = engine
        self._presets = presets
        self._settings = settings
        self._loaded = loaded
        self._free_ram = free_ram
        self._store = MeasuredStore(cache / "loads.json" if cache is not None else None)
        self._simulations = Simulations(make_probe)
        self._machine = MachineSpeed()
        self._known_speeds: dict[str, tuple[SpeedSample, ...]] = {}
        self._companions: dict[str, Companion | None] = {}
        self._learnt: set[int] = set()
        self._has_begun = False
        self._lock = threading.Lock()

    # ── questions ────────────────────────────────────────────────────────

    def params(self, file: ModelFile) -> LoadParams:
        """What the settings and the file's preset ask for, before anything is fitted."""
        info = file.info if file.info is not None else _info_of(file)
        preset = self._presets.get(file.id) if self._presets is not None else Preset()
        print_ = self._store.print_of(file)
        return wanted_params(file, info, self._settings(), print_, preset)

    def quick(
        self,
        file: ModelFile | GgufInfo,
        params: LoadParams,
        free: Free | None = None,
        *,
        with_projector: bool = False,
    ) -> Fit:
        """By an earlier load, an earlier simulation or the formula; under a millisecond."""
        if isinstance(file, GgufInfo):
            file = ModelFile(params.key, Path(params.path), file.name, file.tensor_bytes, info=file)
        self._begin()
        if free is None:
            free = self.free_now(file.id)
        context = self._context(file, free, self._simulations.known, with_projector)
        return fit_of(context, self._with_print(file, params), _AS_ASKED)

    def exact(
        self,
        file: ModelFile,
        params: LoadParams,
        owner: str = "",
        *,
        with_projector: bool = False,
    ) -> Future[Fit]:
        """By an earlier load, else llama.cpp's own simulation."""

        def work(ask: Ask) -> Fit:
            whole = self._read(file)
            context = self._context(whole, self._free(file.id), ask, with_projector)
            return fit_of(context, self._with_print(whole, params), _AS_ASKED)

        return self._simulations.submit(owner, work)

    def best(self, file: ModelFile, owner: str = "") -> Future[Fit]:
        """The automatic setting: as many layers on the GPUs, as long a context as fits."""

        def work(ask: Ask) -> Fit:
            whole = self._read(file)
            context = self._context(whole, self._free(file.id), ask, with_projector=False)
            return fit_of(context, self.params(whole), self._leeway(file))

        return self._simulations.submit(owner, work)

    def remote(
        self, header: HeaderPort, params: LoadParams | None = None, owner: str = ""
    ) -> Future[Fit]:
        """The same for a model on a server; without `params` its best setting."""
        file = header.file
        if params is None:
            return self.best(file, owner)
        return self.exact(file, replace(params, path=str(file.path)), owner)

    def read_known(self) -> Future[None]:
        """Read what loads and the speed test taught, before the first `quick` that must know it."""
        return self._simulations.submit("", lambda _ask: self._read_known())

    def free_now(self, replacing: str = "") -> Free:
        """Bytes free now; `replacing` is the id of a loaded model that would go."""
        return free_memory(self._free_ram(), self.devices(), self._loaded(), replacing)

    @property
    def repacked(self) -> frozenset[int]:
        """The tensor types that this CPU repacks; empty before the first simulation."""
        return self._store.repacked

    # ── what loads teach ─────────────────────────────────────────────────

    def loads(self, file: ModelFile) -> tuple[Load, ...]:
        """Earlier loads of a file: what was predicted, and what they took; the newest first."""
        return self._store.loads_of(self._store.print_of(file))

    def learn(self, loaded: LoadedModel) -> None:
        """Keep what a load took beside what was predicted. Loader's thread."""
        info, params = loaded.file.info, loaded.info.params
        if info is None or params is None or not loaded.info.memory:
            return
        self._store.remember_print(loaded.file, params.fingerprint)
        self._known_speeds.pop(params.fingerprint, None)
        alone = not params.draft_path and not params.adapters
        formula = self._by_formula(info, params) if alone else ()
        simulated = loaded.need if alone and loaded.need != loaded.info.memory else ()
        self._store.add(info, params, formula, simulated, loaded.info.memory)

    def _by_formula(self, info: GgufInfo, params: LoadParams) -> MemoryNeed:
        return by_formula(info, params, self.devices(), self._store.repacked)

    def look(self, models: tuple[LoadedModel, ...]) -> None:
        """Learn from those that are new; connect it to `Loader.loaded_changed`."""
        with self._lock:
            new = [one for one in models if id(one.info) not in self._learnt]
            self._learnt = {id(one.info) for one in models}
        for one in new:
            self.learn(one)
        if new:
            self.changed.emit(None)

    def refresh(self) -> None:
        """The machine was measured, or the GPUs are others: `changed` follows."""
        self._simulations.submit("", lambda _ask: self._look_around())

    def close(self) -> None:
        """End the thread and its child. Idempotent."""
        self._simulations.close()

    def _begin(self) -> None:
        """Let the service's thread read what earlier loads taught, and look for GPUs."""
        if not self._has_begun:
            self._has_begun = True
            self.refresh()

    # ── parts ────────────────────────────────────────────────────────────

    def _context(self, file: ModelFile, free: Free, simulate: Ask, with_projector: bool) -> Context:
        return Context(
            file=file,
            free=free,
            store=self._store,
            simulate=simulate,
            companion=self._companion,
            machine=self._machine,
            speeds=self._known_speeds.get(self._store.print_of(file), ()),
            with_projector=with_projector,
        )

    def _companion(self, path: str) -> Companion | None:
        """Its header is read once, and again with every exact answer."""
        if path not in self._companions:
            self._companions[path] = read_companion(path)
        return self._companions[path]

    def _leeway(self, file: ModelFile) -> Leeway:
        settings = self._settings()
        if self._presets is not None:
            settings = self._presets.engine(file.id, settings)
        return Leeway(settings.n_ctx is not None, settings.kv_type not in KV_BITS)

    def _with_print(self, file: ModelFile, params: LoadParams) -> LoadParams:
        if params.fingerprint or params.adapters:
            return params
        return replace(params, fingerprint=self._store.print_of(file))

    # ── the service's thread ─────────────────────────────────────────────

    def _look_around(self) -> None:
        self._read_known()
        self._free("")
        self.changed.emit(None)

    def _read_known(self) -> None:
        self._store.read()
        self._machine = self.machine()

    def _read(self, file: ModelFile) -> ModelFile:
        """With its header; its content and what is known of it are read where they were not."""
        self._read_known()
        self._companions.clear()
        print_ = self._store.print_of(file)
        if not print_:
            print_ = content_of(file.path)
            self._store.remember_print(file, print_)
        if print_:
            self._known_speeds[print_] = self.speeds(print_)
        return file if file.info is not None else replace(file, info=_info_of(file))

    def _free(self, replacing: str) -> Free:
        """The GPUs are known once the engine has looked for them."""
        if not self._engine.stats().started:
            self._engine.start()
            self._engine.unload("").result()
        return self.free_now(replacing)


def _info_of(file: ModelFile) -> GgufInfo:
    if file.problem is not None:
        raise file.problem
    return read_gguf(file.path, any_kind=True)
