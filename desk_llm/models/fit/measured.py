"""MeasuredStore: what loads really took beside what was predicted, and what is learnt from it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from desk_llm.engine.fingerprint import engine_build, weights_of
from desk_llm.engine.types import LoadParams
from desk_llm.models.fit import loads_file
from desk_llm.models.fit.factors import Factors
from desk_llm.models.fit.formula import MemoryNeed
from desk_llm.models.fit.loads_file import Kept, Load
from desk_llm.models.fit.pace import Pace
from desk_llm.models.types import GgufInfo, ModelFile

MAX_LOADS = 300
COUNTED = 8  # loads that correct a prediction
MAX_PRINTS = 2000
MAX_PACES = 50


class MeasuredStore:
    """Any thread; `read` touches the disk once, `add` every time. `path` None: not kept."""

    def __init__(self, path: Path | None, build: Callable[[], str] = engine_build) -> None:
        self._path = path
        self._build = build
        self._lock = threading.Lock()
        self._kept = Kept()
        self._calibrated: dict[tuple[str, str], Factors] = {}
        self._is_read = False

    def read(self) -> None:
        """Read the file; until then nothing is known."""
        with self._lock:
            if not self._is_read:
                self._is_read = True
                if self._path is not None:
                    found, newer = loads_file.read(self._path, self._build()), self._kept
                    self._kept = Kept(
                        found.loads | newer.loads,
                        found.prints | newer.prints,
                        found.paces | newer.paces,
                        newer.repacked or found.repacked,
                    )

    @property
    def repacked(self) -> frozenset[int]:
        """The tensor types that this CPU keeps in a layout of its own, as simulations said."""
        return self._kept.repacked

    def remember_repacked(self, types: Iterable[int]) -> None:
        """It holds for all files, from now on."""
        found = frozenset(types)
        if found != self._kept.repacked:
            with self._lock:
                self._kept.repacked = found
                self._save()

    def remember_pace(self, params: LoadParams, where: str, pace: Pace) -> None:
        """How fast replies of this content were there; kept with the next load."""
        if params.fingerprint and pace != Pace():
            with self._lock:
                self._kept.paces.pop(f"{where} {params.fingerprint}", None)
                self._kept.paces[f"{where} {params.fingerprint}"] = pace
                _shorten(self._kept.paces, MAX_PACES)

    def pace(self, where: str) -> Pace:
        """The middle of all models that ran there."""
        with self._lock:
            return Pace.middle(
                one for key, one in self._kept.paces.items() if key.startswith(where)
            )

    def print_of(self, file: ModelFile) -> str:
        """The fingerprint of a file that did not change since; empty: not known."""
        return self._kept.prints.get(_file_key(file), "")

    def remember_print(self, file: ModelFile, fingerprint: str) -> None:
        """Known from now on; kept with the next load."""
        if fingerprint:
            with self._lock:
                self._kept.prints.pop(_file_key(file), None)
                self._kept.prints[_file_key(file)] = fingerprint
                _shorten(self._kept.prints, MAX_PRINTS)

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
            self._kept.loads.pop(load.key, None)  # the newest last
            self._kept.loads[load.key] = load
            _shorten(self._kept.loads, MAX_LOADS)
            self._save()

    def load_of(self, params: LoadParams) -> Load | None:
        """The newest load of this content with these parameters."""
        if not params.fingerprint:
            return None
        return self._kept.loads.get(self._key(params))

    def loads_of(self, fingerprint: str) -> tuple[Load, ...]:
        """All loads of this content, the newest first."""
        with self._lock:
            loads = tuple(self._kept.loads.values())
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
            here = [one for one in self._kept.loads.values() if one.place == place and one.formula]
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

    def _save(self) -> None:
        if self._path is not None:
            loads_file.write(self._path, self._build(), self._kept)


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


def _factors(loads: Sequence[Load], *, is_simulated: bool) -> Factors:
    """Of the newest ones."""
    return Factors.of(
        [(one.simulated if is_simulated else one.formula, one.measured) for one in loads[-COUNTED:]]
    )
