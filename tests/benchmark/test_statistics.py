"""Percentiles and deviations against numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk_llm.benchmark.statistics import latency, mean, percentile, stdev

samples = st.lists(st.floats(0, 1e6), min_size=1, max_size=60)


@given(samples, st.floats(0, 100))
def test_percentile_is_numpys_linear(values: list[float], percent: float) -> None:
    wanted = float(np.percentile(values, percent, method="linear"))
    assert percentile(sorted(values), percent) == pytest.approx(wanted, rel=1e-9, abs=1e-9)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=60))
def test_mean_and_deviation_are_numpys(values: list[float]) -> None:
    assert mean(values) == pytest.approx(float(np.mean(values)), abs=1e-6)
    assert stdev(values) == pytest.approx(float(np.std(values, ddof=1)), rel=1e-6, abs=1e-3)


def test_nothing_and_one() -> None:
    assert (mean([]), stdev([3.0]), percentile([], 99)) == (0.0, 0.0, 0.0)
    assert latency([]).max == 0.0


def test_latency_takes_values_in_any_order() -> None:
    values = [0.4, 0.1, 0.3, 0.2]
    made = latency(values)
    assert made.p50 == pytest.approx(0.25)
    assert made.p90 == pytest.approx(float(np.percentile(values, 90)))
    assert made.mean == pytest.approx(0.25)
    assert made.max == 0.4
