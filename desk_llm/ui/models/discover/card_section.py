"""The model card on a repository's page: asked for, shown, its pictures on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QUrl, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.errors import DeskError
from desk_llm.hub.types import Repo
from desk_llm.markdown.blocks import Block
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.messages import sentence
from desk_llm.ui.models.discover.card_view import CardView, card_blocks
from desk_llm.ui.models.discover.pictures import PictureFetch
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label

if TYPE_CHECKING:
    from PySide6.QtGui import QImage


class CardSection(QWidget):
    """What comes for a repository that was left is not shown, and no more of it is fetched."""

    link_activated = Signal(QUrl)
    changed = Signal()  # its height: other parts of it may be seen now

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._round = 0
        self._fetch: PictureFetch | None = None
        self.view = CardView()
        self.view.link_activated.connect(self.link_activated)
        self.note = Label.wrapped("", "small")
        self.show_images = TextButton(self.tr("Show images"), icon="image")
        self.show_images.clicked.connect(self._on_show_images_clicked)
        heading = QHBoxLayout()
        heading.addWidget(Label(self.tr("Model card"), "subtitle"))
        heading.addStretch(1)
        heading.addWidget(self.show_images)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_3)
        column.addLayout(heading)
        column.addWidget(self.note)
        column.addWidget(self.view)

    def show_repo(self, repo: Repo) -> None:
        """Ask for the card of this repository."""
        self.leave()
        self._show_blocks([])
        self._say(self.tr("Reading the card…"))
        number, name = self._round, repo.summary.name
        endpoint = self._services.settings.current.network.endpoint.rstrip("/")
        base = f"{endpoint}/{name}/resolve/{repo.commit or 'main'}/"

        def read() -> list[Block]:
            return card_blocks(self._services.hub.card(name), base)

        task = bridge.ask(read, self)
        task.then(lambda blocks: self._on_card(number, blocks))
        task.failed(lambda error: self._on_failed(number, error))

    def leave(self) -> None:
        """Nothing that comes from now on is shown."""
        self._round += 1
        if self._fetch is not None:
            self._fetch.stop()
            self._fetch = None

    def seen(self, viewport: QRect) -> None:
        """What of this section lies in the viewport."""
        self.view.seen(viewport.translated(-self.view.pos()))

    def _on_card(self, number: int, blocks: list[Block]) -> None:
        if number == self._round:
            self._say("" if blocks else self.tr("There is no model card."))
            self._show_blocks(blocks)

    def _on_failed(self, number: int, error: DeskError) -> None:
        if number == self._round:
            text = " ".join(sentence(error)).strip()
            self._say(self.tr("The card could not be read: {0}").format(text))

    def _say(self, text: str) -> None:
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _show_blocks(self, blocks: list[Block]) -> None:
        self.view.set_blocks(blocks)
        self._show_button()
        self.changed.emit()

    # ── pictures ─────────────────────────────────────────────────────────

    def _show_button(self) -> None:
        count = len(self.view.pictures)
        self.show_images.setVisible(bool(count))
        self.show_images.setEnabled(self._fetch is None)
        self.show_images.setText(self.tr("Show images ({0})").format(count))

    def _on_show_images_clicked(self) -> None:
        number, urls = self._round, self.view.pictures
        fetch = self._fetch = PictureFetch(self._services.settings, self._services.core.tokens)
        self._show_button()
        bridge.on_gui(fetch.found, lambda one: self._on_image(number, *one), self)
        task = bridge.ask(lambda: fetch.fetch(urls), self)
        task.then(lambda _none: self._on_images_done(number))

    def _on_image(self, number: int, url: str, image: QImage) -> None:
        if number == self._round:
            self.view.show_image(url, image)
            self.changed.emit()

    def _on_images_done(self, number: int) -> None:
        if number == self._round:
            self._fetch = None
            self._show_button()
