"""What is under way below the pages: the model that is loading, and the first downloads."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.downloads.types import ACTIVE, Download
from desk_llm.models.names import plain
from desk_llm.models.types import LoadPhase, LoadState
from desk_llm.ui.models.activity import words
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import ElidedLabel
from desk_llm.ui.widgets.meter import Meter

_ROWS = 2


class _Line(QWidget):
    """One of them: name, words, bar."""

    def __init__(self) -> None:
        super().__init__()
        self.title, self.about = ElidedLabel(""), ElidedLabel("", "small")
        self.bar = Meter(4)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self.title, 3)
        row.addWidget(self.about, 3)
        row.addWidget(self.bar, 2, Qt.AlignmentFlag.AlignVCenter)

    def show_download(self, download: Download) -> None:
        self.title.setText(plain(download.spec.title))
        self.about.setText(words.line(download))
        self.bar.set_parts([(words.share(download), "accent")])


class _Loading(QWidget):
    """The model that is being loaded, with a way back."""

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.text, self.bar = ElidedLabel(""), Meter(4)
        self.bar.setAccessibleName(self.tr("Loading the model"))
        cancel = TextButton(self.tr("Cancel"), "status")
        cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self.text, 6)
        row.addWidget(self.bar, 2, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(cancel)
        self.hide()

    def show_state(self, state: LoadState) -> None:
        is_loading = state.phase is LoadPhase.LOADING and state.model is not None
        self.setVisible(is_loading)
        if state.model is None or not is_loading:
            return
        percent = round(100 * state.progress)
        text = self.tr("Loading {0} · {1} %").format(state.model.name, percent)
        if state.waits_for:
            text = self.tr("Waiting until {0} has finished its reply").format(state.waits_for)
        self.text.setText(text)
        self.bar.set_parts([(state.progress, "accent")])


class ActivityStrip(QFrame):
    """Nothing at all while nothing is under way."""

    opened = Signal()
    load_cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lines = [_Line() for _place in range(_ROWS)]
        self.button = TextButton("", "status")
        self.button.setToolTip(self.tr("Show all downloads"))
        self.button.clicked.connect(self.opened)
        self.loading = _Loading()
        self.loading.cancelled.connect(self.load_cancelled)
        self._downloads = QWidget()
        lines = QVBoxLayout()
        lines.setSpacing(tokens.SPACE_1)
        for line in self._lines:
            lines.addWidget(line)
        row = QHBoxLayout(self._downloads)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_3)
        row.addLayout(lines, 1)
        row.addWidget(self.button)
        self._downloads.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_2)
        column.setSpacing(tokens.SPACE_1)
        column.addWidget(self.loading)
        column.addWidget(self._downloads)
        self.hide()

    def show_load(self, state: LoadState) -> None:
        """News of the loader."""
        self.loading.show_state(state)
        self._fit()

    def _fit(self) -> None:
        self.setVisible(not (self.loading.isHidden() and self._downloads.isHidden()))

    def show_downloads(self, downloads: Sequence[Download], *, is_wanted: bool = True) -> int:
        """The newest snapshot; how many are under way. Not wanted: Activity shows them."""
        busy = [one for one in downloads if one.state in ACTIVE]
        for place, line in enumerate(self._lines):
            is_used = place < len(busy)
            line.setVisible(is_used)
            if is_used:
                line.show_download(busy[place])
        more = len(busy) - _ROWS
        text = self.tr("{0} more").format(more) if more > 0 else self.tr("Show")
        if text != self.button.text():
            self.button.setText(text)
            self.button.setAccessibleName(self.tr("Show all downloads"))
        self._downloads.setVisible(bool(busy) and is_wanted)
        self._fit()
        return len(busy)
