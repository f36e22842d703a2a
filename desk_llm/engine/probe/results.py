"""What a probe finds out, and how it travels between the processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from desk_llm.engine.types import LoadParams, MemoryUse


@dataclass(frozen=True, slots=True)
class Simulation:
    """Memory per device that a load would take; without weights, the caller adds them.

    `layers` names the device of every layer, the output layer last: where the weights will be.
    """

    layers: tuple[str, ...]
    memory: tuple[MemoryUse, ...]
    repacked: tuple[int, ...] = ()  # tensor types that the CPU copies into a layout of its own


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens per second."""

    prefill_tok_s: float
    decode_tok_s: float


class Outcome(Enum):
    """How a trial load ended."""

    OK = "ok"
    REFUSED = "refused"  # llama.cpp does not take the file
    NO_MEMORY = "no_memory"
    NONSENSE = "nonsense"  # the first logits are not numbers
    CRASH = "crash"
    HANG = "hang"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TrialResult:
    """The outcome, and what was said or seen of it."""

    outcome: Outcome
    detail: str = ""


def params_to_json(params: LoadParams) -> dict[str, Any]:
    """As JSON takes it."""
    return asdict(params)


def params_from_json(values: Mapping[str, Any]) -> LoadParams:
    """The other way."""
    tuples = {
        "tensor_split": tuple(values["tensor_split"]),
        "adapters": tuple((path, scale) for path, scale in values["adapters"]),
    }
    return LoadParams(**{**values, **tuples})


def simulation_from_json(values: Mapping[str, Any]) -> Simulation:
    """From the child's answer."""
    memory = tuple(MemoryUse(**one) for one in values["memory"])
    return Simulation(tuple(values["layers"]), memory, tuple(values["repacked"]))
