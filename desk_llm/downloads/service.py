"""Downloads: the queue of everything that is fetched, and the front door of this room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from desk_llm.downloads.types import Download
from desk_llm.events import Event
from desk_llm.hub.tokens import Tokens
from desk_llm.hub.types import DownloadFile, DownloadSpec
from desk_llm.settings import SettingsStore


class Downloads:
    """Everything returns at once; the work is done on threads that start with the first download.

    `changed` says that `all` differs: at most 10 times a second, 4 times while bytes come.
    `finished` brings a download that is DONE, whole and verified. Both on a thread of this room.
    """

    def __init__(
        self,
        settings: SettingsStore,
        tokens: Tokens,
        models_folder: Callable[[], Path],
        state: Path | None,
        existing: Callable[[DownloadFile], Path | None] = lambda _file: None,
    ) -> None:
        """`state`: the file that keeps the queue; None: it is forgotten with this process.

        `existing` finds a file on this disk with the digest of the one that is wanted.
        """
        self.changed: Event[None] = Event()
        self.finished: Event[Download] = Event()

    @property
    def all(self) -> tuple[Download, ...]:
        """Snapshots, in the order of the queue; unfinished ones of before are PAUSED."""
        return ()

    def get(self, download_id: str) -> Download | None:
        """The snapshot of one."""
        raise NotImplementedError

    def add(self, spec: DownloadSpec) -> str:
        """Queue a download; its id. One that is wanted already is resumed, and its id returned.

        Raises RequestError for targets that are no place below the models folder, or that another
        download brings.
        """
        raise NotImplementedError

    def pause(self, download_id: str) -> None:
        """Stop for now; what came is kept."""
        raise NotImplementedError

    def resume(self, download_id: str) -> None:
        """Go on with one that is paused or failed, at the byte where it stopped; WAITING: now."""
        raise NotImplementedError

    def cancel(self, download_id: str) -> None:
        """Stop, remove what came, and forget it. Of one that is DONE only the entry goes."""
        raise NotImplementedError

    def forget(self, download_id: str) -> None:
        """Remove the entry of one that is DONE or FAILED; parts of a failed one go with it."""
        raise NotImplementedError

    def move(self, download_id: str, place: int) -> None:
        """Give it another place in the queue; 0 is the front."""
        raise NotImplementedError

    def pause_all(self) -> None:
        """Pause everything that runs or waits."""
        raise NotImplementedError

    def resume_all(self) -> None:
        """Go on with everything that is paused."""
        raise NotImplementedError

    def close(self) -> None:
        """Pause, save the queue, end the threads. Idempotent."""
