"""Tokens per second over the last second."""

from __future__ import annotations

import collections

WINDOW_S = 1.0


class RateMeter:
    """Counts tokens by step; the rate spans the steps of the last second."""

    def __init__(self) -> None:
        self._steps: collections.deque[tuple[float, int]] = collections.deque()

    def add(self, now: float, n_tokens: int) -> None:
        """`n_tokens` were sampled at `now` (perf_counter seconds)."""
        self._steps.append((now, n_tokens))
        while now - self._steps[0][0] > WINDOW_S and len(self._steps) > 2:
            self._steps.popleft()

    def rate(self, now: float) -> float:
        """Tokens per second; 0 when nothing was sampled in the last second."""
        steps = self._steps
        if len(steps) < 2 or now - steps[-1][0] > WINDOW_S:
            return 0.0
        # The first step opens the window: its tokens were made before it.
        n_tokens = sum(n for _, n in steps) - steps[0][1]
        return n_tokens / (steps[-1][0] - steps[0][0])
