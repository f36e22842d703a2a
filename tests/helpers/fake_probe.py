"""FakeProbe: trials that end as the test says, without a child process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from desk_llm.engine.probe.results import Outcome, Simulation, TrialResult
from desk_llm.engine.types import LoadParams


class FakeProbe:
    """Trials end as `results` says, and well when it is empty; simulations are refused."""

    def __init__(self) -> None:
        self.results: deque[TrialResult] = deque()
        self.trials: list[LoadParams] = []

    def simulate(self, params: LoadParams, is_cancelled: Callable[[], bool]) -> Simulation | None:
        """Leaves it to the formula."""
        del params, is_cancelled
        return None

    def trial(
        self,
        params: LoadParams,
        on_progress: Callable[[float], None],
        is_cancelled: Callable[[], bool],
        work_bytes: int,
    ) -> TrialResult:
        """At once."""
        del is_cancelled, work_bytes
        self.trials.append(params)
        on_progress(1.0)
        return self.results.popleft() if self.results else TrialResult(Outcome.OK)

    def close(self) -> None:
        """Nothing to end."""
