"""SpeedCurve: tokens per second over the length of the context, of one model in one setup."""

from __future__ import annotations

import collections
import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from desk_llm.engine.types import Step
from desk_llm.telemetry.history import SHOWN_ROWS, SpeedRecord

_PER_OCTAVE = 4  # buckets between a context and one of twice its length
_LEAST_N_PAST = 64
_KEPT = 64  # steps per bucket
_LEAST_STEPS = 8  # before a bucket counts
_NEAR = 2.0  # contexts within this factor are alike
_WELL_KNOWN = 3  # replies


@dataclass(frozen=True, slots=True)
class Point:
    """One measured speed; `is_other`: the model was loaded otherwise than now."""

    n_past: int
    tok_s: float
    is_other: bool = False


class _Bucket:
    """The newest steps at about one context, and the best speed that they had at any time."""

    def __init__(self) -> None:
        self.steps: collections.deque[tuple[int, float]] = collections.deque(maxlen=_KEPT)
        self.best = 0.0

    def point(self) -> Point:
        """Medians: a stall does not move them."""
        n_past = median(n for n, _ in self.steps)
        return Point(round(n_past), 1.0 / max(median(seconds for _, seconds in self.steps), 1e-9))


class SpeedCurve:
    """Fed with plain steps and with finished replies; its size is bounded."""

    def __init__(self, setup: str = "", stored: Iterable[SpeedRecord] = ()) -> None:
        self._setup = setup
        self._buckets: dict[int, _Bucket] = {}
        self._replies: collections.deque[Point] = collections.deque(maxlen=SHOWN_ROWS)
        for record in stored:
            self.add_reply(record)

    def add_steps(self, steps: Iterable[Step]) -> None:
        """What was just computed."""
        touched = set()
        for step in steps:
            number = round(math.log2(max(step.n_past, _LEAST_N_PAST)) * _PER_OCTAVE)
            bucket = self._buckets.setdefault(number, _Bucket())
            bucket.steps.append((step.n_past, step.seconds))
            touched.add(number)
        for number in touched:
            bucket = self._buckets[number]
            if len(bucket.steps) >= _LEAST_STEPS:
                bucket.best = max(bucket.best, bucket.point().tok_s)

    def add_reply(self, record: SpeedRecord) -> None:
        """A reply that just ended."""
        is_other = record.setup != self._setup
        self._replies.append(Point(record.n_past, record.decode_tok_s, is_other))

    def session(self) -> tuple[Point, ...]:
        """The line of this session, by context."""
        return tuple(
            bucket.point()
            for _, bucket in sorted(self._buckets.items())
            if len(bucket.steps) >= _LEAST_STEPS
        )

    def replies(self) -> tuple[Point, ...]:
        """One point per finished reply."""
        return tuple(self._replies)

    def best(self) -> float | None:
        """Of all replies in this setup."""
        return max(self._own(), default=None)

    def middle(self) -> float | None:
        """The median of all replies in this setup."""
        own = self._own()
        return median(own) if own else None

    def is_well_known(self) -> bool:
        """There are enough replies to say what this model does here, whatever it should do."""
        return len(self._own()) >= _WELL_KNOWN

    def best_near(self, n_past: int) -> float | None:
        """The best speed with a context of about this length; None: never seen."""
        speeds = [
            point.tok_s
            for point in self._replies
            if not point.is_other and _is_near(point.n_past, n_past)
        ]
        speeds += [
            bucket.best
            for number, bucket in self._buckets.items()
            if bucket.best and _is_near(2 ** (number / _PER_OCTAVE), n_past)
        ]
        return max(speeds, default=None)

    def _own(self) -> list[float]:
        return [point.tok_s for point in self._replies if not point.is_other]


def _is_near(one: float, other: float) -> bool:
    ratio = max(one, _LEAST_N_PAST) / max(other, _LEAST_N_PAST)
    return 1 / _NEAR <= ratio <= _NEAR
