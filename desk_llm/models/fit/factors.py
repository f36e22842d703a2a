"""Factors: by how much a prediction was off, and the next one corrected by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from desk_llm.engine.types import MemoryUse
from desk_llm.models.fit.formula import MemoryNeed

LEAST, MOST = 0.5, 3.0  # a factor beyond it is a mistake of ours, and not learnt
_LEAST_BYTES = 64 << 10  # a kind that is smaller says little by its ratio
_KINDS = ("weights", "kv_cache", "compute")

Pair = tuple[MemoryNeed, MemoryNeed]  # predicted, real


@dataclass(frozen=True, slots=True)
class Factors:
    """Real over predicted, by kind, over all devices together."""

    weights: float = 1.0
    kv_cache: float = 1.0
    compute: float = 1.0

    @classmethod
    def of(cls, pairs: Sequence[Pair]) -> Factors:
        """The median of several loads, each kind by itself.

        >>> said, real = (MemoryUse("CPU", 100 << 20),), (MemoryUse("CPU", 190 << 20),)
        >>> Factors.of([(said, real)]).weights
        1.9
        """
        return cls(*(_factor(pairs, kind) for kind in _KINDS))

    def applied(self, need: MemoryNeed) -> MemoryNeed:
        """The corrected need."""
        return tuple(
            MemoryUse(
                one.device,
                round(one.weights * self.weights),
                round(one.kv_cache * self.kv_cache),
                round(one.compute * self.compute),
            )
            for one in need
        )


def _factor(pairs: Sequence[Pair], kind: str) -> float:
    ratios = [
        _sum(real, kind) / predicted
        for said, real in pairs
        if (predicted := _sum(said, kind)) >= _LEAST_BYTES
    ]
    found = median(ratios) if ratios else 1.0
    return found if LEAST <= found <= MOST else 1.0


def _sum(need: MemoryNeed, kind: str) -> int:
    return sum(int(getattr(one, kind)) for one in need)
