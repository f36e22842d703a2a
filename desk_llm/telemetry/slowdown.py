"""A model that writes far slower than it could: is it so, why, and which setting helps.

Pure: `SlowdownDetector` is given what was measured, and asks nobody. Only steps of a single reply
count (`steps.is_plain`), and only several seconds of them, so that prompts, other replies and
a stall do not raise an alarm.
"""

from __future__ import annotations

import collections
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from desk_llm.engine.types import ModelInfo, Step
from desk_llm.telemetry.fixes import Fix, fix_for
from desk_llm.telemetry.machine import Cause, Machine

WINDOW_S = 8.0
LEAST_S = 4.0  # of plain steps within the window
LEAST_STEPS = 4
TINY_STEP_S = 0.003  # faster steps are too short for a verdict that matters
SLOW_OF_BEST = 0.4  # of what this model reached with such a context
SLOW_OF_BOUND = 0.2  # of what the memory allows: real models reach 50 to 90 % of it
FINE = 1.5  # times the limit: the alarm ends


@dataclass(frozen=True, slots=True)
class Expectation:
    """Tokens/s of one reply at this context; None: unknown."""

    best: float | None = None  # this model's own, in this setup
    bound: float | None = None  # memory bandwidth over bytes per token


@dataclass(frozen=True, slots=True)
class Slowdown:
    """What the panel says."""

    cause: Cause
    tok_s: float
    usual_tok_s: float
    is_measured: bool  # `usual_tok_s` was reached once; else it is what the memory allows
    fix: Fix | None


class SlowdownDetector:
    """One model in one setup; `found` stays until the speed is fine again."""

    def __init__(self) -> None:
        self.found: Slowdown | None = None
        self._steps: collections.deque[Step] = collections.deque(maxlen=4096)

    def n_past(self) -> int:
        """The context of the steps that are judged."""
        return self._steps[-1].n_past if self._steps else 0

    def add(self, plain: Sequence[Step]) -> None:
        """New plain steps, oldest first; those out of the window are forgotten."""
        self._steps.extend(plain)
        while self._steps and self._steps[0].time < self._steps[-1].time - WINDOW_S:
            self._steps.popleft()

    def judge(self, expected: Expectation, info: ModelInfo, machine: Machine) -> Slowdown | None:
        """Call it after `add`, when steps were added."""
        if len(self._steps) < LEAST_STEPS or sum(one.seconds for one in self._steps) < LEAST_S:
            return self.found
        step_s = median(one.seconds for one in self._steps)
        limit = _limit(expected)
        if limit is None or step_s < TINY_STEP_S or machine.is_warming_up:
            return self.found
        tok_s, (least, usual, is_measured) = 1.0 / step_s, limit
        if tok_s >= least * FINE:
            self.found = None
        elif tok_s < least and self.found is None:
            cause = machine.cause(info)
            fix = fix_for(cause, info, machine)
            self.found = Slowdown(cause, tok_s, usual, is_measured, fix)
        return self.found


def _limit(expected: Expectation) -> tuple[float, float, bool] | None:
    """(slower than this is an alarm, the usual speed, was that measured): the higher limit."""
    limits = []
    if expected.best is not None:
        limits.append((expected.best * SLOW_OF_BEST, expected.best, True))
    if expected.bound is not None:
        limits.append((expected.bound * SLOW_OF_BOUND, expected.bound, False))
    return max(limits, default=None)
