"""One download: its name, a bar, a line of words, and the buttons that make sense now."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desk_llm.downloads.types import ACTIVE, Download, DownloadState
from desk_llm.models.names import plain
from desk_llm.ui.models.activity import words
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.labels import ElidedLabel, Label
from desk_llm.ui.widgets.meter import Meter

_ICONS: dict[DownloadState, tuple[str, icons.Role]] = {
    DownloadState.QUEUED: ("download", "faint"),
    DownloadState.RUNNING: ("download", "accent"),
    DownloadState.WAITING: ("retry", "warning"),
    DownloadState.PAUSED: ("pause", "muted"),
    DownloadState.VERIFYING: ("search", "accent"),
    DownloadState.DONE: ("check", "success"),
    DownloadState.FAILED: ("warning", "danger"),
}
_BARS = {
    DownloadState.WAITING: "warning",
    DownloadState.PAUSED: "control",
    DownloadState.FAILED: "danger",
    DownloadState.QUEUED: "control",
}
_BUTTONS_WIDTH = 232
_MOVABLE = ACTIVE | {DownloadState.PAUSED}


class DownloadRow(QFrame):
    """`asked(id, what)`: pause, resume, cancel, forget, load, show, up, down."""

    asked = Signal(str, str)

    def __init__(self, download: Download, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._download = download
        self._shown: tuple[Download, bool, bool] | None = None
        self.setProperty("panel", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._mark = QLabel()
        self._mark.setTextFormat(Qt.TextFormat.PlainText)
        self.title = ElidedLabel("")
        self.bar = Meter()
        self.line = ElidedLabel("", "small")
        self.problem = Label.wrapped("", "danger")
        self.hint = Label.wrapped("", "small")
        self.buttons: dict[str, TextButton | IconButton] = {
            "pause": TextButton(self.tr("Pause"), "outline", "pause"),
            "resume": TextButton(self.tr("Resume"), "outline", "play"),
            "load": TextButton(self.tr("Load"), "outline", "chip"),
            "show": TextButton(self.tr("Show"), "outline"),
            "up": IconButton("arrow-up", self.tr("Earlier"), size=tokens.ICON_ROW),
            "down": IconButton("arrow-down", self.tr("Later"), size=tokens.ICON_ROW),
            "cancel": IconButton("close", self.tr("Cancel"), size=tokens.ICON_ROW),
            "forget": IconButton("close", self.tr("Forget"), size=tokens.ICON_ROW),
        }
        self._build()
        self.show_download(download, can_up=False, can_down=False)

    @property
    def download(self) -> Download:
        """What is shown."""
        return self._download

    def show_download(self, download: Download, *, can_up: bool, can_down: bool) -> None:
        """The newest snapshot; only what differs is touched."""
        wanted = (download, can_up, can_down)
        if wanted == self._shown:
            return
        state = download.state
        is_other_state = self._shown is None or state is not self._download.state
        self._shown, self._download = wanted, download
        self.title.setText(plain(download.spec.title))
        self.line.setText(words.line(download))
        self.bar.set_parts([(words.share(download), _BARS.get(state, "accent"))])
        message, hint = words.problem(download)
        for label, text in ((self.problem, message), (self.hint, hint)):
            if label.text() != text:
                label.setText(text)
            label.setVisible(bool(text))
        self.setAccessibleName(words.spoken(download))
        self.bar.setAccessibleName(f"{round(100 * words.share(download))} %")
        if is_other_state:
            self._show_state(state)
        self.buttons["up"].setVisible(can_up and state in _MOVABLE)
        self.buttons["down"].setVisible(can_down and state in _MOVABLE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space pauses and resumes, Enter loads, Del cancels or forgets, Alt+arrows move."""
        what = self._key_deed(event)
        if what and self.buttons[what].isVisibleTo(self):
            self.asked.emit(self._download.id, what)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_download"):
            self._paint_mark()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ring of the keyboard."""
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens.current().accent), 2))
            radius = tokens.RADIUS_CARD
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), radius, radius)

    def _build(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(tokens.SPACE_1)
        for widget in (self.title, self.bar, self.line, self.problem, self.hint):
            texts.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3, tokens.SPACE_3)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(self._make_buttons())

    def _make_buttons(self) -> QWidget:
        """As wide in all common states: the bars of the rows end under one another."""
        box = QWidget()
        box.setMinimumWidth(tokens.px(_BUTTONS_WIDTH))
        row = QHBoxLayout(box)
        row.setContentsMargins(tokens.SPACE_2, 0, 0, 0)
        row.setSpacing(tokens.SPACE_2)
        row.addStretch(1)
        for what, button in self.buttons.items():
            button.clicked.connect(
                lambda _checked=False, do=what: self.asked.emit(self._download.id, do)
            )
            row.addWidget(button)
        return box

    def _show_state(self, state: DownloadState) -> None:
        is_failed = state is DownloadState.FAILED
        can = {
            "pause": state in ACTIVE and state is not DownloadState.VERIFYING,
            "resume": state in (DownloadState.PAUSED, DownloadState.WAITING) or is_failed,
            "load": state is DownloadState.DONE,
            "show": state is DownloadState.DONE,
            "cancel": state in _MOVABLE or is_failed,
            "forget": state is DownloadState.DONE,
        }
        for what, is_possible in can.items():
            self.buttons[what].setVisible(is_possible)
        resume = self.buttons["resume"]
        text = self.tr("Resume")
        if state is DownloadState.WAITING:
            text = self.tr("Try now")
        elif is_failed:
            text = self.tr("Retry")
        resume.setText(text)
        resume.setAccessibleName(text)
        self.bar.setVisible(state is not DownloadState.DONE)
        self._paint_mark()

    def _key_deed(self, event: QKeyEvent) -> str:
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            moves = {Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down"}
            return moves.get(Qt.Key(event.key()), "")
        is_stopped = self._download.state in (DownloadState.PAUSED, DownloadState.FAILED)
        is_done = self._download.state is DownloadState.DONE
        return {
            Qt.Key.Key_Space: "resume" if is_stopped else "pause",
            Qt.Key.Key_Return: "load",
            Qt.Key.Key_Enter: "load",
            Qt.Key.Key_Delete: "forget" if is_done else "cancel",
        }.get(Qt.Key(event.key()), "")

    def _paint_mark(self) -> None:
        name, role = _ICONS[self._download.state]
        ratio = self.devicePixelRatioF()
        self._mark.setPixmap(icons.pixmap(name, role, tokens.ICON_BAR, ratio))
