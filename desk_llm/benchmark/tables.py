"""Results as rows of text: the same columns in the terminal, in Markdown and in the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desk_llm.benchmark.types import Latency, LoadRow, Result, SpeedResult, SpeedRow
from desk_llm.benchmark.words import Say, as_is, milliseconds, number
from desk_llm.errors import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class Table:
    """Titles and cells; `tips` say more about a cell where there is more."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tips: tuple[tuple[str, ...], ...] = ()


SPEED_TITLES = (
    QT_TRANSLATE_NOOP("benchmark", "Test"),
    QT_TRANSLATE_NOOP("benchmark", "Tokens/s"),
    "±",
    QT_TRANSLATE_NOOP("benchmark", "ms per token"),
    QT_TRANSLATE_NOOP("benchmark", "Repetitions"),
)
LOAD_TITLES = (
    QT_TRANSLATE_NOOP("benchmark", "Streams"),
    QT_TRANSLATE_NOOP("benchmark", "Requests"),
    QT_TRANSLATE_NOOP("benchmark", "Errors"),
    "QPS",
    QT_TRANSLATE_NOOP("benchmark", "Input tok/s"),
    QT_TRANSLATE_NOOP("benchmark", "Output tok/s"),
    QT_TRANSLATE_NOOP("benchmark", "TTFT ms"),
    QT_TRANSLATE_NOOP("benchmark", "TPOT ms"),
    QT_TRANSLATE_NOOP("benchmark", "E2E s"),
)
LATENCIES = slice(6, 9)  # the columns that hold percentiles
PERCENTILES = QT_TRANSLATE_NOOP("benchmark", "P50 / P90 / P99")


def table(result: Result, say: Say = as_is) -> Table:
    """The rows of a result for people."""
    if isinstance(result, SpeedResult):
        return Table(tuple(map(say, SPEED_TITLES)), tuple(_speed_cells(row) for row in result.rows))
    titles = tuple(map(say, LOAD_TITLES))
    rows = tuple(_load_cells(row) for row in result.rows)
    return Table(titles, rows, tuple(_load_tips(row) for row in result.rows))


def csv_rows(result: Result) -> list[list[object]]:
    """A head and a row for each test or level; plain numbers, seconds and tokens."""
    if isinstance(result, SpeedResult):
        return [
            ["test", "n_tokens", "depth", "repetitions", "mean_tok_s", "stdev_tok_s", "samples"],
            *(_speed_values(row) for row in result.rows),
        ]
    return [_load_head(), *(_load_values(row) for row in result.rows)]


def _speed_cells(row: SpeedRow) -> tuple[str, ...]:
    per_token = number(1000 / row.mean) if row.mean else "–"
    return (row.test, number(row.mean), number(row.stdev), per_token, str(len(row.samples)))


def _speed_values(row: SpeedRow) -> list[object]:
    samples = " ".join(f"{one:.3f}" for one in row.samples)
    mean, stdev = round(row.mean, 3), round(row.stdev, 3)
    return [row.test, row.n_tokens, row.depth, len(row.samples), mean, stdev, samples]


def _load_cells(row: LoadRow) -> tuple[str, ...]:
    return (
        str(row.concurrency),
        str(row.n_requests),
        str(row.n_requests - row.n_ok),
        number(row.qps),
        number(row.input_tok_s) if row.input_tokens else "–",
        number(row.output_tok_s),
        _percentiles(row.ttft),
        _percentiles(row.tpot),
        _percentiles(row.e2e, number),
    )


def _load_tips(row: LoadRow) -> tuple[str, ...]:
    errors = ", ".join(f"{kind} ×{count}" for kind, count in row.errors)
    tips = ["" for _title in LOAD_TITLES]
    tips[2] = errors
    for place, one in enumerate((row.ttft, row.tpot, row.e2e), LATENCIES.start):
        tips[place] = f"⌀ {milliseconds(one.mean)} ms · max {milliseconds(one.max)} ms"
    return tuple(tips)


def _percentiles(one: Latency, text: Callable[[float], str] = milliseconds) -> str:
    if not one.max:
        return "–"
    return " / ".join(map(text, (one.p50, one.p90, one.p99)))


def _load_head() -> list[object]:
    head: list[object] = ["concurrency", "requests", "ok", "error_rate", "errors", "seconds"]
    head += ["qps", "input_tokens", "output_tokens", "input_tok_s", "output_tok_s"]
    for name in ("ttft", "tpot", "e2e"):
        head += [f"{name}_{part}_s" for part in ("mean", "p50", "p90", "p99", "max")]
    return head


def _load_values(row: LoadRow) -> list[object]:
    errors = "; ".join(f"{kind} x{count}" for kind, count in row.errors)
    values: list[object] = [row.concurrency, row.n_requests, row.n_ok, round(row.error_rate, 6)]
    values += [errors, round(row.seconds, 6), round(row.qps, 4), row.input_tokens]
    values += [row.output_tokens, round(row.input_tok_s, 3), round(row.output_tok_s, 3)]
    for one in (row.ttft, row.tpot, row.e2e):
        values += [round(part, 6) for part in (one.mean, one.p50, one.p90, one.p99, one.max)]
    return values
