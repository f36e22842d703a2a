"""fit_of: one file with one setting, from what is known at this moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from desk_llm.engine.types import ALL_LAYERS, LoadParams
from desk_llm.errors import DeskError
from desk_llm.models.fit.buffers import context_for
from desk_llm.models.fit.forecast import (
    MachineSpeed,
    SpeedSample,
    as_measured,
    at_pace,
    forecast,
)
from desk_llm.models.fit.formula import CPU, MemoryNeed
from desk_llm.models.fit.measured import MeasuredStore
from desk_llm.models.fit.pace import Pace
from desk_llm.models.fit.predict import (
    Companion,
    Prediction,
    Simulate,
    need_of_companion,
    predict,
)
from desk_llm.models.fit.types import Evidence, Fit, Forecast, Free, Verdict
from desk_llm.models.fit.verdict import judge
from desk_llm.models.loading.companions import together
from desk_llm.models.loading.plan import Leeway, plan_for
from desk_llm.models.types import GgufInfo, ModelFile


@dataclass(frozen=True, slots=True)
class Context:
    """What a fit is computed from; `speeds` are those of this very content."""

    file: ModelFile
    free: Free
    store: MeasuredStore
    simulate: Simulate
    companion: Callable[[str], Companion | None]
    machine: MachineSpeed
    speeds: Sequence[SpeedSample] = ()
    with_projector: bool = False


def fit_of(context: Context, wanted: LoadParams, leeway: Leeway) -> Fit:
    """The first setting within the leeway that fits, else the wanted one with what is missing."""
    info = context.file.info
    if info is None:
        return _unreadable(context, wanted)
    wanted = replace(wanted, n_ctx=context_for(info, wanted.n_ctx))
    extra = _extra(context, wanted)
    predictions: dict[LoadParams, Prediction] = {}

    def needs(params: LoadParams) -> MemoryNeed:
        if params not in predictions:
            predictions[params] = _predicted(context, info, params)
        beside = () if predictions[params].evidence is Evidence.MEASURED else extra
        return together(predictions[params].need, beside)

    plan = plan_for(context.file.name, info, wanted, leeway, context.free, needs)
    whole = needs(plan.params)
    found = predictions[plan.params]
    verdict, problem = judge(context.file.name, info, plan.params, whole, context.free)
    if plan.problem is not None:
        verdict, problem = Verdict.NO, plan.problem
    expected = _forecast(context, info, plan.params, found.need)
    return Fit(
        params=plan.params,
        need=found.need,
        extra=() if found.evidence is Evidence.MEASURED else extra,
        free=context.free,
        verdict=verdict,
        evidence=found.evidence,
        forecast=expected,
        problem=problem or next(iter(plan.warnings), None),
        measured=found.measured,
    )


def _forecast(context: Context, info: GgufInfo, params: LoadParams, need: MemoryNeed) -> Forecast:
    """As replies of this setup were, else as those of other models let expect."""
    where = "gpu" if any(one.weights and one.device != CPU for one in need) else "cpu"
    expected = forecast(info, params, need, context.machine)
    measured = as_measured(expected, of_setup(context.speeds, info, params, context.free))
    if not measured.is_measured:
        return at_pace(expected, context.store.pace(where))
    pace = Pace.of(
        (measured.decode_tok_s or 0.0, expected.decode_tok_s or 0.0),
        (measured.prefill_tok_s or 0.0, expected.prefill_tok_s or 0.0),
    )
    context.store.remember_pace(params, where, pace)
    return measured


def of_setup(
    speeds: Sequence[SpeedSample], info: GgufInfo, params: LoadParams, free: Free
) -> list[SpeedSample]:
    """Replies that were written with as many layers on the GPUs; `setup` says it in words."""
    layers = info.n_layers if params.n_gpu_layers == ALL_LAYERS else params.n_gpu_layers
    if not free.devices:
        layers = 0
    words = f" {min(layers, info.n_layers)}/{info.n_layers} layers,"
    return [one for one in speeds if words in one.setup]


def _predicted(context: Context, info: GgufInfo, params: LoadParams) -> Prediction:
    return predict(
        context.file, info, params, context.free.devices, context.store, context.simulate
    )


def _extra(context: Context, params: LoadParams) -> MemoryNeed:
    """What is loaded beside the model."""
    paths = [params.draft_path, *(path for path, _scale in params.adapters)]
    if context.with_projector and context.file.projector is not None:
        paths.append(str(context.file.projector))
    found = [context.companion(path) for path in paths if path]
    devices = context.free.devices
    return together(
        *(
            need_of_companion(one, params, devices, context.simulate)
            for one in found
            if one is not None
        )
    )


def _unreadable(context: Context, params: LoadParams) -> Fit:
    problem: DeskError | None = context.file.problem
    return Fit(
        params, (), (), context.free, Verdict.NO, Evidence.FORMULA, Forecast(), problem=problem
    )
