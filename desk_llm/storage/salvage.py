"""A damaged file: find out, keep it, and carry over every row that can still be read."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from desk_llm.errors import FileDamaged
from desk_llm.storage import index, migrations, problems
from desk_llm.storage.connection import connect, tolerate

log = logging.getLogger("desk.storage")

EXAMINED_BYTES = 32 << 20  # a whole look at a larger file would delay the start
_TABLES = ("conversations", "messages")
_COMPANIONS = ("-wal", "-shm")
_MAGIC = b"SQLite format 3\0"
Row = tuple[object, ...]


def examine(connection: sqlite3.Connection, path: Path) -> None:
    """Raise sqlite3.Error when the file is visibly damaged."""
    tolerate(connection)
    for kind, name in connection.execute("SELECT type, name FROM sqlite_master").fetchall():
        if kind in ("view", "trigger"):
            raise problems.Damaged(f"{kind} {name}, which is not ours")
    for table in _TABLES:
        columns = ", ".join(_columns(table))
        connection.execute(f"SELECT {columns} FROM {table} LIMIT 1").fetchone()
    connection.execute("SELECT * FROM conversations").fetchall()  # the list needs it anyway
    if path.stat().st_size <= EXAMINED_BYTES:
        finding = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if finding != "ok":
            raise problems.Damaged(finding)


def replace_damaged(path: Path) -> FileDamaged:
    """Put a sound file with all readable rows in the place of `path`; keep the damaged one."""
    kept = _keep(path)
    fresh = path.with_name(path.name + ".salvage")
    _remove(fresh)
    os.close(os.open(fresh, os.O_CREAT | os.O_WRONLY, 0o600))
    with closing(connect(fresh)) as target:
        migrations.create(target)
        counts = _carry_over(kept, target)
    # A write-ahead log without its file would be applied to the new one.
    for companion in _COMPANIONS:
        path.with_name(path.name + companion).unlink(missing_ok=True)
    os.replace(fresh, path)
    return problems.set_aside(kept, *counts)


def _keep(path: Path) -> Path:
    n = 1
    while (kept := path.with_name(f"{path.name}.damaged-{n}")).exists():
        n += 1
    shutil.copy2(path, kept)
    for companion in _COMPANIONS:
        with suppress(FileNotFoundError):
            shutil.copy2(path.with_name(path.name + companion), f"{kept}{companion}")
    return kept


def _remove(path: Path) -> None:
    for suffix in ("", *_COMPANIONS):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _carry_over(kept: Path, target: sqlite3.Connection) -> list[int]:
    # Reading the write-ahead log changes files: look at a copy of the copy.
    look = kept.with_name(kept.name + ".look")
    _remove(look)
    shutil.copy2(kept, look)
    with suppress(FileNotFoundError):
        shutil.copy2(f"{kept}-wal", f"{look}-wal")
    with suppress(*problems.ERRORS):
        _mend_schema(look)
    target.execute("PRAGMA foreign_keys = OFF")
    target.execute("BEGIN")
    for table in _TABLES:
        for row in _readable_rows(look, table):
            _insert(target, table, row)
    _complete(target)
    index.rebuild(target)
    target.execute("COMMIT")
    _remove(look)
    return [target.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _TABLES]


def _complete(target: sqlite3.Connection) -> None:
    """Messages whose conversation is gone get a new one; heads that are gone, the newest."""
    target.execute(
        "INSERT INTO conversations (id, created_at, updated_at)"
        " SELECT conversation_id, min(created_at), max(created_at) FROM messages"
        " WHERE conversation_id NOT IN (SELECT id FROM conversations) GROUP BY conversation_id"
    )
    target.execute(
        "UPDATE conversations SET head_id = (SELECT id FROM messages"
        " WHERE conversation_id = conversations.id ORDER BY created_at DESC, rowid DESC LIMIT 1)"
        " WHERE head_id IS NULL OR head_id NOT IN (SELECT id FROM messages)"
    )


def _insert(target: sqlite3.Connection, table: str, row: Row) -> None:
    columns = _columns(table)
    marks = ", ".join("?" * len(columns))
    with suppress(sqlite3.IntegrityError):  # a NULL where none may be: the row was damaged
        target.execute(
            f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})", row
        )


def _readable_rows(path: Path, table: str) -> Iterator[Row]:
    """From the front to the first unreadable page, then from the back to the last one."""
    columns = ", ".join(_columns(table))
    seen: set[object] = set()
    for order in ("ASC", "DESC"):
        try:
            with closing(_open(path)) as source:
                if not _is_table(source, table):
                    return
                for row in source.execute(f"SELECT {columns} FROM {table} ORDER BY rowid {order}"):
                    if row[0] in seen:
                        break
                    seen.add(row[0])
                    yield row
                else:
                    return
        except problems.ERRORS as error:
            log.warning("%s of %s: %s", table, path.name, error)


def _mend_schema(path: Path) -> None:
    """Flipped bits in the first page hide all others: write what must stand there."""
    with path.open("r+b") as file:
        file.write(_MAGIC)
    with closing(_open(path)) as damaged, closing(sqlite3.connect(":memory:")) as model:
        migrations.create(model)
        damaged.execute("PRAGMA writable_schema = ON")
        for table in _TABLES:
            query = "SELECT sql FROM sqlite_master WHERE name = ?"
            (sql,) = model.execute(query, (table,)).fetchone()
            # Without UNIQUE the table stands alone: its indexes may be damaged as well.
            damaged.execute(
                "UPDATE sqlite_master SET type = 'table', tbl_name = name, sql = ? WHERE name = ?",
                (sql.replace(" UNIQUE", ""), table),
            )
        damaged.execute("DELETE FROM sqlite_master WHERE name NOT IN (?, ?)", _TABLES)


def _open(path: Path) -> sqlite3.Connection:
    """Without the checks that would refuse a row because of its neighbour."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = OFF")
    tolerate(connection)
    return connection


def _is_table(connection: sqlite3.Connection, name: str) -> bool:
    """A view under that name might never end."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return connection.execute(query, (name,)).fetchone() is not None


def _columns(table: str) -> list[str]:
    with closing(sqlite3.connect(":memory:")) as model:
        migrations.create(model)
        return [row[1] for row in model.execute(f"PRAGMA table_info({table})")]
