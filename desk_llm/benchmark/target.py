"""What a load test asks: anything that answers a prompt and can say how long it took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from desk_llm.benchmark.types import Note


@dataclass(frozen=True, slots=True)
class Ask:
    """One request of a load test."""

    prompt: str
    max_tokens: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Record:
    """How one request went; seconds since it was sent. `error` is its kind, empty when fine."""

    error: str = ""
    detail: str = ""  # of the error, in its own words
    input_tokens: int = 0
    output_tokens: int = 0
    ttft_s: float = 0.0
    decode_s: float = 0.0  # first token → last token
    e2e_s: float = 0.0

    @property
    def tpot_s(self) -> float | None:
        """Time per output token after the first; None with a single one."""
        return self.decode_s / (self.output_tokens - 1) if self.output_tokens > 1 else None


class Target(Protocol):
    """One event loop uses it; `open` and `close` belong to the same loop."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader must know of its figures; complete after the last request."""
        ...

    async def open(self) -> None:
        """One request that is not counted. Raises a DeskError when it cannot be asked at all."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...

    def count(self, text: str) -> int:
        """Tokens of a text, as well as it can tell."""
        ...

    async def request(self, ask: Ask) -> Record:
        """Ask and wait for the end. Never raises but when it is cancelled."""
        ...
