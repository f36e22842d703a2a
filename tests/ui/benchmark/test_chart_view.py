"""Charts: painted in every shape, and their values under the mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from desk_llm.benchmark.chart import Chart, Series, charts
from desk_llm.ui.benchmark.chart_view import ChartView
from desk_llm.ui.theme import tokens
from desk_llm.ui.theme.style import Style
from tests.helpers.benchmark_runs import load_run, speed_run

EMPTY = Chart("Nothing", "x", "u", ())
ONE = Chart("One", "x", "u", (Series("a", ((5.0, 3.0),)), Series("b", ((5.0, 6.0),))))
ALL = (*charts(load_run().result, load_run(0.5).result), *charts(speed_run().result), EMPTY, ONE)


@pytest.mark.parametrize("chart", ALL, ids=lambda chart: str(chart.title))
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_chart_is_painted(chart: Chart, theme: str, style: Style, qtbot: QtBot) -> None:
    style.apply("dark" if theme == "dark" else "light", 100)
    view = ChartView(chart)
    qtbot.addWidget(view)
    view.resize(360, 240)
    image = view.grab().toImage()
    colours = {image.pixelColor(x, y).name() for x in range(360) for y in range(0, 240, 2)}
    assert (QColor(tokens.current().accent).name() in colours) is bool(chart.series)


def test_the_values_are_under_the_mouse(style: Style, qtbot: QtBot) -> None:
    del style
    throughput = charts(load_run().result)[0]
    view = ChartView(throughput)
    qtbot.addWidget(view)
    view.resize(360, 240)
    view.show()
    assert view.nearest(0) == 1.0
    assert view.nearest(359) == 4.0
    assert view.text_at(4.0) == "Streams 4: tok/s 300 tok/s"
    qtbot.mouseMove(view, QPointF(350, 100).toPoint())
    qtbot.waitUntil(lambda: view._hovered == 4.0)
    assert view.accessibleName() == "Throughput, tok/s"
    assert "300" in view.accessibleDescription()
    assert ChartView(EMPTY).nearest(10) is None
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor
