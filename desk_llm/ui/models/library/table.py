"""LibraryTable: the rows with the mouse, the keyboard and a head that sorts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desk_llm.models.types import ModelFile
from desk_llm.ui.models.library.delegate import ROW_HEIGHT, LibraryDelegate
from desk_llm.ui.models.library.model import LibraryModel
from desk_llm.ui.models.library.rows import Column
from desk_llm.ui.theme import tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

_WIDTHS = {
    Column.PARAMS: 84,
    Column.QUANT: 92,
    Column.SIZE: 84,
    Column.CONTEXT: 84,
    Column.FIT: 112,
}
_LEAST_NAME = 180
# What goes first where the table is narrow.
_DISPENSABLE = (Column.CONTEXT, Column.PARAMS, Column.QUANT)
_NEXT_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class LibraryTable(QTableView):
    """Enter or a double click loads, F2 renames, Del removes."""

    current_changed = Signal(object)  # ModelFile | None
    load_wanted = Signal()
    rename_wanted = Signal()
    remove_wanted = Signal()

    def __init__(self, model: LibraryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._kept_id = ""
        self.setModel(model)
        self.setItemDelegate(LibraryDelegate(self))
        self.setProperty("kind", "page")
        self.setAccessibleName(self.tr("My models"))
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(False)
        self._build_head()
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.doubleClicked.connect(lambda _index: self.load_wanted.emit())
        self._fit()

    def current_file(self) -> ModelFile | None:
        """The one with the keyboard."""
        return self._model.file_at(self.currentIndex())

    def select(self, model_id: str) -> bool:
        """Go to a model; False when it is not shown."""
        row = self._model.row_of(model_id)
        if row < 0:
            return False
        index = self._model.index(row, Column.NAME)
        self.setCurrentIndex(index)
        self.scrollTo(index)
        return True

    def start_rename(self) -> None:
        """A line over the name of the current row."""
        index = self.currentIndex()
        if index.isValid():
            place = index.siblingAtColumn(Column.NAME)
            self.scrollTo(place)
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self.edit(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, F2, Del; the rest is the table's own."""
        if self.current_file() is None:
            super().keyPressEvent(event)
        elif event.key() in _NEXT_KEYS:
            self.load_wanted.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.rename_wanted.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs other sizes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_model"):
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow table keeps the name, the size and the fit."""
        super().resizeEvent(event)
        self._drop_columns()

    def _build_head(self) -> None:
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        head.setSortIndicatorShown(True)
        head.setSortIndicator(Column.NAME, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    def _fit(self) -> None:
        self.verticalHeader().setDefaultSectionSize(tokens.px(ROW_HEIGHT))
        head = self.horizontalHeader()
        head.setFixedHeight(tokens.px(tokens.HEIGHT_CONTROL))
        for column, width in _WIDTHS.items():
            head.resizeSection(column, tokens.px(width))
        self._drop_columns()

    def _drop_columns(self) -> None:
        room = self.width() - tokens.px(_LEAST_NAME) - tokens.px(sum(_WIDTHS.values()))
        for column in _DISPENSABLE:
            is_hidden = room < 0
            if self.isColumnHidden(column) != is_hidden:
                self.setColumnHidden(column, is_hidden)
            if is_hidden:
                room += tokens.px(_WIDTHS[column])

    # ── another set of rows ──────────────────────────────────────────────

    def _keep(self) -> None:
        current = self.current_file()
        self._kept_id = current.id if current is not None else self._kept_id
        self._kept_place = self.verticalScrollBar().value()

    def _restore(self) -> None:
        row = self._model.row_of(self._kept_id)
        self.verticalScrollBar().setValue(self._kept_place)
        if row >= 0:
            self.setCurrentIndex(self._model.index(row, Column.NAME))
        else:
            self.current_changed.emit(None)

    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.current_changed.emit(self._model.file_at(current))
