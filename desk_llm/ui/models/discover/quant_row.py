"""One quant of a repository: size, fit, speed, and the download in all its states."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desk_llm.downloads.types import ACTIVE, Download, DownloadState
from desk_llm.hub.types import QuantFiles
from desk_llm.models.fit.types import Fit
from desk_llm.models.names import plain
from desk_llm.ui.models.activity import words
from desk_llm.ui.models.discover import row_words
from desk_llm.ui.models.discover.pill import FitPill
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.labels import ElidedLabel, Label, plain_tooltip
from desk_llm.ui.widgets.sizes import size_text, speed_text

_LABEL, _SIZE, _PILL = 150, 76, 124  # px


class QuantRow(QFrame):
    """Knows no services: the page tells it what is, it says what is wanted."""

    download_wanted = Signal()
    check_wanted = Signal()
    pause_wanted = Signal(str)  # id of a download
    resume_wanted = Signal(str)
    cancel_wanted = Signal(str)
    show_wanted = Signal()

    def __init__(self, quant: QuantFiles, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.quant = quant
        self.fit: Fit | None = None
        self._download: Download | None = None
        self._is_here = False
        self._is_best = False
        self._beside = 0
        self._is_listed = False  # the library's word counts, not that of an old download
        name = plain(quant.label, 80)
        self.label = ElidedLabel(name)
        self.label.setFixedWidth(tokens.px(_LABEL))
        self.label.setToolTip(plain_tooltip("\n".join(plain(one.path) for one in quant.files)))
        self.best = Label(self.tr("recommended"), "small")
        self.bytes_ = Label(size_text(quant.size_bytes), "muted")
        self.bytes_.setFixedWidth(tokens.px(_SIZE))
        self.pill = FitPill()
        self.need = ElidedLabel("", "muted")
        self.speed = ElidedLabel("", "small")
        self.check = TextButton(self.tr("Check"), "ghost")
        self.check.setToolTip(self.tr("Ask llama.cpp itself what this file would need"))
        self.check.setAccessibleName(self.tr("Check {0} exactly").format(name))
        self.get = TextButton(self.tr("Download"), icon="download")
        self.get.setAccessibleName(self.tr("Download {0}").format(name))
        self.here = TextButton(self.tr("Here"), "ghost", "check")
        self.here.setToolTip(self.tr("Show it among my models"))
        self.pause = IconButton("pause", self.tr("Pause {0}").format(name), size=16)
        self.resume = IconButton("play", self.tr("Continue {0}").format(name), size=16)
        self.cancel = IconButton("close", self.tr("Cancel {0}").format(name), size=16)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.state = Label.wrapped("", "small")
        self.detail = Label.wrapped("", "small")
        self._build()
        self._connect()
        self._show()

    def _build(self) -> None:
        pill = QHBoxLayout()
        pill.setContentsMargins(0, 0, 0, 0)
        pill.addWidget(self.pill)
        pill.addStretch(1)
        box = QWidget()
        box.setFixedWidth(tokens.px(_PILL))
        box.setLayout(pill)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.label)
        names.addWidget(self.best)
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_2)
        row.addLayout(names)
        for one in (self.bytes_, box):
            row.addWidget(one)
        figures = QVBoxLayout()
        figures.setSpacing(0)
        figures.addWidget(self.need)
        figures.addWidget(self.speed)
        row.addLayout(figures, 1)
        for one in (self.check, self.get, self.here, self.pause, self.resume, self.cancel):
            row.addWidget(one)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_3, tokens.SPACE_2, tokens.SPACE_2, tokens.SPACE_2)
        column.setSpacing(tokens.SPACE_1)
        column.addLayout(row)
        for below in (self.detail, self.bar, self.state):
            column.addWidget(below)
        self.setProperty("panel", "line")
        self.setSizePolicy(self.sizePolicy().horizontalPolicy(), self.sizePolicy().Policy.Maximum)

    def _connect(self) -> None:
        self.get.clicked.connect(self.download_wanted)
        self.check.clicked.connect(self.check_wanted)
        self.here.clicked.connect(self.show_wanted)
        for button, signal in (
            (self.pause, self.pause_wanted),
            (self.resume, self.resume_wanted),
            (self.cancel, self.cancel_wanted),
        ):
            button.clicked.connect(lambda _checked=False, tell=signal: self._tell(tell))

    def _tell(self, signal: object) -> None:
        if self._download is not None:
            signal.emit(self._download.id)  # type: ignore[attr-defined]

    # ── what the page tells ──────────────────────────────────────────────

    def set_fit(self, fit: Fit | None) -> None:
        """How it would run here."""
        self.fit = fit
        self._show_fit()

    def set_detail(self, text: str) -> None:
        """What an exact check said, or why there is none; "" hides it."""
        self.detail.setText(text)
        self.detail.setVisible(bool(text))

    def set_beside(self, size_bytes: int) -> None:
        """How large what is downloaded with it is."""
        self._beside = size_bytes
        self._show_fit()

    def set_checking(self, *, is_checking: bool) -> None:
        """An exact check is under way."""
        self.check.setEnabled(not is_checking)
        self.check.setText(self.tr("Checking…") if is_checking else self.tr("Check"))

    def set_best(self, *, is_best: bool) -> None:
        """This is the one to take: its button is the filled one."""
        self._is_best = is_best
        self._show()

    def trust_library(self) -> None:
        """What was downloaded before this moment is here only where the library lists it."""
        self._is_listed = True
        self._show()

    def set_here(self, *, is_here: bool) -> None:
        """It is on this disk already."""
        self._is_listed = self._is_listed or is_here
        if is_here != self._is_here:
            self._is_here = is_here
            self._show()

    def set_download(self, download: Download | None) -> None:
        """Its download, as it is now; None: there is none."""
        if download != self._download:
            was, self._download = self._download, download
            if was is not None and download is not None and download.state is DownloadState.DONE:
                self._is_listed = self._is_here  # it came just now; the library looks for it
            self._show()

    # ── showing ──────────────────────────────────────────────────────────

    def _show(self) -> None:
        download = self._download
        state = download.state if download is not None else None
        is_open = download is not None and state is not DownloadState.DONE
        is_here = self._is_here or (state is DownloadState.DONE and not self._is_listed)
        self.best.setVisible(self._is_best)
        self.get.setVisible(not is_open and not is_here)
        self.get.setProperty("kind", "primary" if self._is_best else "outline")
        self.get.set_icon("download")
        self.get.style().polish(self.get)
        self.here.setVisible(is_here and not is_open)
        is_running = state in ACTIVE and state is not DownloadState.VERIFYING
        self.pause.setVisible(is_open and is_running)
        self.resume.setVisible(
            state in (DownloadState.PAUSED, DownloadState.FAILED, DownloadState.WAITING)
        )
        self.cancel.setVisible(is_open)
        self.bar.setVisible(is_open)
        self.state.setVisible(is_open)
        if download is not None and is_open:
            self.bar.setValue(round(1000 * words.share(download)))
            problem = " ".join(words.problem(download)).strip()
            said = (words.line(download), problem)
            self.state.setText("\n".join(one for one in said if one))
        self._show_fit()

    def _show_fit(self) -> None:
        fit = self.fit
        self.pill.set_fit(fit)
        self.need.setText(row_words.need_text(fit, self._beside) if fit is not None else "")
        speed = fit.forecast.decode_tok_s if fit is not None else None
        self.speed.setText(speed_text(speed) if speed else "")
        self.speed.setVisible(bool(speed))
        self.detail.setVisible(bool(self.detail.text()))
        self.label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
