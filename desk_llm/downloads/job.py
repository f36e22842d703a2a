"""A download while it lives: its files, what each of them is doing, and the snapshot of it all."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from desk_llm.downloads.speed import Speed
from desk_llm.downloads.types import Download, DownloadState
from desk_llm.errors import DeskError
from desk_llm.hub.types import DownloadFile, DownloadSpec


class Phase(Enum):
    """What the thread of a file does; IDLE: it has none."""

    IDLE = "idle"
    FETCHING = "fetching"
    VERIFYING = "verifying"


@dataclass(eq=False)
class Task:
    """One file. The thread that works on it writes the counts; the rest changes under the lock."""

    file: DownloadFile
    target: Path
    phase: Phase = Phase.IDLE
    done_bytes: int = 0
    received_bytes: int = 0  # from servers, in this process
    size_bytes: int = 0  # 0: not known yet
    is_proven: bool = False  # its part is whole, and waits for the other files of the job
    path: Path | None = None  # where it is, whole and verified
    not_before: float = 0.0  # monotonic: the end of a pause between attempts
    error: DeskError | None = None  # why it waits
    n_attempts: int = 0
    n_fails: int = 0  # attempts in a row that brought nothing
    n_odd: int = 0
    n_wrong: int = 0
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.size_bytes = self.size_bytes or self.file.size_bytes

    @property
    def is_done(self) -> bool:
        return self.path is not None

    @property
    def is_wanted(self) -> bool:
        """Whether something of it is still to be fetched."""
        return self.path is None and not self.is_proven

    def received(self, n_bytes: int) -> None:
        """Bytes came: the next pause is a short one again."""
        if n_bytes:
            self.received_bytes += n_bytes
            self.n_fails = 0

    def begin_again(self) -> None:
        """The person wants it: what went wrong before no longer counts."""
        self.not_before, self.error = 0.0, None
        self.n_fails = self.n_odd = self.n_wrong = 0


@dataclass(eq=False)
class Job:
    """All files of one model. `is_looked_up`: what is on the disk already was looked for."""

    id: str
    spec: DownloadSpec
    tasks: list[Task]
    added_at: float
    is_paused: bool = False
    is_looked_up: bool = False
    looking: threading.Event | None = None  # set to stop the looking
    error: DeskError | None = None  # FAILED
    finished_at: float | None = None  # DONE
    speed: Speed = field(default_factory=Speed)

    @property
    def is_done(self) -> bool:
        return self.finished_at is not None

    @property
    def is_over(self) -> bool:
        """Nothing happens with it by itself."""
        return self.is_done or self.is_paused or self.error is not None

    @property
    def is_worked_on(self) -> bool:
        """Whether any thread has not ended its work on it."""
        return self.looking is not None or any(one.phase is not Phase.IDLE for one in self.tasks)

    @property
    def is_fetching(self) -> bool:
        """Whether bytes may come just now."""
        return any(one.phase is Phase.FETCHING for one in self.tasks)

    @property
    def done_bytes(self) -> int:
        return sum(one.done_bytes for one in self.tasks)

    @property
    def received_bytes(self) -> int:
        return sum(one.received_bytes for one in self.tasks)

    @property
    def total_bytes(self) -> int:
        return sum(one.size_bytes for one in self.tasks)

    def stop(self) -> None:
        """Ask its threads to end."""
        if self.looking is not None:
            self.looking.set()
        for task in self.tasks:
            task.stop.set()

    def state(self, now: float) -> DownloadState:
        """As people see it."""
        if self.is_done:
            return DownloadState.DONE
        if self.error is not None:
            return DownloadState.FAILED
        return DownloadState.PAUSED if self.is_paused else self._active_state(now)

    def _active_state(self, now: float) -> DownloadState:
        if self.is_fetching:
            return DownloadState.RUNNING
        if self.is_worked_on:
            return DownloadState.VERIFYING
        if any(one.not_before > now for one in self.tasks if one.is_wanted):
            return DownloadState.WAITING
        return DownloadState.QUEUED

    def snapshot(self) -> Download:
        """What the window shows."""
        now = time.monotonic()
        state = self.state(now)
        is_running = state is DownloadState.RUNNING
        waiting = [one for one in self.tasks if one.is_wanted and one.not_before > now]
        first = min(waiting, key=lambda one: one.not_before, default=None)
        is_waiting = state is DownloadState.WAITING
        done, total = self.done_bytes, self.total_bytes
        return Download(
            id=self.id,
            spec=self.spec,
            state=state,
            done_bytes=done,
            total_bytes=total,
            bytes_per_s=self.speed.bytes_per_s if is_running else 0.0,
            eta_s=self.speed.eta_s(total - done) if is_running and total >= done else None,
            error=first.error if first and is_waiting else self.error,
            retry_in_s=_seconds(first.not_before - now) if first and is_waiting else None,
            n_attempts=max((one.n_attempts for one in self.tasks), default=0),
            added_at=self.added_at,
            finished_at=self.finished_at,
            path=str(self.tasks[0].path or "") if self.is_done else "",
        )


def _seconds(wait: float) -> float | None:
    """None: until something else happens."""
    return wait if math.isfinite(wait) else None
