"""The sidebar: new chat, search, the list of conversations, settings at the bottom.

It shows what it is given and says what the person asks for; `main_window` talks to the store.
"""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QMenu,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desk_llm.chat.types import Conversation
from desk_llm.ui.actions import Actions
from desk_llm.ui.chat.conversation_model import BUSY_ROLE, ID_ROLE, ConversationModel, Index
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.empty_state import EmptyState
from desk_llm.ui.widgets.fields import SearchField

SEARCH_DELAY_MS = 120


class _RowDelegate(QStyledItemDelegate):
    """Paints headings and rows; all rows have one height, so 10,000 cost no layout."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One height for all."""
        del option, index
        return QSize(120, tokens.px(tokens.HEIGHT_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """A heading, or a title on its row."""
        now = tokens.current()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect: QRect = option.rect
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        if index.data(ID_ROLE) is None:
            font = tokens.font("caption")
            font.setWeight(font.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(QColor(now.muted))
            below = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
            painter.drawText(rect.adjusted(tokens.SPACE_2, 0, 0, -tokens.SPACE_2), below, text)
        else:
            self._paint_row(painter, option, index, text)
        painter.restore()

    def _paint_row(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, text: str
    ) -> None:
        now = tokens.current()
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect.adjusted(1, 1, -1, -1)
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_selected or is_hovered:
            painter.setBrush(QColor(now.selected if is_selected else now.hover))
            painter.drawRoundedRect(rect, tokens.RADIUS_CONTROL, tokens.RADIUS_CONTROL)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(now.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, tokens.RADIUS_CONTROL, tokens.RADIUS_CONTROL)
        inner = rect.adjusted(tokens.SPACE_3 - 1, 0, -tokens.SPACE_2, 0)
        if index.data(BUSY_ROLE):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.accent))
            painter.drawEllipse(QPoint(inner.right() - 4, inner.center().y() + 1), 3, 3)
            inner.adjust(0, 0, -tokens.SPACE_4, 0)
        painter.setFont(tokens.font("body"))
        painter.setPen(QColor(now.text))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, middle, shown)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A line for the new title."""
        del option, index
        line = QLineEdit(parent)
        line.setProperty("kind", "rename")
        line.setAccessibleName(self.tr("Title of the chat"))
        line.setMaxLength(200)
        return line

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Over the row."""
        del index
        editor.setGeometry(option.rect.adjusted(3, 3, -3, -3))


class _List(QListView):
    """Chooses on click and Enter, renames on F2, deletes on Del."""

    chosen = Signal(str)
    delete_requested = Signal(str)

    def __init__(self, model: ConversationModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setItemDelegate(_RowDelegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Chats"))
        self.clicked.connect(self._on_activated)
        self.activated.connect(self._on_activated)

    def current_id(self) -> str:
        """The id of the row with the keyboard; "" on none."""
        return str(self.currentIndex().data(ID_ROLE) or "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del and Enter; the rest is the list's own."""
        key = event.key()
        current = self.current_id()
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and current:
            self.delete_requested.emit(current)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current:
            self.chosen.emit(current)
        else:
            super().keyPressEvent(event)

    def _on_activated(self, index: QModelIndex) -> None:
        conversation_id = index.data(ID_ROLE)
        if conversation_id:
            self.chosen.emit(str(conversation_id))


class ConversationList(QWidget):
    """The whole sidebar."""

    chosen = Signal(str)
    rename_requested = Signal(str, str)
    delete_requested = Signal(str)
    export_requested = Signal(str)
    search_changed = Signal(str)

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.setProperty("panel", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = ConversationModel()
        self.model.setParent(self)
        self.model.rename_requested.connect(self.rename_requested)
        self._all: list[Conversation] = []
        self._current = ""
        self._query = ""
        self._new = TextButton(self.tr("New chat"), "outline", "plus")
        self._new.setToolTip(actions["chat.new"].toolTip())
        self._new.clicked.connect(actions["chat.new"].trigger)
        self.search = SearchField(self.tr("Search chats"), self.tr("Search chats"))
        self.search.setToolTip(actions["chat.search"].toolTip())
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(SEARCH_DELAY_MS)
        self._delay.timeout.connect(self._on_search_paused)
        self.search.textChanged.connect(lambda _text: self._delay.start())
        self.list = _List(self.model)
        self.list.chosen.connect(self.chosen)
        self.list.delete_requested.connect(self.delete_requested)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._on_menu_requested)
        self.search.down_pressed.connect(self._on_search_down)
        self._build(actions)

    def set_conversations(self, conversations: list[Conversation], query: str = "") -> None:
        """Show all of them, or the hits of `query`."""
        self._query = query
        self.model.set_conversations(conversations, datetime.now())
        if self.model.rowCount():
            self._stack.setCurrentWidget(self.list)
        elif query:
            self._no_hits.set_sentence(self.tr("Nothing is called or says “{0}”.").format(query))
            self._stack.setCurrentWidget(self._no_hits)
        else:
            self._stack.setCurrentWidget(self._no_chats)
        self._select()

    def set_current(self, conversation_id: str) -> None:
        """Mark the open chat; "" for a new one."""
        self._current = conversation_id
        self._select()

    def start_rename(self, conversation_id: str) -> None:
        """Open the line over its row."""
        index = self.model.index_of(conversation_id)
        if index.isValid():
            self.list.scrollTo(index)
            self.list.edit(index)

    def focus_search(self) -> None:
        """Ctrl+K."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _build(self, actions: Actions) -> None:
        self._no_chats = EmptyState("chat", self.tr("Your chats appear here"))
        self._no_hits = EmptyState(
            "search", self.tr("Nothing found"), " ", self.tr("Clear the search")
        )
        self._no_hits.activated.connect(self.search.clear)
        self._stack = QStackedWidget()
        for page in (self.list, self._no_chats, self._no_hits):
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(self._no_chats)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_3, tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_2)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(self._new)
        column.addWidget(self.search)
        column.addWidget(self._stack, 1)
        below = QVBoxLayout()
        below.setSpacing(0)
        for action_id, icon in (("app.models", "models"), ("app.settings", "settings")):
            button = TextButton(actions[action_id].text(), "row", icon)
            button.setToolTip(actions[action_id].toolTip())
            button.clicked.connect(actions[action_id].trigger)
            below.addWidget(button)
        column.addLayout(below)

    def _select(self) -> None:
        index = self.model.index_of(self._current)
        if index.isValid():
            self.list.setCurrentIndex(index)
        else:
            self.list.clearSelection()
            self.list.setCurrentIndex(QModelIndex())

    def _on_search_paused(self) -> None:
        self.search_changed.emit(self.search.text().strip())

    def _on_search_down(self) -> None:
        first = self.model.neighbour("", 1)
        if first:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)
            self.list.setCurrentIndex(self.model.index_of(first))

    def _on_menu_requested(self, position: QPoint) -> None:
        conversation_id = self.list.indexAt(position).data(ID_ROLE)
        if not conversation_id:
            return
        chosen = str(conversation_id)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for source, emit in (
            ("chat.rename", lambda: self.start_rename(chosen)),
            ("chat.export", lambda: self.export_requested.emit(chosen)),
            ("chat.delete", lambda: self.delete_requested.emit(chosen)),
        ):
            row = self._actions[source]
            menu.addAction(row.icon(), row.text()).triggered.connect(emit)
        menu.popup(self.list.viewport().mapToGlobal(position))

    def changeEvent(self, event: QEvent) -> None:
        """Rows are as tall as the zoom says."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "list"):
            self.list.scheduleDelayedItemsLayout()
