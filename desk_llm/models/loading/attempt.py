"""Attempt: one load from the header to the engine, down the fallback ladder where it must.

header → fingerprint → what it needs → room → plan → trial in a child → the engine
                                                 ▲          │ fails       │ out of memory
                                                 └── rung ◀─┴─────────────┘
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from desk_llm.engine.draft.params import draft_params
from desk_llm.engine.engine import Engine
from desk_llm.engine.fingerprint import fingerprint
from desk_llm.engine.probe.results import Outcome, Simulation, TrialResult
from desk_llm.engine.types import LoadParams, MemoryUse, ModelInfo
from desk_llm.errors import QT_TRANSLATE_NOOP, Cancelled, DeskError, OutOfMemory
from desk_llm.models.fit.formula import MemoryNeed, guess, total, with_weights
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.gguf.parts import part_path, split_part
from desk_llm.models.library.ollama import only_for_ollama
from desk_llm.models.loading import sentences
from desk_llm.models.loading.companions import (
    content_of_adapters,
    read_companions,
    together,
    with_adapters,
)
from desk_llm.models.loading.ladder import given_up, next_rung, start_at
from desk_llm.models.loading.plan import FreeMemory, Plan, make_plan, wanted_params
from desk_llm.models.loading.trials import TrialStore
from desk_llm.models.loading.wishes import Wish
from desk_llm.models.types import GgufInfo, LoadedModel, ModelFile, Origin
from desk_llm.settings import EngineSettings

log = logging.getLogger("desk.models")

TRIAL_SHARE = 0.5  # of the progress bar


class ProbePort(Protocol):
    """The child process that tries things out; see engine/probe."""

    def simulate(
        self, params: LoadParams, is_cancelled: Callable[[], bool]
    ) -> Simulation | None: ...

    def trial(
        self,
        params: LoadParams,
        on_progress: Callable[[float], None],
        is_cancelled: Callable[[], bool],
        work_bytes: int,
    ) -> TrialResult: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an attempt works with; `make_room` frees memory for a need and says what is free."""

    engine: Engine
    trials: TrialStore
    probe: ProbePort
    make_room: Callable[[MemoryNeed], FreeMemory]
    on_progress: Callable[[float], None]
    is_cancelled: Callable[[], bool]


class Attempt:
    """One load of one file; `run` on the loader's thread."""

    def __init__(
        self, file: ModelFile, settings: EngineSettings, wish: Wish, around: Surroundings
    ) -> None:
        self._file = file
        self._settings = settings
        self._preset = preset = wish.preset
        self._anyway = wish.anyway
        self._around = around
        # Now, not when it was listed: it may have been replaced since.
        self._info = read_gguf(file.path, check_words=True)
        self._wanted = wanted_params(file, self._info, settings, "", preset)
        self._companions = read_companions(self._info, self._wanted)
        self._print = _whole_print(self._wanted)
        self._wanted = replace(self._wanted, fingerprint=self._print)
        if self._companions.problem is not None:
            self._preset = replace(preset, draft="")
        self._progress = 0.0
        self._work_bytes = 0

    def run(self) -> LoadedModel:
        """Raises DeskError; Cancelled when it was cancelled."""
        around = self._around
        try:
            free = around.make_room(self._needs(self._with_usable_draft()))
            plan = self._plan(free)
            params = start_at(plan.params, around.trials.ladder(self._wanted, free.total))
            # Reading the file takes time, and so does clearing the memory of a long context.
            read = self._file.size_bytes + self._companions.draft_bytes
            self._work_bytes = read + sum(map(total, plan.need))
            info, params, outcome = self._climb(params, has_gpu=bool(free.devices))
        finally:
            around.probe.close()
        given = given_up(plan.params, params)
        if outcome is not None:
            around.trials.remember_ladder(
                self._wanted, given, free.total, for_memory=outcome is Outcome.NO_MEMORY
            )
        return self._loaded(info, params, plan)

    def _plan(self, free: FreeMemory) -> Plan:
        if self._anyway:
            params = self._with_usable_draft()
            return Plan(params, self._needs(params))
        return make_plan(
            self._file, self._info, self._settings, free, self._needs, self._print, self._preset
        )

    def _climb(
        self, params: LoadParams, *, has_gpu: bool
    ) -> tuple[ModelInfo, LoadParams, Outcome | None]:
        """Try, and give something up at every failure; the newest failure is told as well."""
        newest: Outcome | None = None
        while True:
            result = self._trial(params)
            if result.outcome is Outcome.OK:
                try:
                    return self._load(params), params, newest
                except OutOfMemory as error:
                    result = TrialResult(Outcome.NO_MEMORY, error.detail or str(error))
            if result.outcome is Outcome.CANCELLED:
                raise _cancelled()
            newest = result.outcome
            rung = next_rung(params, newest, self._info, has_gpu=has_gpu)
            if rung is None:
                raise self._refused(result)
            log.warning(
                "%s: %s (%s); trying %s",
                self._file.name,
                newest.value,
                result.detail,
                given_up(params, rung),
            )
            params = rung

    def _refused(self, result: TrialResult) -> DeskError:
        """Some of Ollama's files are made for its own engine only."""
        if self._file.origin is Origin.OLLAMA and result.outcome is Outcome.REFUSED:
            return only_for_ollama(self._file.name, result.detail)
        return sentences.refused(self._file.name, result)

    def _trial(self, params: LoadParams) -> TrialResult:
        around = self._around
        known = around.trials.verdict(params)
        if known is not None:
            return known
        result = around.probe.trial(
            params, self._on_trial_progress, around.is_cancelled, self._work_bytes
        )
        if around.is_cancelled():
            return TrialResult(Outcome.CANCELLED)
        if result.outcome is Outcome.CRASH and result.detail == "SIGKILL":
            result = TrialResult(Outcome.NO_MEMORY, "the system ended it")
        around.trials.remember(params, result)
        return result

    def _load(self, params: LoadParams) -> ModelInfo:
        around = self._around
        around.probe.close()  # it may hold memory of the GPUs
        if around.is_cancelled():
            raise _cancelled()
        start = self._progress

        def on_progress(value: float) -> bool:
            self._tell_progress(start + (1.0 - start) * value)
            return not around.is_cancelled()

        return around.engine.load(params, on_progress).result()

    def _on_trial_progress(self, value: float) -> None:
        self._tell_progress(TRIAL_SHARE * value)

    def _tell_progress(self, value: float) -> None:
        if value > self._progress:  # a second trial does not turn the bar back
            self._progress = value
            self._around.on_progress(value)

    def _with_usable_draft(self) -> LoadParams:
        if self._companions.problem is None:
            return self._wanted
        return replace(self._wanted, draft_path="")

    def _needs(self, params: LoadParams) -> MemoryNeed:
        """What is known, else what the child says, else what the header lets expect."""
        known = self._around.trials.need(params)
        if known is not None:
            return known
        companions = self._companions
        if params.draft_path and companions.draft is not None:
            alone = replace(params, draft_path="", speculate=True)
            beside = self._simulated(companions.draft, draft_params(params))
            need, is_simulated = together(self._needs(alone), beside[0]), beside[1]
        else:
            need, is_simulated = self._simulated(self._info, params)
            need = with_adapters(need, companions.adapter_bytes)
        if is_simulated:
            self._around.trials.remember_need(params, need)
        return need

    def _simulated(self, info: GgufInfo, params: LoadParams) -> tuple[MemoryNeed, bool]:
        """The need of one model, and whether llama.cpp itself said it."""
        around = self._around
        simulation = around.probe.simulate(params, around.is_cancelled)
        if around.is_cancelled():
            raise _cancelled()
        devices = around.engine.stats().devices
        said = simulation or guess(info, params, devices)
        return with_weights(info, params, said), simulation is not None

    def _loaded(self, info: ModelInfo, params: LoadParams, plan: Plan) -> LoadedModel:
        name = self._file.name
        warnings = [*plan.warnings, *sentences.changes(name, plan.params, params)]
        in_engine = info.draft.problem if info.draft is not None else None
        warnings += filter(None, (self._companions.problem, in_engine))
        if not info.has_chat_template:
            warnings.append(sentences.no_template(name))
        need = plan.need if params == plan.params else self._around.trials.need(params)
        if info.memory:
            _log_difference(name, need or (), info.memory)
            self._around.trials.remember_need(params, info.memory)
        file = replace(self._file, info=self._info, problem=None)
        return LoadedModel(file, info, self._wanted, need or plan.need, tuple(warnings))


def _whole_print(params: LoadParams) -> str:
    """The fingerprint of a model and the content of its adapters."""
    alone = content_of(Path(params.path))
    try:
        adapters = content_of_adapters(params)
    except OSError as error:
        log.info("no fingerprint of an adapter: %s", error)
        return ""
    if not alone or not adapters:
        return alone
    return hashlib.blake2b((alone + adapters).encode(), digest_size=16).hexdigest()


def content_of(path: Path) -> str:
    """The fingerprint of a model, of all its parts; empty when it cannot be read."""
    part = split_part(path.name)
    paths = [path]
    if part is not None:
        stem, _number, count = part
        paths = [part_path(path, stem, number, count) for number in range(1, count + 1)]
    try:
        prints = [fingerprint(one) for one in paths]
    except OSError as error:
        log.info("no fingerprint of %s: %s", path, error)
        return ""
    if len(prints) == 1:
        return prints[0]
    return hashlib.blake2b("".join(prints).encode(), digest_size=16).hexdigest()


def _log_difference(name: str, planned: MemoryNeed, used: tuple[MemoryUse, ...]) -> None:
    expected, real = sum(map(total, planned)), sum(map(total, used))
    log.info(
        "%s takes %.1f MiB, expected were %.1f MiB (%+.1f %%)",
        name,
        real / 2**20,
        expected / 2**20,
        100 * (real - expected) / expected if expected else 0.0,
    )


def _cancelled() -> Cancelled:
    return Cancelled(QT_TRANSLATE_NOOP("errors", "Loading was cancelled."))
