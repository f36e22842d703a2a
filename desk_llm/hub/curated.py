"""The curated list "good on this machine": a dated data file, never code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from desk_llm.errors import QT_TRANSLATE_NOOP, FileDamaged, RequestError
from desk_llm.hub.names import check_repo
from desk_llm.hub.quants import find_quant
from desk_llm.hub.types import QuantFiles, Repo
from desk_llm.paths import ASSETS

LIST = ASSETS / "models" / "curated.json"


@dataclass(frozen=True, slots=True)
class CuratedModel:
    """One recommendation; sizes are approximate until the server has told the real ones."""

    name: str  # for people
    repo: str  # "owner/repo"
    quants: tuple[str, ...]  # labels, best first
    n_params: int
    approx_bytes: int  # of the first quant
    least_memory_bytes: int  # to run it well: VRAM, or about 70 % of RAM
    abilities: frozenset[str]
    licence: str
    note: str  # one sentence, English
    note_zh: str
    active_params: int = 0  # of a mixture of experts, per token; 0: all

    @property
    def params_per_token(self) -> int:
        """The parameters that one token passes through."""
        return self.active_params or self.n_params

    def quant_of(self, repo: Repo) -> QuantFiles | None:
        """The files to offer: the first label that the repository has."""
        for label in self.quants:
            quant = find_quant(repo.quants, label)
            if quant is not None:
                return quant
        return None


@dataclass(frozen=True, slots=True)
class Curated:
    """The list and the day it was made; the models from small to large."""

    date: date
    models: tuple[CuratedModel, ...]

    def fitting(self, memory_bytes: int) -> tuple[CuratedModel, ...]:
        """Those that run well in so much memory, the best first: the most demanding that fits."""
        fit = [one for one in self.models if one.least_memory_bytes <= memory_bytes]
        return tuple(reversed(fit))


def load(path: Path = LIST) -> Curated:
    """Read the list. Raises FileDamaged."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        models = sorted(map(_model, data["models"]), key=lambda one: one.least_memory_bytes)
        return Curated(date.fromisoformat(data["date"]), tuple(models))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RequestError) as error:
        raise FileDamaged(
            QT_TRANSLATE_NOOP("errors", "The list of recommended models cannot be read."),
            QT_TRANSLATE_NOOP("errors", "Install the app again, or search for a model."),
            f"{path}: {error}",
        ) from error


def _model(data: dict[str, Any]) -> CuratedModel:
    return CuratedModel(
        name=str(data["name"]),
        repo=check_repo(str(data["repo"])),
        quants=tuple(map(str, data["quants"])),
        n_params=int(data["n_params"]),
        approx_bytes=int(data["approx_bytes"]),
        least_memory_bytes=int(data["least_memory_bytes"]),
        abilities=frozenset(map(str, data["abilities"])),
        licence=str(data["licence"]),
        note=str(data["note"]),
        note_zh=str(data["note_zh"]),
        active_params=int(data.get("active_params", 0)),
    )
