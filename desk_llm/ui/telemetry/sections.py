"""The sections of the panel: speed, one per GPU, system, engine; each a part of a Sample."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.engine.types import EngineStats
from desk_llm.telemetry.types import GpuSample, Sample
from desk_llm.ui.telemetry import numbers
from desk_llm.ui.telemetry.slots import SlotSquares
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import ElidedLabel, Label
from desk_llm.ui.widgets.meter import Meter, PartRole
from desk_llm.ui.widgets.reading import Reading
from desk_llm.ui.widgets.sparkline import Sparkline


class Section(QWidget):
    """A heading, if any, and a column of rows."""

    def __init__(self, title: str = "") -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(tokens.SPACE_1)
        if title:
            self.column.addWidget(ElidedLabel(title, "section"))

    def add(self, widget: QWidget, space: int = 0) -> None:
        """A row; `space` is added above it."""
        if space:
            self.column.addSpacing(space)
        self.column.addWidget(widget)

    def percent(self, value: float) -> str:
        """A whole percentage."""
        return self.tr("{value} %").format(value=f"{value:.0f}")

    def gigabytes(self, size: int) -> str:
        """Memory in GB."""
        return self.tr("{value} GB").format(value=numbers.gib(size))

    def used_of(self, used: int, total: int) -> str:
        """Used and total memory."""
        return self.tr("{used} / {total} GB").format(
            used=numbers.gib(used), total=numbers.gib(total)
        )

    def ago(self, text: str, seconds: int) -> str:
        """What the mouse finds on a line."""
        return self.tr("{value}, {seconds} s ago").format(value=text, seconds=seconds)

    def add_meter(self) -> Meter:
        """A bar under the row before."""
        meter = Meter()
        self.add(meter)
        self.column.addSpacing(tokens.SPACE_1)
        return meter


class SpeedSection(Section):
    """How fast the model writes and reads."""

    def __init__(self) -> None:
        super().__init__()
        self.generation = Reading(self.tr("Generation"))
        self.line = Sparkline(describe=self._describe)
        self.prompt = Reading(self.tr("Prompt"))
        self.first = Reading(self.tr("First token"))
        self.add(self.generation)
        self.add(self.line)
        self.add(self.prompt, tokens.SPACE_1)
        self.add(self.first)

    def add_point(self, sample: Sample) -> None:
        """The history goes on while the panel is hidden."""
        self.line.add(sample.engine.decode_tok_s)

    def show_stats(self, stats: EngineStats) -> None:
        """The newest numbers."""
        self.generation.set_value(self._rate(stats.decode_tok_s))
        self.prompt.set_value(self._rate(stats.prefill_tok_s))
        first = stats.ttft_s
        self.first.set_value(
            self.tr("{value} s").format(value=numbers.seconds(first)) if first > 0 else numbers.NONE
        )

    def _rate(self, value: float) -> str:
        if value <= 0:
            return numbers.NONE
        return self.tr("{value} tok/s").format(value=numbers.rate(value))

    def _describe(self, value: float, ago: int) -> str:
        return self.ago(self._rate(value), ago)


class GpuSection(Section):
    """One GPU; rows that it cannot tell are left out."""

    def __init__(self, gpu: GpuSample) -> None:
        super().__init__(gpu.name)
        self.load = Reading(self.tr("GPU"))
        self.line = Sparkline(24, maximum=100.0, describe=self._describe)
        self.memory = Reading(self.tr("VRAM"))
        self.add(self.load)
        self.add(self.line)
        self.add(self.memory, tokens.SPACE_1)
        self.meter = self.add_meter()
        self.ours = Reading(self.tr("This app"))
        self.add(self.ours)
        self.power = Reading(self.tr("Power"))
        self.temperature = Reading(self.tr("Temp"))
        pair = QHBoxLayout()
        pair.setSpacing(tokens.SPACE_4)
        pair.addWidget(self.power, 1)
        pair.addWidget(self.temperature, 1)
        self.column.addLayout(pair)
        self.show_gpu(gpu)

    def add_point(self, gpu: GpuSample) -> None:
        """The history goes on while the panel is hidden."""
        if gpu.utilisation is not None:
            self.line.add(gpu.utilisation)

    def show_gpu(self, gpu: GpuSample) -> None:
        """The newest numbers."""
        self.load.setHidden(gpu.utilisation is None)
        self.line.setHidden(gpu.utilisation is None)
        self.load.set_value(self.percent(gpu.utilisation or 0.0))
        self.power.setHidden(gpu.power_w is None)
        self.power.set_value(self.tr("{value} W").format(value=f"{gpu.power_w or 0.0:.0f}"))
        self.temperature.setHidden(gpu.temperature_c is None)
        self.temperature.set_value(
            self.tr("{value} °C").format(value=f"{gpu.temperature_c or 0.0:.0f}")
        )
        self.memory.set_value(self.used_of(gpu.memory_used, gpu.memory_total))
        self.meter.set_parts(memory_parts(gpu.memory_ours, gpu.memory_used, gpu.memory_total))
        self.ours.setHidden(gpu.memory_ours is None)
        self.ours.set_value(self.gigabytes(gpu.memory_ours or 0))

    def _describe(self, value: float, ago: int) -> str:
        return self.ago(self.percent(value), ago)


class SystemSection(Section):
    """CPU and memory, ours and everybody's."""

    def __init__(self) -> None:
        super().__init__(self.tr("System"))
        self.cpu = Reading(self.tr("CPU"))
        self.line = Sparkline(24, maximum=100.0, describe=self._describe)
        self.memory = Reading(self.tr("Memory"))
        self.add(self.cpu)
        self.add(self.line)
        self.add(self.memory, tokens.SPACE_1)
        self.meter = self.add_meter()
        self.ours = Reading(self.tr("This app"))
        self.add(self.ours)

    def add_point(self, sample: Sample) -> None:
        """The history goes on while the panel is hidden."""
        self.line.add(sample.cpu_percent)

    def show_sample(self, sample: Sample) -> None:
        """The newest numbers."""
        self.cpu.set_value(self.percent(sample.cpu_percent))
        ours, used, total = sample.memory_ours, sample.memory_used, sample.memory_total
        self.memory.set_value(self.used_of(used, total))
        self.meter.set_parts(memory_parts(ours, used, total))
        self.ours.set_value(self.gigabytes(ours))

    def _describe(self, value: float, ago: int) -> str:
        return self.ago(self.percent(value), ago)


class EngineSection(Section):
    """Slots, queue, context and the prompt cache."""

    def __init__(self) -> None:
        super().__init__(self.tr("Engine"))
        self.device = Reading(self.tr("Device"))
        self.add(self.device)
        self.slots = SlotSquares()
        row = QHBoxLayout()
        row.addWidget(Label(self.tr("Slots"), "muted"), 1)
        row.addWidget(self.slots)
        self.column.addLayout(row)
        self.queue = Reading(self.tr("Queue"))
        self.context = Reading(self.tr("Context"))
        self.add(self.queue)
        self.add(self.context)
        self.meter = self.add_meter()
        self.cached = Reading(self.tr("Cached"))
        self.add(self.cached)

    def show_stats(self, stats: EngineStats) -> None:
        """The newest numbers."""
        self.device.set_value(self._device(stats))
        self.slots.set_slots(stats.slots)
        self.slots.setAccessibleName(
            self.tr("{running} of {count} slots are busy").format(
                running=sum(slot.phase is not None for slot in stats.slots), count=len(stats.slots)
            )
        )
        self.queue.set_value(str(stats.waiting) if stats.model else numbers.NONE)
        if stats.n_ctx:
            self.context.set_value(
                f"{numbers.tokens(stats.ctx_used)} / {numbers.tokens(stats.n_ctx)}"
            )
        else:
            self.context.set_value(numbers.NONE)
        used = numbers.share(stats.ctx_used, stats.n_ctx)
        self.meter.set_parts([(used, "warning" if used > 0.9 else "ours")])
        prompt = stats.last_usage.prompt_tokens
        self.cached.set_value(
            self.percent(100 * stats.last_usage.cached_tokens / prompt) if prompt else numbers.NONE
        )

    def _device(self, stats: EngineStats) -> str:
        if not stats.started:
            return numbers.NONE
        if not stats.devices:
            return self.tr("CPU only")
        if stats.model is None:
            return self.tr("GPU")
        if stats.model.n_gpu_layers <= 0:
            return self.tr("CPU")
        return self.tr("GPU, {layers}/{total} layers").format(
            layers=min(stats.model.n_gpu_layers, stats.model.n_layers), total=stats.model.n_layers
        )


def memory_parts(ours: int | None, used: int, total: int) -> list[tuple[float, PartRole]]:
    """Our part, then everybody else's; one part where nobody knows ours."""
    mine = ours or 0
    others = numbers.share(max(used - mine, 0), total)
    return [(numbers.share(mine, total), "ours"), (others, "others")]
