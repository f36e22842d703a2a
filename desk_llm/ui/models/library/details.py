"""The panel beside the table: one model, what it is, how it would be loaded, what can be done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from desk_llm.models.types import ModelFile
from desk_llm.services import Services
from desk_llm.ui.messages import sentence
from desk_llm.ui.models.library import about
from desk_llm.ui.models.library.facts import Facts
from desk_llm.ui.models.load.panel import LoadPanel
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.buttons import IconButton
from desk_llm.ui.widgets.empty_state import EmptyState
from desk_llm.ui.widgets.labels import Label

LEAST_WIDTH = 300


class ModelDetails(QScrollArea):
    """`asked(what)` for the current model: rename, metadata, folder, export, remove…"""

    asked = Signal(str)

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._file: ModelFile | None = None
        self.setAccessibleName(self.tr("Details of the model"))
        self.title = Label.wrapped("", "subtitle")
        self.headline = Label.wrapped("", "small")
        self.problem = Label.wrapped("", "danger")
        self.hint = Label.wrapped("", "small")
        self.more = IconButton("more", self.tr("What can be done with this model"))
        self.more.clicked.connect(self._open_menu)
        self.facts = Facts()
        self.load = LoadPanel(services)
        self._empty = EmptyState("chip", self.tr("No model chosen"))
        self._build()
        self.show_file(None)

    @property
    def file(self) -> ModelFile | None:
        """The model that is shown."""
        return self._file

    def show_file(self, file: ModelFile | None, copies: Sequence[ModelFile] = ()) -> None:
        """Another model, or none."""
        is_other = file is None or self._file is None or file.id != self._file.id
        self._file = file
        self._content.setVisible(file is not None)
        self._empty.setVisible(file is None)
        if is_other:
            self.verticalScrollBar().setValue(0)
        is_usable = file is not None and file.problem is None
        self.load.setVisible(is_usable)
        self._rule.setVisible(is_usable)
        self.load.set_file(file if is_usable else None)
        if file is None:
            return
        self.title.setText(file.name)
        line = about.headline(file)
        self.headline.setText(line)
        self.headline.setVisible(bool(line))
        message, hint = sentence(file.problem) if file.problem is not None else ("", "")
        self.problem.setText(message)
        self.problem.setVisible(bool(message))
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.facts.show_facts(about.facts(file, copies))

    def menu(self) -> QMenu:
        """Everything that can be done with the model."""
        menu = QMenu(self)
        possible = self._possible()
        for name, icon, text in (
            ("unload", "eject", self.tr("Unload")),
            ("rename", "edit", self.tr("Rename")),
            ("replies", "chat", self.tr("How it replies…")),
            ("metadata", "info", self.tr("Show all metadata…")),
            ("hub", "compass", self.tr("Show its repository")),
            ("copy_path", "copy", self.tr("Copy the path")),
            ("folder", "folder", self.tr("Open its folder")),
            ("export", "export", self.tr("Export a Modelfile…")),
            ("remove", "trash", self.tr("Move to the trash")),
        ):
            action = menu.addAction(icons.icon(icon), text)
            action.setObjectName(name)
            action.setEnabled(possible.get(name, True))
            action.triggered.connect(lambda _checked=False, what=name: self.asked.emit(what))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _possible(self) -> dict[str, bool]:
        """What depends on the model; everything else always is."""
        file = self._file
        has_header = file is not None and file.info is not None
        loaded = {one.file.id for one in self._services.loader.loaded}
        return {
            "unload": file is not None and file.id in loaded,
            "hub": file is not None and bool(file.repo),
            **dict.fromkeys(("replies", "metadata", "export"), has_header),
        }

    def _build(self) -> None:
        self._content = QWidget()
        page = QWidget()
        page.setProperty("panel", "side")
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._content)
        outer.addWidget(self._empty, 1)
        outer.addStretch(0)
        column = QVBoxLayout(self._content)
        edge = tokens.SPACE_4
        column.setContentsMargins(edge, tokens.SPACE_3, edge, edge)
        column.setSpacing(tokens.SPACE_2)
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_2)
        head.addWidget(self.title, 1)
        head.addWidget(self.more, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        for label in (self.headline, self.problem, self.hint):
            column.addWidget(label)
        self._rule = QFrame()
        self._rule.setProperty("panel", "rule")
        column.addWidget(self.load)
        column.addWidget(self._rule)
        column.addWidget(self.facts)
        column.addStretch(1)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(tokens.px(LEAST_WIDTH))

    def _open_menu(self) -> None:
        self.menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
