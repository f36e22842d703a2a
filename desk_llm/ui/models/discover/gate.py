"""A gated repository explains itself: whose permission it wants, and how to have it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.hub.types import Repo
from desk_llm.ui.messages import sentence
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label


class GateNotice(QFrame):
    """Hidden where the files can be read."""

    page_wanted = Signal()
    settings_wanted = Signal()
    retry_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "notice")
        self.text = Label.wrapped(
            self.tr(
                "Open its page, log in and accept the terms. Then enter a token of your account "
                "here, and try again."
            )
        )
        self.reason = Label.wrapped("")
        self.page = TextButton(self.tr("Open its page"), icon="external")
        self.page.clicked.connect(self.page_wanted)
        self.token = TextButton(self.tr("Enter a token…"), icon="lock")
        self.token.clicked.connect(self.settings_wanted)
        self.retry = TextButton(self.tr("Try again"), icon="retry")
        self.retry.clicked.connect(self.retry_wanted)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.SPACE_2)
        for button in (self.page, self.token, self.retry):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        edge = tokens.SPACE_4
        column.setContentsMargins(edge, tokens.SPACE_3, edge, tokens.SPACE_3)
        column.setSpacing(tokens.SPACE_2)
        column.addWidget(Label.wrapped(self.tr("This model asks for permission"), "subtitle"))
        column.addWidget(self.reason)
        column.addWidget(self.text)
        column.addLayout(buttons)
        self.hide()

    def show_repo(self, repo: Repo) -> None:
        """Shown where the token, if any, does not open it; the server's reason comes first."""
        if repo.problem is not None:
            self.reason.setText(sentence(repo.problem)[0])
        self.reason.setVisible(repo.problem is not None)
        self.setVisible(not repo.is_readable)
