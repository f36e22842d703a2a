"""QueueSection: the queue in the telemetry panel, a few rows high."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from desk_llm.engine.types import EngineStats
from desk_llm.ui.telemetry import numbers
from desk_llm.ui.telemetry.queue.view import QueueView
from desk_llm.ui.telemetry.section import Section
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label

MOST_ROWS = 4


class QueueSection(Section):
    """At least one row high, so that a single reply moves nothing when it comes and goes."""

    all_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.set_title(self.tr("Queue"))
        self.view = QueueView()
        self._nobody = Label(self.tr("Nothing runs, nothing waits"), "faint")
        self._box = QWidget()
        self._stack = QStackedLayout(self._box)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(self._nobody)
        self._stack.addWidget(self.view)
        self.all = TextButton("", "row")
        self.all.clicked.connect(self.all_requested)
        self.all.hide()
        self.add(self._box)
        self.add(self.all)
        self._fit(0)

    def show_stats(self, stats: EngineStats) -> None:
        """The newest snapshot."""
        items = stats.queue
        self.view.show_queue(items)
        self._stack.setCurrentWidget(self.view if items else self._nobody)
        self._fit(len(items))
        self.all.setVisible(len(items) > MOST_ROWS)
        if len(items) > MOST_ROWS:
            text = self.tr("Show all {n}").format(n=len(items))
            self.all.setText(text)
            self.all.setAccessibleName(text)
        known = stats.model is not None
        self.head.set_summary(f"{stats.running} + {stats.waiting}" if known else numbers.NONE)

    def changeEvent(self, event: QEvent) -> None:
        """Rows are as tall as the zoom says."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_box"):
            self._fit(len(self.view.queue.items()))

    def _fit(self, rows: int) -> None:
        height = self.view.height_of(min(max(rows, 1), MOST_ROWS))
        if self._box.height() != height:
            self._box.setFixedHeight(height)
