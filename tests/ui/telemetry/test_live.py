"""The panel while the engine works: strip, chart, notice, and the feed that brings the numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk_llm.engine.types import EngineStats, GenerationRequest, SamplingParams, Step
from desk_llm.services import Services
from desk_llm.telemetry.curve import Point
from desk_llm.telemetry.fixes import Fix, FixKind
from desk_llm.telemetry.machine import Cause
from desk_llm.telemetry.slowdown import Slowdown
from desk_llm.telemetry.steps import STRIP_STEPS, Strip, make_strip
from desk_llm.telemetry.watch import Insight
from desk_llm.ui.main_window import MainWindow
from desk_llm.ui.panel_feed import QUIET_TICKS
from desk_llm.ui.telemetry.curve_chart import CurveChart
from desk_llm.ui.telemetry.notice import SlowdownNotice
from desk_llm.ui.telemetry.panel import TelemetryPanel
from desk_llm.ui.telemetry.strip import StepStrip
from desk_llm.ui.theme import tokens
from desk_llm.ui.theme.style import Style
from tests.helpers.live_parts import info, item, sample, step
from tests.ui.conftest import FakeReply


def steps(count: int) -> list[Step]:
    return [step((n + 1) * 0.03) for n in range(count)]


@pytest.fixture
def panel(qtbot: QtBot, style: Style) -> TelemetryPanel:
    del style
    made = TelemetryPanel()
    qtbot.addWidget(made)
    made.resize(made.width(), 1200)
    made.show()
    qtbot.waitExposed(made)
    return made


# ── the strip ────────────────────────────────────────────────────────────


def rows_of(strip: Strip, style: Style, qtbot: QtBot, theme: str) -> set[str]:
    style.apply("dark" if theme == "dark" else "light", 100)
    widget = StepStrip(lambda _bar: "")
    qtbot.addWidget(widget)
    widget.resize(STRIP_STEPS, 44)
    widget.set_strip(strip)
    picture = widget.grab().toImage()
    return {
        picture.pixelColor(x, y).name()
        for x in range(picture.width())
        for y in range(picture.height())
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_kind_of_step_has_its_colour(style: Style, qtbot: QtBot, theme: str) -> None:
    given = [*steps(50), step(2.0, 0.4, n_prefill=128, n_reused=512)]
    given += [step(2.03 + n * 0.03) for n in range(20)] + [step(3.2, 0.3)]
    found = rows_of(make_strip(given), style, qtbot, theme)
    now = tokens.current()
    for colour in (now.accent, now.series_amber, now.series_blue, now.danger):
        assert QColor(colour).name() in found
    assert QColor(now.danger).name() not in rows_of(make_strip(steps(50)), style, qtbot, theme)


def test_the_mouse_finds_a_step(panel: TelemetryPanel, qtbot: QtBot) -> None:
    given = [*steps(10), step(1.5, 0.4, n_prefill=128, n_decode=2, n_tokens=2, n_reused=64)]
    panel.show_live(EngineStats(), given)
    strip = panel.steps.strip
    last = strip.tip_at(strip.width() - 1)
    assert "400 ms · 2 written · 128 read · 64 reused · context 100" in last
    assert "30.0 ms" in strip.tip_at(strip.width() - 2)
    assert strip.tip_at(strip.width() - 11)
    assert strip.tip_at(strip.width() - 12) == ""
    assert strip.tip_at(0) == ""
    qtbot.mouseMove(strip, QPoint(strip.width() - 3, 20))
    assert not strip.grab().isNull()


def test_guesses_and_waiting_are_said(panel: TelemetryPanel) -> None:
    panel.show_live(EngineStats(), [*steps(10), step(0.83, n_draft=8, n_tokens=5)])
    tip = panel.steps.strip.tip_at(panel.steps.strip.width() - 1)
    assert "waited 500 ms before" in tip
    assert "8 guessed" in tip
    assert panel.steps.strip.accessibleName() == "Steps: 11, median: 30.0 ms, stalls: 1"


def test_the_strip_paints_a_bounded_number(panel: TelemetryPanel) -> None:
    panel.show_live(EngineStats(), steps(5000))
    assert len(panel.steps.strip.strip().bars) == STRIP_STEPS


def test_the_same_steps_are_not_painted_again(qtbot: QtBot) -> None:
    class Counting(StepStrip):
        painted = 0

        def update(self) -> None:  # type: ignore[override]
            Counting.painted += 1

    strip = Counting(lambda _bar: "")
    qtbot.addWidget(strip)
    for given in (steps(10), steps(10), steps(11)):
        strip.set_strip(make_strip(given))
    assert Counting.painted == 2


# ── the chart ────────────────────────────────────────────────────────────


def test_the_mouse_finds_a_point(qtbot: QtBot) -> None:
    chart = CurveChart("nothing yet", lambda point: f"{point.tok_s} <b> {point.n_past}")
    qtbot.addWidget(chart)
    chart.resize(220, 96)
    assert chart.tip_at(QPointF(100, 40)) == ""
    assert not chart.grab().isNull()
    chart.set_points([Point(100, 60.0), Point(6000, 40.0)], [Point(1000, 55.0, is_other=True)])
    assert not chart.grab().isNull()
    tips = {chart.tip_at(QPointF(x, y)) for x in range(0, 220, 4) for y in range(0, 96, 4)}
    assert tips == {
        "",
        "<span>60.0 &lt;b&gt; 100</span>",
        "<span>40.0 &lt;b&gt; 6000</span>",
        "<span>55.0 &lt;b&gt; 1000</span>",
    }


@pytest.mark.parametrize("point", [Point(0, 0.0), Point(1, 0.004), Point(10**6, 5e5)])
def test_the_chart_takes_any_number(qtbot: QtBot, point: Point) -> None:
    chart = CurveChart("", str)
    qtbot.addWidget(chart)
    chart.resize(220, 96)
    chart.set_points([point], [])
    assert not chart.grab().isNull()


def test_insight_is_shown(panel: TelemetryPanel) -> None:
    panel.show_insight(Insight("m", (Point(100, 60.0),), (Point(90, 61.0),), 64.2, 58.1))
    assert panel.curve.chart.points() == (Point(100, 60.0), Point(90, 61.0))
    assert (panel.curve.best.value(), panel.curve.middle.value()) == ("64.2 tok/s", "58.1 tok/s")


# ── the notice ───────────────────────────────────────────────────────────

SHORTER = Fix(FixKind.SHORTER_CONTEXT, 16_384, (("n_ctx", 16_384),))
SLOW = Slowdown(Cause.VRAM, 9.4, 61.0, True, SHORTER)


@pytest.fixture
def notice(panel: TelemetryPanel) -> SlowdownNotice:
    return panel.notice


def test_the_notice_names_speed_cause_and_remedy(panel: TelemetryPanel, qtbot: QtBot) -> None:
    notice = panel.notice
    assert notice.isHidden()
    panel.show_insight(Insight("m", slowdown=SLOW))
    assert notice.isVisible()
    assert notice.title.text() == "9.40 tok/s, where this model reached 61.0"
    assert "The GPU's memory is full" in notice.reason.text()
    assert notice.button.text() == "Context of 16k tokens"
    with qtbot.waitSignal(notice.fix_requested) as asked:
        notice.button.click()
    assert asked.args == [SHORTER]
    assert notice.isHidden()


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_its_words(notice: SlowdownNotice, cause: Cause) -> None:
    notice.show_slowdown(replace(SLOW, cause=cause, fix=None, is_measured=False))
    assert notice.title.text().endswith("where the memory allows 61.0")
    assert notice.reason.text().endswith(".")
    assert notice.button.isHidden()


@pytest.mark.parametrize("kind", list(FixKind))
def test_every_remedy_has_its_words(notice: SlowdownNotice, kind: FixKind) -> None:
    notice.show_slowdown(replace(SLOW, fix=replace(SHORTER, kind=kind, value=4)))
    assert "{" not in notice.button.text()
    assert notice.button.text()


def test_a_closed_notice_stays_away_until_another_cause(notice: SlowdownNotice) -> None:
    notice.show_slowdown(SLOW)
    notice._on_close_clicked()
    notice.show_slowdown(replace(SLOW, tok_s=9.0))
    assert notice.isHidden()
    notice.show_slowdown(replace(SLOW, cause=Cause.SWAP))
    assert notice.isVisible()
    notice.show_slowdown(None)
    assert notice.isHidden()
    notice.show_slowdown(SLOW)
    assert notice.isVisible()


# ── folding and hiding ───────────────────────────────────────────────────


def test_sections_fold_and_tell(panel: TelemetryPanel) -> None:
    told: list[tuple[str, bool]] = []
    panel.folded.connect(lambda name, is_folded: told.append((name, is_folded)))
    panel.steps.head.click()
    assert told == [("steps", True)]
    assert not panel.steps.strip.isVisible()
    panel.show_live(EngineStats(), steps(10))
    assert panel.steps.strip.strip().bars == ()  # no work for what nobody sees
    panel.steps.head.click()
    panel.show_live(EngineStats(), steps(10))
    assert len(panel.steps.strip.strip().bars) == 10
    panel.set_folded({"curve", "unknown"})
    assert not panel.curve.chart.isVisible()
    assert told == [("steps", True), ("steps", False), ("curve", True)] or len(told) == 2
    assert not panel.grab().isNull()


def test_a_hidden_panel_does_nothing(panel: TelemetryPanel) -> None:
    panel.hide()
    panel.show_live(EngineStats(queue=(item("a", 0),)), steps(10))
    panel.show_insight(Insight("m", best=64.0, slowdown=SLOW))
    assert panel.steps.strip.strip().bars == ()
    assert panel.queue.view.queue.items() == ()
    assert panel.curve.best.value() == "–"
    panel.show()
    assert panel.curve.best.value() == "64.0 tok/s"  # it catches up
    assert not panel.notice.isHidden()


# ── the feed ─────────────────────────────────────────────────────────────


class FakeEngine:
    """Stands before the engine: counts questions, keeps orders."""

    def __init__(self, stats: EngineStats) -> None:
        self.now = stats
        self.n_asked = 0
        self.orders: list[tuple[object, ...]] = []

    def stats(self) -> EngineStats:
        self.n_asked += 1
        return self.now

    def steps(self, most: int = 1000) -> tuple[Step, ...]:
        return tuple(steps(50)[-most:])


BUSY = EngineStats(model=info(), running=1, queue=(item("a", 0), item("b")))


@pytest.fixture
def engine(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> FakeEngine:
    """The window's feed over an engine that is busy."""
    fake = FakeEngine(BUSY)
    for name in ("stats", "steps"):
        monkeypatch.setattr(window.feed._services.engine, name, getattr(fake, name))
    return fake


def test_it_is_live_while_something_runs(
    window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    feed = window.feed
    assert not feed.is_live
    feed._on_sampled(sample(BUSY))
    assert feed.is_live
    qtbot.waitUntil(lambda: len(window.telemetry.steps.strip.strip().bars) == 50)
    assert len(window.telemetry.queue.view.queue.items()) == 2
    engine.now = EngineStats(model=info())
    for _ in range(QUIET_TICKS + 1):
        feed._tick()
    assert not feed.is_live
    asked = engine.n_asked
    feed._on_sampled(sample(engine.now))
    assert not feed.is_live
    assert engine.n_asked == asked


def test_nothing_is_asked_while_nobody_looks(window: MainWindow, engine: FakeEngine) -> None:
    window.telemetry.hide()
    window.feed._on_sampled(sample(BUSY))
    assert not window.feed.is_live
    window.telemetry.show()
    window.feed._on_sampled(sample(BUSY))
    assert window.feed.is_live
    window.telemetry.hide()
    window.feed._tick()
    assert not window.feed.is_live


def test_the_status_bar_opens_the_queue(
    window: MainWindow, engine: FakeEngine, qtbot: QtBot
) -> None:
    window.telemetry.hide()
    window.feed._on_sampled(sample(BUSY))
    button = window.status._queue
    assert button.text() == "1 running"
    button.click()
    dialog = window.feed.dialog
    assert dialog is not None
    assert len(dialog.view.queue.items()) == 2
    assert window.feed.is_live  # for the dialog
    engine.now = replace(BUSY, queue=(item("a", 0),))
    qtbot.waitUntil(lambda: len(dialog.view.queue.items()) == 1)
    button.click()
    assert window.feed.dialog is dialog
    dialog.reject()
    assert window.feed.dialog is None
    QApplication.processEvents()


def test_orders_reach_the_engine(
    services: Services, style: Style, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    del style
    orders: list[tuple[object, ...]] = []
    monkeypatch.setattr(services.engine, "cancel", lambda one: orders.append(("cancel", one)))
    monkeypatch.setattr(
        services.engine, "move", lambda one, before: orders.append(("move", one, before))
    )
    from desk_llm.ui.messages import Messages

    window = MainWindow(services, Messages())
    qtbot.addWidget(window)
    window.telemetry.queue.view.cancel_requested.emit("a")
    window.telemetry.queue.view.move_requested.emit("b", None)
    window.feed.open_queue()
    dialog = window.feed.dialog
    assert dialog is not None
    dialog.view.cancel_requested.emit("c")
    dialog.view.move_requested.emit("d", "c")
    assert orders == [("cancel", "a"), ("move", "b", None), ("cancel", "c"), ("move", "d", "c")]
    dialog.reject()
    window.close()


def test_a_real_queue_is_shown_moved_and_emptied(
    window: MainWindow, services: Services, reply: FakeReply, qtbot: QtBot
) -> None:
    """Through scheduler and engine thread, with a made-up model."""
    reply.delay_s = 0.005
    model = services.library.files[0].id
    services.loader.ensure(model).result(10)
    for n in range(6):
        services.engine.submit(
            GenerationRequest(
                f"r{n}",
                model,
                prompt=f"hello {n}",
                sampling=SamplingParams(ignore_eos=True, max_tokens=100_000),
                source="api",
                client=f"client {n}",
            )
        )
    view = window.telemetry.queue.view

    def order() -> list[str]:
        return [one.request_id for one in view.queue.items()]

    window.feed.open_queue()  # it is live from now on
    assert window.feed.dialog is not None
    window.feed.dialog.reject()
    qtbot.waitUntil(lambda: len(order()) == 6)
    waiting = [one.request_id for one in view.queue.items() if one.slot is None]
    assert len(waiting) == 2
    view.setCurrentIndex(view.queue.index(view.queue.row_of(waiting[1])))
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: order()[-2:] == waiting[::-1])
    assert view.current_id() == waiting[1]
    while order():
        gone = order()[0]
        view.cancel_requested.emit(gone)
        qtbot.waitUntil(lambda name=gone: name not in order())  # type: ignore[misc]
    assert services.engine.stats().running == 0


def test_the_remedy_is_set_and_the_model_loaded_again_when_it_is_free(
    window: MainWindow, engine: FakeEngine, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    ensure = services.loader.ensure

    def note(model_id: str) -> object:
        loaded.append(model_id)
        return ensure(services.library.files[0].id)

    monkeypatch.setattr(services.loader, "ensure", note)
    window.telemetry.notice.fix_requested.emit(SHORTER)
    assert services.settings.current.engine.n_ctx == 16_384
    assert loaded == []  # a reply runs
    window.feed._on_sampled(sample(BUSY))
    assert loaded == []
    engine.now = EngineStats(model=info())
    window.feed._on_sampled(sample(engine.now))
    window.feed._on_sampled(sample(engine.now))
    assert loaded == ["m"]
    assert window.toast.isVisible()
    window.toast._button.click()  # Undo
    assert services.settings.current.engine.n_ctx is None
    assert loaded == ["m", "m"]


def test_folded_sections_are_remembered(window: MainWindow, services: Services) -> None:
    window.telemetry.curve.head.click()
    assert window._state.folded == {"curve"}
    window.telemetry.curve.head.click()
    assert window._state.folded == frozenset()
    del services
