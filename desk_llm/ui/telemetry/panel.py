"""TelemetryPanel: the dock at the right: a Sample per second, the engine's steps while it works."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desk_llm.engine.types import EngineStats, Step
from desk_llm.telemetry.devices import by_device
from desk_llm.telemetry.steps import make_strip
from desk_llm.telemetry.types import GpuSample, Sample
from desk_llm.telemetry.watch import Insight
from desk_llm.ui.telemetry.notice import SlowdownNotice
from desk_llm.ui.telemetry.queue.section import QueueSection
from desk_llm.ui.telemetry.section import Section
from desk_llm.ui.telemetry.sections import EngineSection, GpuSection, SystemSection
from desk_llm.ui.telemetry.speed import CurveSection, SpeedSection, StepsSection
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import Label

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent


class TelemetryPanel(QWidget):
    """Give it samples with `show_sample`; while it is hidden only the history goes on."""

    folded = Signal(str, bool)  # which section, is it folded now

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "side-right")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Telemetry"))
        self._sample: Sample | None = None
        self._insight = Insight()
        self.notice = SlowdownNotice()
        self.speed = SpeedSection()
        self.queue = QueueSection()
        self.steps = StepsSection()
        self.curve = CurveSection()
        self.gpus: list[GpuSection] = []
        self.system = SystemSection()
        self.engine = EngineSection()
        self._gpu_names: tuple[str, ...] = ()
        self._folded: frozenset[str] = frozenset()
        self._gpu_column = QVBoxLayout()
        self._gpu_column.setSpacing(tokens.SPACE_4)
        self._build()
        self._fix_width()

    def _build(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        side = tokens.SPACE_4
        column.setContentsMargins(side, tokens.SPACE_2, side, side)
        column.setSpacing(tokens.SPACE_4)
        for first in (self.notice, self.speed, self.queue, self.steps):
            column.addWidget(first)
        column.addLayout(self._gpu_column)
        for last in (self.system, self.engine, self.curve):
            column.addWidget(last)
        column.addStretch(1)
        for name, section in self._named_sections().items():
            self._connect_fold(name, section)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(self.tr("Telemetry"))
        area.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        title = Label(self.tr("Telemetry"), "subtitle")
        title.setContentsMargins(side, tokens.SPACE_3, side, tokens.SPACE_1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 0, 0, 0)  # the border of the dock
        outer.setSpacing(0)
        outer.addWidget(title)
        outer.addWidget(area, 1)

    # ── folding ──────────────────────────────────────────────────────────

    def _named_sections(self) -> dict[str, Section]:
        return {
            "queue": self.queue,
            "steps": self.steps,
            "system": self.system,
            "engine": self.engine,
            "curve": self.curve,
        }

    def set_folded(self, names: Iterable[str]) -> None:
        """Sections that show their heading alone; "gpu" stands for every GPU."""
        self._folded = frozenset(names)
        for name, section in self._named_sections().items():
            section.set_folded(name in self._folded)
        for gpu in self.gpus:
            gpu.set_folded("gpu" in self._folded)

    def _connect_fold(self, name: str, section: Section) -> None:
        section.folded.connect(lambda is_folded: self._on_folded(name, is_folded))

    def _on_folded(self, name: str, is_folded: bool) -> None:
        if is_folded != (name in self._folded):
            self._folded = self._folded | {name} if is_folded else self._folded - {name}
            self.folded.emit(name, is_folded)

    # ── a second ─────────────────────────────────────────────────────────

    def show_history(self, samples: Iterable[Sample]) -> None:
        """Fill the lines with what was sampled before the panel was made."""
        for sample in tuple(samples):  # a copy: the sampler may append to its history meanwhile
            self._remember(sample)
        self._refresh()

    def show_sample(self, sample: Sample) -> None:
        """The newest second."""
        self._remember(sample)
        if self.isVisible():
            self._refresh()

    def show_insight(self, insight: Insight) -> None:
        """What the seconds add up to."""
        self._insight = insight
        if self.isVisible():
            self._refresh_insight()

    def show_live(self, stats: EngineStats, steps: Sequence[Step]) -> None:
        """Ten times a second while something runs; nothing while the panel is hidden."""
        if not self.isVisible():
            return
        self.queue.show_stats(stats)
        self.speed.show_stats(stats)
        self.engine.show_stats(stats)
        if self.steps.head.isChecked():
            self.steps.show_strip(make_strip(steps))

    def _remember(self, sample: Sample) -> None:
        self._sample = sample
        self._match_gpus(sample.gpus)
        self.speed.add_point(sample)
        self.system.add_point(sample)
        for section, gpu in zip(self.gpus, sample.gpus, strict=True):
            section.add_point(gpu)

    def _match_gpus(self, gpus: tuple[GpuSample, ...]) -> None:
        """A section per GPU; made anew only when other GPUs are there."""
        names = tuple(gpu.name for gpu in gpus)
        if names == self._gpu_names:
            return
        for section in self.gpus:
            self._gpu_column.removeWidget(section)
            section.deleteLater()
        self._gpu_names = names
        self.gpus = [GpuSection(gpu) for gpu in gpus]
        for section in self.gpus:
            self._gpu_column.addWidget(section)
            section.set_folded("gpu" in self._folded)
            self._connect_fold("gpu", section)

    def _refresh(self) -> None:
        sample = self._sample
        if sample is None:
            return
        stats = sample.engine
        self.speed.show_stats(stats)
        self.queue.show_stats(stats)
        self.system.show_sample(sample)
        self.engine.show_stats(stats)
        devices = by_device(stats.devices, sample.gpus)
        for section, gpu in zip(self.gpus, sample.gpus, strict=True):
            names = [name for name, one in devices.items() if one is gpu]
            section.show_gpu(gpu, names, stats.models)

    def _refresh_insight(self) -> None:
        self.curve.show_insight(self._insight)
        self.notice.show_slowdown(self._insight.slowdown)

    def _fix_width(self) -> None:
        self.setFixedWidth(tokens.px(tokens.DOCK_WIDTH))

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what came while it was hidden."""
        super().showEvent(event)
        self._refresh()
        self._refresh_insight()

    def changeEvent(self, event: QEvent) -> None:
        """Text that grows needs a wider dock."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fix_width()
