"""Machine: the last seconds of the samples, as the reason why a model is slow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import fmean

from desk_llm.engine.types import ModelInfo
from desk_llm.telemetry.types import GpuSample, Sample

FULL_RAM = 0.06  # free share below which the system begins to swap and to drop mapped files
FULL_VRAM = 0.04
SWAP_BYTES_S = 4 << 20
PAGE_READS_S = 50.0
BUSY_OTHERS = 0.25  # of all cores


class Cause(Enum):
    """The likeliest reason, in the order in which they are looked for."""

    SWAP = "swap"
    PAGING = "paging"  # mapped weights are read from the disk again and again
    HEAT = "heat"
    POWER = "power"
    VRAM = "vram"
    OTHERS = "others"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Machine:
    """Means over some samples; `gpus` are the newest."""

    free_share: float = 1.0  # of the RAM
    swap_bytes_s: float = 0.0
    page_reads_s: float = 0.0
    others: float = 0.0  # CPU share of other programs, 0…1
    gpus: tuple[GpuSample, ...] = ()
    cores: int = 1

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> Machine:
        """The last few seconds; at least one."""
        import psutil  # not at the start of the window

        last = samples[-1]
        free = 1.0 - last.memory_used / last.memory_total if last.memory_total else 1.0
        return cls(
            free_share=free,
            swap_bytes_s=fmean(one.swap_bytes_s for one in samples),
            page_reads_s=fmean(one.page_reads_s for one in samples),
            others=fmean(
                max(0.0, one.cpu_percent - one.process_cpu_percent) / 100 for one in samples
            ),
            gpus=last.gpus,
            cores=psutil.cpu_count(logical=False) or 1,
        )

    @property
    def is_warming_up(self) -> bool:
        """Weights come from the disk for the first time, and there is room for them to stay."""
        return self.page_reads_s > PAGE_READS_S and self.free_share >= FULL_RAM

    def full_gpu(self) -> GpuSample | None:
        """A GPU whose memory is used up."""
        for gpu in self.gpus:
            if gpu.memory_total and 1 - gpu.memory_used / gpu.memory_total < FULL_VRAM:
                return gpu
        return None

    def cause(self, info: ModelInfo) -> Cause:
        """Why this model is slow."""
        limits = {limit for gpu in self.gpus for limit in gpu.limits}
        on_gpu, on_cpu = info.n_gpu_layers != 0, 0 <= info.n_gpu_layers < info.n_layers
        signs = (
            (Cause.SWAP, self.swap_bytes_s > SWAP_BYTES_S),
            (Cause.PAGING, self.page_reads_s > PAGE_READS_S and self.free_share < FULL_RAM),
            (Cause.HEAT, on_gpu and "heat" in limits),
            (Cause.VRAM, on_gpu and self.full_gpu() is not None),
            (Cause.OTHERS, on_cpu and self.others > BUSY_OTHERS),
            (Cause.POWER, on_gpu and "power" in limits),
        )
        return next((cause for cause, is_seen in signs if is_seen), Cause.UNKNOWN)
