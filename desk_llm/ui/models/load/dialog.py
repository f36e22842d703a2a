"""The load panel as a window of its own, from the chat's model picker."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from desk_llm.models.types import ModelFile
from desk_llm.services import Services
from desk_llm.ui.models.load.panel import LoadPanel
from desk_llm.ui.theme import tokens


class LoadDialog(QDialog):
    """Modeless; closes when the load has begun. Connect to `panel.load_started`."""

    def __init__(self, services: Services, file: ModelFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Load {0}").format(file.name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.panel = LoadPanel(services)
        self.panel.load_started.connect(self.accept)
        page = QWidget()
        page.setProperty("panel", "canvas")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(page)
        edge = tokens.SPACE_6
        column.setContentsMargins(edge, tokens.SPACE_4, edge, edge)
        column.addWidget(self.panel)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        self.panel.set_file(file)
        self.resize(460, 680)
