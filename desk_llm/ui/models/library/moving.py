"""Move the models folder: where to, how far it is, and a way back while it runs."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desk_llm.downloads.types import ACTIVE
from desk_llm.errors import QT_TRANSLATE_NOOP, Cancelled, DeskError
from desk_llm.models.library.move_folder import MoveProgress, move_folder
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.messages import sentence
from desk_llm.ui.models import words
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label
from desk_llm.ui.widgets.sizes import size_text

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent

_LOOK_MS = 100
_PATIENCE_S = 5.0


class MoveDialog(QDialog):
    """Modeless; closing it while it runs cancels, and what was moved comes back."""

    moved = Signal(object)  # Path: the new folder

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._target: Path | None = None
        self._cancelled = threading.Event()
        self._progress: MoveProgress | None = None  # written by the worker
        self._started = 0.0
        self._is_running = False
        self._closes_after = False
        self.destroyed.connect(self._cancelled.set)
        self.setWindowTitle(self.tr("Move the models folder"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("panel", "canvas")
        self._source = services.models_folder
        self.where = Label.wrapped(str(self._source))
        self.target = Label.wrapped(self.tr("not chosen yet"), "muted")
        self.choose = TextButton(self.tr("Choose…"))
        self.bar = QProgressBar()
        self.state = Label.wrapped("", "small")
        self.problem = Label.wrapped("", "danger")
        self.start_button = TextButton(self.tr("Move"), "primary")
        self.close_button = TextButton(self.tr("Close"))
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._build()

    def _build(self) -> None:
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self.tr("Moving the models"))
        self.bar.hide()
        self.problem.hide()
        self.start_button.setEnabled(False)
        self.choose.clicked.connect(self._ask)
        self.start_button.clicked.connect(self.start)
        self.close_button.clicked.connect(self._on_close_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[tokens.SPACE_6] * 4)
        column.setSpacing(tokens.SPACE_2)
        about = self.tr(
            "Everything in it is moved and found again. When it is cancelled or fails, everything "
            "is where it was."
        )
        column.addWidget(Label.wrapped(about, "muted"))
        column.addSpacing(tokens.SPACE_2)
        column.addWidget(Label(self.tr("From"), "section"))
        column.addWidget(self.where)
        column.addWidget(Label(self.tr("To"), "section"))
        row = QHBoxLayout()
        row.addWidget(self.target, 1)
        row.addWidget(self.choose)
        column.addLayout(row)
        column.addSpacing(tokens.SPACE_2)
        for widget in (self.bar, self.state, self.problem):
            column.addWidget(widget)
        column.addStretch(1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.start_button)
        foot.addWidget(self.close_button)
        column.addLayout(foot)
        self.resize(520, 300)

    def set_target(self, folder: Path) -> None:
        """Where to."""
        self._target = folder
        self.target.setText(str(folder))
        self.start_button.setEnabled(True)
        self.problem.hide()

    def start(self) -> None:
        """Move on a worker; the bar follows."""
        target = self._target
        if target is None or self._is_running:
            return
        self._cancelled.clear()
        self._progress = None
        self._started = time.monotonic()
        self._set_running(is_running=True)
        in_use = self._in_use()
        task = bridge.run(lambda: self._move(target, in_use), self)
        task.then(lambda is_moved: self._on_ended(target, is_moved=is_moved))
        task.failed(self._on_failed)

    def _in_use(self) -> list[Path]:
        loaded = [one.file for one in self._services.loader.loaded]
        coming = [one for one in self._services.downloads.all if one.state in ACTIVE]
        return [
            *(path for file in loaded for path in (file.path, *file.parts)),
            *(self._source / file.target for one in coming for file in one.spec.files),
        ]

    def _move(self, target: Path, in_use: list[Path]) -> bool:
        """False: it was cancelled, and everything is where it was."""

        def on_progress(progress: MoveProgress) -> None:
            self._progress = progress

        try:
            move_folder(
                self._source,
                target,
                lambda: self._use(target),
                in_use=in_use,
                on_progress=on_progress,
                is_cancelled=self._cancelled.is_set,
            )
        except Cancelled:
            return False
        return True

    def _use(self, target: Path) -> None:
        """All is there: the settings say so, on their own thread, before anything old goes."""
        is_done = threading.Event()

        def change() -> None:
            self._services.settings.change("models", folder=str(target))
            is_done.set()

        bridge.post(change)
        if not is_done.wait(_PATIENCE_S):  # the app is ending
            raise Cancelled(QT_TRANSLATE_NOOP("errors", "Cancelled."))

    def _look(self) -> None:
        now = self._progress
        if now is None or not now.total_bytes:
            return
        self.bar.setValue(round(1000 * now.done_bytes / now.total_bytes))
        parts = [
            self.tr("{0} of {1}").format(size_text(now.done_bytes), size_text(now.total_bytes))
        ]
        passed = time.monotonic() - self._started
        if now.done_bytes and passed > 1:
            left = passed * (now.total_bytes - now.done_bytes) / now.done_bytes
            parts.append(self.tr("{0} left").format(words.remaining(left)))
        parts.append(now.file)
        self.state.setText(" · ".join(parts))

    def _set_running(self, *, is_running: bool) -> None:
        self._is_running = is_running
        self.bar.setValue(0)
        self.bar.setVisible(is_running)
        self.start_button.setVisible(not is_running)
        self.choose.setEnabled(not is_running)
        self.problem.hide()
        self.state.setText("")
        self.close_button.setEnabled(True)
        self.close_button.setText(self.tr("Cancel") if is_running else self.tr("Close"))
        if is_running:
            self._timer.start()
        else:
            self._timer.stop()

    def _on_ended(self, target: Path, *, is_moved: bool) -> None:
        self._set_running(is_running=False)
        if is_moved:
            self.moved.emit(target)
            self.close()
        elif self._closes_after:
            self.close()
        else:
            self.state.setText(self.tr("Cancelled. Everything is where it was."))

    def _on_failed(self, error: DeskError) -> None:
        self._set_running(is_running=False)
        self.problem.setText(" ".join(sentence(error)).strip())
        self.problem.show()

    def _on_close_clicked(self) -> None:
        if self._is_running:
            self._cancelled.set()
            self.close_button.setEnabled(False)
        else:
            self.close()

    def _ask(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, self.tr("The new models folder"), str(self._source.parent)
        )
        if chosen:
            self.set_target(Path(chosen))

    def closeEvent(self, event: QCloseEvent) -> None:
        """It waits for the end: nothing is left half moved."""
        if self._is_running:
            self._cancelled.set()
            self._closes_after = True
            event.ignore()
        else:
            super().closeEvent(event)

    def reject(self) -> None:
        """Esc, and what Qt makes of a close."""
        if self._is_running:
            self._cancelled.set()
        else:
            super().reject()
