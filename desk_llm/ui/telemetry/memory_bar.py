"""MemoryBar: one device's memory as a stacked bar, with its legend in bytes."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk_llm.telemetry.owners import Owners
from desk_llm.ui.telemetry import numbers
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.legend import Entry, Legend, Series
from desk_llm.ui.widgets.meter import Meter

_HEIGHT = 8


class MemoryBar(QWidget):
    """Weights, KV cache, buffers, the app, other programs, free."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = Meter(_HEIGHT)
        self.legend = Legend()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_1)
        column.addWidget(self._bar)
        column.addWidget(self.legend)

    def show_owners(self, owners: Owners, total: int) -> None:
        """The newest numbers."""
        named: tuple[tuple[Series, str, int | None], ...] = (
            ("accent", self.tr("Weights"), owners.weights),
            ("series_blue", self.tr("KV cache"), owners.kv_cache),
            ("series_violet", self.tr("Buffers"), owners.compute),
            ("series_amber", self.tr("App"), owners.app),
            ("control", self.tr("Others"), owners.others),
            ("border", self.tr("Free"), owners.free),
        )
        self._bar.set_parts(
            tuple((numbers.share(size or 0, total), colour) for colour, _, size in named[:-1])
        )
        self.legend.set_entries(
            [Entry(colour, label, _size(size)) for colour, label, size in named]
        )

    def parts(self) -> tuple[tuple[float, str], ...]:
        """What is shown."""
        return self._bar.parts()


def _size(size: int | None) -> str:
    return numbers.NONE if size is None else numbers.memory(size)
