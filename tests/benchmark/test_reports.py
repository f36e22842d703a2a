"""Records, the store, comparisons, tables, charts: what a run becomes."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from desk_llm.benchmark import report
from desk_llm.benchmark.chart import Chart, Series, charts, layout, tick_text, ticks
from desk_llm.benchmark.compare import compare
from desk_llm.benchmark.plot import svg
from desk_llm.benchmark.records import from_json, to_json
from desk_llm.benchmark.store import BenchmarkStore
from desk_llm.benchmark.tables import LOAD_TITLES, SPEED_TITLES, table
from desk_llm.benchmark.types import BenchmarkRun, LoadOptions, LoadSpec, SpeedResult, SpeedSpec
from desk_llm.errors import RequestError
from desk_llm.storage.database import Database
from tests.helpers.benchmark_runs import load_run, speed_run


@pytest.fixture
def store(database: Database) -> BenchmarkStore:
    return BenchmarkStore(database)


@pytest.mark.parametrize("run", [speed_run(), load_run()], ids=["speed", "load"])
def test_a_run_survives_json(run: BenchmarkRun) -> None:
    for value in (run.spec, run.result, run.machine, run.setup):
        assert from_json(type(value), json.loads(json.dumps(to_json(value)))) == value


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"model": 3},
        {"model": "m", "prompts": "512"},
        {"model": "m", "prompts": [True]},
        {"model": "m", "load": {"type_kv": "q9_9"}},
        {"model": "m", "load": {"n_ctx": 1.5}},
    ],
)
def test_json_that_does_not_fit(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        from_json(SpeedSpec, value)


def test_json_of_a_newer_version() -> None:
    made = from_json(SpeedSpec, {"model": "m", "colour": "red", "load": {"n_ctx": 512}})
    assert made == SpeedSpec("m", load=LoadOptions(n_ctx=512))


# ── the store ────────────────────────────────────────────────────────────


def test_store_lists_the_newest_first_and_deletes(store: BenchmarkStore) -> None:
    old = store.add(replace(speed_run(), made_at=1.0)).result(5)
    new = store.add(replace(load_run(), made_at=2.0)).result(5)
    assert old.id != new.id
    assert store.list() == [new, old]
    assert store.get(old.id) == old
    store.delete(old.id).result(5)
    store.delete(old.id).result(5)
    assert store.list() == [new]
    with pytest.raises(RequestError, match=f"no benchmark {old.id}"):
        store.get(old.id)


def test_a_row_that_cannot_be_read_costs_only_itself(
    store: BenchmarkStore, database: Database
) -> None:
    good, bad = (store.add(one).result(5) for one in (speed_run(), load_run()))

    def damage(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE benchmark_runs SET result = '{' WHERE id = ?", (bad.id,))

    database.write(damage).result(5)
    assert store.list() == [good]
    with pytest.raises(RequestError):
        store.get(bad.id)


# ── comparing ────────────────────────────────────────────────────────────


def test_compare_speed() -> None:
    found = compare(speed_run(1.0), speed_run(1.1))
    assert found.differences == ()
    assert {change.label for change in found.changes} == {
        "pp512",
        "tg128",
        "pp512 @ d4096",
        "tg128 @ d4096",
    }
    assert all(change.percent == pytest.approx(10) for change in found.changes)
    assert all(change.is_better for change in found.changes)


def test_compare_load_knows_what_is_better() -> None:
    found = compare(load_run(1.0), load_run(2.0))
    by_metric = {change.metric: change for change in found.changes if change.label == "4"}
    assert by_metric["QPS"].percent == pytest.approx(100)
    assert by_metric["QPS"].is_better
    assert by_metric["TTFT P99 ms"].percent == pytest.approx(-50)
    assert by_metric["TTFT P99 ms"].is_better
    assert by_metric["Error rate"].is_better is None


def test_compare_says_what_else_differs() -> None:
    before, after = speed_run(), speed_run()
    after = replace(
        after,
        fingerprint="other",
        engine_build="0.4",
        machine=replace(after.machine, ram=1),
        setup=replace(after.setup, n_threads=9),
        spec=SpeedSpec("demo", reps=9),
    )
    assert compare(before, after).differences == ("model", "engine", "machine", "setup", "spec")
    assert "model, engine build, machine" in report.comparison(before, after)


def test_nothing_in_common() -> None:
    with pytest.raises(RequestError, match="no test in common"):
        compare(speed_run(), load_run())


# ── tables ───────────────────────────────────────────────────────────────


def test_markdown_of_a_speed_run() -> None:
    text = report.markdown(speed_run())
    assert text.startswith("## Speed: Demo · Q4_K_M\n")
    assert "| pp512 " in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({len(row) for row in rows}) == 1  # aligned
    assert rows[1].count("-:") == len(SPEED_TITLES) - 1


def test_markdown_of_a_load_run_names_its_percentiles_and_notes() -> None:
    run = replace(load_run(), is_complete=False)
    run = replace(run, result=replace(run.result, notes=("counted_chunks",)))
    text = report.markdown(run)
    assert "TTFT ms (P50 / P90 / P99)" in text
    assert "E2E s (P50 / P90 / P99)" in text
    assert "> Stopped before its end." in text
    assert "> The server reports no usage" in text
    assert "rate 2/s" in report.workload(replace(run, spec=replace(LoadSpec(), rate=2.0)))


def test_table_titles_fit_their_rows() -> None:
    for run, titles in ((speed_run(), SPEED_TITLES), (load_run(), LOAD_TITLES)):
        made = table(run.result)
        assert made.titles == titles
        assert all(len(row) == len(titles) for row in (*made.rows, *made.tips))


def test_chinese_names_keep_the_columns() -> None:
    made = report.plain_table(
        replace(table(speed_run().result), titles=("测试", "a", "b", "c", "d"))
    )
    assert made.splitlines()[0].startswith("测试  ")


def test_csv_is_plain_numbers() -> None:
    rows = list(csv.DictReader(io.StringIO(report.to_csv(load_run()))))
    assert [row["concurrency"] for row in rows] == ["1", "4"]
    assert float(rows[1]["ttft_p99_s"]) == pytest.approx(0.4)
    assert rows[1]["errors"] == "HTTP 500 x1"
    assert rows[0]["model"] == "Demo · Q4_K_M"
    speed = list(csv.DictReader(io.StringIO(report.to_csv(speed_run()))))
    assert [row["test"] for row in speed] == ["pp512", "tg128", "pp512 @ d4096", "tg128 @ d4096"]
    assert float(speed[0]["mean_tok_s"]) == 1000


def test_csv_never_makes_a_formula() -> None:
    text = report.to_csv(replace(speed_run(), model='=HYPERLINK("http://evil")'))
    assert next(csv.DictReader(io.StringIO(text)))["model"].startswith("'=")


def test_json_of_a_run() -> None:
    value = json.loads(report.to_json_text(load_run()))
    assert value["kind"] == "load"
    assert value["result"]["rows"][1]["errors"] == {"HTTP 500": 1}
    assert value["result"]["rows"][1]["error_rate"] == pytest.approx(1 / 16, abs=1e-6)
    assert json.loads(report.to_json_text(speed_run()))["result"]["rows"][0]["stdev"] == 10


def test_headline() -> None:
    assert report.headline(load_run()) == "300 tok/s · 4 streams"
    assert report.headline(speed_run()).startswith("pp512 1,000 · tg128 50.0")
    assert report.headline(replace(speed_run(), result=type(speed_run().result)())) == "–"


# ── charts ───────────────────────────────────────────────────────────────


def test_charts_of_a_load_run() -> None:
    throughput, first, token = charts(load_run().result)
    assert (throughput.unit, first.unit, token.unit) == ("tok/s", "ms", "ms")
    assert throughput.steps == (1.0, 4.0)
    assert [one.name for one in first.series] == ["P50", "P99"]
    assert first.series[1].points[-1][0] == 4.0
    assert first.series[1].points[-1][1] == pytest.approx(400.0)
    compared = charts(load_run().result, load_run(0.5).result)[0]
    assert [one.is_ghost for one in compared.series] == [True, False]


def test_charts_of_a_speed_run_go_over_the_depth() -> None:
    prompt, generation = charts(speed_run().result)
    assert prompt.xs == (0.0, 4096.0)
    assert prompt.x_label == "Context depth, tokens"
    assert [one.name for one in generation.series] == ["tg128"]
    result = speed_run().result
    assert isinstance(result, SpeedResult)
    flat = charts(SpeedResult(tuple(row for row in result.rows if not row.depth)))
    assert all(chart.is_bars for chart in flat)
    assert charts(SpeedResult()) == ()


@pytest.mark.parametrize("top", [0.0, 1e-9, 0.3, 1.0, 7.0, 99.9, 100.0, 123_456.0, float("nan")])
def test_ticks_reach_the_top_with_round_steps(top: float) -> None:
    made = ticks(top)
    assert made[0] == 0
    assert 2 <= len(made) <= 6
    assert not made[-1] < top


def test_layout_stays_inside() -> None:
    chart = Chart(
        "t", "x", "u", (Series("a", ((1.0, 5.0), (2.0, 0.0), (8.0, 9.0))),), (1.0, 2.0, 8.0)
    )
    shape = layout(chart, 10, 20, 100, 50)
    assert [x for x, _y in shape.lines[0]] == [10, 60, 110]
    assert all(20 <= y <= 70 for _x, y in shape.lines[0])
    assert shape.lines[0][1][1] == shape.baseline == 70
    assert tick_text(shape.y_ticks[-1][0]) == "10"


@pytest.mark.parametrize("run", [speed_run(), load_run()], ids=["speed", "load"])
def test_svg_is_sound_and_escaped(run: BenchmarkRun) -> None:
    text = svg(replace(run, model="<script>&"))
    root = ET.fromstring(text)
    assert root.tag.endswith("svg")
    assert "<script>" not in text
    words = "".join(root.itertext())
    assert "<script>&" in words
    assert svg(replace(run, result=type(run.result)())).endswith("</svg>\n")
