"""The Models window: My models, Discover and Activity under one head, and what they tell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desk_llm.downloads.types import Download
from desk_llm.errors import DeskError
from desk_llm.models.types import LoadPhase, LoadState
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.messages import banner_kind, sentence
from desk_llm.ui.models.activity.page import ActivityPage
from desk_llm.ui.models.dropping import Dropping
from desk_llm.ui.models.library.deeds import Told
from desk_llm.ui.models.library.page import LibraryPage
from desk_llm.ui.models.strip import ActivityStrip
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.banner import Banner
from desk_llm.ui.widgets.segments import Segments
from desk_llm.ui.widgets.toast import Toast

if TYPE_CHECKING:
    from desk_llm.ui.models.discover.page import DiscoverPage

DEFAULT_SIZE = QSize(1160, 760)
_LEAST_HEIGHT = 460  # the width follows from what is in it
MY_MODELS, DISCOVER, ACTIVITY = range(3)


class ModelsWindow(QWidget):
    """Non-modal; downloads go on when it is closed."""

    closed = Signal()
    use_wanted = Signal(str)  # id of a model that new messages shall go to; it is loaded
    settings_wanted = Signal()  # the network's

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._banner: Banner | None = None
        self._page = MY_MODELS
        self._discover: DiscoverPage | None = None
        self.setWindowTitle(self.tr("Models – desk_llm"))
        self.setProperty("panel", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumHeight(_LEAST_HEIGHT)
        names = (self.tr("My models"), self.tr("Discover"), self.tr("Activity"))
        self.segments = Segments(names)
        self.library = LibraryPage(services)
        self.activity = ActivityPage(services)
        self.strip = ActivityStrip()
        self.dropping = Dropping(self)
        self._build()
        self._connect()
        self.resize(DEFAULT_SIZE)

    # ── building ─────────────────────────────────────────────────────────

    def _build(self) -> None:
        self._tools = QStackedWidget()
        self._pages = QStackedWidget()
        self._no_discover = QWidget()  # its place until it is asked for: it takes a while
        for page in (self.library, self._no_discover, self.activity):
            self._pages.addWidget(page)
        for tools in (self.library.tools, QWidget(), self.activity.tools):
            self._tools.addWidget(tools)
        head = QHBoxLayout()
        head.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_4, tokens.SPACE_2)
        head.setSpacing(tokens.SPACE_3)
        head.addWidget(self.segments)
        head.addWidget(self._tools, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(head)
        self._column.addWidget(self._pages, 1)
        self._column.addWidget(self.strip)
        self.toast = Toast(self._pages)

    def _connect(self) -> None:
        self.segments.chosen.connect(self.show_page)
        self.library.failed.connect(self.show_error)
        self.library.told.connect(self._on_told)
        self.library.use_wanted.connect(self.use_wanted)
        self.library.discover_wanted.connect(self.open_discover)
        self.library.repo_wanted.connect(self.open_discover)
        self.activity.failed.connect(self.show_error)
        self.activity.cancelled.connect(self._on_cancelled)
        self.activity.load_wanted.connect(self._use_path)
        self.activity.show_wanted.connect(self.show_model)
        self.activity.discover_wanted.connect(self.open_discover)
        self.strip.opened.connect(self.open_activity)
        self.strip.load_cancelled.connect(self._cancel_load)
        self.dropping.dropped.connect(self._on_dropped)
        downloads = self._services.downloads
        bridge.on_gui(downloads.changed, lambda _none: self._show_downloads(), self)
        bridge.on_gui(downloads.finished, self._on_finished, self)
        bridge.on_gui(self._services.loader.changed, self._on_loader_changed, self)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.activated.connect(self.close)
        for place in range(3):
            key = QShortcut(QKeySequence(f"Ctrl+{place + 1}"), self)
            key.activated.connect(lambda chosen=place: self.show_page(chosen))
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self._find)

    def showEvent(self, event: QShowEvent) -> None:
        """What is under way."""
        super().showEvent(event)
        self._show_downloads()
        self.strip.show_load(self._services.loader.state)
        if self._page == MY_MODELS:
            self.library.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # ── pages ────────────────────────────────────────────────────────────

    @property
    def page(self) -> int:
        """MY_MODELS, DISCOVER or ACTIVITY."""
        return self._page

    def show_page(self, place: int) -> None:
        """Go to one of them."""
        self._page = place
        if place == DISCOVER:
            self._make_discover()
        self.segments.choose(place)
        self._pages.setCurrentIndex(place)
        self._tools.setCurrentIndex(place)
        self._show_downloads()

    def open_discover(self, query: str = "") -> None:
        """Discover, with something to look for."""
        self.show_page(DISCOVER)
        self._make_discover().search(query)

    def open_activity(self) -> None:
        """What is being downloaded."""
        self.show_page(ACTIVITY)

    def show_model(self, path: str) -> None:
        """My models, with the model that is this file."""
        self.show_page(MY_MODELS)
        self.library.show_path(Path(path))

    def _make_discover(self) -> DiscoverPage:
        if self._discover is None:
            from desk_llm.ui.models.discover.page import DiscoverPage

            self._discover = DiscoverPage(self._services)
            self._discover.settings_wanted.connect(self.settings_wanted)
            self._discover.activity_wanted.connect(self.open_activity)
            self._discover.model_wanted.connect(self.show_model)
            self._pages.removeWidget(self._no_discover)
            self._no_discover.deleteLater()
            self._pages.insertWidget(DISCOVER, self._discover)
        return self._discover

    def _find(self) -> None:
        if self._page == MY_MODELS:
            self.library.tools.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.library.tools.search.selectAll()

    # ── news ─────────────────────────────────────────────────────────────

    def show_error(self, error: DeskError) -> None:
        """Across the top of the pages; the newest replaces the one before."""
        if self._banner is not None:
            self._banner.close()
        banner = self._banner = Banner(banner_kind(error), *sentence(error))
        banner.destroyed.connect(lambda: self._on_banner_destroyed(banner))
        self._column.insertWidget(1, banner)

    def _on_banner_destroyed(self, banner: Banner) -> None:
        if self._banner is banner:
            self._banner = None

    def _on_told(self, told: Told) -> None:
        self.toast.show_text(told.text, told.button, told.action)

    def _show_downloads(self) -> None:
        shown = self.activity.shown
        count = self.strip.show_downloads(shown, is_wanted=self._page != ACTIVITY)
        self.segments.rename(
            ACTIVITY, self.tr("Activity {0}").format(count) if count else self.tr("Activity")
        )

    def _on_finished(self, download: Download) -> None:
        text = self.tr("“{0}” is here").format(download.spec.title)
        self.toast.show_text(text, self.tr("Load"), lambda: self._use_path(download.path))

    def _on_loader_changed(self, state: LoadState) -> None:
        self.strip.show_load(state)
        if state.phase is LoadPhase.FAILED and state.error is not None and self.isVisible():
            self.show_error(state.error)

    def _cancel_load(self) -> None:
        self._services.loader.cancel()

    def _on_cancelled(self, download_id: str, title: str) -> None:
        text = self.tr("Download of “{0}” cancelled").format(title)
        undo = self.activity.undo_cancel
        self.toast.show_text(text, self.tr("Undo"), lambda: undo(download_id))
        self._show_downloads()

    def _use_path(self, path: str) -> None:
        """Load a model that may have come a moment ago."""
        library = self._services.library

        def work() -> str:
            library.refresh()
            return library.find(path).id

        task = bridge.run(work, self)
        task.then(self.use_wanted.emit).failed(self.show_error)

    def _on_dropped(self, paths: list[Path]) -> None:
        self.show_page(MY_MODELS)
        self.library.deeds.add(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Downloads go on; what was cancelled is gone now."""
        self.activity.settle()
        super().closeEvent(event)
        self.closed.emit()
