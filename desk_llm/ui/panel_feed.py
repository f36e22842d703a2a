"""PanelFeed: brings the engine's numbers to the panel, and what the person asks for back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from desk_llm.errors import DeskError
from desk_llm.services import Services
from desk_llm.telemetry.fixes import Fix
from desk_llm.telemetry.steps import STRIP_STEPS
from desk_llm.telemetry.types import Sample
from desk_llm.ui import bridge
from desk_llm.ui.messages import Messages
from desk_llm.ui.status_bar import StatusBar
from desk_llm.ui.telemetry.panel import TelemetryPanel
from desk_llm.ui.telemetry.queue.dialog import QueueDialog
from desk_llm.ui.widgets.toast import Toast

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

LIVE_MS = 100
QUIET_TICKS = 10  # a question is on its way to the engine for some of them


class PanelFeed(QObject):
    """Ten times a second while a reply runs and somebody sees it; else with the samples alone."""

    def __init__(
        self,
        services: Services,
        panel: TelemetryPanel,
        status: StatusBar,
        messages: Messages,
        toast: Toast,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._panel = panel
        self._status = status
        self._messages = messages
        self._toast = toast
        self._window = window
        self._dialog: QueueDialog | None = None
        self._quiet = 0  # ticks since something ran
        self._reload = ""  # the model to load again once nothing runs
        self._timer = QTimer(self)
        self._timer.setInterval(LIVE_MS)
        self._timer.timeout.connect(self._tick)
        bridge.on_gui(services.telemetry.sampled, self._on_sampled, self)
        bridge.on_gui(services.watch.changed, panel.show_insight, self)
        bridge.on_gui(services.chat.activity, lambda _none: self._wake(), self)
        panel.queue.view.cancel_requested.connect(services.engine.cancel)
        panel.queue.view.move_requested.connect(services.engine.move)
        panel.queue.all_requested.connect(self.open_queue)
        panel.notice.fix_requested.connect(self._apply)
        status.queue_requested.connect(self.open_queue)
        panel.show_history(services.telemetry.history)
        panel.show_insight(services.watch.insight)

    @property
    def is_live(self) -> bool:
        """True while the panel is refreshed ten times a second."""
        return self._timer.isActive()

    @property
    def dialog(self) -> QueueDialog | None:
        """The queue's dialog, while it is open."""
        return self._dialog

    def open_queue(self) -> None:
        """One dialog at a time."""
        if self._dialog is None:
            dialog = self._dialog = QueueDialog(self._window)
            dialog.cancel_requested.connect(self._services.engine.cancel)
            dialog.move_requested.connect(self._services.engine.move)
            dialog.finished.connect(self._on_dialog_finished)
        self._dialog.show_queue(self._services.engine.stats().queue)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        self._wake()

    def _on_dialog_finished(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            dialog.deleteLater()

    # ── numbers ──────────────────────────────────────────────────────────

    def _on_sampled(self, sample: Sample) -> None:
        self._status.set_stats(sample.engine)
        self._panel.show_sample(sample)
        if sample.engine.running or sample.engine.waiting:
            self._wake()
        elif self._reload:
            self._load_again()

    def _wake(self) -> None:
        self._quiet = 0
        if not self._timer.isActive() and (self._panel.isVisible() or self._dialog is not None):
            self._timer.start()

    def _tick(self) -> None:
        engine = self._services.engine
        stats = engine.stats()
        self._status.set_stats(stats)
        if self._panel.isVisible():
            self._panel.show_live(stats, engine.steps(STRIP_STEPS + 1))
        elif self._dialog is None:
            self._timer.stop()
            return
        if self._dialog is not None:
            self._dialog.show_queue(stats.queue)
        self._quiet = 0 if stats.running or stats.waiting else self._quiet + 1
        if self._quiet >= QUIET_TICKS:
            self._timer.stop()

    # ── a better setting ─────────────────────────────────────────────────

    def _apply(self, fix: Fix) -> None:
        engine = self._services.settings.current.engine
        before = {name: getattr(engine, name) for name, _ in fix.settings}
        if self._change(dict(fix.settings)):
            text = self.tr("Changed: {setting}").format(setting=self._panel.notice.button.text())
            self._toast.show_text(text, self.tr("Undo"), lambda: self._undo(before))

    def _undo(self, before: dict[str, object]) -> None:
        self._change(before)

    def _change(self, values: dict[str, object]) -> bool:
        """Set the engine's settings and load the model with them."""
        try:
            self._services.settings.change("engine", **values)
        except DeskError as error:
            self._messages.tell(error)
            return False
        stats = self._services.engine.stats()
        self._reload = stats.model.key if stats.model is not None else ""
        if self._reload and not stats.running and not stats.waiting:
            self._load_again()
        return True

    def _load_again(self) -> None:
        """With the changed setting; a reply that runs is not cut off for it."""
        model_id, self._reload = self._reload, ""
        future = self._services.loader.ensure(model_id)
        bridge.follow(future, self).failed(self._messages.tell)
