"""A download by its name or address: ollama:…, hf.co/owner/repo:QUANT, a link to a file."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from desk_llm.downloads.types import Download
from desk_llm.errors import DeskError
from desk_llm.hub.types import DownloadSpec, QuantFiles, RepoFile
from desk_llm.models.names import plain
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.models.discover.quant_row import QuantRow
from desk_llm.ui.models.discover.state_view import StateView
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import Label

_NAME = re.compile(r"(ollama:|hf\.co/|https?://)\S+|[\w.-]+/[\w.-]+:[\w.-]+", re.IGNORECASE)
_REPO = re.compile(
    r"(?:https?://(?:huggingface\.co|hf-mirror\.com|hf\.co)/|hf\.co/)"
    r"([\w.-]+/[\w.-]+)(?:/tree/main)?/?(?:[?#].*)?",
    re.IGNORECASE,
)


def repo_of(text: str) -> str:
    """The repository whose page an address is; "" for anything else.

    >>> repo_of("https://huggingface.co/Qwen/Qwen3-8B-GGUF"), repo_of("hf.co/a/b:Q4_K_M")
    ('Qwen/Qwen3-8B-GGUF', '')
    """
    match = _REPO.fullmatch(text)
    return match[1] if match else ""


class ByName(QWidget):
    """Asks what a name stands for, and offers it."""

    failed = Signal(object)  # DeskError
    model_wanted = Signal(str)
    repo_wanted = Signal(str)
    settings_wanted = Signal()

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._round = 0
        self._spec: DownloadSpec | None = None
        self.row: QuantRow | None = None
        self.state = StateView()
        self.title = Label.wrapped("", "subtitle")
        self.about = Label.wrapped("", "small")
        self._card = QFrame()
        self._card.setProperty("panel", "card")
        self._rows = QVBoxLayout(self._card)
        self._rows.setContentsMargins(1, 1, 1, 1)
        found = QWidget()
        column = QVBoxLayout(found)
        edge = tokens.SPACE_4
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(tokens.SPACE_2)
        for one in (self.title, self.about, self._card):
            column.addWidget(one)
        column.addStretch(1)
        self._found = found
        self._stack = QStackedWidget()
        self._stack.addWidget(self.state)
        self._stack.addWidget(found)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        bridge.on_gui(services.downloads.changed, lambda _none: self._show_download(), self)

    @staticmethod
    def knows(text: str) -> bool:
        """Whether a text is a name rather than something to search for."""
        return _NAME.fullmatch(text) is not None

    def ask(self, name: str) -> None:
        """Find out what it stands for."""
        self._round += 1
        number = self._round
        self._spec = None
        self.state.show_state("link", self.tr("Asking for {0}…").format(plain(name, 100)))
        self._stack.setCurrentWidget(self.state)
        task = bridge.ask(lambda: self._services.hub.resolve(name), self)
        task.then(lambda spec: self._on_spec(number, spec))
        task.failed(lambda error: self._on_failed(number, name, error))

    def _on_failed(self, number: int, name: str, error: DeskError) -> None:
        if number == self._round:
            retry = (self.tr("Try again"), lambda: self.ask(name))
            settings = (self.tr("Network settings…"), self.settings_wanted.emit)
            self.state.show_error(error, retry, settings)

    def _on_spec(self, number: int, spec: DownloadSpec) -> None:
        if number != self._round:
            return
        self._spec = spec
        self.title.setText(plain(spec.title, 200))
        names = ", ".join(plain(PurePosixPath(one.target).name, 80) for one in spec.files[:4])
        self.about.setText(self.tr("Files: {0}").format(names))
        self._show_row(spec)
        self._stack.setCurrentWidget(self._found)

    def _show_row(self, spec: DownloadSpec) -> None:
        if self.row is not None:
            self.row.hide()
            self.row.deleteLater()
        files = tuple(RepoFile(one.target, one.size_bytes, one.sha256) for one in spec.files)
        row = QuantRow(QuantFiles(spec.title.rpartition(" · ")[2], files))
        row.check.hide()
        row.set_best(is_best=False)
        row.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row.download_wanted.connect(self._on_download_wanted)
        downloads = self._services.downloads
        row.pause_wanted.connect(downloads.pause)
        row.resume_wanted.connect(downloads.resume)
        row.cancel_wanted.connect(downloads.cancel)
        row.show_wanted.connect(self._on_show_wanted)
        self.row = row
        self._rows.addWidget(row)
        self._show_download()

    def _on_download_wanted(self) -> None:
        if self._spec is None:
            return
        try:
            self._services.downloads.add(self._spec)
        except DeskError as error:
            self.failed.emit(error)

    def _download(self) -> Download | None:
        if self._spec is None:
            return None
        target = self._spec.files[0].target
        known = self._services.downloads.all
        return next((one for one in known if one.spec.files[0].target == target), None)

    def _show_download(self) -> None:
        if self.row is not None:
            self.row.set_download(self._download())

    def _on_show_wanted(self) -> None:
        download = self._download()
        if download is not None:
            self.model_wanted.emit(download.path)
