"""The line under the table: how much disk the models take, in all and by origin."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QHBoxLayout, QWidget

from desk_llm.models.types import Origin
from desk_llm.ui.models import words
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import ElidedLabel
from desk_llm.ui.widgets.sizes import size_text


class Totals(QWidget):
    """Words only; the largest origin first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = ElidedLabel("", "small")
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_1, tokens.SPACE_4, tokens.SPACE_1)
        row.addWidget(self._label, 1)

    def show_totals(self, totals: Mapping[Origin, int], n_models: int, n_shown: int) -> None:
        """Bytes by origin; `n_shown` is less than `n_models` where a filter is on."""
        count = self.tr("{0} models").format(n_models)
        if n_models == 1:
            count = self.tr("1 model")
        if n_shown != n_models:
            count = self.tr("{0} of {1} models").format(n_shown, n_models)
        parts = [count]
        if totals:
            parts.append(self.tr("{0} on disk").format(size_text(sum(totals.values()))))
        if len(totals) > 1:
            by_size = sorted(totals.items(), key=lambda pair: -pair[1])
            parts += [f"{words.origin(one)} {size_text(size)}" for one, size in by_size]
        self._label.setText(" · ".join(parts))

    def text(self) -> str:
        """The whole line."""
        return self._label.whole_text()
