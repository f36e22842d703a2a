"""A thematic break: one hairline."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desk_llm.markdown.blocks import Rule
from desk_llm.ui.widgets.document.look import Look

_HEIGHT = 9


class RuleBlock(QWidget):
    """Says nothing, so it is no stop for the keyboard."""

    def __init__(self, block: Rule, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        del block
        self._look = look

    def set_block(self, block: Rule) -> None:
        """All rules are equal."""

    def restyle(self, look: Look) -> None:
        """Other colours."""
        self._look = look
        self.update()

    def fit(self, width: int) -> int:
        """Always the same height."""
        self.resize(width, _HEIGHT)
        return _HEIGHT

    def find_text(self, text: str, start: int, backwards: bool) -> None:
        """There is no text."""
        del text, start, backwards

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line."""
        del event
        QPainter(self).fillRect(0, _HEIGHT // 2, self.width(), 1, self._look.colour("border"))
