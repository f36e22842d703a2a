"""The first downloads that are under way, below My models and Discover."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.downloads.types import ACTIVE, Download
from desk_llm.models.names import plain
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


class ActivityStrip(QFrame):
    """Nothing at all while nothing is under way."""

    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._lines = [_Line() for _place in range(_ROWS)]
        self.button = TextButton("", "status")
        self.button.setToolTip(self.tr("Show all downloads"))
        self.button.clicked.connect(self.opened)
        lines = QVBoxLayout()
        lines.setSpacing(tokens.SPACE_1)
        for line in self._lines:
            lines.addWidget(line)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_3)
        row.addLayout(lines, 1)
        row.addWidget(self.button)
        self.hide()

    def show_downloads(self, downloads: Sequence[Download]) -> int:
        """The newest snapshot; how many are under way."""
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
        self.setVisible(bool(busy))
        return len(busy)
