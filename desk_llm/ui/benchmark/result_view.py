"""ResultView: one run as charts and a table, alone or beside an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QScrollArea, QToolButton, QVBoxLayout, QWidget

from desk_llm.benchmark import compare, report, tables
from desk_llm.benchmark.chart import charts
from desk_llm.benchmark.types import BenchmarkRun, LoadResult, Result
from desk_llm.benchmark.words import NOTES, setup_lines
from desk_llm.errors import RequestError
from desk_llm.ui.benchmark.chart_view import ChartView
from desk_llm.ui.benchmark.exporting import FORMATS
from desk_llm.ui.benchmark.result_table import ResultTable
from desk_llm.ui.benchmark.words import say
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton
from desk_llm.ui.widgets.fields import Choice
from desk_llm.ui.widgets.labels import ElidedLabel, Label

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

_MOST_OTHERS = 100  # in a list that is read by eye


class ResultView(QWidget):
    """Shows what it is given; says what the person wants done with it."""

    copy_wanted = Signal()
    export_wanted = Signal(str)  # an ending of FORMATS
    delete_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.run: BenchmarkRun | None = None
        self._others: list[BenchmarkRun] = []
        self._title = ElidedLabel("", "title")
        self._setup = Label.wrapped("", "small")
        self._setup.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._setup.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._compare = Choice()
        self._compare.setAccessibleName(self.tr("Compare with"))
        self._compare.setSizeAdjustPolicy(
            Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._compare.setMinimumContentsLength(18)
        self._compare.currentIndexChanged.connect(lambda _place: self._show())
        self._views: list[ChartView] = []
        self._notes = Label.wrapped("", "small")
        self._percentiles = Label(
            self.tr("Latencies are P50 / P90 / P99; a tooltip has the mean and the maximum."),
            "small",
        )
        self.table = ResultTable(self.tr("Results"))
        self._build()

    def _build(self) -> None:
        self._page = QWidget()
        self._page.setProperty("panel", "canvas")
        self._page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        edge = tokens.SPACE_6
        column = QVBoxLayout(self._page)
        column.setContentsMargins(edge, tokens.SPACE_4, edge, edge)
        column.setSpacing(tokens.SPACE_3)
        self._charts = QHBoxLayout()
        self._charts.setSpacing(tokens.SPACE_6)
        column.addLayout(self._make_head())
        column.addWidget(self._setup)
        column.addSpacing(tokens.SPACE_2)
        column.addLayout(self._charts)
        column.addWidget(self.table)
        column.addWidget(self._percentiles)
        column.addWidget(self._notes)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(self._page)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)

    def _make_head(self) -> QHBoxLayout:
        copy = IconButton("copy", self.tr("Copy as Markdown"))
        copy.clicked.connect(self.copy_wanted)
        export = IconButton("export", self.tr("Export"))
        export.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(export)
        names = {"csv": "CSV", "md": "Markdown", "json": "JSON", "svg": "SVG", "png": "PNG"}
        for ending in FORMATS:
            action = menu.addAction(names[ending])
            action.triggered.connect(
                lambda _checked=False, one=ending: self.export_wanted.emit(one)
            )
        export.setMenu(menu)
        delete = IconButton("trash", self.tr("Delete this run"))
        delete.clicked.connect(self.delete_wanted)
        self._buttons = [copy, export, delete]
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self._title, 1)
        row.addWidget(self._compare)
        for button in self._buttons:
            row.addWidget(button)
        return row

    # ── what is shown ────────────────────────────────────────────────────

    def show_run(self, run: BenchmarkRun, others: Sequence[BenchmarkRun]) -> None:
        """A finished run, and those that it can be compared with."""
        self.run = run
        same = [one for one in others if one.kind == run.kind and one.id != run.id]
        self._others = same[:_MOST_OTHERS]
        chosen = self._compare.currentData()
        self._compare.blockSignals(True)
        self._compare.clear()
        self._compare.addItem(self.tr("Compare with…"), 0)
        for one in self._others:
            self._compare.addItem(f"{report.when(one)} · {one.model}", one.id)
        self._compare.setCurrentIndex(max(0, self._compare.findData(chosen)))
        self._compare.blockSignals(False)
        self._compare.setVisible(bool(self._others))
        self._title.setText(report.title(run, say))
        lines = (f"{report.when(run)} · {report.workload(run)}", *setup_lines(run))
        self._setup.setText("\n".join(lines))
        for button in self._buttons:
            button.show()
        self._show()

    def show_live(self, title: str, result: Result) -> None:
        """What is known of a run that goes on."""
        self.run = None
        self._compare.hide()
        for button in self._buttons:
            button.hide()
        self._title.setText(title)
        self._setup.setText(self.tr("It is still running: the figures are not final."))
        self._notes.setText("")
        self._show_result(result, None)

    def compare_with(self, run_id: int) -> None:
        """Beside another run; 0 is alone."""
        self._compare.setCurrentIndex(max(0, self._compare.findData(run_id)))

    def picture(self) -> QImage:
        """All of the page, as it is on the screen."""
        return self._page.grab().toImage()

    def other(self) -> BenchmarkRun | None:
        """The run that it is compared with."""
        chosen = self._compare.currentData()
        return next((one for one in self._others if one.id == chosen), None)

    def _show(self) -> None:
        run, other = self.run, self.other()
        if run is None:
            return
        sentences = [] if run.is_complete else [say(report.STOPPED)]
        sentences += [say(NOTES[note]) for note in run.result.notes]
        if other is None:
            self._show_result(run.result, None)
        else:
            sentences += self._show_comparison(other, run)
        self._notes.setText("\n".join(sentences))
        self._notes.setVisible(bool(sentences))

    def _show_comparison(self, before: BenchmarkRun, after: BenchmarkRun) -> list[str]:
        try:
            found = compare.compare(before, after)
        except RequestError:
            self._show_result(after.result, None)
            return [self.tr("The two runs have no test in common.")]
        self._show_charts(after.result, before.result)
        self.table.show_table(
            compare.table(found, say), tuple(change.is_better for change in found.changes)
        )
        self._percentiles.hide()
        sentences = [self.tr("Dashed lines are the earlier run.")]
        if found.differences:
            named = ", ".join(say(compare.DIFFERENCES[one]) for one in found.differences)
            sentences.append(say(compare.DIFFERS).format(what=named))
        return sentences

    def _show_result(self, result: Result, other: Result | None) -> None:
        self._show_charts(result, other)
        self.table.show_table(tables.table(result, say))
        self._percentiles.setVisible(isinstance(result, LoadResult))

    def _show_charts(self, result: Result, other: Result | None) -> None:
        made = charts(result, other, say)
        while len(self._views) > len(made):
            gone = self._views.pop()
            gone.hide()
            gone.deleteLater()
        for place, chart in enumerate(made):
            if place < len(self._views):
                self._views[place].set_chart(chart)
            else:
                view = ChartView(chart)
                self._views.append(view)
                self._charts.addWidget(view, 1)
