"""The watchdog: it beats, and tells a hang from rest, progress and slow machines."""

from __future__ import annotations

import logging
import threading
import time

import pytest

from desk_llm.engine.breadcrumb import COMPUTING, LOADING, Breadcrumb
from desk_llm.engine.watchdog import Watchdog

LIMIT_S = 0.2


class Hang(threading.Event):
    """Set when the watchdog barks."""

    def __init__(self, crumb: Breadcrumb) -> None:
        super().__init__()
        self.dog = Watchdog(crumb, LIMIT_S, self.set)

    def __enter__(self) -> Hang:
        self.dog.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.dog.stop()


@pytest.mark.parametrize("phase", [COMPUTING, LOADING])
def test_a_call_that_does_not_return_is_a_hang(
    phase: int, log_errors: list[logging.LogRecord]
) -> None:
    crumb = Breadcrumb.private()
    crumb.begin(phase, "m", "/m.gguf")
    with Hang(crumb) as hang:
        assert hang.wait(10)
    assert "no progress" in log_errors[0].getMessage()


def test_rest_is_no_hang_and_the_interpreter_beats() -> None:
    crumb = Breadcrumb.private()
    crumb.begin(COMPUTING, "m", "/m.gguf")
    crumb.end()
    with Hang(crumb) as hang:
        _wait_for_beats(crumb, 10)  # two limits
        assert not hang.is_set()


def test_progress_is_no_hang() -> None:
    crumb = Breadcrumb.private()
    crumb.begin(LOADING, "m", "/m.gguf")
    with Hang(crumb) as hang:
        for beats in range(1, 25):  # over the limit of a load
            _wait_for_beats(crumb, beats)
            crumb.advance()
        assert not hang.is_set()


def test_a_batch_of_many_rows_may_take_longer() -> None:
    crumb = Breadcrumb.private()
    crumb.set_rows(3000)
    crumb.begin(COMPUTING, "m", "/m.gguf")
    with Hang(crumb) as hang:
        _wait_for_beats(crumb, 15)
        assert not hang.is_set()


def _wait_for_beats(crumb: Breadcrumb, beats: int) -> None:
    end = time.monotonic() + 10
    while crumb.beats[0] < beats:
        assert time.monotonic() < end
        time.sleep(0.002)
