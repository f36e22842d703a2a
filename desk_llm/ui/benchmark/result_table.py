"""ResultTable: the rows of a result or a comparison; as high as they are."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desk_llm.benchmark.tables import Table
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_EMPTY = Table((), ())


class _Model(QAbstractTableModel):
    """A Table; `goodness` colours the last column of a comparison."""

    def __init__(self) -> None:
        super().__init__()
        self.table = _EMPTY
        self._goodness: tuple[bool | None, ...] = ()

    def show(self, table: Table, goodness: tuple[bool | None, ...]) -> None:
        self.beginResetModel()
        self.table, self._goodness = table, goodness
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.table.titles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.table.rows[row][column]
        if role == Qt.ItemDataRole.ToolTipRole and self.table.tips:
            return plain_tooltip(self.table.tips[row][column])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(column)
        if role == Qt.ItemDataRole.ForegroundRole and self._goodness:
            return self._colour(row, column)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.table.titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section)
        return None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        """Words left, numbers right; a comparison has two columns of words."""
        is_word = column < (2 if self._goodness else 1)
        side = Qt.AlignmentFlag.AlignLeft if is_word else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter

    def _colour(self, row: int, column: int) -> QColor | None:
        is_better = self._goodness[row]
        if column != len(self.table.titles) - 1 or is_better is None:
            return None
        now = tokens.current()
        return QColor(now.success if is_better else now.danger)


class ResultTable(QTableView):
    """Not editable; a row is copied as a line with tabs."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model()
        self.setModel(self._model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setSectionsClickable(False)
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit()

    def show_table(self, table: Table, goodness: tuple[bool | None, ...] = ()) -> None:
        """Show other rows; `goodness` of each row colours its last cell."""
        if table != self._model.table:
            self._model.show(table, goodness)
            self._fit()

    def table(self) -> Table:
        """What is shown."""
        return self._model.table

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs other heights."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_model"):
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns share the width where there is enough of it."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        row = tokens.px(tokens.HEIGHT_CONTROL)
        self.verticalHeader().setDefaultSectionSize(row)
        head = self.horizontalHeader()
        head.setFixedHeight(row)
        needed = [
            max(self.sizeHintForColumn(one), head.sectionSizeHint(one))
            for one in range(self._model.columnCount())
        ]
        room = self.width() - 2 - sum(needed)
        for place, width in enumerate(needed):
            head.resizeSection(place, width + max(0, room) // len(needed))
        scroll_bar = 2 if room >= 0 else 16
        self.setFixedHeight(row * (self._model.rowCount() + 1) + scroll_bar)
