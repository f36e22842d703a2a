"""The Models window: My models, Discover and Activity under one another's segments."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desk_llm.errors import DeskError
from desk_llm.services import Services
from desk_llm.ui.messages import banner_kind, sentence
from desk_llm.ui.models import rooms
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.banner import Banner
from desk_llm.ui.widgets.segments import Segments
from desk_llm.ui.widgets.toast import Toast

DEFAULT_SIZE = QSize(1120, 740)
LEAST_SIZE = QSize(720, 440)
MY_MODELS, DISCOVER, ACTIVITY = range(3)


class ModelsWindow(QWidget):
    """Non-modal; downloads go on when it is closed."""

    closed = Signal()
    use_wanted = Signal(str)  # id of a model that new messages shall go to; it is loaded

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._banner: Banner | None = None
        self.discover: QWidget | None = None
        self.setWindowTitle(self.tr("Models – desk_llm"))
        self.setProperty("panel", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(LEAST_SIZE)
        self.segments = Segments((self.tr("My models"), self.tr("Discover"), self.tr("Activity")))
        self.pages = QStackedWidget()
        self._build()
        self.segments.chosen.connect(self.show_page)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.activated.connect(self.close)
        self.resize(DEFAULT_SIZE)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_4, tokens.SPACE_2)
        head.addWidget(self.segments)
        head.addStretch(1)
        for _place in range(3):
            self.pages.addWidget(QWidget())
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addLayout(head)
        self._column.addWidget(self.pages, 1)
        self.toast = Toast(self.pages)

    # ── pages ────────────────────────────────────────────────────────────

    def show_page(self, place: int) -> None:
        """MY_MODELS, DISCOVER or ACTIVITY."""
        if place == DISCOVER:
            self._make_discover()
        self.segments.choose(place)
        self.pages.setCurrentIndex(place)

    def open_discover(self, query: str = "") -> None:
        """Discover, with something to look for."""
        self.show_page(DISCOVER)
        if self.discover is not None and query:
            self.discover.search(query)  # type: ignore[attr-defined]

    def open_activity(self) -> None:
        """What is being downloaded."""
        self.show_page(ACTIVITY)

    def _make_discover(self) -> None:
        if self.discover is None:
            self.discover = rooms.discover_page(self._services)
            if self.discover is not None:
                self._replace(DISCOVER, self.discover)

    def _replace(self, place: int, page: QWidget) -> None:
        old = self.pages.widget(place)
        if old is not None:
            self.pages.removeWidget(old)
            old.deleteLater()
        self.pages.insertWidget(place, page)

    # ── news ─────────────────────────────────────────────────────────────

    def show_error(self, error: DeskError) -> None:
        """Across the top of the pages; the newest replaces the one before."""
        if self._banner is not None:
            self._banner.close()
        self._banner = Banner(banner_kind(error), *sentence(error))
        self._banner.destroyed.connect(self._on_banner_destroyed)
        self._column.insertWidget(1, self._banner)

    def _on_banner_destroyed(self) -> None:
        self._banner = None

    def closeEvent(self, event: QCloseEvent) -> None:
        """Downloads go on."""
        super().closeEvent(event)
        self.closed.emit()
