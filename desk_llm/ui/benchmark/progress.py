"""RunProgress: what is measured now, how long it still takes, and the button that ends it."""

from __future__ import annotations

import time

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from desk_llm.benchmark.service import RunState
from desk_llm.benchmark.types import LoadSpec, Progress
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label

_STEPS = 1000


class RunProgress(QWidget):
    """Counts down between two pieces of news."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress: Progress | None = None
        self._heard_at = 0.0
        self._bar = QProgressBar()
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress of the benchmark"))
        self._what = Label.wrapped("", "body")
        self._left = Label("", "small")
        note = self.tr("You can go on chatting, but it disturbs the figures.")
        self._cancel = TextButton(self.tr("Stop"), "outline", "stop")
        self._cancel.clicked.connect(self._on_cancel_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_2)
        for widget in (self._what, self._bar, self._left, Label.wrapped(note, "small")):
            column.addWidget(widget)
        column.addSpacing(tokens.SPACE_1)
        column.addWidget(self._cancel)

    def show_state(self, state: RunState) -> None:
        """The news, or the same as before a moment later."""
        progress = state.progress
        if progress is not self._progress:
            self._progress, self._heard_at = progress, time.monotonic()
            self._bar.setValue(round(progress.fraction * _STEPS) if progress else 0)
            self._what.setText(self._text(state, progress))
        self._left.setText(self._left_text(progress))

    def start(self) -> None:
        """A new run."""
        self._progress = None
        self._cancel.setEnabled(True)
        self._bar.setValue(0)
        self._what.setText(self.tr("Starting…"))
        self._left.setText("")

    def text(self) -> str:
        """What is measured now."""
        return self._what.text()

    def _on_cancel_clicked(self) -> None:
        self._cancel.setEnabled(False)
        self._what.setText(self.tr("Stopping…"))
        self.cancelled.emit()

    def _text(self, state: RunState, progress: Progress | None) -> str:
        if progress is None:
            return self.tr("Starting…")
        if progress.stage == "load":
            if isinstance(state.spec, LoadSpec) and state.spec.url:
                return self.tr("Asking the server…")
            return self.tr("Loading the model…")
        if progress.stage == "warm-up":
            return self.tr("Warming up…")
        count = self.tr("{0} of {1}").format(progress.done + 1, progress.total)
        if isinstance(state.spec, LoadSpec):
            return f"{self.tr('Streams: {0}').format(progress.label)} · {count}"
        return f"{progress.label} · {count}"

    def _left_text(self, progress: Progress | None) -> str:
        if progress is None or progress.remaining_s is None:
            return ""
        seconds = max(0.0, progress.remaining_s - (time.monotonic() - self._heard_at))
        if seconds < 60:
            return self.tr("About {0} s left").format(round(seconds))
        return self.tr("About {0} min left").format(round(seconds / 60))
