"""The table of My models: rows made elsewhere, narrowed and sorted here in a millisecond."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from desk_llm.models.fit.types import Fit
from desk_llm.models.types import ModelFile
from desk_llm.ui.messages import sentence
from desk_llm.ui.models import words
from desk_llm.ui.models.library.rows import Column, Order, Row, Rows, Wanted
from desk_llm.ui.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
ROW_ROLE = Qt.ItemDataRole.UserRole
FIT_ROLE = Qt.ItemDataRole.UserRole + 1
LOADED_ROLE = Qt.ItemDataRole.UserRole + 2
_RESORT_MS = 300  # verdicts come a few at a time
_RIGHT = frozenset({Column.PARAMS, Column.SIZE, Column.CONTEXT})


class LibraryModel(QAbstractTableModel):
    """`set_rows` from a worker's result; filter, order, fits and loaded ids as they change."""

    rename_wanted = Signal(str, str)  # id, alias

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = Rows()
        self._shown: list[Row] = []
        self._wanted = Wanted()
        self._order = Order()
        self._loaded: frozenset[str] = frozenset()
        self._resort = QTimer(self)
        self._resort.setSingleShot(True)
        self._resort.setInterval(_RESORT_MS)
        self._resort.timeout.connect(self._refill)
        self._titles = {
            Column.NAME: self.tr("Name"),
            Column.PARAMS: self.tr("Params"),
            Column.QUANT: self.tr("Quant"),
            Column.SIZE: self.tr("Size"),
            Column.CONTEXT: self.tr("Context"),
            Column.FIT: self.tr("Fit"),
        }

    # ── what is shown ────────────────────────────────────────────────────

    @property
    def all(self) -> tuple[Row, ...]:
        """Every row, also those that the filter hides."""
        return self._rows.all

    @property
    def shown(self) -> list[Row]:
        """As on the screen."""
        return self._shown

    @property
    def order(self) -> Order:
        """How it is sorted."""
        return self._order

    def set_rows(self, rows: tuple[Row, ...]) -> None:
        """The library as it is now; what is known of fits stays."""
        self._rows.all = rows
        self._refill()

    def set_wanted(self, wanted: Wanted) -> None:
        """Narrow the table."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._refill()

    def set_fits(self, fits: Mapping[str, Fit]) -> None:
        """What became known of some files."""
        self._rows.fits.update(fits)
        if self._order.column is Column.FIT:
            self._resort.start()
        elif self._shown:
            last = self.index(len(self._shown) - 1, Column.FIT)
            self.dataChanged.emit(self.index(0, Column.FIT), last)

    def set_loaded(self, ids: frozenset[str]) -> None:
        """Which models are in memory."""
        if ids != self._loaded:
            self._loaded = ids
            if self._shown:
                last = self.index(len(self._shown) - 1, Column.NAME)
                self.dataChanged.emit(self.index(0, Column.NAME), last, [LOADED_ROLE])

    def row_of(self, model_id: str) -> int:
        """Where a file is on the screen; -1: it is not."""
        places = (n for n, row in enumerate(self._shown) if row.file.id == model_id)
        return next(places, -1)

    def file_at(self, index: Index) -> ModelFile | None:
        """The file of a row."""
        return self._shown[index.row()].file if index.isValid() else None

    def _refill(self) -> None:
        self.beginResetModel()
        self._shown = self._rows.shown(self._wanted, self._order)
        self.endResetModel()

    # ── Qt's side ────────────────────────────────────────────────────────

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Those on the screen."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """One for each Column."""
        return 0 if parent.isValid() else len(Column)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Asked for by the table's head."""
        wanted = Order(Column(column), order is Qt.SortOrder.DescendingOrder)
        if wanted != self._order:
            self._order = wanted
            self._refill()

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Titles; numbers stand at the right."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._titles[Column(section)]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(Column(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts for screen readers and the delegate."""
        row, column = self._shown[index.row()], Column(index.column())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._text(row, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._tip(row, column))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row) if column is Column.NAME else self._text(row, column)
        return self._own(row, role)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be changed in place."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and index.column() == Column.NAME:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """The editor closed with another name."""
        file = self.file_at(index)
        if role != Qt.ItemDataRole.EditRole or file is None:
            return False
        name = str(value).strip()
        if name != file.name:
            self.rename_wanted.emit(file.id, name)
        return True

    def _own(self, row: Row, role: int) -> object:
        if role == ROW_ROLE:
            return row
        if role == FIT_ROLE:
            return self._rows.fits.get(row.file.id)
        return row.file.id in self._loaded if role == LOADED_ROLE else None

    def _text(self, row: Row, column: Column) -> str:
        return self._fit_text(row) if column is Column.FIT else row.texts[column]

    def _fit_text(self, row: Row) -> str:
        fit = self._rows.fits.get(row.file.id)
        return words.verdict(fit.verdict) if fit is not None else ""

    def _tip(self, row: Row, column: Column) -> str:
        if row.file.problem is not None:
            return "\n".join(part for part in sentence(row.file.problem) if part)
        fit = self._rows.fits.get(row.file.id)
        if column is Column.FIT and fit is not None:
            problem = sentence(fit.problem) if fit.problem is not None else ()
            return "\n".join((words.verdict_sentence(fit.verdict), *filter(None, problem)))
        return str(row.file.path) if column is Column.NAME else ""

    def _spoken(self, row: Row) -> str:
        parts = [row.file.name, row.about]
        if row.file.id in self._loaded:
            parts.append(QCoreApplication.translate("Models", "loaded"))
        return ", ".join(parts)


def _side(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
