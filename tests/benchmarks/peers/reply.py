"""What a client sees of one reply, and what both sides of a comparison can do."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

TIMEOUT_S = 300.0
POLL_S = 0.005


@dataclass(slots=True)
class Reply:
    """A reply that is being received; times are of `time.perf_counter`."""

    cancel: Callable[[], None] = lambda: None
    asked: float = field(default_factory=time.perf_counter)
    arrivals: list[float] = field(default_factory=list)  # of each token, at the client
    text: str = ""  # once it is done
    n_prompt: int = 0
    n_cached: int = 0
    error: str = ""
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def ttft(self) -> float:
        """Seconds from the request to the first token."""
        return self.arrivals[0] - self.asked

    def wait(self) -> Reply:
        """Until it ends."""
        assert self.done.wait(TIMEOUT_S), "no end within 300 s"
        assert not self.error, self.error
        return self

    def wait_for(self, n_tokens: int) -> Reply:
        """Until so many tokens arrived."""
        until = time.perf_counter() + TIMEOUT_S
        while len(self.arrivals) < n_tokens:
            assert not self.error, self.error
            assert not self.done.is_set(), f"it ended after {len(self.arrivals)} tokens"
            assert time.perf_counter() < until, f"{len(self.arrivals)} tokens within 300 s"
            time.sleep(POLL_S)
        return self


@dataclass(frozen=True, slots=True)
class Load:
    """What every side is started with."""

    model: str
    n_ctx: int
    n_slots: int
    n_threads: int
    n_batch: int = 512


class Side(Protocol):
    """An engine under test: ours or a peer."""

    name: str
    pids: tuple[int, ...]  # whose CPU time is ours in the eyes of `quiet`

    def ask(self, prompt: str, n_tokens: int) -> Reply:
        """Send a request (temperature 0.8, top-k 40, top-p 0.95, no end token); at once."""
        ...

    def forget(self) -> None:
        """Drop every cached prompt."""
        ...


def decode_rate(replies: Sequence[Reply]) -> float:
    """Tokens/s of all streams together, while all of them decode."""
    start = max(reply.arrivals[0] for reply in replies)
    end = min(reply.arrivals[-1] for reply in replies)
    count = sum(start < at <= end for reply in replies for at in reply.arrivals)
    return count / (end - start)


def gaps(reply: Reply, start: float, end: float) -> list[float]:
    """Seconds between tokens that a client waited for within a period."""
    times = [at for at in reply.arrivals if at <= end]
    return [b - a for a, b in itertools.pairwise(times) if b >= start]
