"""The row under a message: what can be done with it, its siblings, its numbers."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desk_llm.chat.types import Message, Role
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.labels import Label


class Footer(QWidget):
    """Copy, Edit or Retry, ‹ 2/2 ›, and at the right the numbers of a reply."""

    copy_clicked = Signal()
    retry_clicked = Signal()
    edit_clicked = Signal()
    step_clicked = Signal(int)

    def __init__(self, role: Role, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._numbers = Label("", "faint")
        is_user = role is Role.USER
        if is_user:
            row.addStretch(1)
        self.copy = self._button(self.tr("Copy"), self.tr("Copy this message"))
        self.copy.clicked.connect(self.copy_clicked)
        row.addWidget(self.copy)
        if is_user:
            self.edit = self._button(self.tr("Edit"), self.tr("Edit this message"))
            self.edit.clicked.connect(self.edit_clicked)
            row.addWidget(self.edit)
        else:
            self.retry = self._button(self.tr("Retry"), self.tr("Write this reply again"))
            self.retry.clicked.connect(self.retry_clicked)
            row.addWidget(self.retry)
        self._siblings = self._sibling_row()
        row.addWidget(self._siblings)
        if not is_user:
            row.addStretch(1)
            row.addWidget(self._numbers)

    def _button(self, text: str, name: str) -> TextButton:
        button = TextButton(text, "ghost")
        button.setAccessibleName(name)
        button.setToolTip(name)
        return button

    def _sibling_row(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(tokens.SPACE_1, 0, 0, 0)
        row.setSpacing(0)
        self.previous = IconButton("chevron-left", self.tr("Previous version"), size=16)
        self.next = IconButton("chevron-right", self.tr("Next version"), size=16)
        self._place = Label("", "small")
        self._place.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.previous.clicked.connect(lambda: self.step_clicked.emit(-1))
        self.next.clicked.connect(lambda: self.step_clicked.emit(1))
        for widget in (self.previous, self._place, self.next):
            row.addWidget(widget)
        box.hide()
        return box

    def set_siblings(self, index: int, count: int) -> None:
        """Show ‹ index+1/count ›; nothing where there is only one."""
        self._place.setText(f"{index + 1}/{count}")
        self._place.setAccessibleName(
            self.tr("Version {index} of {count}").format(index=index + 1, count=count)
        )
        self.previous.setEnabled(index > 0)
        self.next.setEnabled(index + 1 < count)
        self._siblings.setVisible(count > 1)

    def set_numbers(self, message: Message) -> None:
        """Tokens, speed and the wait of a finished reply; only what was measured."""
        parts = []
        usage, timings = message.usage, message.timings
        if usage.completion_tokens:
            parts.append(self.tr("{n} tokens").format(n=usage.completion_tokens))
        if timings.decode_tok_s > 0:
            parts.append(self.tr("{n} tok/s").format(n=f"{timings.decode_tok_s:.1f}"))
        if timings.ttft_s > 0:
            parts.append(self.tr("{n} s to first token").format(n=f"{timings.ttft_s:.2f}"))
        self._numbers.setText(" · ".join(parts))
        self._numbers.setToolTip(
            self.tr("{prompt} tokens read, {cached} of them from memory").format(
                prompt=usage.prompt_tokens, cached=usage.cached_tokens
            )
            if usage.prompt_tokens
            else ""
        )

    def sizeHint(self) -> QSize:
        """The numbers give way where it is narrow."""
        return QSize(0, max(tokens.HEIGHT_COMPACT, self.copy.sizeHint().height()))
