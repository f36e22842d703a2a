"""Rows of the Discover list: what is shown of a repository, found or recommended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from desk_llm.hub.curated import CuratedModel
from desk_llm.hub.types import RepoSummary
from desk_llm.models.fit.types import Fit, Verdict
from desk_llm.models.names import plain
from desk_llm.ui.models import words
from desk_llm.ui.models.discover.row_words import need_text
from desk_llm.ui.widgets.sizes import context_text, count_text, params_text, size_text, speed_text

ROW_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


@dataclass(frozen=True, slots=True)
class Row:
    """One repository; every text is plain already."""

    repo: str  # as the server names it
    title: str
    about: str
    side: str = ""  # at the right: downloads and likes, or the expected speed
    fit: Fit | None = None
    is_gated: bool = False
    is_best: bool = False  # the one that is recommended for this machine


def found_row(summary: RepoSummary) -> Row:
    """A search result."""
    owner, _slash, name = summary.name.partition("/")
    context = context_text(summary.n_ctx_train) if summary.n_ctx_train else ""
    facts = (
        plain(owner, 60),
        params_text(summary.n_params),
        plain(summary.architecture, 30),
        QCoreApplication.translate("Discover", "{0} context").format(context) if context else "",
        plain(summary.licence, 30),
        updated_text(summary.updated_at),
    )
    side = f"↓ {count_text(summary.downloads)}   ♥ {count_text(summary.likes)}"
    return Row(
        repo=summary.name,
        title=plain(name or summary.name, 120),
        about=" · ".join(one for one in facts if one),
        side=side,
        is_gated=summary.is_gated,
    )


def curated_row(model: CuratedModel, fit: Fit | None, *, is_best: bool) -> Row:
    """A recommendation: what it is good for, and how it would run here."""
    is_chinese = QLocale().language() == QLocale.Language.Chinese
    note = model.note_zh if is_chinese and model.note_zh else model.note
    about = " · ".join((size_text(model.approx_bytes), plain(note, 200)))
    side = need_text(fit) if fit is not None else ""
    if fit is not None and fit.forecast.decode_tok_s and fit.verdict is not Verdict.NO:
        side = f"{side} · {speed_text(fit.forecast.decode_tok_s)}"
    return Row(
        repo=model.repo,
        title=plain(model.name, 120),
        about=about,
        side=side,
        fit=fit,
        is_best=is_best,
    )


def updated_text(moment: str) -> str:
    """ "updated 3 days ago" of an ISO time; "" where it is none."""
    try:
        then = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    days = (datetime.now(UTC) - then).days
    if days < 1:
        return QCoreApplication.translate("Discover", "updated today")
    if days < 60:
        return QCoreApplication.translate("Discover", "updated {0} days ago").format(days)
    if days < 730:
        return QCoreApplication.translate("Discover", "updated {0} months ago").format(days // 30)
    return QCoreApplication.translate("Discover", "updated {0} years ago").format(days // 365)


class Rows(QAbstractListModel):
    """What is listed now."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Other rows."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def set_fit(self, repo: str, fit: Fit) -> None:
        """How one of them would run."""
        for place, row in enumerate(self._rows):
            if row.repo == repo:
                self._rows[place] = replace(row, fit=fit)
                self.dataChanged.emit(self.index(place), self.index(place))

    def row_at(self, index: Index) -> Row | None:
        """The row at a place."""
        return self._rows[index.row()] if index.isValid() else None

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """What is shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row for the painter, its name, and all of it for screen readers."""
        row = self.row_at(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(one for one in (row.title, row.about, _said(row), row.side) if one)
        return None


def _said(row: Row) -> str:
    said = [QCoreApplication.translate("Discover", "recommended")] if row.is_best else []
    if row.is_gated:
        said.append(QCoreApplication.translate("Discover", "asks for permission"))
    if row.fit is not None:
        said.append(words.verdict_sentence(row.fit.verdict))
    return ", ".join(said)
