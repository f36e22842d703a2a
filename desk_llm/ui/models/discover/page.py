"""DiscoverPage: search and the curated list, the repository that is open, downloads by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from PySide6.QtCore import QDate, QLocale, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QListView, QStackedWidget, QVBoxLayout, QWidget

from desk_llm.errors import Cancelled, DeskError
from desk_llm.hub.advice import Advised, advise
from desk_llm.hub.curated import Curated
from desk_llm.hub.types import RepoSummary, SearchQuery
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.messages import banner_kind, sentence
from desk_llm.ui.models.discover.by_name import ByName, repo_of
from desk_llm.ui.models.discover.delegate import RowDelegate
from desk_llm.ui.models.discover.repo_page import RepoPage
from desk_llm.ui.models.discover.rows import Rows, curated_row, found_row
from desk_llm.ui.models.discover.search_bar import SearchBar
from desk_llm.ui.models.discover.state_view import StateView
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.banner import Banner
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label


class DiscoverPage(QWidget):
    """What the Models window shows under "Discover". Asks no server before it is asked."""

    settings_wanted = Signal()  # the network settings: offline, another server, a token
    activity_wanted = Signal()  # the downloads
    model_wanted = Signal(str)  # path of a model that is here: show it among My models

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._round = 0  # of searches: only the newest may show what it found
        self._advice: tuple[Advised, ...] | None = None
        self._date = date.min
        self._limit = SearchQuery().limit
        self._banner: Banner | None = None
        self.bar = SearchBar()
        self.heading = Label("", "subtitle")
        self.about = Label.wrapped("", "small")
        self.rows = Rows(self)
        self.list = QListView()
        self.more = TextButton(self.tr("Show more"))
        self.state = StateView()
        self.by_name = ByName(services)
        self.repo = RepoPage(services)
        self._build()
        self._connect()

    # ── what the window asks for ─────────────────────────────────────────

    def search(self, query: str) -> None:
        """Look for this text; empty: only show the page."""
        self._show_list()
        if query:
            self.bar.set_text(query)

    def open_repo(self, name: str) -> None:
        """Show a repository."""
        self._pages.setCurrentWidget(self.repo)
        self.repo.head.back.setFocus(Qt.FocusReason.OtherFocusReason)
        self.repo.open(name)

    # ── building ─────────────────────────────────────────────────────────

    def _build(self) -> None:
        self.list.setModel(self.rows)
        self.list.setItemDelegate(RowDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Models"))
        texts = QVBoxLayout()
        texts.setContentsMargins(tokens.SPACE_4, tokens.SPACE_1, tokens.SPACE_4, tokens.SPACE_2)
        texts.setSpacing(0)
        texts.addWidget(self.heading)
        texts.addWidget(self.about)
        found = QWidget()
        below = QVBoxLayout(found)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addLayout(texts)
        below.addWidget(self.list, 1)
        below.addWidget(self.more, 0, Qt.AlignmentFlag.AlignHCenter)
        self.more.hide()
        self._found = found
        self._stack = QStackedWidget()
        for one in (found, self.state, self.by_name):
            self._stack.addWidget(one)
        listing = QWidget()
        self._column = QVBoxLayout(listing)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.bar)
        self._column.addWidget(self._stack, 1)
        self._pages = QStackedWidget()
        self._pages.addWidget(listing)
        self._pages.addWidget(self.repo)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._pages)
        self.setProperty("panel", "canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def _connect(self) -> None:
        self.bar.changed.connect(self._look)
        self.bar.submitted.connect(self._look)
        self.bar.down_pressed.connect(self._go_to_list)
        self.bar.field.escaped.connect(self._show_list)
        self.more.clicked.connect(self._on_more_clicked)
        self.list.activated.connect(self._on_row_chosen)
        self.list.clicked.connect(self._on_row_chosen)
        self.repo.back_wanted.connect(self._show_list)
        self.repo.settings_wanted.connect(self.settings_wanted)
        self.repo.model_wanted.connect(self.model_wanted)
        self.repo.failed.connect(self.show_error)
        self.by_name.failed.connect(self.show_error)
        self.by_name.model_wanted.connect(self.model_wanted)
        self.by_name.repo_wanted.connect(self.open_repo)
        self.by_name.settings_wanted.connect(self.settings_wanted)
        bridge.on_gui(self._services.fit.changed, lambda _none: self._on_fit_changed(), self)
        back = QShortcut(QKeySequence(QKeySequence.StandardKey.Back), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self._show_list)

    def showEvent(self, event: QShowEvent) -> None:
        """The curated list, before anything is looked for."""
        super().showEvent(event)
        if self._advice is None and self.bar.is_empty:
            self._look()

    # ── looking ──────────────────────────────────────────────────────────

    def _look(self) -> None:
        """Show what the bar asks for: nothing, a name, or a search."""
        self._round += 1
        self._limit = SearchQuery().limit
        text = self.bar.query.text
        self._close_banner()
        if self.bar.is_empty:
            self._ask_advice()
            return
        if repo := repo_of(text):
            self.open_repo(repo)
        elif ByName.knows(text):
            self._stack.setCurrentWidget(self.by_name)
            self.by_name.ask(text)
        else:
            self._search(self._round)

    def _search(self, number: int) -> None:
        query = replace(self.bar.query, limit=self._limit)
        if self._limit == SearchQuery().limit:
            self.state.show_state("search", self.tr("Searching…"))
            self._stack.setCurrentWidget(self.state)

        def ask() -> tuple[RepoSummary, ...]:
            if number != self._round:
                raise Cancelled("outdated")  # it waited for its turn while something else was typed
            return self._services.hub.search(query)

        task = bridge.ask(ask, self)
        task.then(lambda found: self._on_found(number, found))
        task.failed(lambda error: self._on_failed(number, error))

    def _on_found(self, number: int, found: tuple[RepoSummary, ...]) -> None:
        if number != self._round:
            return
        if not found:
            self._show_nothing()
            return
        where = self.list.verticalScrollBar().value()
        is_full = len(found) >= self._limit
        is_longer = self._limit > SearchQuery().limit
        self.rows.set_rows([found_row(one) for one in found])
        self.more.setVisible(is_full)
        self.more.setEnabled(True)
        count = self.tr("The first {0} models") if is_full else self.tr("{0} models")
        if len(found) == 1:
            count = self.tr("1 model")
        self.heading.setText(count.format(len(found)))
        self.about.setText(self.tr("GGUF repositories, in the order of the server."))
        self.list.verticalScrollBar().setValue(where if is_longer else 0)
        self._stack.setCurrentWidget(self._found)

    def _on_more_clicked(self) -> None:
        self._round += 1
        self._limit += SearchQuery().limit
        self.more.setEnabled(False)
        self._search(self._round)

    def _show_nothing(self) -> None:
        query = self.bar.query
        text = self.tr("No GGUF repository matches “{0}” with this author and size.")
        if query.text and not (query.author or query.least_params or query.most_params):
            text = self.tr("No GGUF repository matches “{0}”.")
        clear = (self.tr("Clear the search"), self.bar.clear)
        self.state.show_state(
            "search", self.tr("Nothing found"), text.format(query.text or query.author), clear
        )
        self._stack.setCurrentWidget(self.state)

    def _on_failed(self, number: int, error: DeskError) -> None:
        if number == self._round:
            retry = (self.tr("Try again"), self._look)
            settings = (self.tr("Network settings…"), self.settings_wanted.emit)
            self.state.show_error(error, retry, settings)
            self._stack.setCurrentWidget(self.state)

    # ── the curated list ─────────────────────────────────────────────────

    def _ask_advice(self) -> None:
        number = self._round
        if self._advice is not None:
            self._show_advice()

        engine = self._services.settings.current.engine

        def read() -> tuple[Curated, tuple[Advised, ...]]:
            curated = self._services.hub.curated()
            return curated, advise(curated, self._services.fit, engine)

        def on_read(read: tuple[Curated, tuple[Advised, ...]]) -> None:
            curated, self._advice = read
            self._date = curated.date
            if number == self._round:
                self._show_advice()

        bridge.run(read, self).then(on_read).failed(lambda error: self._on_failed(number, error))

    def _on_fit_changed(self) -> None:
        """The machine was measured, or its memory is another: judge what is shown again."""
        if self._advice is not None and self.bar.is_empty:
            self._ask_advice()
        if self._pages.currentWidget() is self.repo:
            self.repo.judge_again()

    def _show_advice(self) -> None:
        advice = self._advice or ()
        now = self.rows.row_at(self.list.currentIndex())
        where = self.list.verticalScrollBar().value()
        self.rows.set_rows([curated_row(one.model, one.fit, is_best=one.is_best) for one in advice])
        for place, one in enumerate(advice):
            if now is not None and one.model.repo == now.repo:
                self.list.setCurrentIndex(self.rows.index(place))
        self.list.verticalScrollBar().setValue(where)
        self.more.hide()
        self.heading.setText(self.tr("Good on this machine"))
        day = QLocale().toString(
            QDate(self._date.year, self._date.month, self._date.day), QLocale.FormatType.LongFormat
        )
        self.about.setText(
            self.tr(
                "Chosen by hand on {0}, judged for the memory that is free now. Nothing is asked "
                "of the internet before you search or open one."
            ).format(day)
        )
        self._stack.setCurrentWidget(self._found)

    # ── moving around ────────────────────────────────────────────────────

    def _show_list(self) -> None:
        self.repo.leave()
        self._pages.setCurrentIndex(0)
        self.bar.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_to_list(self) -> None:
        if self._stack.currentWidget() is self._found and self.rows.rowCount():
            self.list.setCurrentIndex(self.rows.index(0))
            self.list.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_row_chosen(self, index: QModelIndex) -> None:
        row = self.rows.row_at(index)
        if row is not None and self._pages.currentWidget() is not self.repo:
            self.open_repo(row.repo)

    def show_error(self, error: DeskError) -> None:
        """Across the top; the newest replaces the one before."""
        self._close_banner()
        self._banner = Banner(banner_kind(error), *sentence(error))
        self._banner.destroyed.connect(self._on_banner_destroyed)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(0, self._banner)

    def _close_banner(self) -> None:
        if self._banner is not None:
            self._banner.close()

    def _on_banner_destroyed(self) -> None:
        self._banner = None
