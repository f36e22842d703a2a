"""Pace: how much faster or slower replies really were than bandwidth and arithmetic say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

LEAST, MOST = 0.1, 4.0  # beyond it something else was measured


@dataclass(frozen=True, slots=True)
class Pace:
    """Measured over expected; 1.0 where nothing was measured."""

    decode: float = 1.0
    prefill: float = 1.0

    @classmethod
    def of(cls, decode: tuple[float, float], prefill: tuple[float, float]) -> Pace:
        """From pairs of measured and expected tokens per second; 0: not known.

        >>> Pace.of((8.0, 10.0), (0.0, 100.0))
        Pace(decode=0.8, prefill=1.0)
        """
        return cls(_ratio(*decode), _ratio(*prefill))

    @classmethod
    def middle(cls, paces: Iterable[Pace]) -> Pace:
        """The median of several models'."""
        found = list(paces)
        if not found:
            return cls()
        return cls(median(one.decode for one in found), median(one.prefill for one in found))


def _ratio(measured: float, expected: float) -> float:
    ratio = measured / expected if measured > 0 and expected > 0 else 1.0
    return ratio if LEAST <= ratio <= MOST else 1.0
