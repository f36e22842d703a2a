"""The curated list "good on this machine": a dated data file, never code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from desk_llm.hub.types import QuantFiles, Repo


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

    def quant_of(self, repo: Repo) -> QuantFiles | None:
        """The files to offer: the first label that the repository has."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Curated:
    """The list and the day it was made."""

    date: date
    models: tuple[CuratedModel, ...]

    def fitting(self, memory_bytes: int) -> tuple[CuratedModel, ...]:
        """Those that run well in so much memory, the best first."""
        raise NotImplementedError


def load(path: Path) -> Curated:
    """Read the list. Raises FileDamaged."""
    raise NotImplementedError


def labels(models: Iterable[CuratedModel]) -> frozenset[str]:
    """Every quant label in use."""
    raise NotImplementedError
