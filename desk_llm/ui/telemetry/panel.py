"""TelemetryPanel: the dock at the right, one Sample per second."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desk_llm.telemetry.types import GpuSample, Sample
from desk_llm.ui.telemetry.sections import (
    EngineSection,
    GpuSection,
    SpeedSection,
    SystemSection,
)
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import Label

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent


class TelemetryPanel(QWidget):
    """Give it samples with `show_sample`; while it is hidden only the history goes on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "side-right")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Telemetry"))
        self._sample: Sample | None = None
        self.speed = SpeedSection()
        self.gpus: list[GpuSection] = []
        self.system = SystemSection()
        self.engine = EngineSection()
        self._gpu_names: tuple[str, ...] = ()
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
        column.addWidget(self.speed)
        column.addLayout(self._gpu_column)
        column.addWidget(self.system)
        column.addWidget(self.engine)
        column.addStretch(1)
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

    def _refresh(self) -> None:
        sample = self._sample
        if sample is None:
            return
        self.speed.show_stats(sample.engine)
        self.system.show_sample(sample)
        self.engine.show_stats(sample.engine)
        for section, gpu in zip(self.gpus, sample.gpus, strict=True):
            section.show_gpu(gpu)

    def _fix_width(self) -> None:
        self.setFixedWidth(tokens.px(tokens.DOCK_WIDTH))

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what came while it was hidden."""
        super().showEvent(event)
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Text that grows needs a wider dock."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fix_width()
