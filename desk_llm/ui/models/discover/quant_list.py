"""The files of a repository, one row per quant, each knowing its download and its place here."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desk_llm.downloads.types import Download, DownloadState
from desk_llm.hub.types import QuantFiles, Repo
from desk_llm.models.fit.types import Fit
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.models.discover.quant_row import QuantRow
from desk_llm.ui.widgets.labels import Label


class QuantList(QFrame):
    """Follows the downloads and the library as long as it lives."""

    check_wanted = Signal(object)  # QuantFiles
    download_wanted = Signal(object)  # QuantFiles
    model_wanted = Signal(str)  # path

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._repo: Repo | None = None
        self._targets: dict[str, str] = {}  # path of a quant → where its first part would lie
        self._rows: dict[str, QuantRow] = {}
        self._here: dict[str, Path] = {}  # by the path of a quant; digest or name tell it
        self.setProperty("panel", "card")
        self.note = Label.wrapped("", "small")
        self.note.setContentsMargins(12, 8, 12, 8)
        self.note.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 1, 1, 1)
        self._column.setSpacing(0)
        self._column.addWidget(self.note)
        bridge.on_gui(services.downloads.changed, lambda _none: self._show_downloads(), self)
        bridge.on_gui(services.library.changed, lambda _none: self._show_here(), self)

    @property
    def rows(self) -> tuple[QuantRow, ...]:
        """From the smallest to the largest."""
        return tuple(self._rows.values())

    def row(self, path: str) -> QuantRow:
        """The row of a quant, by its first part."""
        return self._rows[path]

    def show_repo(self, repo: Repo) -> None:
        """Another repository."""
        self._repo = repo
        for old in self._rows.values():
            old.hide()
            old.deleteLater()
        self._rows, self._targets = {}, {}
        self.set_note("" if repo.quants else self.tr("There is no GGUF file here."))
        for quant in repo.quants:
            self._add(repo, quant)
        self._show_downloads()
        self._show_here()
        for row in self._rows.values():
            row.trust_library()

    def _add(self, repo: Repo, quant: QuantFiles) -> None:
        row = QuantRow(quant)
        row.get.setEnabled(repo.is_readable)
        row.check.setEnabled(repo.is_readable)
        row.download_wanted.connect(lambda: self.download_wanted.emit(quant))
        row.check_wanted.connect(lambda: self.check_wanted.emit(quant))
        row.show_wanted.connect(lambda: self._show_model(quant))
        downloads = self._services.downloads
        row.pause_wanted.connect(downloads.pause)
        row.resume_wanted.connect(downloads.resume)
        row.cancel_wanted.connect(downloads.cancel)
        self._rows[quant.path] = row
        if repo.is_readable:
            self._targets[quant.path] = self._services.hub.spec(repo, quant).files[0].target
        self._column.addWidget(row)

    def set_note(self, text: str) -> None:
        """A sentence above the rows; "" hides it."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def set_beside(self, size_bytes: int) -> None:
        """What is downloaded with any of them."""
        for row in self._rows.values():
            row.set_beside(size_bytes)

    def set_fits(self, fits: dict[str, Fit], best: str) -> None:
        """How each would run here, and the one to take."""
        for path, row in self._rows.items():
            row.set_fit(fits.get(path))
            row.set_best(is_best=path == best)

    # ── what is here, and what comes ─────────────────────────────────────

    def _show_downloads(self) -> None:
        if self._repo is None:
            return
        known: dict[str, Download] = {}
        for one in self._services.downloads.all:
            for file in one.spec.files:
                known[file.target] = one
        for path, row in self._rows.items():
            row.set_download(known.get(self._targets.get(path, "")))

    def _show_here(self) -> None:
        repo = self._repo
        if repo is None:
            return
        digests: dict[str, Path] = {}
        names: dict[str, Path] = {}
        for file in self._services.library.files:
            if file.sha256:
                digests[file.sha256] = file.path
            if file.repo == repo.summary.name and file.problem is None:
                names[file.path.name] = file.path
        self._here = {}
        for path, row in self._rows.items():
            first = row.quant.files[0]
            found = digests.get(first.sha256) or names.get(PurePosixPath(first.path).name)
            if found is not None:
                self._here[path] = found
            row.set_here(is_here=found is not None)

    def _show_model(self, quant: QuantFiles) -> None:
        path = self._here.get(quant.path)
        if path is None:
            done = (one for one in self._services.downloads.all if one.state is DownloadState.DONE)
            target = self._targets.get(quant.path, "")
            found = (one.path for one in done if one.spec.files[0].target == target)
            path = Path(next(found, ""))
        self.model_wanted.emit(str(path))
