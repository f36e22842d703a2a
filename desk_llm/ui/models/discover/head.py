"""The top of a repository: back, its name and facts, its page."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.hub.types import Repo
from desk_llm.models.names import plain
from desk_llm.ui.models.discover.rows import found_row
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.labels import ElidedLabel


class RepoHead(QFrame):
    """Stays while the page below is loaded."""

    back_wanted = Signal()
    page_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "top")
        self.back = IconButton("chevron-left", self.tr("Back to the list"))
        self.back.clicked.connect(self.back_wanted)
        self.title = ElidedLabel("", "subtitle")
        self.facts = ElidedLabel("", "small")
        self.page = TextButton(self.tr("Open its page"), icon="external")
        self.page.clicked.connect(self.page_wanted)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.title)
        texts.addWidget(self.facts)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_3, tokens.SPACE_2, tokens.SPACE_4, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_3)
        row.addWidget(self.back)
        row.addLayout(texts, 1)
        row.addWidget(self.page)

    def show_name(self, name: str) -> None:
        """What is known before the server has answered."""
        self.title.setText(plain(name, 200))
        self.facts.setText(" ")
        self.page.hide()

    def show_repo(self, repo: Repo) -> None:
        """Name and facts."""
        row = found_row(repo.summary)
        self.title.setText(plain(repo.summary.name, 200))
        self.facts.setText(f"{row.about}   {row.side}")
        self.page.setVisible(bool(repo.page_url))
