"""A picture of a model card: a quiet box that names it, until the person lets pictures come."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QRect, QRectF, Qt, QUrl
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desk_llm.markdown.blocks import Picture
from desk_llm.markdown.characters import visible
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.document.look import Look

Album = Mapping[str, QImage]  # by address; a null image could not be had
NO_ALBUM: Album = MappingProxyType({})
_HEIGHT = 36  # of the box
_TALLEST = 640


class PictureBlock(QWidget):
    """Reads the album, never the network."""

    def __init__(self, block: Picture, look: Look, parent: QWidget, album: Album) -> None:
        super().__init__(parent)
        self._look = look
        self._album = album
        self._block = block
        self.set_block(block)

    @property
    def has_image(self) -> bool:
        """Whether the picture itself is shown."""
        image = self._album.get(self._block.source)
        return image is not None and not image.isNull()

    def set_block(self, block: Picture) -> None:
        """Another picture."""
        self._block = block
        self.setAccessibleName(self.tr("Picture: {0}").format(self._text()))
        self.update()

    def restyle(self, look: Look) -> None:
        """Other colours or another zoom."""
        self._look = look
        self.update()

    def fit(self, width: int) -> int:
        """As wide as the picture, at most as wide as the column."""
        height = self._look.px(_HEIGHT)
        if self.has_image:
            height = self._place(width).height()
        self.resize(width, height)
        self.update()
        return height

    def find_text(self, text: str, start: int, backwards: bool) -> None:
        """There is no text."""
        del text, start, backwards

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, or the box with its name."""
        del event
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        if self.has_image:
            image = self._album[self._block.source]
            painter.drawImage(self._place(self.width()), image)
            return
        size = self._look.px(tokens.ICON_ROW)
        painter.setPen(QPen(self._look.colour("border"), 1))
        painter.setBrush(self._look.colour("sunken"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, tokens.RADIUS_CARD, tokens.RADIUS_CARD)
        middle = self.height() // 2
        mark = icons.pixmap("image", "faint", size, self.devicePixelRatioF())
        painter.drawPixmap(tokens.SPACE_3, middle - size // 2, mark)
        painter.setFont(self._look.font("small"))
        painter.setPen(self._look.colour("muted"))
        text = self.rect().adjusted(tokens.SPACE_3 + size + tokens.SPACE_2, 0, -tokens.SPACE_3, 0)
        shown = painter.fontMetrics().elidedText(
            self._text(), Qt.TextElideMode.ElideMiddle, text.width()
        )
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _place(self, width: int) -> QRect:
        image = self._album[self._block.source]
        size = image.deviceIndependentSize().toSize()
        room = size.boundedTo(size.scaled(width, _TALLEST, Qt.AspectRatioMode.KeepAspectRatio))
        return QRect(0, 0, max(1, room.width()), max(1, room.height()))

    def _text(self) -> str:
        host = QUrl(self._block.source).host()
        alt = visible(" ".join(self._block.alt.split()))
        failed = self._album.get(self._block.source) is not None
        name = f"{alt} – {host}" if alt else host
        return self.tr("{0} (could not be loaded)").format(name) if failed else name
