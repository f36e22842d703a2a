"""The fallback ladder: what to try next when a model fails its trial load or its load.

no draft model → no repacked weights → shorter context → 8-bit cache → experts in RAM →
half the layers → the CPU

Each rung keeps what the rungs before it gave up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from desk_llm.engine.probe.results import Outcome
from desk_llm.engine.types import ALL_LAYERS, LoadParams
from desk_llm.models.loading.plan import LEAST_N_CTX, can_be_q8
from desk_llm.models.types import GgufInfo

_CHANGED = (
    "use_extra_bufts",
    "n_ctx",
    "type_k",
    "type_v",
    "n_cpu_moe",
    "n_gpu_layers",
    "draft_path",
)
# Rungs that give up memory help against nothing else.
_CLIMBS = {Outcome.NO_MEMORY, Outcome.CRASH, Outcome.HANG, Outcome.NONSENSE}
_NEEDS_MEMORY = {Outcome.NO_MEMORY, Outcome.CRASH}  # GPU back ends abort when memory ends


def next_rung(
    params: LoadParams, outcome: Outcome, info: GgufInfo, *, has_gpu: bool
) -> LoadParams | None:
    """The parameters to try after a failure; None at the end of the ladder."""
    if outcome not in _CLIMBS:
        return None
    if params.draft_path:
        return replace(params, draft_path="")
    if params.use_extra_bufts:
        return replace(params, use_extra_bufts=False)
    if outcome in _NEEDS_MEMORY:
        for changed in _smaller(params, info, has_gpu=has_gpu):
            return changed
    if has_gpu and params.n_gpu_layers != 0:
        layers = info.n_layers + 1 if params.n_gpu_layers == ALL_LAYERS else params.n_gpu_layers
        is_half = layers < info.n_layers + 1 or outcome not in _NEEDS_MEMORY
        return replace(params, n_gpu_layers=0 if is_half else layers // 2)
    return None


def _smaller(params: LoadParams, info: GgufInfo, *, has_gpu: bool) -> Iterator[LoadParams]:
    """A shorter context and a smaller cache first, then the least context, then the experts."""
    n_ctx = params.n_ctx or 0
    if can_be_q8(info, params):
        shorter = max(LEAST_N_CTX, n_ctx // 4)
        if n_ctx > 4 * LEAST_N_CTX:
            yield replace(params, n_ctx=shorter)
        yield replace(params, type_k="q8_0", type_v="q8_0")
    elif n_ctx > LEAST_N_CTX:
        yield replace(params, n_ctx=max(LEAST_N_CTX, n_ctx // 4))
    if has_gpu and info.expert_sizes and params.n_cpu_moe < info.n_layers and params.n_gpu_layers:
        yield replace(params, n_cpu_moe=info.n_layers)


def given_up(wanted: LoadParams, taken: LoadParams) -> dict[str, Any]:
    """What the ladder changed, for the next time."""
    return {
        one.name: getattr(taken, one.name)
        for one in fields(LoadParams)
        if one.name in _CHANGED and getattr(taken, one.name) != getattr(wanted, one.name)
    }


def start_at(params: LoadParams, given: dict[str, Any]) -> LoadParams:
    """Give up again what had to be given up the last time, and nothing else."""
    changed = {name: value for name, value in given.items() if name in _CHANGED}
    n_ctx = changed.pop("n_ctx", None)
    if isinstance(n_ctx, int) and n_ctx < (params.n_ctx or 0):
        changed["n_ctx"] = n_ctx
    layers = changed.pop("n_gpu_layers", None)
    if isinstance(layers, int) and (
        params.n_gpu_layers == ALL_LAYERS or layers < params.n_gpu_layers
    ):
        changed["n_gpu_layers"] = layers
    return replace(params, **changed)
