"""TelemetryPanel: what it says of a sample, when it paints, and that nothing moves."""

from __future__ import annotations

import doctest
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from desk_llm.engine.types import DeviceInfo, EngineStats, MemoryUse, Phase, SlotInfo, Usage
from desk_llm.telemetry.types import GpuSample, Sample
from desk_llm.ui.telemetry import numbers
from desk_llm.ui.telemetry.panel import TelemetryPanel
from desk_llm.ui.theme import tokens
from desk_llm.ui.theme.style import Style
from desk_llm.ui.widgets.meter import Meter
from desk_llm.ui.widgets.reading import Reading
from desk_llm.ui.widgets.sparkline import POINTS, Sparkline
from tests.helpers.live_parts import info, item

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

GIB = 1 << 30
USES = (MemoryUse("CUDA0", 5 * GIB, GIB, GIB // 2), MemoryUse("CPU", GIB // 2, 0, GIB // 4))
MODEL = info(n_gpu_layers=37, device="RTX 4090", memory=USES)
DEVICE = DeviceInfo("CUDA0", "RTX 4090", "CUDA", 24 * GIB, 20 * GIB)
BUSY = EngineStats(
    model=MODEL,
    models=(MODEL,),
    queue=(item("r", 0), item("w")),
    n_draft=200,
    n_accepted=130,
    running=1,
    waiting=3,
    slots=(
        SlotInfo(0, "r", "chat", Phase.DECODE, 100, 5),
        SlotInfo(1, None, None, None, 0, 0),
    ),
    n_ctx=32_768,
    ctx_used=3_140,
    decode_tok_s=61.34,
    prefill_tok_s=1839.6,
    ttft_s=0.384,
    last_usage=Usage(100, 5, 92),
    devices=(DEVICE,),
    started=True,
)
GPU = GpuSample("RTX 4090", 24 * GIB, 9 * GIB, 7 * GIB, 94.0, 287.4, 61.0)
SAMPLE = Sample(1.0, 12.4, 6.0, 64 * GIB, 18 * GIB, 2 * GIB, (GPU,), BUSY)
CPU_ONLY = replace(SAMPLE, gpus=(), engine=replace(BUSY, devices=()))


@pytest.fixture
def style(qapp: QApplication) -> Iterator[Style]:
    style = Style(qapp)
    style.apply("light", 100)
    yield style
    style.apply("light", 100)
    style.deleteLater()


@pytest.fixture
def panel(qtbot: QtBot, style: Style) -> TelemetryPanel:
    del style
    panel = TelemetryPanel()
    qtbot.addWidget(panel)
    panel.resize(panel.width(), 900)
    panel.show()
    return panel


def settle() -> None:
    """Nested layouts answer one another by posted events."""
    for _ in range(20):
        QApplication.processEvents()


def spoken(panel: TelemetryPanel) -> list[str]:
    """The accessible names of all readings that are not hidden."""
    readings = panel.findChildren(Reading)
    return [one.accessibleName() for one in readings if not one.isHidden()]


def test_everything_is_said(panel: TelemetryPanel) -> None:
    panel.show_sample(SAMPLE)
    assert set(spoken(panel)) == {
        "Generation: 61.3 tok/s",
        "Prompt: 1\u202f840 tok/s",
        "First token: 0.38 s",
        "Cached: 92 %",
        "Guesses right: 65 %",
        "Per token: –",
        "GPU: 94 %",
        "VRAM: 9.0 / 24.0 GB",
        "Power: 287 W",
        "Temp: 61 °C",
        "CPU: 12 %",
        "Memory: 18.0 / 64.0 GB",
        "Device: GPU, 36/36 layers",
        "Context: 3.1k / 32k",
        "Median reply: –",
        "Best reply: –",
    }
    assert panel.engine.slots.accessibleName() == "1 of 2 slots are busy"


def said(panel: TelemetryPanel, gpu: int = 0) -> dict[str, str]:
    return {one.label: one.value for one in panel.gpus[gpu].bar.legend.entries()}


def test_memory_is_told_by_owner(panel: TelemetryPanel) -> None:
    panel.show_sample(SAMPLE)
    assert said(panel) == {
        "Weights": "5.0 GB",
        "KV cache": "1.0 GB",
        "Buffers": "512 MB",
        "App": "512 MB",
        "Others": "2.0 GB",
        "Free": "15.0 GB",
    }
    shares = [share for share, _ in panel.gpus[0].bar.parts()]
    assert shares == [5 / 24, 1 / 24, 0.5 / 24, 0.5 / 24, 2 / 24]
    panel.show_sample(replace(SAMPLE, gpus=(replace(GPU, memory_ours=None),)))
    assert (said(panel)["App"], said(panel)["Others"]) == ("–", "2.5 GB")
    unknown = replace(MODEL, memory=())
    panel.show_sample(replace(SAMPLE, engine=replace(BUSY, models=(unknown,))))
    assert (said(panel)["Weights"], said(panel)["App"]) == ("–", "7.0 GB")


def test_two_gpus_have_their_own_models(panel: TelemetryPanel) -> None:
    devices = (DEVICE, replace(DEVICE, name="CUDA1", description="L4"))
    stats = replace(BUSY, devices=devices)
    small = replace(GPU, name="L4", memory_used=GIB, memory_ours=GIB)
    panel.show_sample(replace(SAMPLE, engine=stats, gpus=(small, GPU)))  # in another order
    assert (said(panel, 0)["Weights"], said(panel, 1)["Weights"]) == ("0", "5.0 GB")


def test_cpu_only_is_said_plainly(panel: TelemetryPanel) -> None:
    panel.show_sample(replace(CPU_ONLY, engine=EngineStats()))
    assert "Device: –" in spoken(panel)
    panel.show_sample(CPU_ONLY)
    assert "Device: CPU only" in spoken(panel)
    assert panel.gpus == []


@pytest.mark.parametrize(
    ("layers", "text"), [(0, "CPU"), (20, "GPU, 20/36 layers"), (99, "GPU, 36/36 layers")]
)
def test_where_the_model_is(panel: TelemetryPanel, layers: int, text: str) -> None:
    stats = replace(BUSY, model=replace(MODEL, n_gpu_layers=layers))
    panel.show_sample(replace(SAMPLE, engine=stats))
    assert panel.engine.device.value() == text


def test_nothing_known_is_a_dash(panel: TelemetryPanel) -> None:
    panel.show_sample(replace(CPU_ONLY, engine=EngineStats()))
    for reading in (panel.speed.generation, panel.speed.prompt, panel.speed.first):
        assert reading.value() == "–"
    for reading in (panel.engine.context, panel.speed.cached, panel.curve.best):
        assert reading.value() == "–"
    assert panel.speed.guesses.isHidden()


def test_what_a_gpu_cannot_tell_is_left_out(panel: TelemetryPanel) -> None:
    panel.show_sample(replace(SAMPLE, gpus=(GpuSample("Radeon", 16 * GIB, 4 * GIB),)))
    gpu = panel.gpus[0]
    assert not gpu.memory.isHidden()
    for widget in (gpu.load, gpu.line, gpu.power, gpu.temperature):
        assert widget.isHidden()


def test_gpus_come_and_go(panel: TelemetryPanel) -> None:
    panel.show_sample(SAMPLE)
    first = panel.gpus[0]
    panel.show_sample(SAMPLE)
    assert panel.gpus[0] is first
    panel.show_sample(replace(SAMPLE, gpus=(GPU, replace(GPU, name="Other"))))
    assert len(panel.gpus) == 2
    panel.show_sample(CPU_ONLY)
    assert panel.gpus == []


def test_a_full_context_warns(panel: TelemetryPanel) -> None:
    panel.show_sample(replace(SAMPLE, engine=replace(BUSY, ctx_used=31_000)))
    assert panel.engine.meter.parts()[0][1] == "warning"


def test_nothing_moves_when_values_change(panel: TelemetryPanel, qtbot: QtBot) -> None:
    panel.show_sample(SAMPLE)
    settle()
    widgets = panel.findChildren(QWidget)
    before = [widget.geometry() for widget in widgets]
    loud = replace(
        BUSY, decode_tok_s=12_345.0, prefill_tok_s=3.0, waiting=999, ctx_used=32_768, ttft_s=99.0
    )
    panel.show_sample(replace(SAMPLE, cpu_percent=100.0, memory_used=64 * GIB, engine=loud))
    settle()
    assert [widget.geometry() for widget in widgets] == before


def test_a_hidden_panel_only_remembers(panel: TelemetryPanel) -> None:
    panel.hide()
    panel.show_sample(SAMPLE)
    assert panel.speed.generation.value() == "–"
    assert panel.speed.line.values() == [61.34]
    panel.show()
    assert panel.speed.generation.value() == "61.3 tok/s"


def test_history_fills_the_lines(panel: TelemetryPanel) -> None:
    panel.show_history(replace(SAMPLE, cpu_percent=float(n)) for n in range(100))
    assert panel.system.line.values() == [float(n) for n in range(40, 100)]
    assert panel.system.cpu.value() == "99 %"
    TelemetryPanel().show_history([])


def test_colours_follow_the_scheme(panel: TelemetryPanel, style: Style, qtbot: QtBot) -> None:
    panel.show_sample(SAMPLE)
    for theme, scheme in (("light", tokens.LIGHT), ("dark", tokens.DARK)):
        style.apply("light" if theme == "light" else "dark", 100)
        qtbot.wait(1)
        picture = panel.grab().toImage()
        found = colours(picture)
        for colour in (scheme.window, scheme.accent, scheme.control, scheme.border):
            assert QColor(colour).rgb() in found, (theme, colour)


def colours(picture: QImage) -> set[int]:
    return {
        picture.pixel(x, y) for x in range(picture.width()) for y in range(0, picture.height(), 2)
    }


@pytest.mark.parametrize("zoom", [80, 100, 160])
def test_every_zoom_fits_its_width(panel: TelemetryPanel, style: Style, zoom: int) -> None:
    style.apply("light", zoom)
    many = tuple(SlotInfo(n, "r", "api", Phase.PREFILL, 1, 1) for n in range(16))
    panel.show_sample(replace(SAMPLE, engine=replace(BUSY, slots=many)))
    QApplication.processEvents()
    assert panel.width() == round(tokens.DOCK_WIDTH * zoom / 100)
    assert panel.engine.width() <= panel.width() - 2 * tokens.SPACE_4
    for reading in panel.findChildren(Reading):
        if reading.isVisible():
            assert reading.sizeHint().width() <= reading.width(), reading.accessibleName()


def test_a_low_window_scrolls(panel: TelemetryPanel) -> None:
    panel.show_sample(SAMPLE)
    panel.resize(panel.width(), 200)
    QApplication.processEvents()
    assert panel.height() == 200


def test_labels_never_show_html(panel: TelemetryPanel) -> None:
    panel.show_sample(replace(SAMPLE, gpus=(replace(GPU, name="<img src=file:///x>"),)))
    labels = panel.findChildren(QLabel)
    assert labels
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in labels)


def test_a_sample_is_shown_fast(panel: TelemetryPanel) -> None:
    panel.show_sample(SAMPLE)
    times = []
    for n in range(20):
        started = time.perf_counter()
        panel.show_sample(replace(SAMPLE, cpu_percent=float(n)))
        times.append(time.perf_counter() - started)
    assert min(times) < 0.004


def test_the_line_under_the_mouse(qtbot: QtBot) -> None:
    line = Sparkline(describe=lambda value, ago: f"{value:.0f} <b> {ago}")
    qtbot.addWidget(line)
    line.resize(POINTS - 1, 40)
    assert line.tip_at(10) == ""
    line.set_values([1.0, 2.0, 3.0])
    assert line.tip_at(line.width()) == "<span>3 &lt;b&gt; 0</span>"
    assert line.tip_at(line.width() - 2) == "<span>1 &lt;b&gt; 2</span>"
    assert line.tip_at(5) == ""
    line.add(-5.0)
    assert line.values() == [1.0, 2.0, 3.0, 0.0]


def test_widgets_paint_without_values(qtbot: QtBot) -> None:
    for widget in (Sparkline(), Meter(), Reading("A very long label", "1")):
        qtbot.addWidget(widget)
        widget.resize(30, 20)
        assert not widget.grab().isNull()


def test_numbers() -> None:
    result = doctest.testmod(numbers)
    assert result.attempted == 6
    assert result.failed == 0
