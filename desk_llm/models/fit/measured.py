"""MeasuredStore: what loads really took beside what was predicted, and what is learnt from it.

loads.json holds the newest loads, each with its parameters, the formula's prediction, the
simulation's where there was one, and llama.cpp's own log lines added up; the fingerprints of
files, so that a list needs not read them again; the tensor types that this CPU repacks, and the
pace of models that ran. All of it can be made again: a file that cannot be read is simply empty.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from desk_llm.engine.fingerprint import engine_build, weights_of
from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.models.fit.factors import Factors
from desk_llm.models.fit.formula import MemoryNeed
from desk_llm.models.fit.pace import Pace
from desk_llm.models.types import GgufInfo, ModelFile

log = logging.getLogger("desk.models")

MAX_LOADS = 300
COUNTED = 8  # loads that correct a prediction
MAX_PRINTS = 2000
MAX_PACES = 50
MAX_BYTES = 2 << 20


@dataclass(frozen=True, slots=True)
class Load:
    """One load that worked. `formula` and `simulated` were predicted before it."""

    key: str  # content, engine and parameters
    model: str  # content
    family: str  # architecture and quant
    place: str  # what decides which buffers there are
    formula: MemoryNeed
    simulated: MemoryNeed
    measured: MemoryNeed


class MeasuredStore:
    """Any thread; `read` touches the disk once, `add` every time. `path` None: not kept."""

    def __init__(self, path: Path | None, build: Callable[[], str] = engine_build) -> None:
        self._path = path
        self._build = build
        self._lock = threading.Lock()
        self._loads: dict[str, Load] = {}
        self._prints: dict[str, str] = {}
        self._calibrated: dict[tuple[str, str], Factors] = {}
        self._is_read = False
        self._repacked: frozenset[int] = frozenset()
        self._paces: dict[str, Pace] = {}

    def read(self) -> None:
        """Read the file; until then nothing is known."""
        with self._lock:
            if not self._is_read:
                self._is_read = True
                self._read()

    @property
    def repacked(self) -> frozenset[int]:
        """The tensor types that this CPU keeps in a layout of its own, as simulations said."""
        return self._repacked

    def remember_repacked(self, types: Iterable[int]) -> None:
        """It holds for all files, from now on."""
        found = frozenset(types)
        if found != self._repacked:
            with self._lock:
                self._repacked = found
                self._save()

    def remember_pace(self, params: LoadParams, where: str, pace: Pace) -> None:
        """How fast replies of this content were there; kept with the next load."""
        if params.fingerprint and pace != Pace():
            with self._lock:
                self._paces.pop(f"{where} {params.fingerprint}", None)
                self._paces[f"{where} {params.fingerprint}"] = pace
                _shorten(self._paces, MAX_PACES)

    def pace(self, where: str) -> Pace:
        """The middle of all models that ran there."""
        with self._lock:
            return Pace.middle(one for key, one in self._paces.items() if key.startswith(where))

    def print_of(self, file: ModelFile) -> str:
        """The fingerprint of a file that did not change since; empty: not known."""
        return self._prints.get(_file_key(file), "")

    def remember_print(self, file: ModelFile, fingerprint: str) -> None:
        """Known from now on; kept with the next load."""
        if fingerprint:
            with self._lock:
                self._prints.pop(_file_key(file), None)
                self._prints[_file_key(file)] = fingerprint
                _shorten(self._prints, MAX_PRINTS)

    def add(
        self,
        info: GgufInfo,
        params: LoadParams,
        formula: MemoryNeed,
        simulated: MemoryNeed,
        measured: MemoryNeed,
    ) -> None:
        """Keep one; the oldest go. A file without a fingerprint is not kept."""
        if not params.fingerprint or not measured:
            return
        self.read()
        before = self.load_of(params)
        load = Load(
            self._key(params),
            weights_of(params),
            _family(info),
            _place(params),
            formula,
            # The loader knows by now what such a load takes, and did not simulate it again.
            simulated or (before.simulated if before is not None else ()),
            measured,
        )
        with self._lock:
            self._loads.pop(load.key, None)  # the newest last
            self._loads[load.key] = load
            _shorten(self._loads, MAX_LOADS)
            self._save()

    def load_of(self, params: LoadParams) -> Load | None:
        """The newest load of this content with these parameters."""
        if not params.fingerprint:
            return None
        return self._loads.get(self._key(params))

    def loads_of(self, fingerprint: str) -> tuple[Load, ...]:
        """All loads of this content, the newest first."""
        with self._lock:
            loads = tuple(self._loads.values())
        return tuple(one for one in reversed(loads) if fingerprint and one.model == fingerprint)

    def calibrate(
        self, info: GgufInfo, params: LoadParams, formula: MemoryNeed, simulated: MemoryNeed
    ) -> None:
        """What a simulation says beyond the formula holds for other settings of the model too."""
        factors = Factors.of([(formula, simulated)])
        with self._lock:
            for name in (params.path, _family(info)):
                self._calibrated.pop((name, _place(params)), None)
                self._calibrated[name, _place(params)] = factors
            _shorten(self._calibrated, MAX_LOADS)

    def factors(self, info: GgufInfo, params: LoadParams, *, is_simulated: bool) -> Factors:
        """From loads and simulations of this file, else of its architecture and quant."""
        place = _place(params)
        with self._lock:
            here = [one for one in self._loads.values() if one.place == place and one.formula]
            calibrated = dict(self._calibrated) if not is_simulated else {}
        content = weights_of(params)
        if same := [one for one in here if content and one.model == content]:
            return _factors(same, is_simulated=is_simulated)
        if (params.path, place) in calibrated:
            return calibrated[params.path, place]
        if kin := [one for one in here if one.family == _family(info)]:
            return _factors(kin, is_simulated=is_simulated)
        return calibrated.get((_family(info), place), Factors())

    def _key(self, params: LoadParams) -> str:
        sizes = (
            params.n_ctx,
            params.n_slots,
            params.n_batch,
            params.type_k,
            params.type_v,
            params.n_cpu_moe,
            params.tensor_split,
            params.speculate,
            params.draft_path,
        )
        return "|".join((weights_of(params), self._build(), _place(params), *map(str, sizes)))

    # ── the file ─────────────────────────────────────────────────────────

    def _read(self) -> None:
        if self._path is None:
            return
        try:
            if self._path.stat().st_size > MAX_BYTES:
                return
            found = json.loads(self._path.read_text("utf-8"))
            loads = [_load(one) for one in found["loads"]]
            self._loads = {one.key: one for one in loads} | self._loads
            self._prints = {str(k): str(v) for k, v in found["prints"].items()} | self._prints
            paces = {str(key): Pace(*map(float, one)) for key, one in found["paces"].items()}
            self._paces = paces | self._paces
            self._repacked = frozenset(map(int, found["repacked"].get(self._build(), ())))
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            log.info("%s cannot be read: %s", self._path, error)

    def _save(self) -> None:
        if self._path is None:
            return
        temporary = self._path.with_name(self._path.name + ".new")
        kept = {
            "loads": [asdict(one) for one in self._loads.values()],
            "prints": self._prints,
            "paces": {key: [one.decode, one.prefill] for key, one in self._paces.items()},
            "repacked": {self._build(): sorted(self._repacked)},  # another build repacks others
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary.write_text(json.dumps(kept), "utf-8")
            os.replace(temporary, self._path)
        except OSError as error:
            log.info("%s cannot be written: %s", self._path, error)


def _file_key(file: ModelFile) -> str:
    return f"{file.path}|{file.size_bytes}|{file.modified_at}"


def _shorten(table: dict[Any, Any], most: int) -> None:
    while len(table) > most:
        del table[next(iter(table))]


def _family(info: GgufInfo) -> str:
    return f"{info.architecture} {info.quant}"


def _place(params: LoadParams) -> str:
    """Repacking, mapping and GPUs decide which buffers there are."""
    extra = "repacked" if params.use_extra_bufts else "plain"
    mapped = "mapped" if params.use_mmap else "read"
    flash = {None: "auto", True: "flash", False: "slow"}[params.flash_attn]
    beside = (
        f" {len(params.adapters)} {params.draft_path}" if params.adapters else params.draft_path
    )
    return f"{params.n_gpu_layers} {extra} {mapped} {flash} {beside}".rstrip()


def _load(row: dict[str, Any]) -> Load:
    needs = {
        name: tuple(MemoryUse(**one) for one in row[name])
        for name in ("formula", "simulated", "measured")
    }
    return Load(row["key"], row["model"], row["family"], row["place"], **needs)


def _factors(loads: Sequence[Load], *, is_simulated: bool) -> Factors:
    """Of the newest ones."""
    return Factors.of(
        [(one.simulated if is_simulated else one.formula, one.measured) for one in loads[-COUNTED:]]
    )
