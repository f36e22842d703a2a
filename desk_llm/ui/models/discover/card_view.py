"""A model card: Markdown as blocks, pictures as quiet boxes until the person lets them come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QTimer, QUrl, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from desk_llm.markdown.blocks import Block, Picture
from desk_llm.markdown.card import CardText, parts
from desk_llm.markdown.stream import BlockStream
from desk_llm.ui.models.discover.pictures import address
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.document.column import BlockColumn
from desk_llm.ui.widgets.document.look import Look

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QResizeEvent

_NEAR = 300  # px above and below what is seen


def card_blocks(card: str, base: str) -> list[Block]:
    """The blocks of a card; relative addresses of pictures begin at `base`. Any thread."""
    blocks: list[Block] = []
    for part in parts(card):
        if isinstance(part, CardText):
            blocks += BlockStream(part.text).blocks
        elif source := address(part.source, base):
            blocks.append(Picture(source, part.alt))
    return blocks


class CardView(QWidget):
    """As tall as its text; only the blocks near `show_span` are widgets."""

    link_activated = Signal(QUrl)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look.now()
        self._images: dict[str, QImage] = {}
        self._span = (0, 0)
        self.column = BlockColumn(self, self._look, self.link_activated, self._images)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def pictures(self) -> tuple[str, ...]:
        """Addresses of the pictures that were not asked for yet, each once."""
        sources = (one.source for one in self.column.blocks if isinstance(one, Picture))
        return tuple(dict.fromkeys(one for one in sources if one not in self._images))

    def set_blocks(self, blocks: list[Block]) -> None:
        """Another card."""
        self._images.clear()
        self.column.set_blocks(blocks, 0)
        self._place()

    def show_image(self, source: str, image: QImage) -> None:
        """A picture has come, or (null) could not be had."""
        self._images[source] = image
        self.column.measure_again()
        self._place()

    def show_span(self, top: int, bottom: int) -> None:
        """What of it is seen now."""
        if (top, bottom) != self._span:
            self._span = (top, bottom)
            self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, other lines."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._place()

    def changeEvent(self, event: QEvent) -> None:
        """Another scheme or zoom; later, for Qt takes back the fonts it finds during the change."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            QTimer.singleShot(0, self, self._restyle)

    def _restyle(self) -> None:
        look = Look.now()
        if look != self._look:
            self._look = look
            self.column.restyle(look)
            self._place()

    def _place(self) -> None:
        width = min(self.width(), self._look.px(tokens.CHAT_COLUMN))
        top, bottom = self._span
        height = self.column.arrange(0, 0, max(80, width), (top - _NEAR, bottom + _NEAR))
        if height != self.height():
            self.setFixedHeight(max(1, height))

    def seen(self, viewport: QRect) -> None:
        """Show what lies in `viewport`, in the coordinates of this widget."""
        self.show_span(max(0, viewport.top()), max(0, viewport.bottom()))
