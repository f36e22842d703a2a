"""Downloads: the front door of this room, and the thread that keeps the queue going."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from desk_llm.downloads import queue_file
from desk_llm.downloads.attempt import Tools
from desk_llm.downloads.crew import Crew, remove_parts
from desk_llm.downloads.job import Job
from desk_llm.downloads.limiter import Limiter
from desk_llm.downloads.lookup import Existing
from desk_llm.downloads.part import part_size
from desk_llm.downloads.queue import Queue
from desk_llm.downloads.rules import Rules
from desk_llm.downloads.targets import place
from desk_llm.downloads.types import Download
from desk_llm.events import Event
from desk_llm.hub.problems import Busy
from desk_llm.hub.tokens import Tokens
from desk_llm.hub.types import DownloadSpec
from desk_llm.settings import SettingsStore
from desk_llm.settings.table import Settings

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger("desk.downloads")

_LEAST_S = 0.1  # between two emits of `changed`
_CLOSING_S = 2.0  # for threads to put down what they hold
_RULES = Rules()


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
        existing: Existing = lambda _file: None,
        *,
        rules: Rules = _RULES,
    ) -> None:
        """`state`: the file that keeps the queue; None: it is forgotten with this process.

        `existing` finds a file on this disk with the digest of the one that is wanted.
        """
        self.changed: Event[None] = Event()
        self.finished: Event[Download] = Event()
        self._settings = settings
        self._folder = models_folder
        self._state = state
        self._rules = rules
        self._queue = Queue(queue_file.read(state) if state is not None else [])
        self._thread: threading.Thread | None = None
        tools = Tools(
            lambda: _client(settings, tokens, rules),
            Limiter(lambda: settings.current.network.limit_mb_s * 1e6),
            rules,
        )
        self._crew = Crew(self._queue, tools, models_folder, existing, self._tell_done)
        self._network = settings.current.network
        self._disconnect = settings.changed.connect(self._follow_settings)
        if any(not job.is_done for job in self._queue.jobs):
            self._start()

    @property
    def all(self) -> tuple[Download, ...]:
        """Snapshots, in the order of the queue; unfinished ones of before are PAUSED."""
        with self._queue.lock:
            return tuple(job.snapshot() for job in self._queue.jobs)

    def get(self, download_id: str) -> Download | None:
        """The snapshot of one."""
        return next((one for one in self.all if one.id == download_id), None)

    def add(self, spec: DownloadSpec) -> str:
        """Queue a download; its id. One that is wanted already is resumed, and its id returned.

        Raises RequestError for targets that are no place below the models folder, or that another
        download brings.
        """
        download_id = self._queue.add(spec, self._folder())
        self._wake()
        return download_id

    def pause(self, download_id: str) -> None:
        """Stop for now; what came is kept."""
        self._queue.each(self._queue.pause, download_id)

    def resume(self, download_id: str) -> None:
        """Go on with one that is paused or failed, at the byte where it stopped; WAITING: now."""
        self._queue.each(self._queue.resume, download_id)

    def cancel(self, download_id: str) -> None:
        """Stop, remove what came, and forget it. Of one that is DONE only the entry goes."""
        self._queue.each(self._queue.drop, download_id)
        self._wake()

    def forget(self, download_id: str) -> None:
        """Remove the entry of one that is DONE or FAILED; parts of a failed one go with it."""

        def forget(job: Job) -> None:
            if job.is_done or job.error is not None:
                self._queue.drop(job)

        self._queue.each(forget, download_id)
        self._wake()

    def move(self, download_id: str, place: int) -> None:
        """Give it another place in the queue; 0 is the front."""
        self._queue.each(lambda job: self._queue.move(job, place), download_id)

    def pause_all(self) -> None:
        """Pause everything that runs or waits."""
        self._queue.each(self._queue.pause)

    def resume_all(self) -> None:
        """Go on with everything that is paused."""
        self._queue.each(lambda job: self._queue.resume(job) if job.is_paused else None)

    def close(self) -> None:
        """Pause, save the queue, end the threads. Idempotent."""
        self._disconnect()
        with self._queue.lock:
            was_closed, self._queue.is_closed = self._queue.is_closed, True
            for job in (*self._queue.jobs, *self._queue.gone):
                job.stop()
            self._queue.tell()
        if was_closed or self._thread is None:
            return
        self._crew.join(_CLOSING_S)
        self._thread.join(_CLOSING_S)
        self._remove_gone(is_last=True)
        self._save()

    # ── the thread ───────────────────────────────────────────────────────

    def _wake(self) -> None:
        """The thread is started when there is something to do for the first time."""
        with self._queue.lock:
            if self._thread is None and not self._queue.is_closed:
                self._start()

    def _start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="downloads", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._measure_parts()
        queue, told_at, has_news = self._queue, 0.0, False
        while not queue.is_closed:
            with queue.lock:
                hired = self._crew.hire(self._settings.current.network.parallel_downloads)
                is_changed, queue.is_changed = queue.is_changed, False
                is_active = any(not job.is_over for job in queue.jobs)
                self._measure_speed()
            self._crew.start(hired)
            if is_changed:
                self._remove_gone()
                self._save()
            has_news = has_news or is_changed
            if has_news or is_active:
                pause = told_at + (_LEAST_S if has_news else self._rules.tick_s) - time.monotonic()
                if pause <= 0:
                    told_at, has_news, pause = time.monotonic(), False, self._rules.tick_s
                    self.changed.emit(None)
            with queue.lock:
                if not (queue.is_closed or queue.is_changed):
                    queue.lock.wait(pause if has_news or is_active else None)

    def _measure_parts(self) -> None:
        """What is there of the downloads of before: killed ones wrote more than they told."""
        for job in tuple(self._queue.jobs):
            for task in job.tasks if not job.is_done else ():
                if not task.is_done and not job.is_worked_on:
                    task.target = place(self._folder(), task.file.target)
                    task.done_bytes = part_size(task.target)
        self._queue.is_changed = True

    def _measure_speed(self) -> None:
        now = time.monotonic()
        for job in self._queue.jobs:
            if job.is_fetching:
                job.speed.add(now, job.received_bytes)
            else:
                job.speed.clear()

    def _remove_gone(self, *, is_last: bool = False) -> None:
        """Remove the parts of cancelled downloads, when nothing writes to them any more."""
        for job in tuple(self._queue.gone):
            if is_last or not job.is_worked_on:
                remove_parts(job)
                with self._queue.lock:
                    self._queue.gone.remove(job)
                    self._queue.tell()

    def _save(self) -> None:
        if self._state is None:
            return
        with self._queue.lock:
            jobs = list(self._queue.jobs)
        try:
            queue_file.write(self._state, jobs)
        except OSError as error:
            log.warning("the queue of downloads cannot be saved: %s", error)

    def _follow_settings(self, settings: Settings) -> None:
        """Online again, another proxy, a new limit: all hold at once."""
        with self._queue.lock:
            is_other, self._network = settings.network != self._network, settings.network
            for task in (task for job in self._queue.jobs for task in job.tasks if is_other):
                if not isinstance(task.error, Busy):  # a server's wish for time still holds
                    task.not_before = 0.0
                if settings.network.offline:
                    task.stop.set()  # the next attempt says why it waits
            self._queue.lock.notify_all()

    def _tell_done(self, job: Job) -> None:
        """On the thread that brought the last file."""
        with self._queue.lock:
            is_wanted = job in self._queue.jobs
        if is_wanted:
            self.finished.emit(job.snapshot())


def _client(settings: SettingsStore, tokens: Tokens, rules: Rules) -> httpx2.Client:
    from desk_llm.hub.http import client

    return client(settings, tokens, connect_s=rules.connect_s, read_s=rules.silence_s)
