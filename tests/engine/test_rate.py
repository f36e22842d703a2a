"""Tokens per second over the last second."""

from __future__ import annotations

import pytest

from desk_llm.engine.rate import RateMeter


def test_the_rate_spans_the_last_second() -> None:
    meter = RateMeter()
    for step in range(300):
        meter.add(step * 0.01, 2)
    assert meter.rate(2.99) == pytest.approx(200, rel=0.02)


def test_silence_is_zero() -> None:
    meter = RateMeter()
    assert meter.rate(0.0) == 0.0
    meter.add(0.0, 1)
    assert meter.rate(0.0) == 0.0
    meter.add(0.5, 1)
    assert meter.rate(0.5) == pytest.approx(2.0)
    assert meter.rate(1.6) == 0.0


def test_slow_models_still_have_a_rate() -> None:
    meter = RateMeter()
    meter.add(0.0, 1)
    meter.add(4.0, 1)
    assert meter.rate(4.1) == pytest.approx(0.25)
