"""loads.json: what earlier loads and simulations taught, kept over restarts.

The newest loads, each with its parameters, the formula's prediction, the simulation's where there
was one, and llama.cpp's own log lines added up; the fingerprints of files, so that a list needs
not read them again; the tensor types that this CPU repacks, and the pace of models that ran. All
of it can be made again: a file that cannot be read is simply empty.
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from desk_llm.engine.types import MemoryUse
from desk_llm.models.fit.formula import MemoryNeed
from desk_llm.models.fit.pace import Pace

log = logging.getLogger("desk.models")

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


@dataclass(slots=True)
class Kept:
    """What the file holds; the newest of each last."""

    loads: dict[str, Load] = field(default_factory=dict)
    prints: dict[str, str] = field(default_factory=dict)
    paces: dict[str, Pace] = field(default_factory=dict)
    repacked: frozenset[int] = frozenset()


def read(path: Path, build: str) -> Kept:
    """Empty where there is no file, or none of ours. Another build repacks other types."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return Kept()
        found = json.loads(path.read_text("utf-8"))
        loads = [_load(one) for one in found["loads"]]
        return Kept(
            {one.key: one for one in loads},
            {str(key): str(one) for key, one in found["prints"].items()},
            {str(key): Pace(*map(float, one)) for key, one in found["paces"].items()},
            frozenset(map(int, found["repacked"].get(build, ()))),
        )
    except FileNotFoundError:
        return Kept()
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        log.info("%s cannot be read: %s", path, error)
        return Kept()


def write(path: Path, build: str, kept: Kept) -> None:
    """Replace the file as a whole; a disk that takes nothing is told to the log."""
    temporary = path.with_name(path.name + ".new")
    content = {
        "loads": [asdict(one) for one in kept.loads.values()],
        "prints": kept.prints,
        "paces": {key: [one.decode, one.prefill] for key, one in kept.paces.items()},
        "repacked": {build: sorted(kept.repacked)},
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.write_text(json.dumps(content), "utf-8")
        os.replace(temporary, path)
    except OSError as error:
        log.info("%s cannot be written: %s", path, error)


def _load(row: dict[str, Any]) -> Load:
    needs = {
        name: tuple(MemoryUse(**one) for one in row[name])
        for name in ("formula", "simulated", "measured")
    }
    return Load(row["key"], row["model"], row["family"], row["place"], **needs)
