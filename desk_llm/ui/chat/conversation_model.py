"""The sidebar's rows: conversations under Today, Yesterday, This week and Earlier."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from desk_llm.chat.types import Conversation

ID_ROLE = Qt.ItemDataRole.UserRole
BUSY_ROLE = Qt.ItemDataRole.UserRole + 1

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


def group_number(updated_at: float, now: datetime) -> int:
    """0 today, 1 yesterday, 2 this week, 3 earlier; by the calendar of this computer."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for number, days in enumerate((0, 1, 6)):
        if updated_at >= (midnight - timedelta(days=days)).timestamp():
            return number
    return 3


class ConversationModel(QAbstractListModel):
    """A flat list; a `str` row is a heading, a `Conversation` row can be chosen."""

    rename_requested = Signal(str, str)  # conversation id, title

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[str | Conversation] = []
        self._row_of: dict[str, int] = {}
        self._busy: frozenset[str] = frozenset()

    def set_conversations(self, conversations: list[Conversation], now: datetime) -> None:
        """Show these, newest first."""
        rows = list(self._with_headings(conversations, now))
        if rows == self._rows:
            return
        self.beginResetModel()
        self._rows = rows
        self._row_of = {one.id: n for n, one in enumerate(rows) if isinstance(one, Conversation)}
        self.endResetModel()

    def set_busy(self, ids: frozenset[str]) -> None:
        """Mark the conversations that wait for a reply."""
        changed = self._busy ^ ids
        self._busy = ids
        for one in changed:
            index = self.index_of(one)
            if index.isValid():
                self.dataChanged.emit(index, index, [BUSY_ROLE])

    def index_of(self, conversation_id: str) -> QModelIndex:
        """Invalid when it is not listed."""
        row = self._row_of.get(conversation_id)
        return QModelIndex() if row is None else self.index(row, 0)

    def neighbour(self, conversation_id: str, step: int) -> str:
        """The next (+1) or previous (-1) conversation, headings skipped; "" at the end."""
        ids = list(self._row_of)
        if not ids:
            return ""
        if conversation_id not in self._row_of:
            return ids[0]
        position = ids.index(conversation_id) + step
        return ids[position] if 0 <= position < len(ids) else ""

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Headings included."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Title, id and whether it waits for a reply."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row if isinstance(row, str) else row.title or self.tr("New chat")
        if isinstance(row, str):
            return None
        if role == Qt.ItemDataRole.EditRole:
            return row.title
        if role == ID_ROLE:
            return row.id
        return row.id in self._busy if role == BUSY_ROLE else None

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """An inline rename: asks for it; the store's answer brings the new title."""
        row = self._rows[index.row()]
        title = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or isinstance(row, str) or title in ("", row.title):
            return False
        self.rename_requested.emit(row.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings can be neither chosen nor edited."""
        if not index.isValid() or isinstance(self._rows[index.row()], str):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsEditable

    def _with_headings(
        self, conversations: list[Conversation], now: datetime
    ) -> Iterator[str | Conversation]:
        headings = (
            self.tr("Today"),
            self.tr("Yesterday"),
            self.tr("This week"),
            self.tr("Earlier"),
        )
        ordered = sorted(conversations, key=lambda one: -one.updated_at)
        for number, group in groupby(ordered, lambda one: group_number(one.updated_at, now)):
            yield headings[number]
            yield from group
