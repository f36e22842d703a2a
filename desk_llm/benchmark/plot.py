"""Charts of a run as one SVG picture, made of text: no plotting library."""

from __future__ import annotations

from html import escape

from desk_llm.benchmark.chart import Chart, Layout, charts_of, layout, tick_text
from desk_llm.benchmark.report import title, when
from desk_llm.benchmark.types import BenchmarkRun
from desk_llm.benchmark.words import Say, as_is, number, setup_lines

WIDTH, HEIGHT, GAP = 380, 260, 24  # of one chart
HEAD = 64
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 46, 40  # around a plot area
_INK, _MUTED, _HAIR, _PAPER = "#1B1B1A", "#5E5E5A", "#DDDDD9", "#FFFFFF"
_COLOURS = ("#0B6775", "#9A4A00", "#8B1F6B", "#2B6A30")
_FONT = "system-ui, 'Segoe UI', 'Noto Sans', sans-serif"


def svg(run: BenchmarkRun, say: Say = as_is) -> str:
    """All charts of a run in a row, under its title."""
    made = charts_of(run, say)
    width = max(1, len(made)) * (WIDTH + GAP) + GAP
    height = HEAD + HEIGHT + GAP
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{_FONT}">',
        f'<rect width="{width}" height="{height}" fill="{_PAPER}"/>',
        _text(GAP, 28, title(run, say), 15, _INK, is_bold=True),
        _text(GAP, 48, f"{when(run)} · {setup_lines(run)[0]}", 11, _MUTED),
    ]
    for place, chart in enumerate(made):
        lines += _chart(chart, GAP + place * (WIDTH + GAP), HEAD)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _chart(chart: Chart, x: float, y: float) -> list[str]:
    left, top = x + _LEFT, y + _TOP
    width, height = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM
    shape = layout(chart, left, top, width, height)
    lines = [_text(x, y + 16, f"{chart.title}, {chart.unit}", 13, _INK, is_bold=True)]
    lines += _legend(chart, x, y + 34)
    for value, at in shape.y_ticks:
        lines.append(_rule(left, at, left + width, at))
        lines.append(_text(left - 6, at + 4, tick_text(value), 11, _MUTED, "end"))
    for value, at in shape.x_ticks:
        lines.append(_text(at, top + height + 16, tick_text(value), 11, _MUTED, "middle"))
    lines.append(_text(left + width / 2, top + height + 34, chart.x_label, 11, _MUTED, "middle"))
    return lines + _marks(chart, shape)


def _marks(chart: Chart, shape: Layout) -> list[str]:
    lines = []
    for place, (series, points) in enumerate(zip(chart.series, shape.lines, strict=True)):
        colour = _COLOURS[place % len(_COLOURS)]
        if chart.is_bars:
            bars = zip(series.points, points, strict=True)
            for (_x, value), (x, y) in bars:
                middle = x + (place - (len(chart.series) - 1) / 2) * 56
                size = f'width="40" height="{max(shape.baseline - y, 0):.1f}"'
                lines.append(
                    f'<rect x="{middle - 20:.1f}" y="{y:.1f}" {size} rx="3" fill="{colour}"/>'
                )
                lines.append(_text(middle, y - 6, number(value), 11, _INK, "middle"))
            continue
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        lines.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for (_x, value), (x, y) in zip(series.points, points, strict=True):
            tip = f"<title>{escape(f'{series.name}: {number(value)} {chart.unit}')}</title>"
            lines.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}">{tip}</circle>'
            )
    return lines


def _legend(chart: Chart, x: float, y: float) -> list[str]:
    if len(chart.series) < 2:
        return []
    lines = []
    for place, series in enumerate(chart.series):
        at = x + place * 72
        colour = _COLOURS[place % len(_COLOURS)]
        lines.append(f'<rect x="{at}" y="{y - 8}" width="10" height="10" rx="2" fill="{colour}"/>')
        lines.append(_text(at + 15, y + 1, series.name, 11, _MUTED))
    return lines


def _text(
    x: float,
    y: float,
    text: str,
    size: int,
    colour: str,
    anchor: str = "start",
    *,
    is_bold: bool = False,
) -> str:
    weight = ' font-weight="600"' if is_bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}"{weight}>{escape(text)}</text>'
    )


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{_HAIR}" stroke-width="1"/>'
