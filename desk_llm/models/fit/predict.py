"""What parameters need: by formula, by simulation, as measured; companions beside the model."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from desk_llm.engine.draft.params import draft_params
from desk_llm.engine.probe.results import Simulation
from desk_llm.engine.types import DeviceInfo, LoadParams, MemoryUse
from desk_llm.errors import DeskError
from desk_llm.models.fit.formula import CPU, MemoryNeed, guess, with_weights
from desk_llm.models.fit.measured import MeasuredStore
from desk_llm.models.fit.types import Evidence
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.types import GgufInfo, ModelFile

log = logging.getLogger("desk.models")

Simulate = Callable[[ModelFile, LoadParams], Simulation | None]


@dataclass(frozen=True, slots=True)
class Prediction:
    """The need of the model itself, and what it rests on."""

    need: MemoryNeed
    evidence: Evidence
    measured: MemoryNeed = ()


def predict(
    file: ModelFile,
    info: GgufInfo,
    params: LoadParams,
    devices: Sequence[DeviceInfo],
    store: MeasuredStore,
    simulate: Simulate,
) -> Prediction:
    """The best that is known: an earlier load, a simulation, the formula; the latter corrected."""
    load = store.load_of(params)
    if load is not None:
        return Prediction(load.measured, Evidence.MEASURED, load.measured)
    # A draft model guesses many tokens, each with logits, as n-gram lookup does.
    params = replace(params, speculate=params.speculate or bool(params.draft_path))
    simulation = simulate(file, params)
    if simulation is not None and params.use_extra_bufts and not devices:
        store.remember_repacked(simulation.repacked)
    need, evidence = by_formula(info, params, devices, store.repacked), Evidence.FORMULA
    if simulation is not None:
        said = with_weights(info, params, simulation)
        store.calibrate(info, params, need, said)
        need, evidence = said, Evidence.SIMULATED
    factors = store.factors(info, params, is_simulated=simulation is not None)
    return Prediction(factors.applied(need), evidence)


def by_formula(
    info: GgufInfo,
    params: LoadParams,
    devices: Sequence[DeviceInfo],
    repacked: Collection[int] = frozenset(),
) -> MemoryNeed:
    """From the header alone, and from what is known of the CPU."""
    return with_weights(info, params, guess(info, params, devices), repacked)


@dataclass(frozen=True, slots=True)
class Companion:
    """A file that is loaded beside the model: what it needs, as far as its own header tells."""

    path: str
    info: GgufInfo | None
    size_bytes: int


def read_companion(path: str) -> Companion | None:
    """Reads a header; None where there is no such file."""
    try:
        size = os.stat(path).st_size
    except OSError as error:
        log.info("%s is not counted: %s", path, error)
        return None
    try:
        return Companion(path, read_gguf(Path(path), any_kind=True), size)
    except DeskError:  # an adapter or a projector: its tensors are all there is
        return Companion(path, None, size)


def need_of_companion(
    companion: Companion,
    params: LoadParams,
    devices: Sequence[DeviceInfo],
    simulate: Simulate,
) -> MemoryNeed:
    """A draft model with its own cache; of adapters and projectors the weights."""
    if companion.info is None or companion.path != params.draft_path:
        place = devices[0].name if devices and params.n_gpu_layers else CPU
        return (MemoryUse(place, weights=companion.size_bytes),)
    own = draft_params(params)
    file = ModelFile(own.path, Path(own.path), own.path, companion.size_bytes, info=companion.info)
    simulation = simulate(file, own)
    if simulation is None:
        return by_formula(companion.info, own, devices)
    return with_weights(companion.info, own, simulation)
