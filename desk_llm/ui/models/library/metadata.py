"""Everything that a model's header says: a table to search in, the whole value below it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPlainTextEdit,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from desk_llm.models.library.types import MetadataRow
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.fields import SearchField
from desk_llm.ui.widgets.labels import Label

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_KEY_WIDTH = 300
_KIND_WIDTH = 130
_SHORT = 200  # characters of a value in the table


class MetadataModel(QAbstractTableModel):
    """Key, value, kind; narrowed to the rows that contain every word."""

    def __init__(self, rows: Sequence[MetadataRow], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = tuple(rows)
        self.shown: tuple[MetadataRow, ...] = self._rows
        self._titles = (self.tr("Key"), self.tr("Value"), self.tr("Kind"))

    def set_filter(self, text: str) -> None:
        """Keep what contains all words, in any column."""
        wanted = text.casefold().split()
        self.beginResetModel()
        self.shown = tuple(row for row in self._rows if _has(row, wanted))
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Those on the screen."""
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """Three."""
        return 0 if parent.isValid() else 3

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Their titles."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        is_title = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._titles[section] if is_title else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """One line of each value."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        row = self.shown[index.row()]
        return (row.key, " ".join(row.value[:_SHORT].split()), row.kind)[index.column()]


class MetadataDialog(QDialog):
    """Modeless."""

    def __init__(
        self, name: str, rows: Sequence[MetadataRow], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Metadata of {0}").format(name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("panel", "canvas")
        self.model = MetadataModel(rows, self)
        self.search = SearchField(self.tr("Search keys and values"), self.tr("Search metadata"))
        self.search.textChanged.connect(self._on_search_changed)
        self.table = QTableView()
        self.value = QPlainTextEdit()
        self._count = Label("", "small")
        self._build()
        self._on_search_changed("")
        self.resize(820, 600)
        self.search.setFocus()

    def copied(self) -> str:
        """What Copy takes: every row that is shown, a line each."""
        return "\n".join(f"{row.key}\t{row.value}" for row in self.model.shown)

    def _build(self) -> None:
        self._build_table()
        self.value.setReadOnly(True)
        self.value.setTabChangesFocus(True)
        self.value.setFont(tokens.font("code"))
        self.value.setAccessibleName(self.tr("The whole value"))
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setProperty("kind", "gap")
        halves.setHandleWidth(tokens.SPACE_3)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.table)
        halves.addWidget(self.value)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 1)
        copy, close = TextButton(self.tr("Copy"), "outline", "copy"), TextButton(self.tr("Close"))
        copy.setToolTip(self.tr("Copy the rows that are shown"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.copied()))
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.addWidget(self._count, 1)
        foot.addWidget(copy)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[tokens.SPACE_4] * 4)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(self.search)
        column.addWidget(halves, 1)
        column.addLayout(foot)

    def _build_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Metadata"))
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(tokens.px(tokens.HEIGHT_COMPACT))
        head = table.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        head.resizeSection(0, tokens.px(_KEY_WIDTH))
        head.resizeSection(2, tokens.px(_KIND_WIDTH))
        table.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.search.down_pressed.connect(table.setFocus)
        self.search.escaped.connect(self.close)

    def _on_search_changed(self, text: str) -> None:
        self.model.set_filter(text)
        count = self.model.rowCount()
        self._count.setText(self.tr("{0} entries").format(count))
        self.value.clear()
        if count:
            self.table.setCurrentIndex(self.model.index(0, 0))

    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.value.setPlainText(self.model.shown[current.row()].value)


def _has(row: MetadataRow, wanted: Sequence[str]) -> bool:
    hay = f"{row.key} {row.value} {row.kind}".casefold()
    return all(word in hay for word in wanted)
