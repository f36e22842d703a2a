"""What the engine's steps tell: bars for the latency strip, and those that are fit to measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from statistics import median

from desk_llm.engine.types import Step

STRIP_STEPS = 200
STALL_FACTOR = 3.0  # a stall takes so many times the median …
STALL_EXTRA_S = 0.010  # … and so much longer than it: tiny models jitter without anyone noticing


@dataclass(frozen=True, slots=True)
class StepBar:
    """One step as the strip paints it."""

    step: Step
    wait_s: float  # between the step before and this one, while a reply was running
    is_stall: bool

    @property
    def seconds(self) -> float:
        """From the end of the step before to the end of this one."""
        return self.step.seconds + self.wait_s

    @property
    def prefill_share(self) -> float:
        """The share of its rows that are prompt."""
        rows = self.step.n_prefill + self.step.n_decode + self.step.n_draft
        return self.step.n_prefill / rows if rows else 0.0


@dataclass(frozen=True, slots=True)
class Strip:
    """The newest steps, oldest first; `median_s` is that of the steps without a prompt."""

    bars: tuple[StepBar, ...] = ()
    median_s: float = 0.0

    @property
    def newest(self) -> float:
        """When the last one ended; 0 when there is none."""
        return self.bars[-1].step.time if self.bars else 0.0


def make_strip(steps: Sequence[Step], most: int = STRIP_STEPS) -> Strip:
    """The last `most` steps; the cost does not grow with what came before them."""
    shown = steps[-most:]
    if not shown:
        return Strip()
    before = steps[-most - 1] if len(steps) > most else None
    waits = [_wait(one, other) for one, other in zip((before, *shown), shown, strict=False)]
    decoding = [one.seconds for one in shown if not one.n_prefill]
    middle = median(decoding or [one.seconds for one in shown])
    stall = max(STALL_FACTOR * middle, middle + STALL_EXTRA_S)
    return Strip(
        tuple(
            StepBar(one, wait, not one.n_prefill and one.seconds + wait > stall)
            for one, wait in zip(shown, waits, strict=True)
        ),
        middle,
    )


def _wait(before: Step | None, step: Step) -> float:
    """A step with a prompt may follow a pause in which nobody asked anything: that is no wait."""
    if before is None or step.n_prefill:
        return 0.0
    return max(0.0, step.time - step.seconds - before.time)


def newer(steps: Sequence[Step], after: float) -> list[Step]:
    """The steps that ended after `after`, oldest first; looks at no others."""
    found = list(takewhile(lambda step: step.time > after, reversed(steps)))
    found.reverse()
    return found


def is_plain(step: Step) -> bool:
    """One reply, one token, nothing else: only these can be compared between replies.

    Prompts, guesses and other replies in the same batch make a step longer for good reasons.
    """
    return step.n_decode == 1 and not step.n_prefill and not step.n_draft
