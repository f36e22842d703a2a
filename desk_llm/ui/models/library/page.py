"""LibraryPage: the table of My models, its details, its totals, and what is done with them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desk_llm.models.types import LoadedModel, ModelFile, Origin
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.models.library.asking import Asking
from desk_llm.ui.models.library.bar import LibraryBar
from desk_llm.ui.models.library.deeds import LibraryDeeds, Told
from desk_llm.ui.models.library.details import ModelDetails
from desk_llm.ui.models.library.fits import FitFeed
from desk_llm.ui.models.library.model import LibraryModel
from desk_llm.ui.models.library.rows import Row, Wanted, make_rows
from desk_llm.ui.models.library.table import LibraryTable
from desk_llm.ui.models.library.totals import Totals
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.empty_state import EmptyState

_DETAILS_WIDTH = 360


class LibraryPage(QWidget):
    """Everything that takes time is done on a worker; `tools` belong into the window's head."""

    failed = Signal(object)  # DeskError
    told = Signal(object)  # Told
    use_wanted = Signal(str)  # id of a model
    discover_wanted = Signal()
    repo_wanted = Signal(str)  # "owner/repo"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._library = services.library
        self._copies: dict[str, tuple[ModelFile, ...]] = {}
        self._wanted_path: Path | None = None  # to be chosen as soon as it is listed
        self._is_reading = False
        self._is_stale = False
        self.tools = LibraryBar()
        self.model = LibraryModel(self)
        self.table = LibraryTable(self.model)
        self.details = ModelDetails(services)
        self.totals = Totals()
        self.deeds = LibraryDeeds(services, self)
        self.asking = Asking(services, self.deeds, self)
        self._fits = FitFeed(services, self)
        self._build()
        self._connect()

    # ── building ─────────────────────────────────────────────────────────

    def _build(self) -> None:
        self.empty = EmptyState(
            "models",
            self.tr("No models yet"),
            self.tr("Find one that fits this machine, or add a folder with GGUF files."),
            self.tr("Discover models"),
        )
        self.no_hits = EmptyState(
            "search", self.tr("No model is like that"), " ", self.tr("Show all models")
        )
        self.only_guide = EmptyState(
            "compass",
            self.tr("Only the built-in guide is here"),
            self.tr("Find a model that fits this machine, or add a folder with GGUF files."),
            self.tr("Discover models"),
        )
        listed = QWidget()
        below = QVBoxLayout(listed)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(self.table, 2)
        below.addWidget(self.only_guide, 3)
        self._listed = listed
        self._pages = QStackedWidget()
        for page in (listed, self.empty, self.no_hits):
            self._pages.addWidget(page)
        left = QWidget()
        left.setProperty("panel", "canvas")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._pages, 1)
        column.addWidget(self.totals)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(left)
        splitter.addWidget(self.details)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 0)
        splitter.setSizes([760, tokens.px(_DETAILS_WIDTH)])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)

    def _connect(self) -> None:
        self.tools.wanted_changed.connect(self._on_wanted_changed)
        self.tools.down_pressed.connect(self._on_down_pressed)
        self.tools.asked.connect(self._on_tool_asked)
        self.table.current_changed.connect(self._on_current_changed)
        self.table.load_wanted.connect(self.use)
        self.table.rename_wanted.connect(self.table.start_rename)
        self.table.remove_wanted.connect(lambda: self._on_detail_asked("remove"))
        self.model.rename_wanted.connect(self.deeds.rename)
        self.details.load.load_started.connect(self.use_wanted)
        self.details.asked.connect(self._on_detail_asked)
        self.deeds.failed.connect(self.failed)
        self.deeds.told.connect(self.told)
        self.deeds.added.connect(self.show_path)
        self.asking.duplicates_found.connect(self._on_duplicates_found)
        self.empty.activated.connect(self.discover_wanted)
        self.only_guide.activated.connect(self.discover_wanted)
        self.no_hits.activated.connect(self.tools.clear)
        self._fits.found.connect(self.model.set_fits)
        services = self._services
        bridge.on_gui(self._library.changed, lambda _none: self._read(), self)
        bridge.on_gui(services.loader.loaded_changed, self._on_loaded_changed, self)

    def showEvent(self, event: QShowEvent) -> None:
        """The list as it was at once, the disk behind it."""
        super().showEvent(event)
        self._read()
        self._on_loaded_changed(self._services.loader.loaded)
        self.deeds.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody sees what would be judged."""
        super().hideEvent(event)
        self._fits.stop()

    # ── what is listed ───────────────────────────────────────────────────

    def show_path(self, path: Path) -> None:
        """Choose the model that is this file or lies in this folder."""
        self._wanted_path = path
        self._choose_wanted()

    def _read(self) -> None:
        """Rows are made on a worker; what changes meanwhile is read after."""
        if self._is_reading:
            self._is_stale = True
            return
        self._is_reading = True
        task = bridge.run(self._make, self)
        task.then(self._on_read).failed(self.failed.emit)

    def _make(self) -> tuple[tuple[Row, ...], dict[Origin, int]]:
        return make_rows(self._library.files), self._library.totals()

    def _on_read(self, made: tuple[tuple[Row, ...], dict[Origin, int]]) -> None:
        self._is_reading = False
        rows, self._sizes = made
        if rows != self.model.all:
            self.model.set_rows(rows)
            self.tools.set_files(tuple(row.file for row in rows))
            self._look_at_fits()
        self._show_state()
        self._choose_wanted()
        if self._is_stale:
            self._is_stale = False
            self._read()

    def _show_state(self) -> None:
        n_all, n_shown = len(self.model.all), len(self.model.shown)
        self.totals.show_totals(self._sizes, n_all, n_shown)
        if n_shown:
            self._pages.setCurrentWidget(self._listed)
            self.only_guide.setVisible(all(row.file.is_starter for row in self.model.all))
        elif n_all:
            self._pages.setCurrentWidget(self.no_hits)
            text = self.tools.search.text().strip()
            sentence = self.tr("Nothing here is called “{0}”.").format(text) if text else " "
            self.no_hits.set_sentence(sentence)
        else:
            self._pages.setCurrentWidget(self.empty)
        self.totals.setVisible(n_all > 0)
        if n_shown and not self.table.selectionModel().hasSelection():
            self.table.setCurrentIndex(self.model.index(0, 0))

    def _choose_wanted(self) -> None:
        path = self._wanted_path
        if path is None:
            return
        for row in self.model.all:
            if path in (row.file.path, *row.file.path.parents):
                if not self.table.select(row.file.id):
                    self.tools.clear()
                    self.table.select(row.file.id)
                self._wanted_path = None
                return

    def _look_at_fits(self) -> None:
        self._fits.look([row.file for row in self.model.shown])

    # ── one model ────────────────────────────────────────────────────────

    def use(self) -> None:
        """Load the chosen model; new messages go to it."""
        file = self.table.current_file()
        if file is None:
            return
        if file.problem is not None:
            self.failed.emit(file.problem)
        else:
            self.use_wanted.emit(file.id)

    def _on_current_changed(self, file: ModelFile | None) -> None:
        self.details.show_file(file, self._copies.get(file.id, ()) if file else ())

    def _on_loaded_changed(self, loaded: tuple[LoadedModel, ...]) -> None:
        self.model.set_loaded(frozenset(one.file.id for one in loaded))
        if self.isVisible():
            self._look_at_fits()

    # ── what the person asks for ─────────────────────────────────────────

    def _on_wanted_changed(self, wanted: Wanted) -> None:
        self.model.set_wanted(wanted)
        if hasattr(self, "_sizes"):
            self._show_state()

    def _on_down_pressed(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_tool_asked(self, what: str) -> None:
        if what == "discover":
            self.discover_wanted.emit()
        elif what == "refresh":
            self.deeds.refresh()
        else:
            self.asking.ask(what)

    def _on_detail_asked(self, what: str) -> None:
        file = self.details.file
        if file is None:
            return
        if what == "rename":
            self.table.start_rename()
        elif what == "remove":
            self.deeds.remove(file)
        elif what == "unload":
            self._services.loader.unload(file.id)
        elif what == "hub":
            self.repo_wanted.emit(file.repo)
        elif what == "folder":
            self.deeds.open_folder(file)
        elif what == "copy_path":
            QGuiApplication.clipboard().setText(str(file.path))
            self.told.emit(Told(self.tr("Path copied")))
        else:
            self.asking.ask_about(what, file)

    def _on_duplicates_found(self, groups: tuple[tuple[ModelFile, ...], ...]) -> None:
        self._copies = {one.id: group for group in groups for one in group}
        self._on_current_changed(self.details.file)
