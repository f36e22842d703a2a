"""BenchmarkStore: runs in the table `benchmark_runs`; the only SQL about benchmarks."""

from __future__ import annotations

import json
import logging
import sqlite3
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from desk_llm.benchmark.records import from_json, to_json
from desk_llm.benchmark.types import (
    BenchmarkRun,
    LoadResult,
    LoadSpec,
    Machine,
    Result,
    Setup,
    Spec,
    SpeedResult,
    SpeedSpec,
)
from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError
from desk_llm.storage.database import Database

log = logging.getLogger("desk.benchmark")

_COLUMNS = "id, made_at, kind, model, fingerprint, engine_build, machine, spec, result"


class BenchmarkStore:
    """`add` and `delete` write on the storage thread; the rest reads on the caller's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run: BenchmarkRun) -> Future[BenchmarkRun]:
        """Keep a run; the future has it with its id."""
        values = (
            run.made_at,
            run.kind,
            run.model,
            run.fingerprint,
            run.engine_build,
            _dump(run.machine),
            _dump(run.spec),
            json.dumps(
                {
                    "setup": to_json(run.setup),
                    "result": to_json(run.result),
                    "is_complete": run.is_complete,
                    "seconds": run.seconds,
                },
                ensure_ascii=False,
            ),
        )

        def work(connection: sqlite3.Connection) -> BenchmarkRun:
            row = connection.execute(
                "INSERT INTO benchmark_runs (made_at, kind, model, fingerprint, engine_build, "
                "machine, spec, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            return replace(run, id=row.lastrowid or 0)

        return self._database.write(work)

    def list(self) -> list[BenchmarkRun]:
        """The newest first. Rows that cannot be read are left out."""
        rows = self._database.read(
            lambda connection: connection.execute(
                f"SELECT {_COLUMNS} FROM benchmark_runs ORDER BY made_at DESC, id DESC"
            ).fetchall()
        )
        return [run for row in rows if (run := _run(row)) is not None]

    def get(self, run_id: int) -> BenchmarkRun:
        """Raises RequestError when there is none."""
        row = self._database.read(
            lambda connection: connection.execute(
                f"SELECT {_COLUMNS} FROM benchmark_runs WHERE id = ?", (run_id,)
            ).fetchone()
        )
        run = _run(row) if row is not None else None
        if run is None:
            raise RequestError(
                QT_TRANSLATE_NOOP("errors", "There is no benchmark {id}."),
                QT_TRANSLATE_NOOP("errors", "“desk-llm bench list” shows those that there are."),
                id=run_id,
            )
        return run

    def delete(self, run_id: int) -> Future[None]:
        """Forget a run; one that is gone already is fine."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM benchmark_runs WHERE id = ?", (run_id,))

        return self._database.write(work)


def _dump(value: object) -> str:
    return json.dumps(to_json(value), ensure_ascii=False)


def _run(row: tuple[Any, ...]) -> BenchmarkRun | None:
    run_id, made_at, kind, model, fingerprint, build, machine, spec, result = row
    try:
        found = json.loads(result)
        return BenchmarkRun(
            made_at=made_at,
            model=model,
            fingerprint=fingerprint,
            engine_build=build,
            machine=from_json(Machine, json.loads(machine)),
            setup=from_json(Setup, found["setup"]),
            spec=_spec(kind, json.loads(spec)),
            result=_result(kind, found["result"]),
            is_complete=bool(found["is_complete"]),
            seconds=float(found["seconds"]),
            id=run_id,
        )
    except (ValueError, KeyError, TypeError) as error:
        log.warning("benchmark %s cannot be read: %r", run_id, error)
        return None


def _spec(kind: str, value: object) -> Spec:
    return from_json(SpeedSpec, value) if kind == "speed" else from_json(LoadSpec, value)


def _result(kind: str, value: object) -> Result:
    return from_json(SpeedResult, value) if kind == "speed" else from_json(LoadResult, value)
