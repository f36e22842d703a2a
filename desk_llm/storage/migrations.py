"""From an older schema to the newest: numbered steps, a backup before, all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib import resources
from pathlib import Path

Migration = Callable[[sqlite3.Connection], object]


def m001_measurements(connection: sqlite3.Connection) -> None:
    """Benchmark results, and how fast replies were."""
    connection.execute(
        "CREATE TABLE benchmark_runs (id INTEGER PRIMARY KEY, made_at REAL NOT NULL, "
        "kind TEXT NOT NULL, model TEXT NOT NULL, fingerprint TEXT NOT NULL, "
        "engine_build TEXT NOT NULL, machine TEXT NOT NULL, spec TEXT NOT NULL, "
        "result TEXT NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE speed_history (id INTEGER PRIMARY KEY, made_at REAL NOT NULL, "
        "model TEXT NOT NULL, fingerprint TEXT NOT NULL, device TEXT NOT NULL, "
        "n_past INTEGER NOT NULL, decode_tok_s REAL NOT NULL, prefill_tok_s REAL NOT NULL, "
        "ttft_s REAL NOT NULL, n_tokens INTEGER NOT NULL)"
    )
    connection.execute("CREATE INDEX speed_of_model ON speed_history(fingerprint, made_at)")


# Step n brings a file from version n to n + 1.
MIGRATIONS: tuple[Migration, ...] = (m001_measurements,)
VERSION = 1 + len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """0 is a file without a schema of ours."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def create(connection: sqlite3.Connection, version: int = VERSION) -> None:
    """The newest schema in an empty file, in one transaction."""
    schema = resources.files("desk_llm.storage").joinpath("schema.sql").read_text("utf-8")
    connection.executescript(f"BEGIN IMMEDIATE;\n{schema}\nPRAGMA user_version = {version};COMMIT;")


def migrate(
    connection: sqlite3.Connection,
    backup: Path | None = None,
    migrations: tuple[Migration, ...] = MIGRATIONS,
) -> None:
    """Bring a file up to date; on any failure it stays as it was."""
    version = version_of(connection)
    if version > len(migrations):
        return
    if backup is not None:
        _back_up(connection, backup)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for number in range(version, len(migrations) + 1):
            migrations[number - 1](connection)
        connection.execute(f"PRAGMA user_version = {len(migrations) + 1}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as copy:
        connection.backup(copy)
