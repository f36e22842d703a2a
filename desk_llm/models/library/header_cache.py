"""Headers that were read once are not read again: in memory, and on disk between two starts.

The key is path, size and time of every part. Files with a problem are not kept on disk: they fail
quickly, and may be whole tomorrow. What cannot be read or written here costs time, nothing else.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from desk_llm.errors import DeskError
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.gguf.projector import Projector, ProjectorInfo
from desk_llm.models.library.scan import Found, Stamp
from desk_llm.models.types import GgufInfo, LayerCache

log = logging.getLogger("desk.models")

Facts = GgufInfo | ProjectorInfo | DeskError
Stamps = tuple[Stamp, ...]

READER = 1  # raise it when the reader finds other facts in the same file
MAX_ROWS = 20_000
_TABLE = """
CREATE TABLE IF NOT EXISTS headers (stamp TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID
"""


class HeaderCache:
    """For one thread at a time; `path` None: remembered until the app ends."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._known: dict[Stamps, Facts] = {}
        self._new: dict[str, str] = {}
        self._disk: sqlite3.Connection | None = None

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Around a number of `read`s: what was new is written when they are done."""
        self._disk = self._connect()
        try:
            yield
            self._write()
        finally:
            if self._disk is not None:
                self._disk.close()
                self._disk = None

    def read(self, found: Found) -> Facts:
        """What the file says, or why it says nothing."""
        facts = self._known.get(found.stamp)
        if facts is None:
            facts = self._known[found.stamp] = self._stored(found.stamp) or self._read(found)
        return facts

    def knows(self, found: Found) -> bool:
        """Whether `read` returns at once."""
        return found.stamp in self._known

    def keep_only(self, stamps: set[Stamps]) -> None:
        """Forget files that are gone."""
        self._known = {stamp: facts for stamp, facts in self._known.items() if stamp in stamps}

    def _read(self, found: Found) -> Facts:
        if found.problem is not None:
            return found.problem
        facts: Facts
        try:
            facts = read_gguf(found.path, any_kind=True)
        except Projector as projector:
            facts = projector.info
        except DeskError as error:
            log.info("%s", error)
            return error
        self._new[json.dumps(found.stamp)] = json.dumps(_as_json(facts))
        return facts

    # ── the file ─────────────────────────────────────────────────────────

    def _connect(self) -> sqlite3.Connection | None:
        if self._path is None:
            return None
        try:
            return _opened(self._path)
        except sqlite3.DatabaseError as error:
            log.info("%s is made anew: %s", self._path, error)
        except OSError as error:
            log.info("%s cannot be used: %s", self._path, error)
            return None
        try:
            self._path.unlink(missing_ok=True)
            return _opened(self._path)
        except (sqlite3.Error, OSError) as error:
            log.info("%s cannot be used: %s", self._path, error)
            return None

    def _stored(self, stamp: Stamps) -> Facts | None:
        if self._disk is None:
            return None
        try:
            row = self._disk.execute(
                "SELECT facts FROM headers WHERE stamp = ?", (json.dumps(stamp),)
            ).fetchone()
            return _from_json(json.loads(row[0])) if row else None
        except (sqlite3.Error, ValueError, TypeError, KeyError, RecursionError) as error:
            log.info("%s: %s", self._path, error)
            return None

    def _write(self) -> None:
        new, self._new = self._new, {}
        if self._disk is None or not new:
            return
        try:
            with self._disk:
                (count,) = self._disk.execute("SELECT count(*) FROM headers").fetchone()
                if count + len(new) > MAX_ROWS:
                    self._disk.execute("DELETE FROM headers")
                self._disk.executemany("INSERT OR REPLACE INTO headers VALUES (?, ?)", new.items())
        except sqlite3.Error as error:
            log.info("%s cannot be written: %s", self._path, error)


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = sqlite3.connect(path, timeout=1.0)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != _version():
            connection.execute("DROP TABLE IF EXISTS headers")
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA user_version = {_version()}")
        connection.execute("PRAGMA synchronous = OFF")  # it can be made again
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _version() -> int:
    """Another reader, or other fields: what was kept is of no use."""
    names = [one.name for kind in (GgufInfo, ProjectorInfo, LayerCache) for one in fields(kind)]
    return zlib.crc32(f"{READER} {' '.join(names)}".encode()) >> 1  # SQLite's is signed


def _as_json(facts: GgufInfo | ProjectorInfo) -> dict[str, Any]:
    row = {one.name: getattr(facts, one.name) for one in fields(facts)}
    row["abilities"] = sorted(facts.abilities)
    if isinstance(facts, GgufInfo) and facts.caches is not None:
        row["caches"] = [(one.keys, one.values, one.window, one.state) for one in facts.caches]
    row["kind"] = type(facts).__name__
    return row


@lru_cache(maxsize=1024)
def _layer_cache(keys: int, values: int, window: int, state: int) -> LayerCache:
    """Layers are alike: one object for all of them spares the collector of garbage its way."""
    return LayerCache(keys, values, window, state)


def _from_json(row: Any) -> GgufInfo | ProjectorInfo:
    if not isinstance(row, dict):
        raise TypeError(type(row))
    kind = row.pop("kind")
    row["abilities"] = frozenset(row["abilities"])
    if kind == ProjectorInfo.__name__:
        return ProjectorInfo(**row)
    for name in ("layer_sizes", "expert_sizes"):
        row[name] = tuple(row[name])
    row["type_bytes"] = tuple((kind, size) for kind, size in row["type_bytes"])
    if row["caches"] is not None:
        row["caches"] = tuple(_layer_cache(*one) for one in row["caches"])
    return GgufInfo(**row)
