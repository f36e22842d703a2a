"""Facts: labels at the left, what is known at the right; rows are reused."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import Label, plain_tooltip

_LABEL_WIDTH = 88
_SOFT_BREAKS = ("/", "\\", "_", "-")


class Facts(QWidget):
    """Values can be selected with the mouse; long paths break after their separators."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(tokens.SPACE_3)
        self._grid.setVerticalSpacing(tokens.SPACE_1)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, tokens.px(_LABEL_WIDTH))
        self._pairs: list[tuple[Label, Label]] = []
        self._shown: tuple[tuple[str, str], ...] = ()

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """(name, value); those without a value are left out."""
        wanted = tuple((name, value) for name, value in facts if value)
        if wanted == self._shown:
            return
        self._shown = wanted
        while len(self._pairs) < len(wanted):
            self._add_pair()
        for place, (label, value) in enumerate(self._pairs):
            is_used = place < len(wanted)
            label.setVisible(is_used)
            value.setVisible(is_used)
            if is_used:
                name, text = wanted[place]
                label.setText(name)
                value.setText(_breakable(text))
                value.setAccessibleName(f"{name}: {text}")
                value.setToolTip(plain_tooltip(text) if len(text) > 40 else "")

    def facts(self) -> dict[str, str]:
        """What is shown."""
        return dict(self._shown)

    def _add_pair(self) -> None:
        label, value = Label("", "small"), Label.wrapped("")
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        row = len(self._pairs)
        top = Qt.AlignmentFlag.AlignTop
        label.setContentsMargins(0, 2, 0, 0)
        self._grid.addWidget(label, row, 0, top)
        self._grid.addWidget(value, row, 1)
        self._pairs.append((label, value))


def _breakable(text: str) -> str:
    """With places where a line may end; a path has no spaces."""
    if len(text) < 24:
        return text
    for sign in _SOFT_BREAKS:
        text = text.replace(sign, sign + "\u200b")
    return text
