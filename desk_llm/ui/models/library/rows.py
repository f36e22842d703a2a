"""What one row of My models says, made on a worker; filtered and sorted without Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from desk_llm.models.fit.types import Fit, Verdict
from desk_llm.models.types import ModelFile, Origin
from desk_llm.ui.messages import sentence
from desk_llm.ui.models import words
from desk_llm.ui.widgets.sizes import context_text, params_text, size_text


class Column(IntEnum):
    """The columns, in their order."""

    NAME = 0
    PARAMS = 1
    QUANT = 2
    SIZE = 3
    CONTEXT = 4
    FIT = 5


_FIT_ORDER = {Verdict.GPU: 3, Verdict.SPLIT: 2, Verdict.CPU: 1, Verdict.NO: 0}


@dataclass(frozen=True, slots=True)
class Row:
    """Texts and sort keys of one file, by column."""

    file: ModelFile
    texts: tuple[str, ...]
    keys: tuple[str | float, ...]
    about: str  # the second line: abilities and origin, or why it cannot be used
    haystack: str  # what a filter looks through


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person narrowed the table to."""

    text: str = ""
    ability: str = ""
    origin: Origin | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return not self.text.strip() and not self.ability and self.origin is None


@dataclass(frozen=True, slots=True)
class Order:
    """By which column, and in which direction."""

    column: Column = Column.NAME
    is_descending: bool = False


@dataclass(slots=True)
class Rows:
    """All rows, and the fits that are known so far by the file's id."""

    all: tuple[Row, ...] = ()
    fits: dict[str, Fit] = field(default_factory=dict)

    def shown(self, wanted: Wanted, order: Order) -> list[Row]:
        """Those that are wanted, in their order; equal ones by name."""
        rows = list(self.all)
        if not wanted.is_all:
            text = wanted.text.casefold().split()
            rows = [row for row in rows if _is_wanted(row, wanted, text)]
        if order.column is Column.FIT:
            known = {key: _FIT_ORDER[fit.verdict] for key, fit in self.fits.items()}
            rows.sort(key=lambda row: known.get(row.file.id, -1), reverse=order.is_descending)
        elif order != Order():  # they come by name
            column = int(order.column)
            rows.sort(key=lambda row: row.keys[column], reverse=order.is_descending)
        return rows


def make_rows(files: Iterable[ModelFile]) -> tuple[Row, ...]:
    """One row for each file, by name; a worker's work, where there are thousands."""
    return tuple(sorted((_row(file) for file in files), key=lambda row: row.keys[Column.NAME]))


def _row(file: ModelFile) -> Row:
    info = file.info
    n_params = info.n_params if info else 0
    n_ctx = info.n_ctx_train if info else 0
    quant = info.quant if info else ""
    about = _about(file)
    texts = (
        file.name,
        params_text(n_params) or words.NONE,
        quant or words.NONE,
        size_text(file.size_bytes),
        context_text(n_ctx) if n_ctx else words.NONE,
        "",
    )
    keys = (file.name.casefold(), n_params, quant, file.size_bytes, n_ctx, 0)
    parts = (file.name, file.id, file.repo, quant, about, info.architecture if info else "")
    return Row(file, texts, keys, about, " ".join(parts).casefold())


def _about(file: ModelFile) -> str:
    if file.problem is not None:
        return sentence(file.problem)[0]
    parts = [words.ability(name) for name in abilities(file)]
    parts.append(words.origin(file.origin))
    return " · ".join(parts)


def abilities(file: ModelFile) -> Sequence[str]:
    """In a steady order; `chat` alone goes without saying, but is said where others are absent."""
    found = file.info.abilities if file.info is not None else frozenset[str]()
    return [name for name in words.ABILITIES if name in found] + sorted(
        found - set(words.ABILITIES)
    )


def _is_wanted(row: Row, wanted: Wanted, text: Sequence[str]) -> bool:
    if wanted.origin is not None and row.file.origin is not wanted.origin:
        return False
    if wanted.ability and (row.file.info is None or wanted.ability not in row.file.info.abilities):
        return False
    return all(word in row.haystack for word in text)
