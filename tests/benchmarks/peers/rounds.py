"""Interleaved rounds: ours, theirs; theirs, ours; … and the table of their paired ratios."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from tests.benchmarks.peers.quiet import measure

ROUNDS = int(os.environ.get("DESK_LLM_BENCH_ROUNDS", "5"))


@dataclass(slots=True)
class Pairs:
    """One quantity of two sides, measured in pairs; `others` are the cores other programs used."""

    label: str
    unit: str
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)

    def row(self) -> str:
        """Medians, the median of the paired ratios with its spread, the load beside it."""
        ratios = sorted(a / b for a, b in zip(self.ours, self.theirs, strict=True))
        return (
            f"{self.label:44s} {statistics.median(self.ours):9.2f} "
            f"{statistics.median(self.theirs):9.2f} {self.unit:6s} "
            f"{statistics.median(ratios):6.3f} [{ratios[0]:.3f}-{ratios[-1]:.3f}] "
            f"n={len(ratios)}  {statistics.median(self.others):.2f}/{max(self.others):.2f}"
        )


def header(title: str, ours: str, theirs: str) -> str:
    """The first lines of a table of `Pairs`."""
    columns = (
        f"{'':44s} {ours[:9]:>9s} {theirs[:9]:>9s} {'':6s} ratio  [spread]        "
        "cores of others, median/max"
    )
    return f"\n{title}\n{columns}"


def interleave(
    pairs: Sequence[Pairs],
    ours: Callable[[int], Sequence[float]],
    theirs: Callable[[int], Sequence[float]],
    pids: Sequence[int] = (),
    rounds: int = ROUNDS,
) -> None:
    """Run both in turn; each returns one number for each of `pairs`, given the round's number."""
    for number in range(rounds):
        # Who goes first alternates: a drift of the machine's speed then favours nobody.
        results = {}
        for is_ours in (True, False) if number % 2 == 0 else (False, True):
            work = ours if is_ours else theirs
            results[is_ours] = measure(partial(work, number), pids)
        for index, pair in enumerate(pairs):
            pair.ours.append(results[True][0][index])
            pair.theirs.append(results[False][0][index])
            pair.others.append(max(results[True][1], results[False][1]))
