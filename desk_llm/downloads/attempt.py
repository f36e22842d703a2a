"""One attempt at one file: go on where it stopped, until its part is whole and proven."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desk_llm.downloads.job import Phase, Task
from desk_llm.downloads.limiter import Limiter
from desk_llm.downloads.part import Part
from desk_llm.downloads.problems import Odd, Stopped, disk, no_space
from desk_llm.downloads.rules import Rules
from desk_llm.errors import QT_TRANSLATE_NOOP
from desk_llm.hub.hosts import host_of

if TYPE_CHECKING:
    import httpx2

    from desk_llm.downloads.body import Body

_GATHER_S = 0.1  # the longest that bytes which came are not on the disk
_FAST = 200e6  # bytes a second: below it, one thread has time for the network, disk and digest


@dataclass(frozen=True, slots=True)
class Tools:
    """What all attempts share."""

    client: Callable[[], httpx2.Client]
    limiter: Limiter
    rules: Rules


def fetch(task: Task, tools: Tools, name: str) -> None:
    """Returns when the part is whole and proven. Raises DeskError, Stopped; what came is kept.

    `name` is the repository's, for sentences.
    """
    part = Part(task.target, task.file)
    try:
        part.open()
        task.phase = Phase.VERIFYING
        part.sum_up(lambda done: _look(task, done))
        task.done_bytes = part.size
        if not part.size or part.size != task.file.size_bytes:
            task.phase = Phase.FETCHING
            _ask(part, task, tools, name)
        task.phase = Phase.VERIFYING
        _look(task, part.size)
        part.prove()
    finally:
        part.close()


def _look(task: Task, done_bytes: int) -> None:
    """Tell how far it is; raises Stopped when the person wants no more of it."""
    if task.stop.is_set():
        raise Stopped
    task.done_bytes = done_bytes


def _ask(part: Part, task: Task, tools: Tools, name: str) -> None:
    # Here, not above: they bring in ssl and email, which the start of the window need not wait for.
    from desk_llm.downloads.answer import begin, headers
    from desk_llm.downloads.body import open_body
    from desk_llm.hub.answers import sentences

    url = task.file.url
    with (
        tools.client() as client,
        sentences(url),
        client.stream("GET", url, headers=headers(part)) as response,
    ):
        _look(task, part.size)
        total = begin(response, part, task.file, name)
        if total:
            task.size_bytes = total
            _check_space(part, total)
        if total and part.size == total:
            return
        body = open_body(response, tools.rules.silence_s)
        most, host = total or task.file.size_bytes, host_of(str(response.url))
        if not most:  # it could send for ever
            message = QT_TRANSLATE_NOOP("errors", "{host} does not say how large the file is.")
            raise Odd(message, host=host)
        _receive(body, part, task, tools.limiter, most)
        if part.size < most:
            message = QT_TRANSLATE_NOOP("errors", "{host} sent less of the file than announced.")
            raise Odd(message, host=host)


def _check_space(part: Part, total: int) -> None:
    """Again, now that the server itself says how large it is."""
    folder = part.target.parent
    with disk(folder):
        free = shutil.disk_usage(folder).free
    if free < total - part.size:
        raise no_space(folder, total - part.size, free)


def _receive(body: Body, part: Part, task: Task, limiter: Limiter, most: int) -> None:
    """The hot loop: one write and one handover for each MiB, or ten times a second."""
    has_more = True
    while has_more:
        buffer = part.buffer()
        left = most - part.size
        window = buffer[: min(limiter.step(len(buffer)), left + 1)]
        n_bytes = 0
        started = time.monotonic()
        try:
            while n_bytes < len(window) and time.monotonic() < started + _GATHER_S:
                came = body.readinto(window[n_bytes:])
                if not came:
                    has_more = came is None
                    break
                n_bytes += came
        finally:  # also when the connection breaks: what came is kept
            has_time = n_bytes < (time.monotonic() - started) * _FAST
            part.add(buffer, min(n_bytes, left), has_time=has_time)
            task.received(n_bytes)
        if n_bytes > left:
            raise Odd(QT_TRANSLATE_NOOP("errors", "More came than the file has bytes."))
        _look(task, part.size)
        limiter.pay(n_bytes, task.stop)
