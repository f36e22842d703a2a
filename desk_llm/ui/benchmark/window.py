"""The Benchmark window: what to measure and earlier runs at the left, the result at the right."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desk_llm.benchmark import report
from desk_llm.benchmark.service import RunState
from desk_llm.benchmark.types import BenchmarkRun, SpeedSpec
from desk_llm.errors import DeskError
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.benchmark import exporting
from desk_llm.ui.benchmark.form import RunForm
from desk_llm.ui.benchmark.history import History
from desk_llm.ui.benchmark.progress import RunProgress
from desk_llm.ui.benchmark.result_view import ResultView
from desk_llm.ui.benchmark.words import say
from desk_llm.ui.messages import banner_kind, sentence
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.banner import Banner
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.empty_state import EmptyState
from desk_llm.ui.widgets.labels import Label
from desk_llm.ui.widgets.toast import Toast

DEFAULT_SIZE = QSize(1200, 780)
_LEFT_WIDTH = 304
_LOOK_MS = 100  # how often a running benchmark is looked at


class BenchmarkWindow(QWidget):
    """Non-modal; a run goes on when it is closed."""

    closed = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._service = services.benchmark
        self._state = RunState()
        self._current_id = 0
        self._banner: Banner | None = None
        self.setWindowTitle(self.tr("Benchmark – desk_llm"))
        self.setProperty("panel", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.form = RunForm()
        self.run_button = TextButton(self.tr("Run"), "primary")
        self.progress = RunProgress()
        self.history = History(self.tr("Earlier runs"))
        self.result = ResultView()
        self.empty = EmptyState(
            "gauge",
            self.tr("Nothing measured yet"),
            self.tr("Choose the tests at the left; their results are kept and can be compared."),
        )
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._build()
        self._connect()
        self.resize(DEFAULT_SIZE)

    # ── building ─────────────────────────────────────────────────────────

    def _build(self) -> None:
        self._pages = QStackedWidget()
        empty = QWidget()
        empty.setProperty("panel", "canvas")
        empty.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        QVBoxLayout(empty).addWidget(self.empty)
        self._pages.addWidget(empty)
        self._pages.addWidget(self.result)
        self._right = QVBoxLayout()
        self._right.setContentsMargins(0, 0, 0, 0)
        self._right.setSpacing(0)
        self._right.addWidget(self._pages, 1)
        self.toast = Toast(self._pages)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._make_left())
        line = QFrame()
        line.setProperty("panel", "rule-vertical")
        row.addWidget(line)
        row.addLayout(self._right, 1)

    def _make_left(self) -> QWidget:
        edge = tokens.SPACE_4
        page = QWidget()
        page.setProperty("panel", "side")
        inside = QVBoxLayout(page)
        inside.setContentsMargins(edge, edge, edge, tokens.SPACE_2)
        inside.addWidget(self.form)
        scroll = QScrollArea()
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setHandleWidth(1)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._make_top(scroll))
        splitter.addWidget(self._make_history())
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([540, 240])
        splitter.setFixedWidth(tokens.px(_LEFT_WIDTH))
        return splitter

    def _make_top(self, scroll: QScrollArea) -> QWidget:
        edge = tokens.SPACE_4
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(scroll, 1)
        foot = QVBoxLayout()
        foot.setContentsMargins(edge, tokens.SPACE_2, edge, tokens.SPACE_3)
        foot.addWidget(self.run_button)
        foot.addWidget(self.progress)
        self.progress.hide()
        column.addLayout(foot)
        return top

    def _make_history(self) -> QWidget:
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(tokens.SPACE_2, tokens.SPACE_3, tokens.SPACE_2, tokens.SPACE_2)
        column.setSpacing(tokens.SPACE_1)
        head = Label(self.tr("Earlier runs"), "section")
        head.setContentsMargins(tokens.SPACE_2, 0, 0, 0)
        self._no_runs = Label.wrapped(self.tr("They appear here."), "small")
        self._no_runs.setContentsMargins(tokens.SPACE_2, 0, 0, 0)
        column.addWidget(head)
        column.addWidget(self._no_runs)
        column.addWidget(self.history, 1)
        column.addStretch(0)
        below.setMinimumHeight(tokens.px(120))
        self.history.hide()
        return below

    def _connect(self) -> None:
        self.run_button.clicked.connect(self.start)
        self.progress.cancelled.connect(self._service.cancel)
        self.history.chosen.connect(self._on_chosen)
        self.history.delete_wanted.connect(self._delete)
        self.result.copy_wanted.connect(self._copy)
        self.result.export_wanted.connect(self._ask_where)
        self.result.delete_wanted.connect(self._delete)
        bridge.on_gui(self._services.library.changed, lambda _none: self._show_files(), self)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        escape.activated.connect(self.close)

    def showEvent(self, event: QShowEvent) -> None:
        """What there is: models, earlier runs, and a run that goes on."""
        super().showEvent(event)
        self._show_files()
        self._reload()
        self._look()
        self._timer.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The run goes on."""
        self._timer.stop()
        super().closeEvent(event)
        self.closed.emit()

    # ── running ──────────────────────────────────────────────────────────

    def start(self) -> None:
        """Run what the form says."""
        self._close_banner()
        self.progress.start()
        self._set_running(is_running=True)
        future = self._service.start(self.form.spec(), self.form.api_key())
        bridge.follow(future, self).then(self._on_finished).failed(self._on_failed)

    def _look(self) -> None:
        """Ten times a second while the window is open; nothing to do costs nothing."""
        state = self._service.state
        was, self._state = self._state, state
        is_running = state.spec is not None
        if is_running != (was.spec is not None):
            self._set_running(is_running=is_running)
            if not is_running:
                self._reload()
        if not is_running:
            return
        self.progress.show_state(state)
        if state.result is not None and state.result is not was.result:
            kind = report.SPEED if isinstance(state.spec, SpeedSpec) else report.LOAD
            self.result.show_live(say(kind), state.result)
            self._pages.setCurrentWidget(self.result)

    def _set_running(self, *, is_running: bool) -> None:
        self.progress.setVisible(is_running)
        self.run_button.setVisible(not is_running)
        self.form.setEnabled(not is_running)

    def _on_finished(self, run: BenchmarkRun) -> None:
        self._state = self._service.state
        self._set_running(is_running=self._state.spec is not None)
        self._current_id = run.id
        if run.id:
            self._reload()
        else:  # the disk is full: it is shown, though not kept
            self.result.show_run(run, self.history.runs)
            self._pages.setCurrentWidget(self.result)

    def _on_failed(self, error: DeskError) -> None:
        self._state = self._service.state
        self._set_running(is_running=self._state.spec is not None)
        self._reload()
        self.show_error(error)

    def show_error(self, error: DeskError) -> None:
        """Across the top of the result."""
        self._close_banner()
        self._banner = Banner(banner_kind(error), *sentence(error))
        self._banner.destroyed.connect(self._on_banner_destroyed)
        self._right.insertWidget(0, self._banner)

    def _close_banner(self) -> None:
        if self._banner is not None:
            self._banner.close()

    def _on_banner_destroyed(self) -> None:
        self._banner = None

    # ── earlier runs ─────────────────────────────────────────────────────

    def _show_files(self) -> None:
        chosen = self._services.settings.current.models.last
        self.form.set_files(self._services.library.files, chosen)

    def _reload(self) -> None:
        bridge.run(self._service.store.list, self).then(self._show_runs).failed(self.show_error)

    def _show_runs(self, runs: list[BenchmarkRun]) -> None:
        self._no_runs.setVisible(not runs)
        self.history.setVisible(bool(runs))
        if self._service.state.spec is None:
            self._pages.setCurrentIndex(1 if runs else 0)
        self.history.set_runs(runs, self._current_id)

    def _on_chosen(self, run: BenchmarkRun) -> None:
        self._current_id = run.id
        if self._service.state.spec is None or self.history.hasFocus():
            self.result.show_run(run, self.history.runs)
            self._pages.setCurrentWidget(self.result)

    def _delete(self) -> None:
        run = self.result.run
        if run is None:
            return
        task = bridge.follow(self._service.store.delete(run.id), self)
        task.then(lambda _none: self._on_deleted(run)).failed(self.show_error)

    def _on_deleted(self, run: BenchmarkRun) -> None:
        def restore() -> None:
            task = bridge.follow(self._service.store.add(run), self)
            task.then(self._on_restored).failed(self.show_error)

        self._reload()
        self.toast.show_text(self.tr("Run deleted"), self.tr("Undo"), restore)

    def _on_restored(self, run: BenchmarkRun) -> None:
        self._current_id = run.id
        self._reload()

    # ── copies ───────────────────────────────────────────────────────────

    def _copy(self) -> None:
        run, other = self.result.run, self.result.other()
        if run is None:
            return
        text = report.markdown(run, say) if other is None else report.comparison(other, run, say)
        QGuiApplication.clipboard().setText(text)
        self.toast.show_text(self.tr("Copied as Markdown"))

    def _ask_where(self, ending: str) -> None:
        run = self.result.run
        if run is None:
            return
        name = f"{exporting.file_name(run)}.{ending}"
        path, _filter = QFileDialog.getSaveFileName(self, self.tr("Export"), name, f"*.{ending}")
        if path:
            self.export(Path(path).with_suffix(f".{ending}"))

    def export(self, path: Path) -> None:
        """Write the shown run; its ending says how."""
        run = self.result.run
        if run is None:
            return
        picture = self.result.picture()
        task = bridge.run(lambda: exporting.save(run, path, picture), self)
        task.then(lambda _none: self._on_exported(path)).failed(self.show_error)

    def _on_exported(self, path: Path) -> None:
        self.toast.show_text(self.tr("Exported: {0}").format(path.name))
