"""QueueDialog: the whole queue beside the chat, for when the panel's few rows do not do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout, QWidget

from desk_llm.engine.types import QueueItem
from desk_llm.ui.telemetry.queue.view import QueueView
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.empty_state import EmptyState
from desk_llm.ui.widgets.labels import Label

_SIZE = QSize(520, 420)


class QueueDialog(QDialog):
    """Not modal: the chat goes on."""

    cancel_requested = Signal(str)
    move_requested = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(self.tr("Queue"))
        self.resize(_SIZE)
        self.view = QueueView()
        self.view.cancel_requested.connect(self.cancel_requested)
        self.view.move_requested.connect(self.move_requested)
        self._count = Label.wrapped("", "subtitle")
        hint = Label.wrapped(
            self.tr(
                "Chats, the terminal and API clients share one engine. Those that wait can be "
                "dragged into another order."
            ),
            "small",
        )
        self._empty = EmptyState(
            "check",
            self.tr("Nothing runs, nothing waits"),
            self.tr("Every reply that is asked for appears here."),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[tokens.SPACE_4] * 4)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(self._count)
        column.addWidget(hint)
        column.addSpacing(tokens.SPACE_2)
        column.addWidget(self._stack, 1)
        self.show_queue(())

    def show_queue(self, items: Sequence[QueueItem]) -> None:
        """The newest snapshot."""
        self.view.show_queue(items)
        self._stack.setCurrentWidget(self.view if items else self._empty)
        self._count.setVisible(bool(items))
        running = sum(item.slot is not None for item in items)
        self._count.setText(
            self.tr("{running} running, {waiting} waiting").format(
                running=running, waiting=len(items) - running
            )
        )
