"""One repository: what it is, its files with their fit and downloads, and its card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, Qt, QUrl, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from desk_llm.downloads.types import DownloadState
from desk_llm.errors import AccessDenied, DeskError
from desk_llm.hub.types import QuantFiles, Repo
from desk_llm.models.fit.types import Fit
from desk_llm.models.names import plain
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.messages import sentence
from desk_llm.ui.models.discover import row_words
from desk_llm.ui.models.discover.card_section import CardSection
from desk_llm.ui.models.discover.extras import Extras
from desk_llm.ui.models.discover.fits import RepoFits, recommended
from desk_llm.ui.models.discover.gate import GateNotice
from desk_llm.ui.models.discover.head import RepoHead
from desk_llm.ui.models.discover.quant_list import QuantList
from desk_llm.ui.models.discover.state_view import StateView
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import Label
from desk_llm.ui.widgets.link_dialog import LinkDialog, may_open

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

_WIDEST = 980  # px of the column


class RepoPage(QWidget):
    """`open` asks the server; what comes for a repository that was left is not shown."""

    back_wanted = Signal()
    settings_wanted = Signal()
    model_wanted = Signal(str)  # path of a file that is here
    failed = Signal(object)  # DeskError of a download that could not be queued

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._name = ""
        self._round = 0
        self._repo: Repo | None = None
        self.head = RepoHead()
        self.state = StateView()
        self.gate = GateNotice()
        self.extras = Extras()
        self.quants = QuantList(services)
        self.fits = RepoFits(services, self)
        self.card = CardSection(services)
        self._build()
        self._connect()

    # ── what the page asks for ───────────────────────────────────────────

    def open(self, name: str) -> None:
        """Show this repository."""
        self._name = name
        self.reload()

    def reload(self) -> None:
        """Ask the server for it once more."""
        self._round += 1
        number, name = self._round, self._name
        self.card.leave()
        self._repo = None
        self.head.show_name(name)
        self.state.show_state("compass", self.tr("Asking for {0}…").format(plain(name, 100)))
        self._stack.setCurrentWidget(self.state)
        task = bridge.ask(lambda: self._services.hub.repo(name), self)
        task.then(lambda repo: self._on_repo(number, repo))
        task.failed(lambda error: self._on_failed(number, error))

    def leave(self) -> None:
        """Nothing that comes from now on is shown."""
        self._round += 1
        self.card.leave()

    def judge_again(self) -> None:
        """Something is known now that was not; exact answers stay."""
        if self._repo is not None and not any(one.detail.text() for one in self.quants.rows):
            self.fits.look(self._repo)

    # ── building ─────────────────────────────────────────────────────────

    def _build(self) -> None:
        inside = QVBoxLayout()
        edge = tokens.SPACE_6
        inside.setContentsMargins(edge, tokens.SPACE_4, edge, edge)
        inside.setSpacing(tokens.SPACE_3)
        inside.addWidget(self.gate)
        inside.addWidget(Label(self.tr("Files"), "subtitle"))
        inside.addWidget(self.extras)
        inside.addWidget(self.quants)
        inside.addSpacing(tokens.SPACE_4)
        inside.addWidget(self.card)
        inside.addStretch(1)
        column = QWidget()
        column.setLayout(inside)
        column.setMaximumWidth(tokens.px(_WIDEST))
        page = QWidget()
        page.setProperty("panel", "canvas")
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(column, 1)
        self.area = QScrollArea()
        self.area.setWidget(page)
        self.area.setWidgetResizable(True)
        self.area.setProperty("panel", "canvas")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.state)
        self._stack.addWidget(self.area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.head)
        outer.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.head.back_wanted.connect(self.back_wanted)
        self.head.page_wanted.connect(self._open_page)
        self.extras.changed.connect(self._on_extras_changed)
        self.gate.page_wanted.connect(self._open_page)
        self.gate.settings_wanted.connect(self.settings_wanted)
        self.gate.retry_wanted.connect(self.reload)
        self.card.link_activated.connect(self._on_link_activated)
        self.card.changed.connect(self._show_seen)
        self.area.verticalScrollBar().valueChanged.connect(lambda _y: self._show_seen())
        self.fits.found.connect(self._on_fits)
        self.fits.checked.connect(self._on_checked)
        self.fits.failed.connect(self._on_check_failed)
        self.quants.check_wanted.connect(self._on_check_wanted)
        self.quants.download_wanted.connect(self._on_download_wanted)
        self.quants.model_wanted.connect(self.model_wanted)

    # ── the repository ───────────────────────────────────────────────────

    def _on_repo(self, number: int, repo: Repo) -> None:
        if number != self._round:
            return
        self._repo = repo
        self.head.show_repo(repo)
        self.gate.show_repo(repo)
        self.extras.show_repo(repo)
        self.quants.show_repo(repo)
        self._on_extras_changed()
        self._stack.setCurrentWidget(self.area)
        self.area.verticalScrollBar().setValue(0)
        self.fits.look(repo)
        self.card.show_repo(repo)

    def _on_failed(self, number: int, error: DeskError) -> None:
        if number != self._round:
            return
        choices = [(self.tr("Try again"), self.reload)]
        title = self.tr("Network settings…")
        if isinstance(error, AccessDenied):
            title = self.tr("Enter a token…")
        self.state.show_error(error, *choices, (title, self.settings_wanted.emit))
        self._stack.setCurrentWidget(self.state)

    def _on_fits(self, fits: dict[str, Fit]) -> None:
        if self._repo is not None:
            self.quants.set_fits(fits, recommended(fits, self._repo.quants))

    def _on_extras_changed(self) -> None:
        self.quants.set_beside(sum(one.size_bytes for one in self.extras.chosen))

    def _on_check_wanted(self, quant: QuantFiles) -> None:
        self.quants.row(quant.path).set_checking(is_checking=True)
        self.fits.check(quant)

    def _on_checked(self, path: str, fit: Fit) -> None:
        row = self.quants.row(path)
        row.set_checking(is_checking=False)
        row.set_fit(fit)
        row.set_detail(row_words.detail_text(fit))

    def _on_check_failed(self, path: str, error: DeskError) -> None:
        text = " ".join(sentence(error)).strip()
        if not path:
            self.quants.set_note(self.tr("The fit is not known: {0}").format(text))
            return
        row = self.quants.row(path)
        row.set_checking(is_checking=False)
        row.set_detail(text)

    def _on_download_wanted(self, quant: QuantFiles) -> None:
        repo = self._repo
        if repo is None:
            return
        try:
            spec = self._services.hub.spec(repo, quant, *self.extras.chosen)
            self._forget_done(spec.files[0].target)
            self._services.downloads.add(spec)
        except DeskError as error:
            self.failed.emit(error)

    def _forget_done(self, target: str) -> None:
        """It was here once and was removed since."""
        for one in self._services.downloads.all:
            if one.state is DownloadState.DONE and one.spec.files[0].target == target:
                self._services.downloads.forget(one.id)

    # ── links ────────────────────────────────────────────────────────────

    def _on_link_activated(self, url: QUrl) -> None:
        if may_open(url):
            origin = self.tr("It came from a model card. Check where it leads.")
            LinkDialog(url, self, origin).open()

    def _open_page(self) -> None:
        if self._repo is not None and self._repo.page_url:
            origin = self.tr("The page of this model.")
            LinkDialog(QUrl(self._repo.page_url), self, origin).open()

    # ── keys and geometry ────────────────────────────────────────────────

    def event(self, event: QEvent) -> bool:
        """Esc leaves this page before it closes the window."""
        if event.type() == QEvent.Type.ShortcutOverride and _is_escape(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See `event`."""
        if _is_escape(event):
            self.back_wanted.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less of the card is seen."""
        super().resizeEvent(event)
        self._show_seen()

    def showEvent(self, event: QShowEvent) -> None:
        """The card is laid out for what is seen of it."""
        super().showEvent(event)
        self._show_seen()

    def _show_seen(self) -> None:
        viewport = self.area.viewport()
        top = self.card.mapFrom(viewport, viewport.rect().topLeft())
        self.card.seen(QRect(top, viewport.size()))


def _is_escape(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
