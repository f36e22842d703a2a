"""How patient downloads are: time limits, pauses between attempts, space that stays free."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rules:
    """The defaults are for people's networks; tests are less patient."""

    connect_s: float = 10.0
    silence_s: float = 20.0  # without a byte, then the connection counts as dead
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    most_odd: int = 5  # answers that make no sense, of one file, until it fails
    most_wrong: int = 2  # whole files with a wrong digest
    reserve_bytes: int = 256 << 20  # of the disk, left for everything else
    tick_s: float = 0.25  # between news of the progress

    def wait_s(self, n_fails: int) -> float:
        """Before the attempt after `n_fails` in a row without a byte: doubled, never in step."""
        wait = self.first_wait_s * 2.0 ** min(max(n_fails - 1, 0), 16)
        return min(wait, self.longest_wait_s) * random.uniform(0.8, 1.2)
