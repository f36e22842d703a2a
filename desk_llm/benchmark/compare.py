"""Two runs side by side: what changed in percent, and what else differs between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from desk_llm.benchmark.tables import Table
from desk_llm.benchmark.types import BenchmarkRun, LoadResult, LoadRow, SpeedResult
from desk_llm.benchmark.words import Say, as_is, milliseconds, number, percent
from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError

_SMALL = 1e-9
NOISE = 2.0  # percent: two runs of the same differ by as much


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one test or level, before and after."""

    label: str
    metric: str
    before: float
    after: float
    is_higher_better: bool = True
    unit: str = ""  # "ms": seconds shown as milliseconds; "%": a share

    @property
    def percent(self) -> float | None:
        """None when there was nothing before."""
        return (self.after / self.before - 1) * 100 if self.before > _SMALL else None

    @property
    def is_better(self) -> bool | None:
        """None when it is the same, as far as two runs can tell."""
        change = self.percent
        if change is None or abs(change) < NOISE:
            return None
        return (self.after > self.before) is self.is_higher_better


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differences` name what else is not the same: model, build, machine, load, tests."""

    changes: tuple[Change, ...]
    differences: tuple[str, ...]


DIFFERENCES = {
    "model": QT_TRANSLATE_NOOP("benchmark", "model"),
    "engine": QT_TRANSLATE_NOOP("benchmark", "engine build"),
    "machine": QT_TRANSLATE_NOOP("benchmark", "machine"),
    "setup": QT_TRANSLATE_NOOP("benchmark", "load parameters"),
    "spec": QT_TRANSLATE_NOOP("benchmark", "tests"),
}
DIFFERS = QT_TRANSLATE_NOOP("benchmark", "Not the same in both: {what}.")
TITLES = (
    QT_TRANSLATE_NOOP("benchmark", "Test"),
    QT_TRANSLATE_NOOP("benchmark", "Figure"),
    QT_TRANSLATE_NOOP("benchmark", "Before"),
    QT_TRANSLATE_NOOP("benchmark", "After"),
    QT_TRANSLATE_NOOP("benchmark", "Change"),
)


def compare(before: BenchmarkRun, after: BenchmarkRun) -> Comparison:
    """The tests that both runs made. Raises RequestError when there is none."""
    if isinstance(before.result, SpeedResult) and isinstance(after.result, SpeedResult):
        changes = tuple(_speed_changes(before.result, after.result))
    elif isinstance(before.result, LoadResult) and isinstance(after.result, LoadResult):
        changes = tuple(_load_changes(before.result, after.result))
    else:
        changes = ()
    if not changes:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "The two benchmarks have no test in common."),
            QT_TRANSLATE_NOOP("errors", "Run the same tests again to compare them."),
        )
    return Comparison(changes, tuple(_differences(before, after)))


def table(comparison: Comparison, say: Say = as_is) -> Table:
    """The changes for people."""
    return Table(
        tuple(map(say, TITLES)), tuple(_cells(change, say) for change in comparison.changes)
    )


def _cells(change: Change, say: Say) -> tuple[str, ...]:
    text = {"ms": milliseconds, "%": percent}.get(change.unit, number)
    delta = change.percent
    return (
        change.label,
        say(change.metric),
        text(change.before),
        text(change.after),
        "–" if delta is None else f"{delta:+.1f} %".replace("-", "−"),
    )


def _speed_changes(before: SpeedResult, after: SpeedResult) -> Iterator[Change]:
    old = {row.test: row for row in before.rows}
    for row in after.rows:
        if row.test in old:
            metric = QT_TRANSLATE_NOOP("benchmark", "Tokens/s")
            yield Change(row.test, metric, old[row.test].mean, row.mean)


def _load_changes(before: LoadResult, after: LoadResult) -> Iterator[Change]:
    old = {row.concurrency: row for row in before.rows}
    for row in after.rows:
        if row.concurrency in old:
            yield from _level_changes(old[row.concurrency], row)


def _level_changes(old: LoadRow, new: LoadRow) -> Iterator[Change]:
    label = str(new.concurrency)
    yield Change(label, "QPS", old.qps, new.qps)
    metric = QT_TRANSLATE_NOOP("benchmark", "Output tok/s")
    yield Change(label, metric, old.output_tok_s, new.output_tok_s)
    for name, was, now in (
        ("TTFT", old.ttft, new.ttft),
        ("TPOT", old.tpot, new.tpot),
        ("E2E", old.e2e, new.e2e),
    ):
        yield Change(label, f"{name} P50 ms", was.p50, now.p50, is_higher_better=False, unit="ms")
        yield Change(label, f"{name} P99 ms", was.p99, now.p99, is_higher_better=False, unit="ms")
    if old.error_rate or new.error_rate:
        metric = QT_TRANSLATE_NOOP("benchmark", "Error rate")
        rates = old.error_rate, new.error_rate
        yield Change(label, metric, *rates, is_higher_better=False, unit="%")


def _differences(before: BenchmarkRun, after: BenchmarkRun) -> Iterator[str]:
    if (before.fingerprint or before.model) != (after.fingerprint or after.model):
        yield "model"
    if before.engine_build != after.engine_build or before.setup.server != after.setup.server:
        yield "engine"
    if before.machine != after.machine:
        yield "machine"
    if before.setup != after.setup:
        yield "setup"
    skipped = {"model", "load"}
    names = [one.name for one in fields(after.spec) if one.name not in skipped]
    if any(getattr(before.spec, name) != getattr(after.spec, name) for name in names):
        yield "spec"
