"""Queue: all downloads in their order, and what a person may do with them."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from desk_llm.downloads.job import Job, Task
from desk_llm.downloads.targets import check_target, place
from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError
from desk_llm.hub.types import DownloadSpec
from desk_llm.models.names import plain


class Queue:
    """Everything here is done while `lock` is held; `tell` wakes whoever waits for it."""

    def __init__(self, jobs: list[Job]) -> None:
        self.lock = threading.Condition(threading.RLock())
        self.jobs = jobs
        self.gone: list[Job] = []  # cancelled: their parts go when their threads have ended
        self.is_changed = False  # since it was saved and told
        self.is_closed = False

    def tell(self) -> None:
        """Something is another way than before."""
        self.is_changed = True
        self.lock.notify_all()

    def each(self, work: Callable[[Job], None], job_id: str | None = None) -> None:
        """Do something with one job, or with all."""
        with self.lock:
            for job in tuple(self.jobs):
                if job_id in (None, job.id):
                    work(job)
            self.tell()

    def add(self, spec: DownloadSpec, folder: Path) -> str:
        """Append, or resume the job that brings these very files. Raises RequestError."""
        for file in spec.files:
            check_target(file.target)
        with self.lock:
            job = self._same(spec)
            if job is not None:
                _renew(job, spec)
                self.resume(job)
            else:
                names = _names(spec)
                self.jobs = [one for one in self.jobs if _names(one.spec) != names]  # DONE ones
                tasks = [Task(one, place(folder, one.target)) for one in spec.files]
                job = Job(uuid.uuid4().hex, spec, tasks, time.time())
                self.jobs.append(job)
            self.tell()
            return job.id

    def pause(self, job: Job) -> None:
        """Stop for now."""
        if not job.is_over:
            job.is_paused = True
            job.stop()

    def resume(self, job: Job) -> None:
        """Go on; what is waited for comes at once."""
        if job.is_done:
            return
        if job.is_over:
            job.is_paused, job.error, job.is_looked_up = False, None, False
        for task in job.tasks:
            task.begin_again()

    def drop(self, job: Job) -> None:
        """Stop for good."""
        self.jobs.remove(job)
        if not job.is_done:
            job.is_paused = True
            job.stop()
            self.gone.append(job)

    def move(self, job: Job, place: int) -> None:
        """To another place in the order."""
        self.jobs.remove(job)
        self.jobs.insert(max(0, place), job)

    def startable(self) -> list[Job]:
        """Jobs that may have threads: not while parts of their names are still to be removed."""
        going = {name for job in self.gone for name in _names(job.spec)}
        return [job for job in self.jobs if not going & _names(job.spec)]

    def _same(self, spec: DownloadSpec) -> Job | None:
        """The unfinished job of these very files; raises RequestError for one of other files."""
        names = _names(spec)
        is_twice = len(names) < len(spec.files) or not spec.files
        for job in self.jobs:
            if job.is_done or not names & _names(job.spec):
                continue
            if _contents(job.spec) == _contents(spec):
                return job
            is_twice = True
        if is_twice:
            raise RequestError(
                QT_TRANSLATE_NOOP("errors", "“{title}” would overwrite what is being fetched."),
                QT_TRANSLATE_NOOP("errors", "Cancel the other download of that name first."),
                title=plain(spec.title, 120),
            )
        return None


def _renew(job: Job, spec: DownloadSpec) -> None:
    """The same files, perhaps from another server now: the next attempts ask there."""
    files = {one.target.casefold(): one for one in spec.files}
    job.spec = spec
    job.tasks.sort(key=lambda task: list(files).index(task.file.target.casefold()))
    for task in job.tasks:
        task.file = files[task.file.target.casefold()]


def _names(spec: DownloadSpec) -> set[str]:
    """Targets, equal where a file system takes them for equal."""
    return {one.target.casefold() for one in spec.files}


def _contents(spec: DownloadSpec) -> dict[str, str]:
    return {one.target.casefold(): one.sha256.lower() or one.url for one in spec.files}
