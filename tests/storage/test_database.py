"""The database: writing, reading, refusing, and files in every state."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from desk_llm.errors import DatabaseTooNew, DeskError, DiskProblem, FileDamaged
from desk_llm.storage import database as database_module
from desk_llm.storage import index, migrations
from desk_llm.storage.database import Database

CONVERSATION = "INSERT INTO conversations (id, created_at, updated_at) VALUES (?, 1, 2)"
MESSAGE = (
    "INSERT INTO messages (id, conversation_id, role, status, text, created_at)"
    " VALUES (?, ?, 'user', 'done', ?, 3)"
)


def add(database: Database, *ids: str, text: str = "hello") -> None:
    def work(connection: sqlite3.Connection) -> None:
        for one in ids:
            connection.execute(CONVERSATION, (one,))
            connection.execute(MESSAGE, (f"m-{one}", one, text))

    database.write(work).result(5)


def ids(database: Database) -> list[str]:
    return database.read(
        lambda c: [row[0] for row in c.execute("SELECT id FROM conversations ORDER BY id")]
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.sqlite3"


def opened(path: Path) -> Database:
    return Database.open(path)


# ── work ─────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("is_temporary", [False, True])
def test_what_is_written_is_read(path: Path, is_temporary: bool) -> None:
    database = Database.temporary() if is_temporary else opened(path)
    add(database, "a", "b")
    assert ids(database) == ["a", "b"]
    assert database.is_temporary is is_temporary
    database.close()
    database.close()


def test_it_is_there_after_a_new_start(path: Path) -> None:
    database = opened(path)
    database.write(lambda c: c.execute(CONVERSATION, ("a",)))  # nobody waits: close does
    database.close()
    database = opened(path)
    assert ids(database) == ["a"]
    assert database.problem is None
    database.close()


def test_files_are_private(path: Path) -> None:
    database = opened(path)
    add(database, "a")
    assert [file.name for file in path.parent.iterdir() if file.stat().st_mode & 0o077] == []
    assert path.parent.stat().st_mode & 0o077 == 0
    database.close()


def test_a_failing_write_leaves_nothing_behind(path: Path) -> None:
    database = opened(path)

    def work(connection: sqlite3.Connection) -> None:
        connection.execute(CONVERSATION, ("a",))
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        database.write(work).result(5)
    add(database, "b")
    assert ids(database) == ["b"]
    database.close()


def test_readers_write_nothing_and_have_their_own_connections(path: Path) -> None:
    database = opened(path)
    add(database, "a")
    with pytest.raises(DeskError):
        database.read(lambda c: c.execute(CONVERSATION, ("b",)))
    seen: list[list[str]] = []
    threads = [threading.Thread(target=lambda: seen.append(ids(database))) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert seen == [["a"]] * 4
    database.close()


def test_the_promises_to_the_disk_are_kept(path: Path) -> None:
    database = opened(path)

    def pragma(name: str) -> object:
        return database.write(lambda c: c.execute(f"PRAGMA {name}").fetchone()[0]).result(5)

    assert [pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys")] == [
        "wal",
        2,
        1,
    ]
    assert pragma("trusted_schema") == 0
    database.close()


def test_after_the_end_there_is_a_sentence(path: Path) -> None:
    database = opened(path)
    database.close()
    with pytest.raises(DiskProblem, match="closing"):
        add(database, "a")
    with pytest.raises(DiskProblem, match="closing"):
        ids(database)
    database.flush()


class Full:
    """A write that the disk refuses until there is room."""

    def __init__(self) -> None:
        self.is_full = True
        self.calls = 0

    def __call__(self, connection: sqlite3.Connection) -> None:
        self.calls += 1
        if self.is_full:
            raise sqlite3.OperationalError("database or disk is full")
        connection.execute(CONVERSATION, ("late",))


def test_a_full_disk_delays_history(path: Path) -> None:
    database = opened(path)
    told: list[DeskError] = []
    database.failed.connect(told.append)
    work = Full()
    with pytest.raises(DiskProblem, match="disk is full"):
        database.write(work).result(5)
    with pytest.raises(DiskProblem):
        database.write(lambda c: c.execute(CONVERSATION, ("next",))).result(5)
    assert len(told) == 1  # not once per write
    work.is_full = False
    add(database, "after")
    assert ids(database) == ["after", "late", "next"]
    database.close()


def test_what_waits_for_room_is_tried_once_more_at_the_end(path: Path) -> None:
    database = opened(path)
    work = Full()
    with pytest.raises(DiskProblem):
        database.write(work).result(5)
    work.is_full = False
    database.close()
    database = opened(path)
    assert ids(database) == ["late"]
    database.close()


def test_a_write_that_a_newer_one_replaces_is_not_repeated(path: Path) -> None:
    database = opened(path)
    work = Full()
    with pytest.raises(DiskProblem):
        database.write(work, is_kept=False).result(5)
    add(database, "a")
    assert work.calls == 1
    database.close()


# ── places ───────────────────────────────────────────────────────────────


def test_a_folder_below_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskProblem, match="cannot be written") as refused:
        Database.open(tmp_path / "file" / "history.sqlite3")
    assert "not be kept" in refused.value.hint


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux")
def test_a_folder_that_takes_no_files_is_a_sentence() -> None:
    with pytest.raises(DiskProblem):
        Database.open(Path("/proc/history.sqlite3"))


def test_a_folder_under_the_name_is_a_sentence(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(DiskProblem):
        Database.open(path)


def test_a_read_only_file_is_a_sentence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(path).close()

    def read_only(path: Path | None) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)

    monkeypatch.setattr(database_module, "connect", read_only)  # root may write anything
    with pytest.raises(DiskProblem):
        Database.open(path)


def test_the_app_works_without_a_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    database = Database.open_or_temporary(tmp_path / "file" / "history.sqlite3")
    assert database.is_temporary
    assert isinstance(database.problem, DiskProblem)
    add(database, "a")
    assert ids(database) == ["a"]
    database.close()


# ── versions ─────────────────────────────────────────────────────────────


def schema_of(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    """Tables, columns and indexes; the text of CREATE may differ after an ALTER."""
    found = []
    for kind, name in connection.execute("SELECT type, name FROM sqlite_master ORDER BY name"):
        columns = connection.execute(f"PRAGMA table_info('{name}')").fetchall()
        found += [(kind, name), *((name, *map(str, column[1:])) for column in columns)]
    return found


def test_the_first_schema_migrated_is_the_newest_created() -> None:
    first = Path(__file__).with_name("schema_v1.sql").read_text("utf-8")
    with (
        closing(sqlite3.connect(":memory:", isolation_level=None)) as old,
        closing(sqlite3.connect(":memory:", isolation_level=None)) as new,
    ):
        old.executescript(first)
        old.execute("PRAGMA user_version = 1")
        migrations.migrate(old)
        migrations.create(new)
        assert migrations.version_of(old) == migrations.version_of(new) == migrations.VERSION
        assert schema_of(old) == schema_of(new)


def test_a_migration_backs_up_first(path: Path) -> None:
    opened(path).close()
    backup = path.with_name("backup")
    newer = (*migrations.MIGRATIONS, lambda c: c.execute("CREATE TABLE pins (id)"))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.migrate(connection, backup, newer)
        assert migrations.version_of(connection) == migrations.VERSION + 1
    with closing(sqlite3.connect(backup)) as copy:
        assert migrations.version_of(copy) == migrations.VERSION


def test_a_failing_migration_changes_nothing(path: Path) -> None:
    opened(path).close()

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE pins (id)")
        raise OSError("power")

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        before = schema_of(connection)
        with pytest.raises(OSError, match="power"):
            migrations.migrate(connection, None, (*migrations.MIGRATIONS, half))
        assert schema_of(connection) == before
        assert migrations.version_of(connection) == migrations.VERSION


def test_a_newer_file_is_refused_and_untouched(path: Path) -> None:
    database = opened(path)
    add(database, "a")
    database.write(lambda c: c.execute("ALTER TABLE conversations ADD COLUMN pinned")).result(5)
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(DatabaseTooNew, match="newer version"):
        Database.open(path)
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


# ── damage ───────────────────────────────────────────────────────────────


def filled(path: Path, count: int = 60) -> bytes:
    database = opened(path)
    add(database, *(f"c{n:03}" for n in range(count)), text="word " * 200)
    database.close()
    return path.read_bytes()


def kept(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*.damaged-?"))


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "NULs": lambda data: bytes(len(data)),
    "wrong magic": lambda data: b"X" * 16 + data[16:],
    "text": lambda data: b"<html>" * 1000,
    "a few bytes": lambda data: data[:100],
    "half": lambda data: data[: len(data) // 2],
    "NULs inside": lambda data: data[:20480] + bytes(8192) + data[28672:],
}


@pytest.mark.parametrize("breaking", BROKEN.values(), ids=BROKEN.keys())
def test_a_damaged_file_is_kept_and_the_app_starts(
    path: Path, breaking: Callable[[bytes], bytes]
) -> None:
    broken = breaking(filled(path))
    path.write_bytes(broken)
    database = opened(path)
    assert isinstance(database.problem, FileDamaged)
    assert "damaged" in database.problem.message
    assert "history.sqlite3.damaged-1" in database.problem.hint
    assert kept(path)[0].read_bytes() == broken
    add(database, "new")
    assert "new" in ids(database)
    database.close()
    again = opened(path)
    assert again.problem is None
    again.close()


def test_most_of_a_half_damaged_file_is_saved(path: Path) -> None:
    data = bytearray(filled(path, 200))
    data[-40960:-36864] = bytes(4096)
    path.write_bytes(data)
    database = opened(path)
    assert isinstance(database.problem, FileDamaged)
    assert len(ids(database)) > 150
    found = database.read(
        lambda c: c.execute(
            "SELECT count(*) FROM messages_fts WHERE messages_fts MATCH 'word'"
        ).fetchone()
    )
    assert found[0] > 150
    database.close()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"SQLite format 3", b"SQLitX format 3"),
        (b"CREATE TABLE messages", b"CREATG TABLE messages"),
        (b"CREATE TABLE conversations", b"CREATE TABLE\xcc\xcdonversations"),
        (b"CREATE VIRTUAL", b"CREATE V\xffRTUAL"),
        (b"indexmessages_streaming", b"index\xcc\xcdssages_streaming"),
    ],
)
def test_a_damaged_first_page_costs_nothing(path: Path, old: bytes, new: bytes) -> None:
    data = filled(path)
    assert data.count(old) >= 1
    path.write_bytes(data.replace(old, new))
    database = opened(path)
    assert isinstance(database.problem, FileDamaged)
    assert len(ids(database)) == 60
    assert database.problem.values["n_messages"] == 60
    database.close()


def test_an_empty_file_is_a_new_one(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"")
    database = opened(path)
    assert database.problem is None
    database.close()


def test_a_file_of_another_program_is_set_aside(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    database = opened(path)
    assert isinstance(database.problem, FileDamaged)
    assert len(kept(path)) == 1
    database.close()


def test_a_view_in_the_place_of_a_table_is_harmless(path: Path) -> None:
    opened(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DROP TABLE conversations")
        connection.execute("CREATE VIEW conversations AS SELECT load_extension('/tmp/x') AS id")
    database = opened(path)
    assert isinstance(database.problem, FileDamaged)
    add(database, "a")
    database.close()


def test_a_damaged_search_index_does_not_stop_writing(path: Path) -> None:
    filled(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE messages_fts_data SET block = x'00ff00ff00ff' WHERE id = 10")
        connection.commit()
    database = opened(path)

    def write(connection: sqlite3.Connection) -> None:
        connection.execute(MESSAGE, ("new", "c000", "word"))
        index.enter(connection, "new")

    database.write(write).result(5)
    query = "SELECT count(*) FROM messages_fts WHERE messages_fts MATCH 'word'"
    assert database.read(lambda c: c.execute(query).fetchone()) == (61,)
    database.close()


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bytes_never_stop_the_start(path: Path, seed: int) -> None:
    flip(path, random.Random(seed), 6)


@pytest.mark.fault
@pytest.mark.parametrize("seed", range(10, 20))
def test_a_thousand_flipped_files(path: Path, seed: int) -> None:
    flip(path, random.Random(seed), 100)


def flip(path: Path, chance: random.Random, count: int) -> None:
    sound = filled(path)
    for _ in range(count):
        data = bytearray(sound)
        if chance.random() < 0.2:
            del data[chance.randrange(0, len(data), 4096) :]
        for _ in range(chance.randint(1, 20) if data else 0):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        database = Database.open_or_temporary(path)
        if isinstance(database.problem, FileDamaged):
            assert kept(path)[-1].read_bytes() == data
        assert database.problem is None or isinstance(
            database.problem, (FileDamaged, DatabaseTooNew)
        )
        database.close()
        for file in path.parent.iterdir():
            os.unlink(file)
