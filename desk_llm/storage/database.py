"""Database: one SQLite file with one writer thread and a connection per reading thread.

    any thread ── write(fn) ──▶ queue ──▶ thread "storage": BEGIN; fn; COMMIT (fsync) ──▶ Future
    any thread ── read(fn)  ──▶ a connection of its own; WAL: never waits for the writer

A write that the disk refuses is kept and tried again before the next one, so that a full disk
delays history instead of tearing holes into it.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from desk_llm.errors import DeskError
from desk_llm.events import Event
from desk_llm.storage import index, migrations, problems, salvage
from desk_llm.storage.connection import connect, tolerate

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
log = logging.getLogger("desk.storage")

MAX_UNSAVED = 10_000


class Database:
    """`problem` says what happened to the file at opening; `failed` tells of later refusals."""

    def __init__(self, path: Path | None, problem: DeskError | None = None) -> None:
        """Use `open` or `temporary`. A path of None is a database in memory."""
        self._path = path
        self.problem = problem
        self.failed: Event[DeskError] = Event()  # on the storage thread
        self._readers = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._unsaved: deque[Work[Any]] = deque(maxlen=MAX_UNSAVED)
        self._is_failing = False
        self._is_closed = False
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="storage")
        self._connection = connect(path)
        if path is None:
            migrations.create(self._connection)

    @classmethod
    def open(cls, path: Path) -> Database:
        """Open or create; a damaged file is set aside and salvaged (see `problem`).

        Raises DatabaseTooNew, and DiskProblem when the folder or the file cannot be written.
        """
        problem = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                prepare(path)
            except problems.ERRORS as error:
                if not problems.is_damage(error):
                    raise
                log.warning("%s is damaged: %s", path, error)
                problem = salvage.replace_damaged(path)
                prepare(path)
            return cls(path, problem)
        except (OSError, *problems.ERRORS) as error:
            raise problems.cannot_open(path, error) from error

    @classmethod
    def temporary(cls, problem: DeskError | None = None) -> Database:
        """In memory: the app works, the session is not kept."""
        return cls(None, problem)

    @classmethod
    def open_or_temporary(cls, path: Path) -> Database:
        """`open`, else `temporary` with the reason as its `problem`."""
        try:
            return cls.open(path)
        except DeskError as error:
            return cls.temporary(error)

    @property
    def is_temporary(self) -> bool:
        """True when nothing is kept after the session."""
        return self._path is None

    # ── any thread ───────────────────────────────────────────────────────

    def write(self, work: Work[T], *, is_kept: bool = True) -> Future[T]:
        """Run `work` in a transaction of its own on the storage thread.

        Refused by the disk, the Future fails with a DeskError and the work is tried again before
        the next write; `is_kept=False` drops it instead (a newer one will say the same).
        """
        if self._is_closed:
            late: Future[T] = Future()
            late.set_exception(problems.closed())
            return late
        return self._executor.submit(self._write, work, is_kept)

    def read(self, work: Work[T]) -> T:
        """Run `work` on this thread, with what is committed. Raises DeskError."""
        if self._is_closed:
            raise problems.closed()
        if self._path is None:
            return self._executor.submit(work, self._connection).result()
        connection = getattr(self._readers, "connection", None)
        try:
            if connection is None:
                connection = connect(self._path)
                connection.execute("PRAGMA query_only = ON")
                self._readers.connection = connection
                self._connections.append(connection)
            return _read(connection, work)
        except problems.ERRORS as error:
            raise problems.from_sqlite(error) from error

    def flush(self, timeout: float | None = None) -> None:
        """Wait until everything written before is on the disk (or refused by it)."""
        if not self._is_closed:
            self._executor.submit(lambda: None).result(timeout)

    def close(self, timeout: float = 3.0) -> None:
        """Write what waits, then let go of the file. Idempotent."""
        if self._is_closed:
            return
        self._is_closed = True
        last = self._executor.submit(self._close)
        self._executor.shutdown(wait=False)
        try:
            last.result(timeout)
        except FutureTimeout:
            log.warning("the database is still writing after %.0f s", timeout)

    # ── the storage thread ───────────────────────────────────────────────

    def _write(self, work: Work[T], is_kept: bool) -> T:
        try:
            self._retry_unsaved()
            result = self._mend(work)
        except sqlite3.Error as error:
            if is_kept:
                self._unsaved.append(work)
            problem = problems.from_sqlite(error)
            log.warning("a write was refused: %s", error)
            if not self._is_failing:
                self._is_failing = True
                self.failed.emit(problem)
            raise problem from error
        self._is_failing = False
        return result

    def _retry_unsaved(self) -> None:
        while self._unsaved:
            self._transaction(self._unsaved[0])
            self._unsaved.popleft()

    def _mend(self, work: Work[T]) -> T:
        """A damaged search index must not keep messages from being saved."""
        try:
            return self._transaction(work)
        except sqlite3.Error as error:
            if not problems.is_index_damage(error):
                raise
        log.warning("the search index is damaged; building it again")
        self._transaction(index.rebuild)
        return self._transaction(work)

    def _transaction(self, work: Work[T]) -> T:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result

    def _close(self) -> None:
        try:
            self._retry_unsaved()
        except sqlite3.Error as error:
            log.warning("%d writes are lost: %s", len(self._unsaved), error)
        for connection in (*self._connections, self._connection):
            connection.close()


def _read(connection: sqlite3.Connection, work: Work[T]) -> T:
    try:
        return work(connection)
    except sqlite3.OperationalError as error:
        if "UTF-8" not in str(error):
            raise
        tolerate(connection)
        return work(connection)


def prepare(path: Path) -> None:
    """Create the file or bring it up to date; raises sqlite3.Error and DatabaseTooNew."""
    if not path.exists():
        # Made by us, so that nobody else can read it, not even for the moment until a chmod.
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    # Before `connect`, whose journal_mode is written into the file: a newer one stays untouched.
    with closing(sqlite3.connect(path)) as plain:
        if migrations.version_of(plain) > migrations.VERSION:
            raise problems.database_too_new(path)
    with closing(connect(path)) as connection:
        version = migrations.version_of(connection)
        if version == 0:
            if connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
                raise problems.Damaged("tables of another program")
            migrations.create(connection)
        else:
            migrations.migrate(connection, path.with_name(f"{path.name}.before-v{version + 1}"))
            salvage.examine(connection, path)
        # Read-only files open without complaint, and even BEGIN IMMEDIATE: only a write tells.
        connection.execute(f"PRAGMA user_version = {migrations.VERSION}")
