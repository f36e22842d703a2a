"""Charts of a run as numbers: series, axes and where each point lies; painters only draw them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from desk_llm.benchmark.types import (
    BenchmarkRun,
    Latency,
    LoadResult,
    LoadRow,
    Result,
    SpeedResult,
    SpeedRow,
)
from desk_llm.benchmark.words import Say, as_is
from desk_llm.errors import QT_TRANSLATE_NOOP

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Series:
    """One line. `ghost`: of the run it is compared with."""

    name: str
    points: tuple[Point, ...]
    is_ghost: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over numbers; `steps` are the x values in equal distances (1, 2, 4, 8…)."""

    title: str
    x_label: str
    unit: str
    series: tuple[Series, ...]
    steps: tuple[float, ...] = ()

    @property
    def is_bars(self) -> bool:
        """One place on the x axis makes no line."""
        return len(self.xs) < 2

    @property
    def xs(self) -> tuple[float, ...]:
        """Every x value, once."""
        return tuple(sorted({x for one in self.series for x, _y in one.points}))

    @property
    def top(self) -> float:
        """The largest y value."""
        return max((y for one in self.series for _x, y in one.points), default=0.0)


def charts(result: Result, other: Result | None = None, say: Say = as_is) -> tuple[Chart, ...]:
    """Throughput and latencies over streams, or tokens/s over the context; `other` as ghosts."""
    if isinstance(result, SpeedResult):
        before = other.rows if isinstance(other, SpeedResult) else ()
        return tuple(_speed_charts(result.rows, before, say))
    rows = other.rows if isinstance(other, LoadResult) else ()
    return tuple(_load_charts(result.rows, rows, say))


def charts_of(run: BenchmarkRun, say: Say = as_is) -> tuple[Chart, ...]:
    """Of a whole run."""
    return charts(run.result, None, say)


def _speed_charts(rows: Sequence[SpeedRow], before: Sequence[SpeedRow], say: Say) -> list[Chart]:
    made = []
    for kind, title in (
        ("pp", QT_TRANSLATE_NOOP("benchmark", "Prompt")),
        ("tg", QT_TRANSLATE_NOOP("benchmark", "Generation")),
    ):
        own = [row for row in rows if row.kind == kind]
        old = [row for row in before if row.kind == kind]
        if own:
            made.append(_speed_chart(say(title), own, old, say))
    return made


def _speed_chart(
    title: str, rows: Sequence[SpeedRow], before: Sequence[SpeedRow], say: Say
) -> Chart:
    """Over the depth where there are several, else over the length."""
    by_depth = len({row.depth for row in rows}) > 1
    label = (
        QT_TRANSLATE_NOOP("benchmark", "Context depth, tokens")
        if by_depth
        else QT_TRANSLATE_NOOP("benchmark", "Length, tokens")
    )
    ghosts = _speed_series(before, by_depth, is_ghost=True)
    series = (*ghosts, *_speed_series(rows, by_depth))
    return Chart(title, say(label), "tok/s", series)


def _speed_series(
    rows: Sequence[SpeedRow], by_depth: bool, *, is_ghost: bool = False
) -> list[Series]:
    lines: dict[str, list[Point]] = {}
    for row in rows:
        name = f"{row.kind}{row.n_tokens}" if by_depth else row.kind
        x = row.depth if by_depth else row.n_tokens
        lines.setdefault(name, []).append((float(x), row.mean))
    return [Series(name, tuple(sorted(points)), is_ghost) for name, points in lines.items()]


def _load_charts(rows: Sequence[LoadRow], before: Sequence[LoadRow], say: Say) -> list[Chart]:
    streams = say(QT_TRANSLATE_NOOP("benchmark", "Streams"))
    steps = tuple(sorted({float(row.concurrency) for row in (*rows, *before)}))

    def throughput(of: Sequence[LoadRow], *, is_ghost: bool = False) -> Series:
        points = tuple((float(row.concurrency), row.output_tok_s) for row in of)
        return Series("tok/s", tuple(sorted(points)), is_ghost)

    ghosts: tuple[Series, ...] = (throughput(before, is_ghost=True),) if before else ()
    title = say(QT_TRANSLATE_NOOP("benchmark", "Throughput"))
    made = [Chart(title, streams, "tok/s", (*ghosts, throughput(rows)), steps)]
    for title, name in (
        (QT_TRANSLATE_NOOP("benchmark", "Time to first token"), "ttft"),
        (QT_TRANSLATE_NOOP("benchmark", "Time per token"), "tpot"),
    ):
        ghosts = _latency_series(before, name, is_ghost=True) if before else ()
        series = (*ghosts, *_latency_series(rows, name))
        made.append(Chart(say(title), streams, "ms", series, steps))
    return made


def _latency_series(
    rows: Sequence[LoadRow], name: str, *, is_ghost: bool = False
) -> tuple[Series, ...]:
    found: list[tuple[float, Latency]] = [
        (float(row.concurrency), getattr(row, name)) for row in rows if row.n_ok
    ]
    found.sort(key=lambda one: one[0])
    return (
        Series("P50", tuple((x, one.p50 * 1000) for x, one in found), is_ghost),
        Series("P99", tuple((x, one.p99 * 1000) for x, one in found), is_ghost),
    )


# ── geometry ─────────────────────────────────────────────────────────────


def ticks(top: float, most: int = 5) -> tuple[float, ...]:
    """Round numbers from 0 to at least `top`.

    >>> ticks(87), ticks(0.9), ticks(0)
    ((0.0, 20.0, 40.0, 60.0, 80.0, 100.0), (0.0, 0.2, 0.4, 0.6, 0.8, 1.0), (0.0, 1.0))
    """
    if top <= 0 or not math.isfinite(top):
        return (0.0, 1.0)
    power = 10.0 ** math.floor(math.log10(top / most))
    step = next(power * n for n in (1, 2, 2.5, 5, 10) if power * n * most >= top * (1 - 1e-9))
    count = math.ceil(top / step - 1e-9)
    return tuple(round(step * n, 10) for n in range(count + 1))


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are, in px from the top left of a plot area of a given size."""

    y_ticks: tuple[tuple[float, float], ...]  # (value, y)
    x_ticks: tuple[tuple[float, float], ...]  # (value, x)
    lines: tuple[tuple[Point, ...], ...]  # of each series
    baseline: float


def layout(chart: Chart, left: float, top: float, width: float, height: float) -> Layout:
    """Points of `chart` in the rectangle; the y axis starts at 0, so that lengths do not lie."""
    marks = ticks(chart.top)
    xs = chart.steps or chart.xs

    def place_x(x: float) -> float:
        if len(xs) < 2:
            return left + width / 2
        if chart.steps:
            return left + width * xs.index(x) / (len(xs) - 1)
        return left + width * (x - xs[0]) / (xs[-1] - xs[0])

    def place_y(y: float) -> float:
        return top + height * (1 - y / marks[-1])

    return Layout(
        y_ticks=tuple((value, place_y(value)) for value in marks),
        x_ticks=tuple((x, place_x(x)) for x in xs),
        lines=tuple(tuple((place_x(x), place_y(y)) for x, y in one.points) for one in chart.series),
        baseline=top + height,
    )


def tick_text(value: float) -> str:
    """Short: 32,768 is 32.8k.

    >>> tick_text(4096), tick_text(32768), tick_text(20.0), tick_text(0.25), tick_text(2_000_000)
    ('4096', '32.8k', '20', '0.25', '2M')
    """
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= 10_000 and value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:g}"
