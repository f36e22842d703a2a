"""QueueModel: the engine's queue as rows; a new snapshot changes only what is different."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from desk_llm.engine.types import QueueItem
from desk_llm.ui.telemetry.queue import words

ITEM_ROLE = Qt.ItemDataRole.UserRole
PLACE_ROLE = Qt.ItemDataRole.UserRole + 1  # among those that wait, from 1; 0: it runs
MIME = "application/x-desk-llm-request"

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class QueueModel(QAbstractListModel):
    """Waiting rows can be dragged; the engine decides, and the next snapshot shows it."""

    move_requested = Signal(str, object)  # request id, id before which it goes or None

    def __init__(self) -> None:
        super().__init__()
        self._items: list[QueueItem] = []

    def show(self, items: Sequence[QueueItem]) -> None:
        """Rows go, come, move and change one by one; those that run come first."""
        items = sorted(items, key=lambda item: item.slot is None)  # of several models, one list
        wanted = {item.request_id for item in items}
        for row in range(len(self._items) - 1, -1, -1):
            if self._items[row].request_id not in wanted:
                self.beginRemoveRows(_NO_PARENT, row, row)
                del self._items[row]
                self.endRemoveRows()
        for row, item in enumerate(items):
            self._put(row, item)

    def _put(self, row: int, item: QueueItem) -> None:
        here = self._items[row] if row < len(self._items) else None
        if here is not None and here.request_id == item.request_id:
            if here != item:
                self._items[row] = item
                self.dataChanged.emit(self.index(row), self.index(row))
            return
        old = self.row_of(item.request_id)
        if old < 0:
            self.beginInsertRows(_NO_PARENT, row, row)
            self._items.insert(row, item)
            self.endInsertRows()
        else:  # always from below: the rows above are in their places
            self.beginMoveRows(_NO_PARENT, old, old, _NO_PARENT, row)
            del self._items[old]
            self._items.insert(row, item)
            self.endMoveRows()
            self.dataChanged.emit(self.index(row), self.index(row))

    def items(self) -> tuple[QueueItem, ...]:
        """What is shown."""
        return tuple(self._items)

    def row_of(self, request_id: str) -> int:
        """-1 when it is not there."""
        for row, item in enumerate(self._items):
            if item.request_id == request_id:
                return row
        return -1

    def neighbour(self, request_id: str, step: int) -> tuple[bool, str | None]:
        """(can it move, before whom): one place up (-1) or down (+1) in its model's queue."""
        row = self.row_of(request_id)
        if row < 0 or not self._is_waiting(row):
            return False, None
        model = self._items[row].model
        queue = [one.request_id for one in self._items if one.slot is None and one.model == model]
        target = queue.index(request_id) + step
        if not 0 <= target < len(queue):
            return False, None
        queue.remove(request_id)
        return True, queue[target] if target < len(queue) else None

    def _is_waiting(self, row: int) -> bool:
        return 0 <= row < len(self._items) and self._items[row].slot is None

    # ── Qt ───────────────────────────────────────────────────────────────

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """One row per request."""
        return 0 if parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts for screen readers, the item for the delegate."""
        if not index.isValid():
            return None
        item = self._items[index.row()]
        if role == ITEM_ROLE:
            return item
        if role == PLACE_ROLE:
            return self._place(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return words.title(item)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (words.title(item), words.state(item, self._place(index.row())))
            return ", ".join((*parts, words.details(item)))
        return None

    def _place(self, row: int) -> int:
        if not self._is_waiting(row):
            return 0
        return 1 + sum(item.slot is None for item in self._items[:row])

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Waiting rows move, and things are dropped between rows only."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self._is_waiting(index.row()):
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows move."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Only our own rows."""
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The id of the dragged request."""
        data = QMimeData()
        if indexes:
            data.setData(MIME, self._items[indexes[0].row()].request_id.encode())
        return data

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Ask for the move; the view must not take rows away itself, hence False."""
        del action, column, parent
        moved = bytes(data.data(MIME).data()).decode()
        target = len(self._items) if row < 0 else row
        target = max(target, sum(item.slot is not None for item in self._items))
        before = self._items[target].request_id if target < len(self._items) else None
        if moved and before != moved and self.row_of(moved) + 1 != target:
            self.move_requested.emit(moved, before)
        return False
