"""The column of downloads: unfinished ones first, in the order of the queue; then the newest."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from desk_llm.downloads.types import Download, DownloadState
from desk_llm.ui.models.activity.row import DownloadRow
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label

_FINISHED_AT_FIRST = 20  # a row is eight widgets; the rest on request


class DownloadRows(QScrollArea):
    """Rows are kept as long as their download is; a snapshot touches only what differs."""

    asked = Signal(str, str)  # id, what: see DownloadRow

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, DownloadRow] = {}
        self._order: tuple[str, ...] = ()
        self._shows_all = False
        self._newest: tuple[Download, ...] = ()
        page = QWidget()
        page.setProperty("panel", "canvas")
        self._column = QVBoxLayout(page)
        edge = tokens.SPACE_4
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(tokens.SPACE_2)
        self._heading = Label(self.tr("Finished"), "section")
        self._older = TextButton("", "ghost")
        self._older.clicked.connect(self._show_all)
        self._column.addWidget(self._heading)
        self._column.addWidget(self._older, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch(1)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Downloads"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def row(self, download_id: str) -> DownloadRow | None:
        """The row of one that is shown."""
        return self._rows.get(download_id)

    @property
    def shown(self) -> tuple[str, ...]:
        """Ids from top to bottom."""
        return self._order

    def show_downloads(self, downloads: Sequence[Download]) -> None:
        """The newest snapshot."""
        self._newest = tuple(downloads)
        open_ = [one for one in downloads if one.state is not DownloadState.DONE]
        done = [one for one in downloads if one.state is DownloadState.DONE]
        done.sort(key=lambda one: -(one.finished_at or 0.0))
        n_hidden = 0 if self._shows_all else max(0, len(done) - _FINISHED_AT_FIRST)
        if n_hidden:
            done = done[:_FINISHED_AT_FIRST]
        self._place(open_, done)
        for place, one in enumerate(open_):
            is_last = place == len(open_) - 1
            self._rows[one.id].show_download(one, can_up=place > 0, can_down=not is_last)
        for one in done:
            self._rows[one.id].show_download(one, can_up=False, can_down=False)
        self._heading.setVisible(bool(open_ and done))
        self._older.setVisible(n_hidden > 0)
        self._older.setText(self.tr("Show {0} older ones").format(n_hidden))

    def _place(self, open_: Sequence[Download], done: Sequence[Download]) -> None:
        order = tuple(one.id for one in (*open_, *done))
        split = len(open_)
        if order == self._order and self._column.indexOf(self._heading) == split:
            return
        for gone in set(self._rows) - set(order):
            row = self._rows.pop(gone)
            row.hide()
            self._column.removeWidget(row)
            row.deleteLater()
        self._order = order
        self._column.removeWidget(self._heading)
        for place, one in enumerate((*open_, *done)):
            if one.id not in self._rows:
                self._rows[one.id] = DownloadRow(one)
                self._rows[one.id].asked.connect(self.asked)
            row = self._rows[one.id]
            if self._column.indexOf(row) != place:
                self._column.removeWidget(row)
                self._column.insertWidget(place, row)
        self._column.insertWidget(split, self._heading)
        self._set_tab_order()

    def _set_tab_order(self) -> None:
        rows = [self._rows[one] for one in self._order]
        for before, after in itertools.pairwise(rows):
            last = list(before.buttons.values())[-1]
            QWidget.setTabOrder(last, after)
        for row in rows:
            chain: list[QWidget] = [row, *row.buttons.values()]
            for left, right in itertools.pairwise(chain):
                QWidget.setTabOrder(left, right)

    def _show_all(self) -> None:
        self._shows_all = True
        self.show_downloads(self._newest)
