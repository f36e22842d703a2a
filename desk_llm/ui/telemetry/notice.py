"""SlowdownNotice: that the model is far slower than it could be, why, and one button."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desk_llm.telemetry.fixes import Fix, FixKind
from desk_llm.telemetry.machine import Cause
from desk_llm.telemetry.slowdown import Slowdown
from desk_llm.ui.telemetry import numbers
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.labels import Label


class SlowdownNotice(QFrame):
    """Hidden while all is well; closed, it stays away until there is another cause."""

    fix_requested = Signal(object)  # Fix

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "notice")
        self._slowdown: Slowdown | None = None
        self._closed: Cause | None = None
        self._icon = QLabel()
        self._icon.setTextFormat(Qt.TextFormat.PlainText)
        self.title = Label.wrapped("", "body")
        self.reason = Label.wrapped("", "small")
        self.button = TextButton("")
        self.button.clicked.connect(self._on_button_clicked)
        close = IconButton("close", self.tr("Close this notice"), size=tokens.ICON_ROW)
        close.clicked.connect(self._on_close_clicked)
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_2)
        top = Qt.AlignmentFlag.AlignTop
        head.addWidget(self._icon, 0, top)
        head.addWidget(self.title, 1)
        head.addWidget(close, 0, top)
        column = QVBoxLayout(self)
        side = tokens.SPACE_3
        column.setContentsMargins(side, tokens.SPACE_2, tokens.SPACE_1, side)
        column.setSpacing(tokens.SPACE_1)
        column.addLayout(head)
        column.addWidget(self.reason)
        column.addSpacing(tokens.SPACE_1)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self._paint_icon()
        self.hide()

    def show_slowdown(self, slowdown: Slowdown | None) -> None:
        """The newest verdict."""
        if slowdown == self._slowdown:
            return
        self._slowdown = slowdown
        if slowdown is None:
            self._closed = None
            self.hide()
            return
        self.title.setText(self._sentence(slowdown))
        self.reason.setText(self._reason(slowdown.cause))
        self.button.setVisible(slowdown.fix is not None)
        if slowdown.fix is not None:
            text = self._fix_text(slowdown.fix)
            self.button.setText(text)
            self.button.setAccessibleName(text)
        self.setAccessibleName(f"{self.title.text()} {self.reason.text()}")
        self.setVisible(slowdown.cause is not self._closed)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icon()

    def _on_button_clicked(self) -> None:
        slowdown = self._slowdown
        if slowdown is not None and slowdown.fix is not None:
            self.hide()
            self.fix_requested.emit(slowdown.fix)

    def _on_close_clicked(self) -> None:
        self._closed = self._slowdown.cause if self._slowdown is not None else None
        self.hide()

    def _paint_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap("warning", "warning", tokens.ICON_ROW, ratio))

    # ── words ────────────────────────────────────────────────────────────

    def _sentence(self, slowdown: Slowdown) -> str:
        now, usual = numbers.rate(slowdown.tok_s), numbers.rate(slowdown.usual_tok_s)
        if slowdown.is_measured:
            return self.tr("{now} tok/s, where this model reached {usual}").format(
                now=now, usual=usual
            )
        return self.tr("{now} tok/s, where the memory allows {usual}").format(now=now, usual=usual)

    def _reason(self, cause: Cause) -> str:
        return {
            Cause.SWAP: self.tr("The memory is full: the system is swapping to the disk."),
            Cause.PAGING: self.tr(
                "The memory is full: the model is read from the disk again and again."
            ),
            Cause.HEAT: self.tr("The GPU is too hot and has lowered its clock."),
            Cause.POWER: self.tr("The GPU has reached its power limit."),
            Cause.VRAM: self.tr(
                "The GPU's memory is full: a part of the model may have moved to slower memory."
            ),
            Cause.OTHERS: self.tr("Other programs are using the processor."),
            Cause.UNKNOWN: self.tr("The reason is not known: nothing else looks busy."),
        }[cause]

    def _fix_text(self, fix: Fix) -> str:
        text = {
            FixKind.SHORTER_CONTEXT: self.tr("Context of {value} tokens"),
            FixKind.SMALLER_KV: self.tr("KV cache of {value} bits"),
            FixKind.FEWER_LAYERS: self.tr("{value} layers on the GPU"),
            FixKind.FEWER_THREADS: self.tr("{value} CPU threads"),
            FixKind.MAP_FILE: self.tr("Map the file into memory"),
        }[fix.kind]
        is_context = fix.kind is FixKind.SHORTER_CONTEXT
        return text.format(value=numbers.tokens(fix.value) if is_context else fix.value)
