"""ActivityPage: all downloads, and the buttons for all of them at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desk_llm.downloads.types import ACTIVE, Download, DownloadState
from desk_llm.errors import DeskError
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.models.activity.rows import DownloadRows
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.empty_state import EmptyState

UNDO_MS = 6_000  # as long as the toast with Undo stands


class ActivityPage(QWidget):
    """A cancelled download is paused until its Undo is gone: only then its parts are removed."""

    failed = Signal(object)  # DeskError
    cancelled = Signal(str, str)  # id, title: offer Undo
    load_wanted = Signal(str)  # path of a model's first file
    show_wanted = Signal(str)
    discover_wanted = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._downloads = services.downloads
        self._leaving: dict[str, QTimer] = {}  # cancelled, not yet removed
        self._was_active: set[str] = set()  # of those
        self.rows = DownloadRows()
        self.rows.asked.connect(self._do)
        self.empty = EmptyState(
            "download",
            self.tr("Nothing is being downloaded"),
            self.tr("What you download is checked, can be paused, and goes on after a restart."),
            self.tr("Discover models"),
        )
        self.empty.activated.connect(self.discover_wanted)
        self.tools = QWidget()
        self.pause_all = TextButton(self.tr("Pause all"), "outline", "pause")
        self.resume_all = TextButton(self.tr("Resume all"), "outline", "play")
        self.forget_done = TextButton(self.tr("Forget finished"))
        self.pause_all.clicked.connect(self._on_pause_all_clicked)
        self.resume_all.clicked.connect(self._on_resume_all_clicked)
        self.forget_done.clicked.connect(self._forget_done)
        self._build()
        bridge.on_gui(self._downloads.changed, lambda _none: self.refresh(), self)
        self.refresh()

    def _build(self) -> None:
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_2)
        row.addStretch(1)
        for button in (self.forget_done, self.pause_all, self.resume_all):
            row.addWidget(button)
        self._stack = QStackedWidget()
        empty = QWidget()
        empty.setProperty("panel", "canvas")
        QVBoxLayout(empty).addWidget(self.empty)
        self._stack.addWidget(empty)
        self._stack.addWidget(self.rows)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    @property
    def shown(self) -> tuple[Download, ...]:
        """All but those that are on their way out."""
        return tuple(one for one in self._downloads.all if one.id not in self._leaving)

    def refresh(self) -> None:
        """The newest snapshots."""
        shown = self.shown
        self.rows.show_downloads(shown)
        self._stack.setCurrentIndex(1 if shown else 0)
        for button in (self.forget_done, self.pause_all, self.resume_all):
            button.setVisible(bool(shown))
        states = {one.state for one in shown}
        self.pause_all.setEnabled(bool(states & ACTIVE))
        self.resume_all.setEnabled(DownloadState.PAUSED in states)
        self.forget_done.setEnabled(DownloadState.DONE in states)

    def undo_cancel(self, download_id: str) -> None:
        """It stays after all, and goes on where it did."""
        timer = self._leaving.pop(download_id, None)
        if timer is not None:
            timer.stop()
            timer.deleteLater()
            if download_id in self._was_active:
                self._try(lambda: self._downloads.resume(download_id))
            self._was_active.discard(download_id)
            self.refresh()

    def settle(self) -> None:
        """The window closes: what was cancelled goes now."""
        for download_id in tuple(self._leaving):
            self._remove(download_id)

    def _do(self, download_id: str, what: str) -> None:
        download = next((one for one in self._downloads.all if one.id == download_id), None)
        if download is None:
            return
        if what == "load":
            self.load_wanted.emit(download.path)
        elif what == "show":
            self.show_wanted.emit(download.path)
        elif what == "cancel":
            self._cancel(download)
        elif what in ("up", "down"):
            self._move(download_id, -1 if what == "up" else +1)
        else:
            deeds = {
                "pause": self._downloads.pause,
                "resume": self._downloads.resume,
                "forget": self._downloads.forget,
            }
            self._try(lambda: deeds[what](download_id))
        self.refresh()

    def _cancel(self, download: Download) -> None:
        if download.state in ACTIVE:
            self._was_active.add(download.id)
            self._try(lambda: self._downloads.pause(download.id))
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: self._remove(download.id))
        timer.start(UNDO_MS)
        self._leaving[download.id] = timer
        self.cancelled.emit(download.id, download.spec.title)

    def _remove(self, download_id: str) -> None:
        timer = self._leaving.pop(download_id, None)
        if timer is not None:
            timer.stop()
            timer.deleteLater()
        self._was_active.discard(download_id)
        self._try(lambda: self._downloads.cancel(download_id))
        self.refresh()

    def _move(self, download_id: str, step: int) -> None:
        open_ = [one.id for one in self.shown if one.state is not DownloadState.DONE]
        place = open_.index(download_id) + step
        if 0 <= place < len(open_):
            everyone = [one.id for one in self._downloads.all]
            self._try(lambda: self._downloads.move(download_id, everyone.index(open_[place])))

    def _on_pause_all_clicked(self) -> None:
        self._downloads.pause_all()

    def _on_resume_all_clicked(self) -> None:
        for one in self.shown:
            if one.state is DownloadState.PAUSED:
                self._try(partial(self._downloads.resume, one.id))

    def _forget_done(self) -> None:
        for one in self.shown:
            if one.state is DownloadState.DONE:
                self._try(partial(self._downloads.forget, one.id))
        self.refresh()

    def _try(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except DeskError as error:
            self.failed.emit(error)
