"""A run as Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
import time
import unicodedata
from typing import Any

from desk_llm.benchmark import compare, tables
from desk_llm.benchmark.records import to_json
from desk_llm.benchmark.tables import LATENCIES, PERCENTILES, Table
from desk_llm.benchmark.types import BenchmarkRun, LoadResult, LoadSpec, SpeedResult, SpeedSpec
from desk_llm.benchmark.words import NOTES, Say, as_is, number, setup_lines
from desk_llm.errors import QT_TRANSLATE_NOOP

_NUMBERS = frozenset("0123456789+−–.,/% ")
SPEED = QT_TRANSLATE_NOOP("benchmark", "Speed")
LOAD = QT_TRANSLATE_NOOP("benchmark", "Load test")
STREAMS_OF = QT_TRANSLATE_NOOP("benchmark", "{n} streams")
STOPPED = QT_TRANSLATE_NOOP("benchmark", "Stopped before its end.")


def title(run: BenchmarkRun, say: Say = as_is) -> str:
    """ "Speed: Qwen3-8B · Q4_K_M"."""
    return f"{say(SPEED if run.kind == 'speed' else LOAD)}: {run.model}"


def when(run: BenchmarkRun) -> str:
    """Local date and time."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(run.made_at))


def workload(run: BenchmarkRun) -> str:
    """What was asked, in the words of the command line."""
    spec = run.spec
    if isinstance(spec, SpeedSpec):
        return f"reps {spec.reps}"
    rate = f" · rate {spec.rate:g}/s" if spec.rate is not None else ""
    return f"input {spec.input_tokens} · output {spec.output_tokens} tokens{rate}"


def markdown(run: BenchmarkRun, say: Say = as_is) -> str:
    """Title, where it ran, the table, and what to know about it."""
    lines = [f"## {title(run, say)}", "", *(f"- {one}" for one in setup_lines(run))]
    lines += [f"- {when(run)} · {workload(run)}", "", markdown_table(_table(run, say))]
    lines += notes(run, say)
    return "\n".join(lines).rstrip() + "\n"


def text(run: BenchmarkRun, say: Say = as_is) -> str:
    """The same for a terminal."""
    lines = [title(run, say), *setup_lines(run), workload(run), "", plain_table(_table(run, say))]
    return "\n".join([*lines, *notes(run, say)]) + "\n"


def headline(run: BenchmarkRun, say: Say = as_is) -> str:
    """The figures that matter most, in one line."""
    if isinstance(run.result, SpeedResult):
        parts = [f"{row.test} {number(row.mean)}" for row in run.result.rows[:3]]
        return f"{' · '.join(parts)} tok/s" if parts else "–"
    if not run.result.rows:
        return "–"
    best = max(run.result.rows, key=lambda row: row.output_tok_s)
    streams = say(STREAMS_OF).format(n=best.concurrency)
    return f"{number(best.output_tok_s)} tok/s · {streams}"


def notes(run: BenchmarkRun, say: Say = as_is) -> list[str]:
    """Sentences behind a table, each after an empty line."""
    found = [] if run.is_complete else [say(STOPPED)]
    found += [say(NOTES[note]) for note in run.result.notes]
    return [line for sentence in found for line in ("", f"> {sentence}")]


def markdown_table(table: Table) -> str:
    """Aligned, so that it reads well as plain text; numbers to the right."""
    columns = list(zip(table.titles, *table.rows, strict=True))
    widths = [max(3, *map(_width, column)) for column in columns]
    head = _line(table.titles, widths)
    rule = "|" + "|".join(
        f" {'-' * width} " if place == 0 else f" {'-' * (width - 1)}: "
        for place, width in enumerate(widths)
    )
    return "\n".join([head, rule + "|", *(_line(row, widths) for row in table.rows)])


def plain_table(table: Table) -> str:
    """Columns with two spaces between them: words to the left, numbers to the right."""
    columns = list(zip(table.titles, *table.rows, strict=True))
    widths = [max(map(_width, column)) for column in columns]
    are_numbers = [_NUMBERS.issuperset("".join(column[1:])) for column in columns]
    lines = []
    for row in (table.titles, *table.rows):
        cells = [
            " " * (width - _width(cell)) + cell
            if is_number
            else cell + " " * (width - _width(cell))
            for cell, width, is_number in zip(row, widths, are_numbers, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def to_csv(run: BenchmarkRun) -> str:
    """A head and a row for each test or level, with what tells runs apart in front."""
    head, *rows = tables.csv_rows(run.result)
    made_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(run.made_at))
    cpu_and_gpus = "; ".join((run.machine.cpu, *run.machine.gpus))
    front = [made_at, run.model, run.engine_build or run.setup.server, cpu_and_gpus]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["made_at", "model", "engine", "machine", *head])
    writer.writerows([*map(_plain_cell, front), *map(_plain_cell, row)] for row in rows)
    return text.getvalue()


def to_dict(run: BenchmarkRun) -> dict[str, Any]:
    """What `--json` prints; seconds and tokens."""
    value: dict[str, Any] = to_json(run)
    value["kind"] = run.kind
    if isinstance(run.result, LoadResult):
        for row, made in zip(value["result"]["rows"], run.result.rows, strict=True):
            row["errors"] = dict(made.errors)
            row["error_rate"] = round(made.error_rate, 6)
    return value


def to_json_text(run: BenchmarkRun) -> str:
    """`to_dict` as text."""
    return json.dumps(to_dict(run), ensure_ascii=False, indent=2)


def comparison(before: BenchmarkRun, after: BenchmarkRun, say: Say = as_is) -> str:
    """Two runs as Markdown. Raises RequestError when they have no test in common."""
    found = compare.compare(before, after)
    lines = [f"- {when(run)} · {title(run, say)}" for run in (before, after)]
    if found.differences:
        named = ", ".join(say(compare.DIFFERENCES[one]) for one in found.differences)
        lines.append(f"- {say(compare.DIFFERS).format(what=named)}")
    return "\n".join([*lines, "", markdown_table(compare.table(found, say))]) + "\n"


def _table(run: BenchmarkRun, say: Say) -> Table:
    made = tables.table(run.result, say)
    if not isinstance(run.spec, LoadSpec):
        return made
    titles = list(made.titles)
    titles[LATENCIES] = [f"{one} ({say(PERCENTILES)})" for one in titles[LATENCIES]]
    return Table(tuple(titles), made.rows)


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = []
    for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        text = cell.replace("|", "\\|")
        space = " " * (width - _width(cell))
        padded.append(f" {text}{space} " if place == 0 else f" {space}{text} ")
    return "|" + "|".join(padded) + "|"


def _width(text: str) -> int:
    """Columns in a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _plain_cell(value: object) -> object:
    """A model's name must not become a formula in a spreadsheet."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t"):
        return f"'{value}"
    return value
