"""Cancelling, waiting, and how long the rest takes."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from desk_llm.benchmark.control import Plan, RunControl
from desk_llm.errors import Cancelled


def test_cancel_stops_what_runs_and_what_comes_late() -> None:
    control, calls = RunControl(), list[str]()
    with control.stopping(lambda: calls.append("first")):
        control.cancel()
    with control.stopping(lambda: calls.append("late")):
        pass
    control.cancel()
    assert calls == ["first", "late"]
    with pytest.raises(Cancelled):
        control.check()


def test_waiting_ends_with_the_cancel() -> None:
    control = RunControl()
    control.cancel()
    with pytest.raises(Cancelled):
        control.wait(Future[int]())
    with pytest.raises(Cancelled):
        control.wait_until(lambda: False)


def test_waiting_gives_the_result_or_the_error() -> None:
    good, bad = Future[int](), Future[int]()
    good.set_result(7)
    bad.set_exception(TimeoutError("its own"))
    assert RunControl().wait(good) == 7
    with pytest.raises(TimeoutError, match="its own"):
        RunControl().wait(bad)


def test_the_rest_is_known_once_every_kind_was_measured() -> None:
    plan = Plan([("pp", 100), ("tg", 10), ("pp", 200), ("tg", 10)])
    plan.finish(1.0)
    assert plan.remaining_s() is None
    assert plan.fraction() == pytest.approx(0.25)
    plan.finish(2.0)
    assert plan.remaining_s() == pytest.approx(4.0)
    assert plan.fraction() == pytest.approx(3 / 7)
    plan.finish(2.0)
    plan.finish(2.0)
    assert (plan.remaining_s(), plan.fraction(), plan.n_done) == (0, 1.0, 4)
