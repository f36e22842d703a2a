"""GGUF files and folders dropped onto the window, and the sign that says so."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.empty_state import EmptyState


class Dropping(QObject):
    """Watches a window; nothing is read from the disk here."""

    dropped = Signal(object)  # list[Path]

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.sign = QFrame(window)
        self.sign.setProperty("panel", "drop")
        column = QVBoxLayout(self.sign)
        column.addWidget(
            EmptyState(
                "plus",
                self.tr("Drop models here"),
                self.tr("GGUF files and folders are used where they are."),
            )
        )
        self.sign.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter, leave, drop."""
        if isinstance(event, QDragEnterEvent):
            return self._on_enter(event)
        if event.type() == QEvent.Type.DragLeave:
            self.sign.hide()
        elif event.type() == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.sign.hide()
            paths = local_paths(event.mimeData())
            if paths:
                event.setDropAction(Qt.DropAction.LinkAction)
                event.accept()
                self.dropped.emit(paths)
                return True
        return super().eventFilter(watched, event)

    def _on_enter(self, event: QDragEnterEvent) -> bool:
        if not local_paths(event.mimeData()):
            return False
        event.setDropAction(Qt.DropAction.LinkAction)
        event.accept()
        edge = tokens.SPACE_3
        self.sign.setGeometry(self._window.rect().adjusted(edge, edge, -edge, -edge))
        self.sign.show()
        self.sign.raise_()
        return True


def local_paths(data: QMimeData) -> list[Path]:
    """Files of this computer; web addresses are none."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
