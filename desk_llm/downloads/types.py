"""A download as the window and the command line see it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from desk_llm.errors import DeskError
from desk_llm.hub.types import DownloadSpec


class DownloadState(Enum):
    """The life of a download; WAITING is the pause between two attempts."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    VERIFYING = "verifying"
    DONE = "done"
    FAILED = "failed"


ACTIVE = frozenset(
    {
        DownloadState.QUEUED,
        DownloadState.RUNNING,
        DownloadState.WAITING,
        DownloadState.VERIFYING,
    }
)


@dataclass(frozen=True, slots=True)
class Download:
    """A snapshot. Bytes over all files; `error` is why it waits, was paused or failed."""

    id: str
    spec: DownloadSpec
    state: DownloadState
    done_bytes: int = 0
    total_bytes: int = 0
    bytes_per_s: float = 0.0
    eta_s: float | None = None
    error: DeskError | None = None
    retry_in_s: float | None = None  # WAITING: until the next attempt
    n_attempts: int = 0
    added_at: float = 0.0  # unix seconds
    finished_at: float | None = None
    path: str = ""  # DONE: the model's first file
