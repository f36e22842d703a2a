"""Labels that show text as it is: plain, in one of the sheet's roles, elided where they must be."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

LabelRole = Literal[
    "body",
    "caption",
    "section",
    "small",
    "faint",
    "muted",
    "subtitle",
    "title",
    "toast",
    "danger",
    "key",
]


def plain_tooltip(text: str) -> str:
    """A tooltip that shows foreign text literally: QToolTip guesses HTML otherwise."""
    return f"<span>{escape(text)}</span>" if text else ""


class Label(QLabel):
    """A QLabel that never takes its text for HTML."""

    def __init__(
        self, text: str = "", role: LabelRole = "body", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setText(text)

    @classmethod
    def wrapped(cls, text: str = "", role: LabelRole = "body") -> Label:
        """A label of several lines."""
        made = cls(text, role)
        made.setWordWrap(True)
        return made


class ElidedLabel(Label):
    """One line that ends in … where it does not fit; the whole text is in the tooltip."""

    def __init__(
        self, text: str = "", role: LabelRole = "body", parent: QWidget | None = None
    ) -> None:
        self._whole = text
        super().__init__(text, role, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        """Show `text`, as much of it as fits."""
        self._whole = " ".join(text.split())
        self._elide()
        self.updateGeometry()

    def whole_text(self) -> str:
        """The text before it was shortened."""
        return self._whole

    def minimumSizeHint(self) -> QSize:
        """Anything down to a few letters."""
        return QSize(self.fontMetrics().averageCharWidth() * 4, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """As wide as the whole text."""
        width = self.fontMetrics().horizontalAdvance(self._whole) + 2
        return QSize(width, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten again."""
        super().resizeEvent(event)
        self._elide()

    def changeEvent(self, event: QEvent) -> None:
        """Another font needs another cut."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._elide()

    def _elide(self) -> None:
        room = max(0, self.width() - 2)
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, room)
        super().setText(shown)
        self.setToolTip(plain_tooltip(self._whole) if shown != self._whole else "")
        self.setAccessibleName(self._whole)
