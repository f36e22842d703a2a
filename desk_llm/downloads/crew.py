"""Crew: the threads that look up and fetch, as many as the settings allow."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from desk_llm.downloads.attempt import Tools, fetch
from desk_llm.downloads.job import Job, Phase, Task
from desk_llm.downloads.lookup import Existing, look_up
from desk_llm.downloads.part import put_in_place, remove_part
from desk_llm.downloads.problems import Stopped
from desk_llm.downloads.queue import Queue
from desk_llm.downloads.retry import judge
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, ResourceError

log = logging.getLogger("desk.downloads")


class Crew:
    """Works on jobs. What its threads find out is written down under the queue's lock.

    `on_done` gets a job whose files are all in their places.
    """

    def __init__(
        self,
        queue: Queue,
        tools: Tools,
        folder: Callable[[], Path],
        existing: Existing,
        on_done: Callable[[Job], None],
    ) -> None:
        self._queue = queue
        self._tools = tools
        self._folder = folder
        self._existing = existing
        self._on_done = on_done
        self._threads: list[threading.Thread] = []

    def hire(self, limit: int) -> list[threading.Thread]:
        """Threads for what is due, as many as may run; the lock is held.

        `start` them without it: until a thread runs, a busy machine takes milliseconds, and the
        window waits for the lock.
        """
        hired: list[threading.Thread] = []
        jobs = self._queue.startable()
        now = time.monotonic()
        n_free = limit - sum(_n_workers(job) for job in (*jobs, *self._queue.gone))
        for job in jobs:
            if job.is_over or job.looking is not None:
                continue
            if not job.is_looked_up and n_free > 0 and not job.is_worked_on:
                job.looking = threading.Event()
                claimed = sum(_left(one) for one in jobs if one is not job)
                hired.append(_thread(self._look_up, job, job.looking, claimed))
                n_free -= 1
            if not job.is_looked_up:
                continue
            for task in job.tasks:
                is_due = task.phase is Phase.IDLE and task.not_before <= now
                if n_free > 0 and is_due and task.is_wanted:
                    task.phase, task.stop = Phase.FETCHING, threading.Event()
                    task.n_attempts += 1
                    hired.append(_thread(self._attempt, job, task))
                    n_free -= 1
        self._queue.is_changed = self._queue.is_changed or bool(hired)
        return hired

    def start(self, hired: list[threading.Thread]) -> None:
        """Let them work."""
        for thread in hired:
            thread.start()
        self._threads = [one for one in (*self._threads, *hired) if one.is_alive()]

    def join(self, timeout_s: float) -> None:
        """Wait for threads that were told to stop; those that hang in a connection are left."""
        end = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    # ── on the threads ───────────────────────────────────────────────────

    def _look_up(self, job: Job, stop: threading.Event, claimed_bytes: int) -> None:
        reserve = self._tools.rules.reserve_bytes + claimed_bytes

        def work() -> None:
            look_up(job, self._folder(), self._existing, stop, reserve)
            self._put_in_place(job, stop)

        error = _error_of(work)
        with self._queue.lock:
            job.looking = None
            if error is None:
                job.is_looked_up = True
            elif isinstance(error, DeskError) and not stop.is_set():
                job.error = error
            is_done = self._finish(job)
            self._queue.tell()
        if is_done:
            self._on_done(job)

    def _attempt(self, job: Job, task: Task) -> None:
        def work() -> None:
            fetch(task, self._tools, job.spec.repo)
            task.size_bytes = task.done_bytes
            self._put_in_place(job, task.stop, task)

        error = _error_of(work)
        with self._queue.lock:
            task.phase = Phase.IDLE
            if isinstance(error, DeskError) and not task.stop.is_set():
                self._failed(job, task, error)
            is_done = self._finish(job)
            self._queue.tell()
        if is_done:
            self._on_done(job)

    def _put_in_place(self, job: Job, stop: threading.Event, proven: Task | None = None) -> None:
        """Once every file is proven, all appear: the first, by which a model is known, last."""
        with self._queue.lock:
            if proven is not None:
                proven.is_proven, proven.error = True, None
            if any(task.is_wanted for task in job.tasks) or stop.is_set():
                return
        coming = [task for task in reversed(job.tasks) if not task.is_done]
        put_in_place([task.target for task in coming])
        for task in coming:
            task.path = task.target

    def _failed(self, job: Job, task: Task, error: DeskError) -> None:
        log.info("%s: %s %s", task.file.target, error, error.detail)
        if not judge(task, error, self._tools.rules):
            job.error = error
            job.stop()

    def _finish(self, job: Job) -> bool:
        """Whether the last file came just now."""
        if job.is_done or not all(task.is_done for task in job.tasks):
            return False
        job.finished_at, job.error = time.time(), None
        return True


def _thread(work: Callable[..., None], *arguments: object) -> threading.Thread:
    return threading.Thread(target=work, args=arguments, name="download", daemon=True)


def remove_parts(job: Job) -> None:
    """Nothing unfinished of it stays on the disk."""
    for task in job.tasks:
        if not task.is_done:
            remove_part(task.target)


def _n_workers(job: Job) -> int:
    return (job.looking is not None) + sum(one.phase is not Phase.IDLE for one in job.tasks)


def _left(job: Job) -> int:
    """Bytes of the disk that a download in progress will still take."""
    if job.is_over or not job.is_looked_up:
        return 0
    return max(0, job.total_bytes - job.done_bytes)


def _error_of(work: Callable[[], None]) -> DeskError | Stopped | None:
    """How the work ended."""
    try:
        work()
    except (DeskError, Stopped) as error:
        return error
    except Exception as error:
        log.exception("a download failed in an unknown way")
        message = QT_TRANSLATE_NOOP("errors", "The download failed in an unexpected way.")
        return ResourceError(message, detail=f"{type(error).__name__}: {error}")
    return None
