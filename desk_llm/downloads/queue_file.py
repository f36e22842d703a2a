"""The file that keeps the queue: what is unfinished is offered again after a restart."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from desk_llm import errors
from desk_llm.downloads.files import write_whole
from desk_llm.downloads.job import Job, Task
from desk_llm.downloads.targets import check_target
from desk_llm.errors import DeskError
from desk_llm.hub.types import DownloadFile, DownloadSpec, Source

log = logging.getLogger("desk.downloads")

_VERSION = 1
_MAX_BYTES = 16 << 20
_MAX_DONE = 100  # finished ones that are remembered


def write(path: Path, jobs: list[Job]) -> None:
    """Replace the file at once or not at all. Raises OSError."""
    done = [job for job in jobs if job.is_done][-_MAX_DONE:]
    kept = [_job_to_json(job) for job in jobs if not job.is_done or job in done]
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, json.dumps({"version": _VERSION, "downloads": kept}, indent=1).encode())


def read(path: Path) -> list[Job]:
    """The queue, every unfinished download paused; what cannot be read is set aside."""
    try:
        with path.open("rb") as file:
            kept = json.loads(file.read(_MAX_BYTES))
        listed = list(kept["downloads"])
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("the queue of downloads cannot be read: %s", error)
        _set_aside(path)
        return []
    jobs = []
    for one in listed:
        try:
            jobs.append(_job_from_json(one))
        except (ValueError, KeyError, TypeError, DeskError) as error:
            log.warning("a download of the queue cannot be read: %r", error)
    return jobs


def _set_aside(path: Path) -> None:
    try:
        path.replace(path.with_name(path.name + ".damaged"))
    except OSError as error:
        log.warning("%s cannot be set aside: %s", path, error)


def _job_to_json(job: Job) -> dict[str, Any]:
    spec = job.spec
    return {
        "id": job.id,
        "title": spec.title,
        "source": spec.source.value,
        "repo": spec.repo,
        "commit": spec.commit,
        "added_at": job.added_at,
        "finished_at": job.finished_at,
        "error": _error_to_json(job.error),
        "files": [_task_to_json(task) for task in job.tasks],
    }


def _task_to_json(task: Task) -> dict[str, Any]:
    file = task.file
    return {
        "url": file.url,
        "target": file.target,
        "size_bytes": file.size_bytes,
        "sha256": file.sha256,
        "etag": file.etag,
        "path": str(task.path or ""),
        "done_bytes": task.done_bytes,
    }


def _job_from_json(kept: dict[str, Any]) -> Job:
    tasks = [_task_from_json(one) for one in kept["files"]]
    if not tasks:
        raise ValueError("no files")
    spec = DownloadSpec(
        _text(kept["title"]),
        Source(kept["source"]),
        tuple(task.file for task in tasks),
        _text(kept["repo"]),
        _text(kept["commit"]),
    )
    job = Job(_text(kept["id"]), spec, tasks, float(kept["added_at"]), is_paused=True)
    if kept["finished_at"] is not None and all(task.is_done for task in tasks):
        job.finished_at = float(kept["finished_at"])
    job.error = _error_from_json(kept["error"]) if kept["error"] else None
    return job


def _task_from_json(kept: dict[str, Any]) -> Task:
    target = _text(kept["target"])
    check_target(target)
    size = int(kept["size_bytes"])
    sha256, etag = _text(kept["sha256"]), _text(kept["etag"])
    task = Task(DownloadFile(_text(kept["url"]), target, size, sha256, etag), Path(target))
    task.done_bytes = int(kept["done_bytes"])
    task.path = Path(kept["path"]) if kept["path"] else None
    task.size_bytes = size or (task.done_bytes if task.is_done else 0)
    return task


def _error_to_json(error: DeskError | None) -> dict[str, Any] | None:
    if error is None:
        return None
    kinds = [kind.__name__ for kind in type(error).__mro__ if hasattr(errors, kind.__name__)]
    return {
        "kind": kinds[0],
        "message": error.message_template,
        "hint": error.hint_template,
        "detail": error.detail,
        "values": {name: str(value) for name, value in error.values.items()},
    }


def _error_from_json(kept: dict[str, Any]) -> DeskError:
    """The same sentence, of the nearest class that errors.py has."""
    kind = getattr(errors, _text(kept["kind"]), DeskError)
    if not (isinstance(kind, type) and issubclass(kind, DeskError)):
        kind = DeskError
    values = {str(name): _text(value) for name, value in kept["values"].items()}
    error = kind(_text(kept["message"]), _text(kept["hint"]), _text(kept["detail"]), **values)
    str(error)  # a template that does not fit its values shows here, not in the window
    return error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r}")
    return value
