"""What "automatic" means for a model here and now: the loader's own plan, by formula."""

from __future__ import annotations

from dataclasses import dataclass

from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.errors import DeskError, OutOfMemory
from desk_llm.models.fit.service import FitService
from desk_llm.models.fit.types import Fit, Free
from desk_llm.models.loading.companions import together
from desk_llm.models.loading.plan import make_plan, wanted_params
from desk_llm.models.presets.types import Preset
from desk_llm.models.types import ModelFile
from desk_llm.settings import EngineSettings


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form says of a file; `free` is what there is for it, with it unloaded."""

    file: ModelFile
    settings: EngineSettings
    preset: Preset

    def params(self) -> LoadParams:
        """As the person says it, automatic where the general settings are."""
        assert self.file.info is not None
        return wanted_params(self.file, self.file.info, self.settings, "", self.preset)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the loader would ask of the engine; `refusal` where it would not do as asked."""

    asked: LoadParams  # as the person says it
    params: LoadParams
    free: Free
    ram_total: int
    fit: Fit
    refusal: DeskError | None = None
    notes: tuple[DeskError, ...] = ()


def companions(params: LoadParams) -> set[str]:
    """Files that are loaded beside the model."""
    return {path for path, _scale in params.adapters} | {params.draft_path} - {""}


def resolve(wanted: Wanted, fit: FitService) -> Resolved:
    """The plan of a load now; for a worker thread."""
    import psutil

    info = wanted.file.info
    assert info is not None
    free = fit.free_now(replacing=wanted.file.id)
    total = int(psutil.virtual_memory().total)

    def needs(params: LoadParams) -> tuple[MemoryUse, ...]:
        known = fit.quick(wanted.file, params, free)
        return together(known.need, known.extra)

    asked = wanted.params()
    try:
        plan = make_plan(wanted.file, info, wanted.settings, free, needs, "", wanted.preset)
    except OutOfMemory as error:
        known = fit.quick(wanted.file, asked, free)
        return Resolved(asked, asked, free, total, known, error)
    if "n_ctx" in wanted.preset.load and (plan.params.n_ctx or 0) < (asked.n_ctx or 0):
        # The loader would make it shorter; the person wants to know what this length takes.
        known = fit.quick(wanted.file, asked, free)
        return Resolved(asked, asked, free, total, known, next(iter(plan.warnings), None))
    known = fit.quick(wanted.file, plan.params, free)
    return Resolved(asked, plan.params, free, total, known, None, plan.warnings)
