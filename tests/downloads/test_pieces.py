"""The small parts: retries, the limiter, the speed, the queue's file."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from desk_llm.downloads import queue_file
from desk_llm.downloads.job import Job, Task
from desk_llm.downloads.limiter import Limiter
from desk_llm.downloads.problems import InUse, Odd, WrongDigest, disk
from desk_llm.downloads.retry import judge
from desk_llm.downloads.rules import Rules
from desk_llm.downloads.speed import Speed
from desk_llm.errors import AccessDenied, DeskError, DiskProblem, FileDamaged, NetworkError
from desk_llm.hub.problems import Busy, Offline, Refused
from desk_llm.hub.types import DownloadFile, DownloadSpec, Source

RULES = Rules()


def _task(size: int = 10) -> Task:
    return Task(DownloadFile("http://h/f", "o/r/f.gguf", size, "ab" * 32), Path("f.gguf"))


def test_pauses_grow_to_a_minute_and_no_further() -> None:
    waits = [RULES.wait_s(n) for n in (1, 2, 3, 7, 100_000)]
    for wait, middle in zip(waits, (1, 2, 4, 60, 60), strict=True):
        assert 0.8 * middle <= wait <= 1.2 * middle


@pytest.mark.parametrize("error", [NetworkError("It broke."), Busy("h", 503), InUse(Path("f"))])
def test_what_may_pass_is_tried_for_ever(error: DeskError) -> None:
    task = _task()
    assert all(judge(task, error, RULES) for _ in range(1000))
    assert task.not_before > time.monotonic() + 40


@pytest.mark.parametrize(
    "error", [AccessDenied("No."), Refused("No."), DiskProblem("Full."), FileDamaged("Bad.")]
)
def test_what_cannot_pass_ends_it(error: DeskError) -> None:
    assert not judge(_task(), error, RULES)


def test_nonsense_is_forgiven_a_few_times() -> None:
    task = _task()
    assert [judge(task, Odd("What?"), RULES) for _ in range(5)] == [True] * 4 + [False]


def test_a_wrong_digest_is_forgiven_once() -> None:
    task = _task()
    assert [judge(task, WrongDigest(Path("f")), RULES) for _ in range(2)] == [True, False]


def test_offline_waits_for_no_clock() -> None:
    task = _task()
    job = Job("1", DownloadSpec("t", Source.HUB, (task.file,)), [task], 0.0)
    assert judge(task, Offline(), RULES)
    snapshot = job.snapshot()
    assert snapshot.retry_in_s is None
    assert isinstance(snapshot.error, Offline)
    json.dumps(snapshot.eta_s)


def test_a_server_may_ask_for_more_time_not_for_less() -> None:
    task = _task()
    judge(task, Busy("h", 429, 1000.0), RULES)
    assert task.not_before > time.monotonic() + 900
    task = _task()
    judge(task, Busy("h", 429, 0.0), RULES)
    assert task.not_before > time.monotonic() + 0.5


def test_the_limiter_takes_its_time_from_all_together() -> None:
    limiter, never = Limiter(lambda: 1e6), threading.Event()
    assert limiter.step(1 << 20) == 50_000
    started = time.monotonic()

    def pay() -> None:
        for _ in range(5):
            limiter.pay(40_000, never)

    threads = [threading.Thread(target=pay) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started > 0.29  # 0.4 s, less what may be caught up with


def test_without_a_limit_nothing_waits() -> None:
    limiter, stop = Limiter(lambda: 0.0), threading.Event()
    assert limiter.step(1 << 20) == 1 << 20
    limiter.pay(1 << 40, stop)


def test_a_stop_ends_the_wait_for_the_limit() -> None:
    stop = threading.Event()
    stop.set()
    Limiter(lambda: 1.0).pay(1 << 30, stop)


def test_the_speed_is_that_of_the_last_seconds() -> None:
    speed = Speed()
    assert speed.bytes_per_s == 0
    assert speed.eta_s(5) is None
    for second in range(20):
        speed.add(second, second * 100)
    for second in range(20, 26):
        speed.add(second, 1900 + (second - 19) * 1000)
    assert speed.bytes_per_s == pytest.approx(1000)
    assert speed.eta_s(4000) == pytest.approx(4)
    speed.add(26, 0)  # begun anew
    assert speed.bytes_per_s == 0


def test_the_queue_survives_its_file(tmp_path: Path) -> None:
    file = DownloadFile("http://h/f?a=1", "作者/模型/f.gguf", 10, "ab" * 32, '"e"')
    task = Task(file, Path("f.gguf"), done_bytes=4)
    job = Job("id", DownloadSpec("标题", Source.OLLAMA, (file,), "o/r", "c"), [task], 5.0)
    job.error = Busy("host", 503, 4.0)
    queue_file.write(tmp_path / "q.json", [job])
    (kept,) = queue_file.read(tmp_path / "q.json")
    assert kept.spec == job.spec
    assert kept.is_paused
    assert kept.tasks[0].done_bytes == 4
    assert isinstance(kept.error, NetworkError)
    assert str(kept.error) == str(job.error)


def test_only_the_last_hundred_finished_ones_are_remembered(tmp_path: Path) -> None:
    jobs = []
    for n in range(150):
        task = _task()
        task.path = Path("f.gguf")
        spec = DownloadSpec("t", Source.HUB, (task.file,))
        jobs.append(Job(str(n), spec, [task], 0.0, finished_at=1.0 if n else None))
    queue_file.write(tmp_path / "q.json", jobs)
    kept = queue_file.read(tmp_path / "q.json")
    assert [one.id for one in kept] == ["0", *(str(n) for n in range(50, 150))]


@pytest.mark.parametrize(
    "change",
    [
        {"error": {"kind": "Path", "message": "{x}", "hint": "", "detail": "", "values": {}}},
        {"error": {"kind": "DeskError", "message": 5, "hint": "", "detail": "", "values": {}}},
        {"id": 5},
        {"files": []},
        {"source": "ftp"},
        {"added_at": "then"},
    ],
)
def test_entries_that_make_no_sense_are_left_out(tmp_path: Path, change: object) -> None:
    task = _task()
    spec = DownloadSpec("t", Source.HUB, (task.file,))
    path = tmp_path / "q.json"
    queue_file.write(path, [Job("a", spec, [task], 0.0), Job("b", spec, [task], 0.0)])
    kept = json.loads(path.read_text())
    kept["downloads"][0].update(change)
    path.write_text(json.dumps(kept))
    assert [one.id for one in queue_file.read(path)] == ["b"]


def test_problems_of_the_disk_name_the_file(tmp_path: Path) -> None:
    with pytest.raises(DiskProblem, match=r"^“m\.gguf” cannot be"), disk(Path("o/m.gguf")):
        (tmp_path / "no" / "file").write_text("")
