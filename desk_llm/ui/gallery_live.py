"""The gallery's cards of the telemetry panel: queue, steps, chart, memory, notice."""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desk_llm.engine.types import EngineStats, Phase, QueueItem, Step
from desk_llm.telemetry.curve import Point
from desk_llm.telemetry.fixes import Fix, FixKind
from desk_llm.telemetry.machine import Cause
from desk_llm.telemetry.owners import Owners
from desk_llm.telemetry.slowdown import Slowdown
from desk_llm.telemetry.steps import make_strip
from desk_llm.telemetry.watch import Insight
from desk_llm.ui.telemetry.memory_bar import MemoryBar
from desk_llm.ui.telemetry.notice import SlowdownNotice
from desk_llm.ui.telemetry.queue.section import QueueSection
from desk_llm.ui.telemetry.speed import CurveSection, StepsSection
from desk_llm.ui.theme import tokens

_GB = 1 << 30


def live_cards() -> Iterator[tuple[str, QWidget]]:
    """(title, widget) for each."""
    queue = QueueSection()
    queue.show_stats(EngineStats(running=2, waiting=2, queue=_items()))
    yield "Queue", _dock(queue)
    steps = StepsSection()
    steps.show_strip(make_strip(_steps()))
    curve = CurveSection()
    curve.show_insight(_insight())
    yield "Steps, and speed over context", _dock(steps, curve)
    notice = SlowdownNotice()
    fix = Fix(FixKind.SHORTER_CONTEXT, 16_384, ())
    notice.show_slowdown(Slowdown(Cause.VRAM, 9.4, 61.0, True, fix))
    bar = MemoryBar()
    bar.show_owners(Owners(5 * _GB, _GB, _GB // 3, _GB // 2, 2 * _GB, 15 * _GB), 24 * _GB)
    unknown = MemoryBar()
    unknown.show_owners(Owners(None, None, None, 2 * _GB, 16 * _GB, 46 * _GB), 64 * _GB)
    yield "Slowdown, and memory by owner", _dock(notice, bar, unknown)


def _dock(*widgets: QWidget) -> QWidget:
    """As wide as the panel's inside."""
    box = QWidget()
    box.setFixedWidth(tokens.px(tokens.DOCK_WIDTH) - 2 * tokens.SPACE_4)
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(tokens.SPACE_4)
    for widget in widgets:
        column.addWidget(widget)
    box.setMinimumHeight(max(0, column.totalHeightForWidth(box.width())))
    return box


def _items() -> tuple[QueueItem, ...]:
    def item(client: str, phase: Phase, slot: int | None, computed: int) -> QueueItem:
        return QueueItem(
            request_id=client,
            model="Qwen3-8B",
            source="chat" if slot == 0 else "api",
            client=client,
            phase=phase,
            priority=0,
            slot=slot,
            n_prompt=1_000,
            n_computed=computed,
            n_cached=0,
            n_generated=42 if phase is Phase.DECODE else 0,
            waited_s=3.4,
        )

    return (
        item("Why unified memory matters", Phase.DECODE, 0, 1_000),
        item("Continue.dev", Phase.PREFILL, 1, 630),
        item("Open WebUI", Phase.QUEUED, None, 0),
        item("A client with a name that is far too long", Phase.QUEUED, None, 0),
    )


def _steps() -> tuple[Step, ...]:
    end, made = 0.0, []
    for n in range(200):
        rows = 128 if 40 <= n < 52 else 0
        seconds = 0.4 if rows else 0.03 + 0.004 * math.sin(n)
        end += seconds + (0.3 if n == 120 else 0.0)
        reused = 512 if n == 40 else 0
        made.append(Step(end, seconds, rows, 1, 1, reused, 0, 2_000 + n))
    return tuple(made)


def _insight() -> Insight:
    def speed(n_past: int) -> float:
        return 62 / (1 + n_past / 9_000)

    session = tuple(Point(n, speed(n)) for n in (120, 240, 500, 900, 1_800, 3_100))
    replies = tuple(Point(n, speed(n) * 0.96) for n in range(100, 16_000, 700))
    others = tuple(Point(n, speed(n) * 0.3, is_other=True) for n in range(100, 8_000, 900))
    return Insight("qwen", session, replies + others, 64.2, 58.1)
