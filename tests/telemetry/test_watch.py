"""Watch: from steps to the curve, the history and the alarm; and the database behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.types import EngineStats, ModelInfo, Step, Timings, Usage
from desk_llm.storage.database import Database
from desk_llm.telemetry import bandwidth, history
from desk_llm.telemetry.curve import Point, SpeedCurve
from desk_llm.telemetry.history import SHOWN_ROWS, SpeedHistory, SpeedRecord, setup_of
from desk_llm.telemetry.watch import IDLE_SAMPLES, Insight, Watch
from tests.helpers.live_parts import info, item, sample, step

MODEL = info()


class Steps:
    """The engine's newest steps."""

    def __init__(self) -> None:
        self.all: list[Step] = []

    def steps(self) -> tuple[Step, ...]:
        return tuple(self.all[-1000:])

    def decode(self, count: int, seconds: float = 0.03, **counts: int) -> None:
        start = self.all[-1].time if self.all else 0.0
        self.all += [step(start + seconds * (n + 1), seconds, **counts) for n in range(count)]


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database.temporary()
    yield made
    made.close()


@pytest.fixture
def kept(database: Database) -> SpeedHistory:
    return SpeedHistory(database)


def running(model: ModelInfo = MODEL, **rest: object) -> EngineStats:
    stats = EngineStats(
        model=model, models=(model,), running=1, queue=(item("r", 0, model=model.key),)
    )
    return replace(stats, **rest)  # type: ignore[arg-type]


def finished(total_s: float = 2.0, model: ModelInfo = MODEL) -> EngineStats:
    return EngineStats(
        model=model,
        last=Timings(ttft_s=0.4, total_s=total_s, prefill_tok_s=900.0, decode_tok_s=77.0),
        last_usage=Usage(1000, 60, 900),
    )


def record(n_past: int, tok_s: float, setup: str = "", fingerprint: str = "f") -> SpeedRecord:
    return SpeedRecord(1.0, "Qwen", fingerprint, setup, n_past, tok_s, 900.0, 0.4, 60)


# ── from steps to insight ────────────────────────────────────────────────


def test_a_reply_becomes_a_record_of_its_plain_steps(kept: SpeedHistory) -> None:
    engine = Steps()
    watch = Watch(engine, kept)
    watch.look(sample(running()))
    engine.decode(40)
    engine.decode(20, 0.2, n_decode=4)  # with others: not its own speed
    engine.decode(5, 0.5, n_prefill=100)
    watch.look(sample(running()))
    watch.look(sample(finished()))
    (row,) = kept.of_model("m:5000000000")
    assert row.decode_tok_s == pytest.approx(1 / 0.03)
    assert (row.model, row.n_past, row.n_tokens) == ("Qwen3-8B", 100, 60)
    assert (row.prefill_tok_s, row.ttft_s) == (900.0, 0.4)
    assert row.setup == "CPU, 0/36 layers, 8 threads, f16/f16"
    assert watch.insight.best == watch.insight.middle == row.decode_tok_s
    watch.look(sample(finished()))
    assert len(kept.of_model("m:5000000000")) == 1  # once


def test_a_short_reply_is_no_record(kept: SpeedHistory) -> None:
    engine = Steps()
    watch = Watch(engine, kept)
    watch.look(sample(running()))
    engine.decode(10)
    watch.look(sample(running()))
    watch.look(sample(finished()))
    assert watch.insight.replies == ()


def test_steps_that_may_be_another_models_do_not_count(kept: SpeedHistory) -> None:
    engine = Steps()
    watch = Watch(engine, kept)
    watch.look(sample(running()))
    engine.decode(40)
    both = (item("r", 0), item("s", 0, model="other"))
    watch.look(sample(running(queue=both)))
    assert watch.insight.session == ()
    engine.decode(40)
    watch.look(sample(running(queue=(item("r", 0), item("s", model="other")))))  # that one waits
    assert len(watch.insight.session) == 1


def test_each_model_has_its_own_curve(kept: SpeedHistory) -> None:
    other = info("other")
    engine = Steps()
    watch = Watch(engine, kept)

    def look(key: str) -> None:
        queue = (item("r", 0, model=key),) if key else ()
        watch.look(sample(EngineStats(model=other, models=(MODEL, other), queue=queue)))

    look("m")
    engine.decode(40, n_past=500)
    look("m")
    assert (watch.insight.model, [one.n_past for one in watch.insight.session]) == ("m", [500])
    engine.decode(40, n_past=900)
    look("other")  # nobody knows whose these were
    assert (watch.insight.model, watch.insight.session) == ("other", ())
    engine.decode(40, n_past=900)
    look("other")
    assert [one.n_past for one in watch.insight.session] == [900]
    look("")
    assert watch.insight.model == "other"
    look("m")
    assert [one.n_past for one in watch.insight.session] == [500]
    watch.look(sample(EngineStats(model=MODEL, models=(MODEL,))))
    assert watch.insight.model == "m"
    assert len(watch._models) == 1


def test_collapse_in_the_middle_of_a_reply_is_told_once_and_withdrawn(kept: SpeedHistory) -> None:
    engine = Steps()
    watch = Watch(engine, kept)
    told: list[Insight] = []
    watch.changed.connect(told.append)
    watch.look(sample(running()))
    engine.decode(100)
    watch.look(sample(running()))
    assert watch.insight.slowdown is None
    for _ in range(10):
        engine.decode(8, 0.125)
        watch.look(sample(running()))
    slow = watch.insight.slowdown
    assert slow is not None
    assert slow.usual_tok_s == pytest.approx(1 / 0.03)
    assert slow.tok_s == pytest.approx(8.0)
    other = replace(MODEL, n_ctx=16_384)  # loaded again with another setting
    watch.look(sample(running(other)))
    assert watch.insight.slowdown is None
    assert told[-1] is watch.insight


def test_the_memory_is_what_counts_for_an_unknown_model(kept: SpeedHistory, tmp_path: Path) -> None:
    bandwidth.store(tmp_path, 500e9)  # 5 GB at 500 GB/s: 100 tok/s
    engine = Steps()
    watch = Watch(engine, kept, tmp_path)
    watch.look(sample(running()))
    for _ in range(10):
        engine.decode(10, 0.1)
        watch.look(sample(running()))
    assert watch.insight.slowdown is not None
    assert not watch.insight.slowdown.is_measured
    assert watch.insight.slowdown.usual_tok_s == pytest.approx(100, rel=0.01)


def test_a_model_that_was_always_so_slow_is_not_judged_by_the_memory(
    kept: SpeedHistory, tmp_path: Path
) -> None:
    bandwidth.store(tmp_path, 500e9)
    for _ in range(3):
        kept.add(record(100, 10.0, setup_of(MODEL), "m:5000000000"))
    engine = Steps()
    watch = Watch(engine, kept, tmp_path)
    watch.look(sample(running()))
    for _ in range(10):
        engine.decode(10, 0.1)
        watch.look(sample(running()))
    assert watch.insight.slowdown is None


def test_experts_nobody_knows_are_not_judged_by_the_memory(
    kept: SpeedHistory, tmp_path: Path
) -> None:
    bandwidth.store(tmp_path, 500e9)
    engine = Steps()
    watch = Watch(engine, kept, tmp_path)
    experts = replace(MODEL, architecture="qwen3moe")
    watch.look(sample(running(experts)))
    for _ in range(10):
        engine.decode(10, 0.1)
        watch.look(sample(running(experts)))
    assert watch.insight.slowdown is None


def test_no_model_no_insight(kept: SpeedHistory) -> None:
    watch = Watch(Steps(), kept)
    watch.look(sample())
    assert watch.insight == Insight()


def test_a_broken_history_is_no_reason_to_stop(database: Database) -> None:
    engine = Steps()
    watch = Watch(engine, SpeedHistory(database))
    database.close()
    watch.look(sample(running()))
    engine.decode(40)
    watch.look(sample(running()))
    watch.look(sample(finished()))
    assert len(watch.insight.replies) == 1


# ── the curve ────────────────────────────────────────────────────────────


def test_the_curve_has_a_point_per_context(kept: SpeedHistory) -> None:
    curve = SpeedCurve()
    curve.add_steps(step(n, 0.03, n_past=1000) for n in range(20))
    curve.add_steps(step(n, 0.06, n_past=4000) for n in range(20))
    curve.add_steps(step(n, 0.06, n_past=16_000) for n in range(3))  # too few
    assert curve.session() == (Point(1000, 1 / 0.03), Point(4000, 1 / 0.06))
    assert curve.best_near(1200) == pytest.approx(1 / 0.03)
    assert curve.best_near(3000) == pytest.approx(1 / 0.06)
    assert curve.best_near(100_000) is None


def test_other_setups_are_shown_and_not_compared() -> None:
    curve = SpeedCurve("CPU", [record(1000, 10.0, "CPU"), record(1000, 90.0, "GPU")])
    assert (curve.best(), curve.middle(), curve.best_near(1000)) == (10.0, 10.0, 10.0)
    assert curve.replies() == (Point(1000, 10.0), Point(1000, 90.0, is_other=True))


def test_the_curve_does_not_grow_with_the_session() -> None:
    curve = SpeedCurve()
    for n in range(20):
        curve.add_steps(step(0, 0.03, n_past=past) for past in range(n * 1000, n * 1000 + 1000))
        curve.add_reply(record(1000, 10.0))
    for _ in range(1000):
        curve.add_reply(record(1000, 10.0))
    assert len(curve.replies()) == SHOWN_ROWS
    assert len(curve.session()) < 40


# ── the table ────────────────────────────────────────────────────────────


def test_history_is_kept_by_model_and_pruned(
    kept: SpeedHistory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "MAX_ROWS", 10)
    for n in range(25):
        kept.add(record(n, float(n), fingerprint="f" if n % 2 else "g"))
    database.flush()
    assert [row.n_past for row in kept.of_model("f")] == [15, 17, 19, 21, 23]
    assert [row.n_past for row in kept.of_model("f", most=2)] == [21, 23]
    count = database.read(lambda c: c.execute("SELECT count(*) FROM speed_history").fetchone())
    assert count == (10,)


def test_setups_differ_by_what_makes_them_faster() -> None:
    names = {
        setup_of(MODEL),
        setup_of(replace(MODEL, n_gpu_layers=20, device="RTX 4090")),
        setup_of(replace(MODEL, n_gpu_layers=37, device="RTX 4090")),
        setup_of(replace(MODEL, n_threads=4)),
    }
    assert len(names) == 4


# ── the memory's speed ───────────────────────────────────────────────────


def test_bandwidth_is_measured_and_kept(tmp_path: Path) -> None:
    assert bandwidth.stored(tmp_path) is None
    found = bandwidth.measure(8 << 20)
    assert found is not None
    assert 0.1e9 < found < 5e12
    bandwidth.store(tmp_path / "new", found)
    assert bandwidth.stored(tmp_path / "new") == round(found)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"machine": "another", "bytes_per_s": 5}', '{"machine": 1}']
)
def test_a_figure_of_another_machine_is_not_used(tmp_path: Path, text: str) -> None:
    (tmp_path / "bandwidth.json").write_text(text)
    assert bandwidth.stored(tmp_path) is None


def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    bandwidth.store(tmp_path / "file", 1e9)


def test_the_memory_is_measured_in_a_quiet_moment_once(
    kept: SpeedHistory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = threading.Event()

    def measure() -> float:
        measured.set()
        return 10e9

    monkeypatch.setattr(bandwidth, "measure", measure)
    watch = Watch(Steps(), kept, tmp_path)
    for _ in range(3 * IDLE_SAMPLES):
        watch.look(sample(running()))
    assert not measured.is_set()  # it would slow the reply, and the reply it
    for _ in range(IDLE_SAMPLES):
        watch.look(sample(EngineStats(model=MODEL)))
    assert measured.wait(5)
