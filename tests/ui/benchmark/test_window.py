"""The Benchmark window over the real services: run, stop, compare, delete, export, and empty."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from desk_llm.benchmark.types import BenchmarkRun, LoadSpec, SpeedSpec
from desk_llm.errors import RequestError
from desk_llm.services import Services
from desk_llm.ui.benchmark.exporting import FORMATS, file_name
from desk_llm.ui.benchmark.form import SERVER, RunForm
from desk_llm.ui.benchmark.window import BenchmarkWindow
from desk_llm.ui.main_window import MainWindow
from desk_llm.ui.theme.style import Style
from desk_llm.ui.widgets.buttons import IconButton
from tests.helpers.benchmark_runs import load_run, speed_run
from tests.helpers.fake_openai import Behaviour, FakeServer
from tests.ui.conftest import FakeReply

PATIENCE_MS = 20_000


@pytest.fixture
def kept(services: Services) -> list[BenchmarkRun]:
    """Four runs, the oldest first."""
    made = (speed_run(), load_run(), speed_run(1.1), load_run(2.0))
    return [
        services.benchmark.store.add(replace(run, made_at=run.made_at + n)).result(5)
        for n, run in enumerate(made)
    ]


@pytest.fixture
def page(services: Services, style: Style, qtbot: QtBot) -> Iterator[BenchmarkWindow]:
    """The window, on the (offscreen) screen."""
    del style
    made = BenchmarkWindow(services)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: made.form.model.count() > 1)
    yield made
    services.benchmark.cancel()
    qtbot.waitUntil(lambda: services.benchmark.state.spec is None, timeout=PATIENCE_MS)
    made.close()
    QCoreApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete)


def is_idle(page: BenchmarkWindow) -> bool:
    return page.run_button.isVisible() and not page.progress.isVisible()


def quick(page: BenchmarkWindow) -> None:
    """A speed test of milliseconds."""
    page.form.prompts.setText("16")
    page.form.gens.setText("4")
    page.form.depths.setText("0, 32")
    page.form.reps.setValue(2)


def shown(page: BenchmarkWindow) -> int:
    return page.result.run.id if page.result.run is not None else 0


def test_empty(page: BenchmarkWindow) -> None:
    assert page.empty.isVisible()
    assert not page.history.isVisible()
    assert not page.result.isVisible()
    assert is_idle(page)


def test_a_run_shows_its_result_and_stays_in_the_list(page: BenchmarkWindow, qtbot: QtBot) -> None:
    quick(page)
    qtbot.mouseClick(page.run_button, Qt.MouseButton.LeftButton)
    assert not is_idle(page)
    assert not page.form.isEnabled()
    qtbot.waitUntil(lambda: shown(page) > 0, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: is_idle(page))
    names = [row[0] for row in page.result.table.table().rows]
    assert names == ["pp16", "tg4", "pp16 @ d32", "tg4 @ d32"]
    assert page.result.isVisible()
    assert [run.id for run in page.history.runs] == [shown(page)]
    assert page.form.isEnabled()


def test_stop_keeps_what_was_measured(
    page: BenchmarkWindow, qtbot: QtBot, reply: FakeReply
) -> None:
    reply.delay_s = 0.002
    quick(page)
    page.form.reps.setValue(100)
    page.start()
    qtbot.waitUntil(lambda: page.result.table.table().rows != (), timeout=PATIENCE_MS)
    assert "of 400" in page.progress.text()
    page.progress.cancelled.emit()
    qtbot.waitUntil(lambda: shown(page) > 0, timeout=PATIENCE_MS)
    run = page.result.run
    assert run is not None
    assert not run.is_complete
    assert "Stopped" in page.result._notes.text()


def test_closing_the_window_does_not_end_the_run(
    services: Services, style: Style, qtbot: QtBot, reply: FakeReply
) -> None:
    del style
    reply.delay_s = 0.002
    first = BenchmarkWindow(services)
    first.show()
    quick(first)
    first.form.reps.setValue(20)
    first.start()
    qtbot.waitUntil(lambda: services.benchmark.state.result is not None, timeout=PATIENCE_MS)
    first.close()
    second = BenchmarkWindow(services)
    second.show()
    assert second.progress.isVisible()
    services.benchmark.cancel()
    qtbot.waitUntil(lambda: shown(second) > 0, timeout=PATIENCE_MS)
    assert is_idle(second)
    second.close()


def test_an_error_is_a_banner_and_goes_with_the_next_run(
    page: BenchmarkWindow, qtbot: QtBot
) -> None:
    page.form.prompts.setText("")
    page.form.gens.setText("")
    page.start()
    qtbot.waitUntil(lambda: page._banner is not None, timeout=PATIENCE_MS)
    assert page._banner is not None
    assert page._banner.sentence == "There is nothing to measure."
    assert is_idle(page)
    quick(page)
    page.start()
    qtbot.waitUntil(lambda: shown(page) > 0, timeout=PATIENCE_MS)
    assert page._banner is None


def test_a_server(page: BenchmarkWindow, qtbot: QtBot) -> None:
    server = FakeServer(Behaviour(api_key="k"))
    try:
        page.form.kind.choose(1)
        page.form.kind.chosen.emit(1)
        page.form.model.setCurrentIndex(page.form.model.findData(SERVER))
        page.form.url.setText(server.url.removeprefix("http://"))
        page.form.key.setText("k")
        page.form.streams.setText("2")
        page.form.output_tokens.setValue(4)
        page.start()
        qtbot.waitUntil(lambda: shown(page) > 0, timeout=PATIENCE_MS)
    finally:
        server.close()
    run = page.result.run
    assert run is not None
    assert (run.model, run.setup.server) == ("fake-1", "vllm")
    assert page.result.table.table().rows[0][:3] == ("2", "8", "0")


def test_the_newest_run_is_shown_and_others_can_be_chosen(
    kept: list[BenchmarkRun], page: BenchmarkWindow, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: shown(page) == kept[3].id)
    page.history.setCurrentIndex(page.history.model().index(3, 0))
    assert shown(page) == kept[0].id
    assert page.result.table.table().rows[0][0] == "pp512"


def test_compare_two_runs(kept: list[BenchmarkRun], page: BenchmarkWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: shown(page) == kept[3].id)
    page.result.compare_with(kept[1].id)
    table = page.result.table.table()
    assert table.titles[-1] == "Change"
    assert table.rows[0] == ("1", "QPS", "1.00", "2.00", "+100.0 %")
    assert "Dashed" in page.result._notes.text()
    page.result.copy_wanted.emit()
    assert "+100.0 %" in QGuiApplication.clipboard().text()
    page.result.compare_with(0)
    assert page.result.table.table().titles[0] == "Streams"


def test_runs_of_another_kind_are_not_offered(
    kept: list[BenchmarkRun], page: BenchmarkWindow, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: shown(page) == kept[3].id)
    offered = [page.result._compare.itemData(n) for n in range(page.result._compare.count())]
    assert offered == [0, kept[1].id]


def test_delete_and_undo(kept: list[BenchmarkRun], page: BenchmarkWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: shown(page) == kept[3].id)
    page.history.setFocus()
    qtbot.keyClick(page.history, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(page.history.runs) == 3)
    assert shown(page) == kept[2].id
    page.toast._on_button_clicked()
    qtbot.waitUntil(lambda: len(page.history.runs) == 4)
    qtbot.waitUntil(lambda: shown(page) == page.history.runs[0].id)
    assert page.history.runs[0].made_at == kept[3].made_at


def test_export(
    kept: list[BenchmarkRun], page: BenchmarkWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: shown(page) == kept[3].id)
    for ending in FORMATS:
        page.toast.hide()
        path = tmp_path / f"run.{ending}"
        page.export(path)
        qtbot.waitUntil(path.exists, timeout=PATIENCE_MS)
        qtbot.waitUntil(page.toast.isVisible, timeout=PATIENCE_MS)
        assert page.toast.text().startswith("Exported: run.")
    texts = {one: (tmp_path / f"run.{one}").read_text("utf-8") for one in FORMATS if one != "png"}
    assert len(list(csv.DictReader(io.StringIO(texts["csv"])))) == 2
    assert json.loads(texts["json"])["kind"] == "load"
    assert texts["md"].startswith("## Load test: Demo")
    assert texts["svg"].startswith("<svg")
    assert QImage(str(tmp_path / "run.png")).width() > 400
    page.export(tmp_path / "no" / "folder.csv")
    qtbot.waitUntil(lambda: page._banner is not None, timeout=PATIENCE_MS)


def test_names_of_files_hold_no_signs() -> None:
    name = file_name(replace(speed_run(), model="../a:b/c|d · Q4"))
    assert name.startswith("benchmark-speed-..-a-b-c-d---Q4-2025-10-09-")


def test_copy_as_markdown(kept: list[BenchmarkRun], page: BenchmarkWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: shown(page) == kept[3].id)
    copy = next(
        one for one in page.result.findChildren(IconButton) if one.toolTip() == "Copy as Markdown"
    )
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text().startswith("## Load test: Demo")


def test_the_main_window_opens_one_and_takes_it_along(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_["app.benchmark"].trigger()
    first = window._benchmark
    assert first is not None
    qtbot.waitUntil(first.isVisible)
    window.actions_["app.benchmark"].trigger()
    assert window._benchmark is first
    first.close()
    assert not window.is_benchmark_open
    window.open_benchmark()
    window.close()
    assert not window.is_benchmark_open


def test_errors_of_the_store_are_told(page: BenchmarkWindow) -> None:
    page.show_error(RequestError("One."))
    page.show_error(RequestError("Two."))
    assert page._banner is not None
    assert page._banner.sentence == "Two."


# ── the form ─────────────────────────────────────────────────────────────


def test_the_form_as_a_speed_spec(page: BenchmarkWindow) -> None:
    form = page.form
    form.prompts.setText("512，1024")
    form.gens.setText("")
    form.threads.setValue(2)
    form.kv_type.setCurrentIndex(form.kv_type.findData("q8_0"))
    form.flash_attn.setCurrentIndex(1)
    spec = form.spec()
    assert isinstance(spec, SpeedSpec)
    assert (spec.prompts, spec.gens, spec.depths) == ((512, 1024), (), (0, 2048))
    assert (spec.load.n_threads, spec.load.type_kv, spec.load.flash_attn) == (2, "q8_0", True)
    assert (spec.load.n_gpu_layers, spec.load.n_ctx) == (None, None)


def test_the_form_as_a_load_spec(qtbot: QtBot) -> None:
    form = RunForm()
    qtbot.addWidget(form)
    form.set_files((), "")
    assert form.model.count() == 1  # only the server, which has no speed test
    form.kind.choose(1)
    form.kind.chosen.emit(1)
    form.url.setText("localhost:8000")
    form.key.setText("secret")
    form.rate.setValue(2.5)
    form.requests.setValue(100)
    spec = form.spec()
    assert isinstance(spec, LoadSpec)
    assert (spec.url, spec.rate, spec.n_requests) == ("http://localhost:8000", 2.5, 100)
    assert form.api_key() == "secret"
    assert "secret" not in repr(spec)
    form.kind.choose(0)
    assert form.api_key() == ""
