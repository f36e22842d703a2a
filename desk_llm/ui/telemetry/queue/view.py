"""QueueView: the list of requests, with the mouse, the keyboard and a menu."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from desk_llm.engine.types import QueueItem
from desk_llm.ui.telemetry.queue.delegate import ROW_HEIGHT, RowDelegate
from desk_llm.ui.telemetry.queue.model import ITEM_ROLE, QueueModel
from desk_llm.ui.theme import icons, tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

_STEPS = {"up": -1, "down": +1}


class QueueView(QListView):
    """Del cancels, Alt+Up and Alt+Down move, and so do dragging and the buttons of a row."""

    cancel_requested = Signal(str)
    move_requested = Signal(str, object)  # request id, id before which it goes or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.queue = QueueModel()
        self.queue.setParent(self)
        self.queue.move_requested.connect(self.move_requested)
        self.setModel(self.queue)
        self.rows = RowDelegate(self)
        self.rows.pressed.connect(self._do)
        self.setItemDelegate(self.rows)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu_requested)
        self.setAccessibleName(self.tr("Queue"))
        self.viewport().setAutoFillBackground(False)

    def show_queue(self, items: Sequence[QueueItem]) -> None:
        """The newest snapshot."""
        self.queue.show(items)

    def height_of(self, rows: int) -> int:
        """What so many rows need."""
        return rows * tokens.px(ROW_HEIGHT) + 2 * self.frameWidth()

    def current_id(self) -> str:
        """The row with the keyboard; "" on none."""
        item = self.currentIndex().data(ITEM_ROLE)
        return item.request_id if isinstance(item, QueueItem) else ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del, Alt+Up, Alt+Down; the rest is the list's own."""
        key, current = event.key(), self.current_id()
        is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and current:
            self._do(current, "cancel")
        elif is_alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and current:
            self._do(current, "up" if key == Qt.Key.Key_Up else "down")
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Rows are as tall as the zoom says."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.scheduleDelayedItemsLayout()

    def menu_for(self, request_id: str) -> QMenu:
        """What can be done with a request."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, text, icon in (
            ("up", self.tr("Let it go earlier"), "arrow-up"),
            ("down", self.tr("Let it go later"), "arrow-down"),
            ("cancel", self.tr("Cancel"), "close"),
        ):
            action = menu.addAction(icons.icon(icon), text)
            can = name == "cancel" or self.queue.neighbour(request_id, _STEPS[name])[0]
            action.setEnabled(can)
            action.triggered.connect(lambda _checked=False, do=name: self._do(request_id, do))
        return menu

    def _on_menu_requested(self, place: QPoint) -> None:
        item = self.indexAt(place).data(ITEM_ROLE)
        if isinstance(item, QueueItem):
            self.menu_for(item.request_id).popup(self.viewport().mapToGlobal(place))

    def _do(self, request_id: str, name: str) -> None:
        if name == "cancel":
            self.cancel_requested.emit(request_id)
            return
        can, before = self.queue.neighbour(request_id, _STEPS[name])
        if can:
            self.move_requested.emit(request_id, before)
