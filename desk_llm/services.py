"""Builds every service once, in order, and closes them in reverse: the composition root.

`Core` is what a headless verb needs (settings, engine, library, loader, hub); `Services` adds what
the window needs (history, chat, telemetry). Nothing heavy happens here: the engine starts its
thread with the first load, the library reads folders when it is refreshed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from desk_llm.chat.service import ChatService
from desk_llm.chat.store import ConversationStore
from desk_llm.downloads.service import Downloads
from desk_llm.downloads.types import Download, DownloadState
from desk_llm.engine.engine import Engine
from desk_llm.engine.kv.store import KvStore
from desk_llm.engine.types import DeviceInfo, ModelInfo
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, DiskProblem
from desk_llm.hub.hub import Hub
from desk_llm.hub.tokens import Tokens
from desk_llm.models.fit.forecast import MachineSpeed
from desk_llm.models.fit.read_share import read_share
from desk_llm.models.fit.service import FitService
from desk_llm.models.library.library import Library
from desk_llm.models.library.places import other_apps
from desk_llm.models.loading.loader import Loader
from desk_llm.models.presets.store import PresetStore
from desk_llm.paths import Paths
from desk_llm.settings import SettingsStore
from desk_llm.storage.database import Database
from desk_llm.telemetry.devices import as_of_now
from desk_llm.telemetry.history import SpeedHistory
from desk_llm.telemetry.sampler import Sampler
from desk_llm.telemetry.speed_test import SpeedTest
from desk_llm.telemetry.watch import Watch, all_weights

if TYPE_CHECKING:
    from desk_llm.benchmark.service import BenchmarkService


@dataclass(frozen=True, slots=True)
class Core:
    """Models and the engine; what `desk-llm chat` runs on."""

    paths: Paths
    settings: SettingsStore
    engine: Engine
    library: Library
    loader: Loader
    presets: PresetStore
    tokens: Tokens
    hub: Hub
    downloads: Downloads
    fit: FitService
    speeds: SpeedTest

    @classmethod
    def open(cls, paths: Paths, engine: Engine | None = None, *, keep_states: bool = False) -> Core:
        """Build; `engine` replaces the real one in tests.

        `keep_states`: conversations' KV states and the queue of downloads are kept on disk, by
        one process at a time.
        """
        settings = SettingsStore(paths.settings)
        if engine is None:
            engine = Engine(kv_store=_kv_store(settings, paths) if keep_states else None)
        library = _library(settings, paths, lambda: _targets(downloads, settings, paths))
        presets = PresetStore(paths.presets)
        loader = Loader(engine, library, settings, paths.cache, presets=presets)
        fit = FitService(
            engine,
            paths.cache,
            presets,
            settings=lambda: settings.current.engine,
            loaded=lambda: loader.loaded,
        )
        loader.loaded_changed.connect(fit.look)
        speeds = SpeedTest(paths.cache, lambda: engine.stats().devices)
        fit.machine = lambda: MachineSpeed(speeds.figures.bytes_s, speeds.figures.flop_s)
        speeds.changed.connect(lambda _figures: fit.refresh())
        tokens = Tokens(paths.data)
        hub = Hub(settings, tokens, paths.cache / "headers")
        downloads = Downloads(
            settings,
            tokens,
            models_folder=lambda: _models_folder(settings, paths),
            state=paths.downloads if keep_states else None,
            existing=lambda file: library.existing(file.sha256, file.size_bytes),
        )
        downloads.finished.connect(
            lambda download: _take_in(library, download, _models_folder(settings, paths))
        )
        return cls(
            paths, settings, engine, library, loader, presets, tokens, hub, downloads, fit, speeds
        )

    def read_share(self, info: ModelInfo) -> float | None:
        """The part of a loaded model's weights that a token reads; None: nobody knows."""
        for loaded in self.loader.loaded:
            header = loaded.file.info
            if loaded.info.key == info.key and header is not None:
                return read_share(header)
        return all_weights(info)

    def close(self) -> None:
        """Pause what is fetched, abort what runs and free the models."""
        self.library.close()
        self.downloads.close()
        self.speeds.close()
        self.loader.close()
        self.fit.close()
        self.engine.close()
        self.presets.close()
        self.settings.close()


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the window works with. `problems` are told to the person once it is open."""

    core: Core
    database: Database
    store: ConversationStore
    chat: ChatService
    telemetry: Sampler
    watch: Watch
    problems: tuple[DeskError, ...]
    _benchmark: list[BenchmarkService] = field(default_factory=list)  # once it was asked for

    @classmethod
    def open(cls, paths: Paths, engine: Engine | None = None) -> Services:
        """Build; never raises: what fails becomes a problem, and the app runs without it."""
        try:
            paths.ensure()
        except OSError as error:
            database = Database.temporary(_unwritable(paths, error))
        else:
            database = Database.open_or_temporary(paths.database)
        core = Core.open(paths, engine, keep_states=True)
        core.library.watch()
        found = (database.problem, core.settings.problem, core.presets.problem)
        problems = tuple(problem for problem in found if problem is not None)
        store = ConversationStore(database)
        chat = ChatService(store, core.engine, core.loader, core.settings, presets=core.presets)
        sampler = Sampler(core.engine)
        history = SpeedHistory(database)
        watch = Watch(core.engine, history, paths.cache, core.read_share)
        sampler.sampled.connect(watch.look)
        sampler.sampled.connect(core.speeds.look)
        core.fit.speeds = history.of_model
        core.fit.devices = lambda: _devices_now(core.engine, sampler)
        return cls(core, database, store, chat, sampler, watch, problems)

    @property
    def benchmark(self) -> BenchmarkService:
        """Built when its window opens: the start need not wait for its imports. GUI thread."""
        if not self._benchmark:
            from desk_llm.benchmark.service import BenchmarkService
            from desk_llm.benchmark.store import BenchmarkStore

            runs = BenchmarkStore(self.database)
            self._benchmark.append(BenchmarkService(self.engine, self.loader, self.library, runs))
        return self._benchmark[0]

    @property
    def paths(self) -> Paths:
        return self.core.paths

    @property
    def settings(self) -> SettingsStore:
        return self.core.settings

    @property
    def engine(self) -> Engine:
        return self.core.engine

    @property
    def library(self) -> Library:
        return self.core.library

    @property
    def loader(self) -> Loader:
        return self.core.loader

    @property
    def presets(self) -> PresetStore:
        return self.core.presets

    @property
    def tokens(self) -> Tokens:
        return self.core.tokens

    @property
    def fit(self) -> FitService:
        return self.core.fit

    @property
    def hub(self) -> Hub:
        return self.core.hub

    @property
    def downloads(self) -> Downloads:
        return self.core.downloads

    @property
    def models_folder(self) -> Path:
        """Where the person's models are."""
        return _models_folder(self.settings, self.paths)

    def close(self) -> None:
        """Save the running replies, then close everything in reverse order. Idempotent."""
        for benchmark in self._benchmark:
            benchmark.close()
        self.chat.close()
        self.telemetry.close()
        self.core.close()
        self.database.close()


def _devices_now(engine: Engine, sampler: Sampler) -> tuple[DeviceInfo, ...]:
    newest = sampler.history[-1].gpus if sampler.history else ()
    return as_of_now(engine.stats().devices, newest)


def _kv_store(settings: SettingsStore, paths: Paths) -> KvStore:
    store = KvStore(paths.cache / "kv", lambda: settings.current.engine.kv_disk_mb << 20)
    settings.changed.connect(lambda _settings: store.trim())
    return store


def _library(
    settings: SettingsStore, paths: Paths, downloading: Callable[[], frozenset[Path]]
) -> Library:
    def folders() -> list[Path]:
        added = [Path(folder).expanduser() for folder in settings.current.models.folders]
        return [_models_folder(settings, paths), *added]

    return Library(
        folders,
        starter=paths.starter_models,
        extra_files=lambda: [Path(file) for file in settings.current.models.extra_files],
        others=lambda: other_apps() if settings.current.models.other_apps else (),
        downloading=downloading,
        data=paths.data,
        cache=paths.cache,
    )


def _targets(downloads: Downloads, settings: SettingsStore, paths: Paths) -> frozenset[Path]:
    """Files that unfinished downloads will bring."""
    unfinished = (one for one in downloads.all if one.state is not DownloadState.DONE)
    folder = _models_folder(settings, paths)
    return frozenset(folder / file.target for one in unfinished for file in one.spec.files)


def _take_in(library: Library, download: Download, folder: Path) -> None:
    """A download was proven: the library lists it, and knows its digest."""
    for file in download.spec.files:
        library.learn_digest(folder / file.target, file.sha256)
    library.refresh()


def _models_folder(settings: SettingsStore, paths: Paths) -> Path:
    folder = settings.current.models.folder
    return Path(folder).expanduser() if folder else paths.models


def _unwritable(paths: Paths, error: OSError) -> DiskProblem:
    return DiskProblem(
        QT_TRANSLATE_NOOP("errors", "The data folder {folder} cannot be written."),
        QT_TRANSLATE_NOOP(
            "errors", "Chats of this session are not kept. Check its permissions and free space."
        ),
        str(error),
        folder=paths.data,
    )
