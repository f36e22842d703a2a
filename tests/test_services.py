"""The composition root: it builds, it closes, and bad data folders do not stop the app."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from desk_llm.errors import DatabaseTooNew, DiskProblem
from desk_llm.paths import Paths
from desk_llm.services import Services
from tests.helpers.waiting import wait_until


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


def test_a_chat_goes_on_from_its_saved_state_after_a_restart(tmp_path: Path) -> None:
    def say(services: Services, conversation: str, text: str) -> None:
        session = services.chat.session(conversation)
        session.send(text)
        wait_until(lambda: not services.chat.pump(), 60)
        assert session.error is None

    paths = Paths(tmp_path / "profile")
    services = Services.open(paths)
    services.library.refresh()
    chat = services.store.create("", services.library.files[0].id).id
    say(services, chat, "Tell me something about this long question. " * 10)
    services.close()
    (file,) = (paths.cache / "kv").glob("*.kv")
    services = Services.open(paths)
    services.library.refresh()
    say(services, chat, "And now?")
    assert services.engine.stats().last_usage.cached_tokens > 64
    services.store.delete(chat)
    wait_until(lambda: not file.exists())
    services.close()
    assert not file.exists()


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
