"""The composition root: it builds, it closes, and bad data folders do not stop the app."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from desk_llm.errors import DatabaseTooNew, DiskProblem
from desk_llm.paths import Paths
from desk_llm.services import Services


def test_open_and_close_leave_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    services = Services.open(Paths(tmp_path / "profile"))
    services.library.refresh()
    assert services.library.files[0].is_starter
    services.loader.ensure(services.library.files[0].id).result(30)
    services.close()
    services.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive(), thread
    assert not services.problems


def test_an_unwritable_data_folder_is_a_problem_not_the_end(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    services = Services.open(Paths(blocker / "profile"))
    assert any(isinstance(problem, DiskProblem) for problem in services.problems)
    assert services.store.create("", "").id
    services.close()
    assert blocker.read_text() == "not a folder"


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    with sqlite3.connect(paths.database) as connection:
        connection.execute("PRAGMA user_version = 9999")
        connection.execute("CREATE TABLE future (x)")
    connection.close()
    before = paths.database.read_bytes()
    services = Services.open(paths)
    assert any(isinstance(problem, DatabaseTooNew) for problem in services.problems)
    services.close()
    assert paths.database.read_bytes() == before


def test_damaged_files_are_told_and_set_aside(tmp_path: Path) -> None:
    paths = Paths(tmp_path)
    paths.database.write_bytes(b"\0" * 64560)
    paths.settings.write_bytes(b"\0" * 100)
    services = Services.open(paths)
    kept = services.store.create("kept", "")
    services.close()
    assert len(services.problems) == 2
    assert any(file.read_bytes() == b"\0" * 64560 for file in tmp_path.glob("*damaged*"))
    again = Services.open(paths)
    assert [chat.id for chat in again.store.list()] == [kept.id]
    again.close()
