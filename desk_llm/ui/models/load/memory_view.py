"""A bar per device: what the model takes of it, what others have, what stays free."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.engine.types import MemoryUse
from desk_llm.models.fit.formula import CPU, on_device, total
from desk_llm.models.fit.types import Fit
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import ElidedLabel, Label
from desk_llm.ui.widgets.legend import Entry, Legend
from desk_llm.ui.widgets.meter import Meter
from desk_llm.ui.widgets.sizes import memory_text


@dataclass(frozen=True, slots=True)
class DeviceMemory:
    """Bytes of one device and who has them."""

    device: str
    title: str
    capacity: int
    free: int
    use: MemoryUse
    extra: int  # draft model, adapters, projector

    @property
    def needed(self) -> int:
        """By this model."""
        return total(self.use) + self.extra


def devices_of(fit: Fit, ram_total: int, ram_title: str) -> tuple[DeviceMemory, ...]:
    """The GPUs, then the RAM."""
    rows = [
        DeviceMemory(
            one.name,
            one.description or one.name,
            one.memory_total,
            one.memory_free,
            on_device(fit.need, one.name),
            total(on_device(fit.extra, one.name)),
        )
        for one in fit.free.devices
    ]
    in_ram = total(on_device(fit.extra, CPU))
    rows.append(
        DeviceMemory(CPU, ram_title, ram_total, fit.free.ram, on_device(fit.need, CPU), in_ram)
    )
    return tuple(rows)


class DeviceBar(QWidget):
    """One device."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedLabel("", "small")
        self.figure = Label("", "small")
        self.meter = Meter(8)
        self.legend = Legend()
        head = QHBoxLayout()
        head.setSpacing(tokens.SPACE_2)
        head.addWidget(self.title, 1)
        head.addWidget(self.figure)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_1)
        column.addLayout(head)
        column.addWidget(self.meter)
        column.addWidget(self.legend)

    def show_memory(self, one: DeviceMemory) -> None:
        """The newest figures."""
        others = max(0, one.capacity - one.free)
        left = one.free - one.needed
        parts = (
            (one.use.weights, "accent", self.tr("Weights")),
            (one.use.kv_cache, "series_blue", self.tr("Context")),
            (one.use.compute, "series_violet", self.tr("Buffers")),
            (one.extra, "series_amber", self.tr("Companions")),
            (others, "control", self.tr("Others")),
        )
        capacity = max(1, one.capacity, one.needed + others)
        self.meter.set_parts([(size / capacity, role) for size, role, _label in parts])
        entries = [
            Entry(role, label, memory_text(size))  # type: ignore[arg-type]
            for size, role, label in parts
            if size
        ]
        is_short = left < 0
        free = self.tr("short of {0}") if is_short else self.tr("{0} free")
        entries.append(Entry("border", self.tr("Free"), memory_text(max(0, left))))
        self.legend.set_entries(entries)
        self.title.setText(one.title)
        self.figure.setText(free.format(memory_text(abs(left))))
        self.figure.setProperty("role", "danger" if is_short else "small")
        self.figure.style().unpolish(self.figure)
        self.figure.style().polish(self.figure)
        self.meter.setAccessibleName(f"{one.title}: {self.figure.text()}")


class MemoryView(QWidget):
    """As many bars as there are devices."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: list[DeviceBar] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.SPACE_2)

    def show_fit(self, fit: Fit, ram_total: int) -> None:
        """The newest figures."""
        rows = devices_of(fit, ram_total, self.tr("Memory (RAM)"))
        while len(self.bars) < len(rows):
            bar = DeviceBar()
            self.bars.append(bar)
            self._column.addWidget(bar)
        for bar in self.bars[len(rows) :]:
            bar.hide()
        for bar, row in zip(self.bars, rows, strict=False):
            bar.show_memory(row)
            bar.show()
