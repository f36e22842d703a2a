"""Mean, standard deviation and percentiles of samples; no numbers, no surprise."""

from __future__ import annotations

import math
from collections.abc import Sequence

from desk_llm.benchmark.types import Latency


def mean(values: Sequence[float]) -> float:
    """0 of nothing."""
    return math.fsum(values) / len(values) if values else 0.0


def stdev(values: Sequence[float]) -> float:
    """Of the sample (n - 1), as llama-bench has it; 0 with fewer than two values."""
    if len(values) < 2:
        return 0.0
    centre = mean(values)
    return math.sqrt(math.fsum((value - centre) ** 2 for value in values) / (len(values) - 1))


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Of sorted values, by linear interpolation between the nearest ranks (numpy's "linear").

    >>> percentile([1.0, 2.0, 3.0, 4.0], 50), percentile([5.0], 99), percentile([], 50)
    (2.5, 5.0, 0.0)
    """
    if not ordered:
        return 0.0
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def latency(values: Sequence[float]) -> Latency:
    """The figures of a latency table."""
    if not values:
        return Latency()
    ordered = sorted(values)
    return Latency(
        mean=mean(ordered),
        p50=percentile(ordered, 50),
        p90=percentile(ordered, 90),
        p99=percentile(ordered, 99),
        max=ordered[-1],
    )
