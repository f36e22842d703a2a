"""The line at the bottom: which model is loaded and where, what the engine is doing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from desk_llm.downloads.types import ACTIVE, Download
from desk_llm.engine.types import EngineStats
from desk_llm.models.types import LoadPhase, LoadState
from desk_llm.ui.messages import sentence
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import ElidedLabel
from desk_llm.ui.widgets.sizes import context_text, rate_text

_DOT = 8
_BAR_WIDTH = 120


class _Dot(QWidget):
    """Green: loaded. Amber: loading. Red: failed. Hollow: nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.phase = LoadPhase.IDLE
        self.setFixedSize(QSize(_DOT + 2, _DOT + 2))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A disc, or a ring."""
        del event
        now = tokens.current()
        colour = {
            LoadPhase.READY: now.success,
            LoadPhase.LOADING: now.warning,
            LoadPhase.FAILED: now.danger,
        }.get(self.phase)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colour or now.control))
        painter.setBrush(QColor(colour) if colour else Qt.BrushStyle.NoBrush)
        centre = QPointF(self.width() / 2, self.height() / 2)
        painter.drawEllipse(centre, _DOT / 2 - 0.5, _DOT / 2 - 0.5)


class StatusBar(QWidget):
    """26 px; everything on it is said in words, the dot only repeats it."""

    queue_requested = Signal()
    downloads_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._dot = _Dot()
        self._model = ElidedLabel("", "small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_BAR_WIDTH)
        self._bar.setAccessibleName(self.tr("Loading the model"))
        self._bar.hide()
        self._queue = TextButton("", "status")
        self._queue.setToolTip(self.tr("Show the queue"))
        self._queue.clicked.connect(self.queue_requested)
        self._queue.hide()
        self._downloads = TextButton("", "status", "download")
        self._downloads.setToolTip(self.tr("Show the downloads"))
        self._downloads.clicked.connect(self.downloads_requested)
        self._downloads.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, 0, tokens.SPACE_3, 0)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self._dot)
        row.addWidget(self._model, 1)
        row.addWidget(self._bar)
        row.addWidget(self._downloads)
        row.addWidget(self._queue)
        self.set_state(LoadState())
        self._fit()

    def set_state(self, state: LoadState) -> None:
        """News of the loader."""
        self._dot.phase = state.phase
        self._dot.update()
        self._bar.setVisible(state.phase is LoadPhase.LOADING)
        self._bar.setValue(round(state.progress * 100))
        self._model.setText(self._sentence(state))

    def set_stats(self, stats: EngineStats) -> None:
        """What runs and waits now."""
        parts = []
        if stats.running:
            parts.append(self.tr("{0} running").format(stats.running))
        if stats.waiting:
            parts.append(self.tr("{0} waiting").format(stats.waiting))
        text = " · ".join(parts)
        if text != self._queue.text():
            self._queue.setText(text)
            self._queue.setAccessibleName(text)
            self._queue.setVisible(bool(text))

    def set_downloads(self, downloads: Sequence[Download]) -> None:
        """How many are under way, and how fast they come together."""
        busy = [one for one in downloads if one.state in ACTIVE]
        text = self.tr("{0} downloads").format(len(busy))
        if len(busy) == 1:
            text = self.tr("1 download")
        speed = sum(one.bytes_per_s for one in busy)
        if speed > 0:
            text = f"{text} · {rate_text(speed)}"
        self._downloads.setVisible(bool(busy))
        if text != self._downloads.text():
            self._downloads.setText(text)
            self._downloads.setAccessibleName(text)

    def changeEvent(self, event: QEvent) -> None:
        """As tall as the zoom says."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(tokens.px(tokens.HEIGHT_STATUS))

    def _sentence(self, state: LoadState) -> str:
        name = state.model.name if state.model is not None else ""
        if state.phase is LoadPhase.LOADING:
            return self.tr("Loading {0} · {1} %").format(name, round(state.progress * 100))
        if state.phase is LoadPhase.FAILED and state.error is not None:
            return sentence(state.error)[0]
        if state.phase is LoadPhase.READY and state.info is not None:
            info = state.info
            if info.n_gpu_layers > 0:
                shown = min(info.n_gpu_layers, info.n_layers)
                where = self.tr("{0}/{1} layers on GPU").format(shown, info.n_layers)
            else:
                where = self.tr("on the CPU")
            loaded = self.tr("{0} loaded").format(name)
            context = self.tr("ctx {0}").format(context_text(info.n_ctx))
            return f"{loaded} · {where} · {context}"
        return self.tr("No model loaded")
