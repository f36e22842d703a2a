"""TrialStore: what trial loads found out, by content of the file, build of the engine, parameters.

trials.json holds three tables: verdicts of trials, where the fallback ladder ended, and the
memory that parameters take. All of it can be made again, so a file that cannot be read is
simply empty. For one thread.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from desk_llm.engine.fingerprint import engine_build, weights_of
from desk_llm.engine.probe.results import Outcome, TrialResult
from desk_llm.engine.types import LoadParams, MemoryUse

log = logging.getLogger("desk.models")

MAX_ENTRIES = 200  # per table; the oldest go
MAX_BYTES = 1 << 20
MORE_MEMORY = 1.25  # so much more of it is worth another try from the top
_TABLES = ("verdicts", "ladders", "needs")
# What failed once is not tried again; memory and time may be there the next time.
_LASTING = {Outcome.CRASH, Outcome.NONSENSE, Outcome.REFUSED}

Table = dict[str, Any]


class TrialStore:
    """`path` None: remembered until the app ends."""

    def __init__(self, path: Path | None, build: Callable[[], str] = engine_build) -> None:
        self._path = path
        self._build = build
        self._tables: dict[str, Table] | None = None

    def verdict(self, params: LoadParams) -> TrialResult | None:
        """The result of an earlier trial with parameters that make no difference; None: try."""
        verdicts = self._table("verdicts")
        for key in (self._passed_key(params), self._failed_key(params)):
            with contextlib.suppress(LookupError, TypeError, ValueError):
                return TrialResult(Outcome(verdicts[key][0]), str(verdicts[key][1]))
        return None

    def remember(self, params: LoadParams, result: TrialResult) -> None:
        """Keep a verdict that lasts."""
        if result.outcome is Outcome.OK:
            self._put("verdicts", self._passed_key(params), [result.outcome.value, ""])
        elif result.outcome in _LASTING:
            detail = result.detail[:500]
            self._put("verdicts", self._failed_key(params), [result.outcome.value, detail])

    def forget(self, params: LoadParams) -> None:
        """It passed its trial and failed all the same."""
        if self._table("verdicts").pop(self._passed_key(params), None) is not None:
            self._save()

    def ladder(self, wanted: LoadParams, free: int) -> dict[str, Any]:
        """What had to be given up the last time; nothing when much more memory is free now."""
        try:
            given, then, for_memory = self._table("ladders")[self._key(wanted)]
            if for_memory and free > then * MORE_MEMORY:
                return {}
            return dict(given)
        except (LookupError, TypeError, ValueError):
            return {}

    def remember_ladder(
        self, wanted: LoadParams, given: dict[str, Any], free: int, *, for_memory: bool
    ) -> None:
        """The next load starts where this one ended."""
        self._put("ladders", self._key(wanted), [given, free, for_memory])

    def need(self, params: LoadParams) -> tuple[MemoryUse, ...] | None:
        """What these parameters take; None: not known."""
        try:
            return tuple(MemoryUse(**one) for one in self._table("needs")[self._key(params)])
        except (LookupError, TypeError):
            return None

    def remember_need(self, params: LoadParams, need: tuple[MemoryUse, ...]) -> None:
        """As simulated, or as measured."""
        self._put("needs", self._key(params), [asdict(one) for one in need])

    # ── keys ─────────────────────────────────────────────────────────────

    def _passed_key(self, params: LoadParams) -> str:
        """What decides whether kernels work; not how much memory there is."""
        where = "gpu" if params.n_gpu_layers else "cpu"
        extra = "extra" if params.use_extra_bufts else "plain"
        kinds = [where, extra, params.type_k, params.type_v, str(params.flash_attn)]
        if params.draft_path:
            kinds.append(params.draft_path)
        return "|".join((weights_of(params), self._build(), *kinds))

    def _failed_key(self, params: LoadParams) -> str:
        sizes = (params.n_ctx, params.n_gpu_layers, params.n_cpu_moe, params.tensor_split)
        return "|".join((self._passed_key(params), *map(str, sizes)))

    def _key(self, params: LoadParams) -> str:
        sizes = (params.n_slots, params.use_mmap, params.speculate)
        return "|".join((self._failed_key(params), *map(str, sizes)))

    # ── the file ─────────────────────────────────────────────────────────

    def _table(self, name: str) -> Table:
        if self._tables is None:
            self._tables = {one: {} for one in _TABLES}
            for one, table in self._read().items():
                if one in self._tables and isinstance(table, dict):
                    self._tables[one] = table
        return self._tables[name]

    def _read(self) -> dict[str, Any]:
        if self._path is None:
            return {}
        try:
            if self._path.stat().st_size > MAX_BYTES:
                return {}
            read = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            log.info("%s cannot be read: %s", self._path, error)
            return {}
        return read if isinstance(read, dict) else {}

    def _put(self, name: str, key: str, value: object) -> None:
        if key.startswith("|"):  # a file without a fingerprint
            return
        table = self._table(name)
        if table.get(key) == value:
            return
        table.pop(key, None)  # the newest last
        table[key] = value
        while len(table) > MAX_ENTRIES:
            del table[next(iter(table))]
        self._save()

    def _save(self) -> None:
        if self._path is None:
            return
        temporary = self._path.with_name(self._path.name + ".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary.write_text(json.dumps(self._tables), "utf-8")
            os.replace(temporary, self._path)
        except OSError as error:
            log.info("%s cannot be written: %s", self._path, error)
