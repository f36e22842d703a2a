"""Does it fit, how, and how fast: what the fit service answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from desk_llm.engine.types import DeviceInfo, LoadParams, MemoryUse
from desk_llm.errors import DeskError


class Verdict(Enum):
    """Where a model would run."""

    GPU = "gpu"  # all of it on GPUs
    SPLIT = "split"  # part on GPUs, part in RAM
    CPU = "cpu"  # all in RAM
    NO = "no"  # not with these settings; "load anyway" may still try


class Evidence(Enum):
    """What a figure rests on."""

    FORMULA = "formula"
    SIMULATED = "simulated"  # llama.cpp's own no_alloc run
    MEASURED = "measured"  # an earlier load with the same parameters


@dataclass(frozen=True, slots=True)
class Free:
    """Bytes free now, other programs counted, and what leaves when the model replaces another."""

    ram: int
    devices: tuple[DeviceInfo, ...] = ()

    @property
    def total(self) -> int:
        """All of it."""
        return self.ram + sum(one.memory_free for one in self.devices)


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected speed; None where nothing is known of the machine. `is_measured`: really ran."""

    decode_tok_s: float | None = None
    prefill_tok_s: float | None = None
    ttft_s: float | None = None  # for a prompt of `prompt_tokens`
    prompt_tokens: int = 1024
    is_measured: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """One file with one setting on this machine as it is now."""

    params: LoadParams  # with everything chosen: context, layers, KV type, experts
    need: tuple[MemoryUse, ...]  # by device, "CPU" among them
    extra: tuple[MemoryUse, ...]  # projector, draft model, adapters
    free: Free
    verdict: Verdict
    evidence: Evidence
    forecast: Forecast = Forecast()
    problem: DeskError | None = None  # a sentence where the verdict is NO, or it is tight
    measured: tuple[MemoryUse, ...] = ()  # an earlier load of this file with these parameters

    @property
    def total_bytes(self) -> int:
        """On all devices."""
        uses = (*self.need, *self.extra)
        return sum(one.weights + one.kv_cache + one.compute for one in uses)
