"""What happens to a bug: it is logged, and the person gets a report to copy; the app goes on.

Nothing is sent anywhere: the report is shown, and the person decides.
"""

from __future__ import annotations

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from types import TracebackType

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from desk_llm import __version__
from desk_llm.ui import bridge
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label

log = logging.getLogger("desk.ui")

LogLines = Callable[[], Iterable[str]]
_LINES = 50


def report(error: BaseException, lines: Iterable[str] = ()) -> str:
    """Traceback, versions and the newest lines of the log."""
    trace = "".join(traceback.format_exception(error))
    versions = (
        f"desk_llm {__version__}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"{platform.platform()}"
    )
    newest = "\n".join(list(lines)[-_LINES:])
    return f"{versions}\n\n{trace}\n{newest}".rstrip() + "\n"


class CrashDialog(QDialog):
    """The report, Copy, Close the app, Go on."""

    def __init__(self, text: str) -> None:
        super().__init__(None)
        self.setWindowTitle(self.tr("Something went wrong"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        shown = QPlainTextEdit(text)
        shown.setReadOnly(True)
        shown.setFont(tokens.font("code"))
        shown.setAccessibleName(self.tr("Report"))
        shown.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._shown = shown
        copy = TextButton(self.tr("Copy report"), icon="copy")
        copy.clicked.connect(self._on_copy_clicked)
        leave = TextButton(self.tr("Close the app"))
        leave.clicked.connect(self._on_leave_clicked)
        go_on = TextButton(self.tr("Go on"), "primary")
        go_on.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.SPACE_2)
        buttons.addWidget(copy)
        buttons.addStretch(1)
        buttons.addWidget(leave)
        buttons.addWidget(go_on)
        edge = tokens.SPACE_6
        column = QVBoxLayout(self)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(Label(self.tr("Something went wrong in desk_llm"), "subtitle"))
        column.addWidget(
            Label.wrapped(
                self.tr(
                    "Your chats are saved. You can go on, but restarting is safer. "
                    "This report stays on your computer unless you send it to somebody."
                ),
                "muted",
            )
        )
        column.addWidget(shown, 1)
        column.addLayout(buttons)
        self.resize(640, 460)

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._shown.toPlainText())

    def _on_leave_clicked(self) -> None:
        self.accept()
        QApplication.closeAllWindows()


class CrashHandler:
    """Takes over the three hooks of Python; one dialog at a time."""

    def __init__(self, log_lines: LogLines = tuple) -> None:
        self._log_lines = log_lines
        self._dialog: CrashDialog | None = None

    def install(self) -> None:
        """From now on nothing fails silently."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def uninstall(self) -> None:
        """Give Python its own hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.closeAllWindows()
            return
        log.critical("a bug", exc_info=(kind, error, trace))
        bridge.post(lambda: self._show(error))

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            self._on_exception(args.exc_type, args.exc_value, args.exc_traceback)

    def _show(self, error: BaseException) -> None:
        if self._dialog is not None or QApplication.instance() is None:
            return  # the first tells more than those that follow from it
        self._dialog = CrashDialog(report(error, self._log_lines()))
        self._dialog.destroyed.connect(self._on_destroyed)
        self._dialog.show()

    def _on_destroyed(self) -> None:
        self._dialog = None
