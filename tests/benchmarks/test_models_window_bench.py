"""My models with 2,000 files: what each deed holds the window up, and the gaps while it looks.

python3 run.py test -m bench tests/benchmarks/test_models_window_bench.py -s
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desk_llm.paths import Paths
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.models.library.rows import Wanted, make_rows
from desk_llm.ui.models.window import ModelsWindow
from desk_llm.ui.theme.style import Style
from tests.helpers.model_files import put

N_MODELS = 2_000
BUDGET_MS = 4.0


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    paths = Paths(tmp_path / "profile")
    for n in range(N_MODELS):
        place = paths.models / f"owner{n % 50}" / f"repo{n % 97}" / f"model-{n}.gguf"
        put(place, f"Model number {n}", data=n, llama__context_length=4096 * (1 + n % 30))
    made = Services.open(paths)
    made.settings.change("models", other_apps=False)
    made.library.refresh()
    yield made
    made.close()
    bridge.close()


@pytest.fixture
def window(services: Services, qapp: QApplication, qtbot: QtBot) -> Iterator[ModelsWindow]:
    Style(qapp).apply("light", 100)
    made = ModelsWindow(services)
    made.show()
    qtbot.waitUntil(lambda: len(made.library.model.all) > N_MODELS, timeout=60_000)
    yield made
    made.close()


@pytest.mark.bench
def test_gaps_while_every_model_is_judged(window: ModelsWindow, qtbot: QtBot) -> None:
    gaps: list[float] = []
    last = [time.perf_counter()]

    def beat() -> None:
        now = time.perf_counter()
        gaps.append(1000 * (now - last[0]))
        last[0] = now

    timer = QTimer()
    timer.timeout.connect(beat)
    timer.start(1)
    started = time.perf_counter()
    qtbot.waitUntil(lambda: len(window.library.model._rows.fits) >= N_MODELS, timeout=120_000)
    timer.stop()
    gaps.sort()
    print(
        f"\n{N_MODELS} verdicts in {time.perf_counter() - started:.1f} s; gaps: median "
        f"{statistics.median(gaps):.1f} ms, p99 {gaps[int(0.99 * len(gaps))]:.1f} ms, "
        f"longest {gaps[-1]:.1f} ms"
    )


@pytest.mark.bench
def test_what_each_deed_costs(window: ModelsWindow, services: Services, qapp: QApplication) -> None:
    model, table = window.library.model, window.library.table
    rows = make_rows(services.library.files)
    fits = dict(list(model._rows.fits.items())[:20])
    down, up = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder
    deeds: dict[str, Callable[[int], object]] = {
        "another library": lambda _n: model.set_rows(rows),
        "sort": lambda n: model.sort(n % 6, down if n % 2 else up),
        "filter": lambda n: model.set_wanted(Wanted(text=f"model {n}")),
        "20 verdicts": lambda _n: model.set_fits(fits),
        "choose": lambda n: table.select(rows[n * 50].file.id),
        "paint": lambda _n: table.viewport().repaint(),
    }
    for name, deed in deeds.items():
        took = []
        for n in range(30):
            started = time.thread_time()  # other programs do not count
            deed(n)
            took.append(1000 * (time.thread_time() - started))
            qapp.processEvents()
        model.set_wanted(Wanted())
        print(f"\n{name}: median {statistics.median(took):.2f} ms, most {max(took):.2f} ms", end="")
        if name not in ("choose", "paint"):  # the table's own work
            assert statistics.median(took) < BUDGET_MS, name
