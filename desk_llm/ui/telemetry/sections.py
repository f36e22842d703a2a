"""The sections about the machine and the engine; each is given a part of a Sample."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout

from desk_llm.engine.types import EngineStats, ModelInfo
from desk_llm.telemetry.owners import gpu_owners, ram_owners
from desk_llm.telemetry.types import GpuSample, Sample
from desk_llm.ui.telemetry import numbers
from desk_llm.ui.telemetry.memory_bar import MemoryBar
from desk_llm.ui.telemetry.section import Section
from desk_llm.ui.telemetry.slots import SlotSquares
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import Label
from desk_llm.ui.widgets.meter import Meter
from desk_llm.ui.widgets.reading import Reading
from desk_llm.ui.widgets.sparkline import Sparkline

_LINE_HEIGHT = 24


class GpuSection(Section):
    """One GPU; rows that it cannot tell are left out."""

    def __init__(self, gpu: GpuSample) -> None:
        super().__init__(gpu.name)
        self.load = Reading(self.tr("GPU"))
        self.line = Sparkline(_LINE_HEIGHT, maximum=100.0, describe=self._describe)
        self.memory = Reading(self.tr("VRAM"))
        self.bar = MemoryBar()
        self.add(self.load)
        self.add(self.line)
        self.add(self.memory, tokens.SPACE_1)
        self.add(self.bar)
        self.power = Reading(self.tr("Power"))
        self.temperature = Reading(self.tr("Temp"))
        pair = QHBoxLayout()
        pair.setSpacing(tokens.SPACE_4)
        pair.addWidget(self.power, 1)
        pair.addWidget(self.temperature, 1)
        self.column.addLayout(pair)

    def add_point(self, gpu: GpuSample) -> None:
        """The history goes on while the panel is hidden."""
        if gpu.utilisation is not None:
            self.line.add(gpu.utilisation)

    def show_gpu(self, gpu: GpuSample, names: Sequence[str], models: Sequence[ModelInfo]) -> None:
        """The newest numbers; `names` are the engine's for this GPU."""
        self.load.setHidden(gpu.utilisation is None)
        self.line.setHidden(gpu.utilisation is None)
        self.load.set_value(self.percent(gpu.utilisation or 0.0))
        self.power.setHidden(gpu.power_w is None)
        self.power.set_value(self.tr("{value} W").format(value=f"{gpu.power_w or 0.0:.0f}"))
        self.temperature.setHidden(gpu.temperature_c is None)
        self.temperature.set_value(
            self.tr("{value} °C").format(value=f"{gpu.temperature_c or 0.0:.0f}")
        )
        used = self.used_of(gpu.memory_used, gpu.memory_total)
        self.memory.set_value(used)
        self.head.set_summary(used)
        self.bar.show_owners(gpu_owners(gpu, names, models), gpu.memory_total)

    def _describe(self, value: float, ago: int) -> str:
        return self.ago(self.percent(value), ago)


class SystemSection(Section):
    """CPU and memory, ours and everybody's."""

    def __init__(self) -> None:
        super().__init__()
        self.set_title(self.tr("System"))
        self.cpu = Reading(self.tr("CPU"))
        self.line = Sparkline(_LINE_HEIGHT, maximum=100.0, describe=self._describe)
        self.memory = Reading(self.tr("Memory"))
        self.bar = MemoryBar()
        self.add(self.cpu)
        self.add(self.line)
        self.add(self.memory, tokens.SPACE_1)
        self.add(self.bar)

    def add_point(self, sample: Sample) -> None:
        """The history goes on while the panel is hidden."""
        self.line.add(sample.cpu_percent)

    def show_sample(self, sample: Sample) -> None:
        """The newest numbers."""
        self.cpu.set_value(self.percent(sample.cpu_percent))
        used = self.used_of(sample.memory_used, sample.memory_total)
        self.memory.set_value(used)
        self.head.set_summary(used)
        self.bar.show_owners(ram_owners(sample), sample.memory_total)

    def _describe(self, value: float, ago: int) -> str:
        return self.ago(self.percent(value), ago)


class EngineSection(Section):
    """Where the model is, slots and context."""

    def __init__(self) -> None:
        super().__init__()
        self.set_title(self.tr("Engine"))
        self.device = Reading(self.tr("Device"))
        self.add(self.device)
        self.slots = SlotSquares()
        row = QHBoxLayout()
        row.addWidget(Label(self.tr("Slots"), "muted"), 1)
        row.addWidget(self.slots)
        self.column.addLayout(row)
        self.context = Reading(self.tr("Context"))
        self.add(self.context)
        self.meter = Meter()
        self.add(self.meter)

    def show_stats(self, stats: EngineStats) -> None:
        """The newest numbers."""
        device = self._device(stats)
        self.device.set_value(device)
        self.head.set_summary(device)
        self.slots.set_slots(stats.slots)
        self.slots.setAccessibleName(
            self.tr("{running} of {count} slots are busy").format(
                running=sum(slot.phase is not None for slot in stats.slots), count=len(stats.slots)
            )
        )
        if stats.n_ctx:
            self.context.set_value(
                f"{numbers.tokens(stats.ctx_used)} / {numbers.tokens(stats.n_ctx)}"
            )
        else:
            self.context.set_value(numbers.NONE)
        used = numbers.share(stats.ctx_used, stats.n_ctx)
        self.meter.set_parts([(used, "warning" if used > 0.9 else "ours")])

    def _device(self, stats: EngineStats) -> str:
        if not stats.started:
            return numbers.NONE
        if not stats.devices:
            return self.tr("CPU only")
        if stats.model is None:
            return self.tr("GPU")
        if stats.model.n_gpu_layers == 0:
            return self.tr("CPU")
        layers, total = stats.model.n_gpu_layers, stats.model.n_layers
        return self.tr("GPU, {layers}/{total} layers").format(
            layers=total if layers < 0 else min(layers, total), total=total
        )
