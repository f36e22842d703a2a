"""The main window: sidebar, chat, telemetry, status bar; and what its actions do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desk_llm.downloads.types import Download
from desk_llm.errors import DeskError
from desk_llm.models.types import LoadState, ModelFile
from desk_llm.services import Services
from desk_llm.settings import Settings
from desk_llm.ui import bridge
from desk_llm.ui.actions import Actions
from desk_llm.ui.chat.chats import Chats
from desk_llm.ui.chat.conversation_list import ConversationList
from desk_llm.ui.chat.page import ChatPage
from desk_llm.ui.help import AboutDialog, ShortcutsDialog
from desk_llm.ui.messages import Messages
from desk_llm.ui.panel_feed import PanelFeed
from desk_llm.ui.status_bar import StatusBar
from desk_llm.ui.telemetry.panel import TelemetryPanel
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.toast import Toast
from desk_llm.ui.window_state import WindowState

if TYPE_CHECKING:
    from desk_llm.ui.benchmark.window import BenchmarkWindow
    from desk_llm.ui.models.window import ModelsWindow
    from desk_llm.ui.settings.dialog import SettingsDialog

DEFAULT_SIZE = QSize(1180, 780)
LEAST_SIZE = QSize(720, 480)
HIDE_TELEMETRY_BELOW = 1040
HIDE_SIDEBAR_BELOW = 860
_SIDEBAR_LEAST, _SIDEBAR_MOST = 200, 360


class MainWindow(QMainWindow):
    """Built anew when the language changes: it keeps nothing that `services` does not."""

    closing = Signal()

    def __init__(self, services: Services, messages: Messages) -> None:
        super().__init__()
        self._services = services
        self._messages = messages
        self._state = WindowState(services.paths.window_state)
        self._settings_dialog: SettingsDialog | None = None
        self._benchmark: BenchmarkWindow | None = None
        self._models: ModelsWindow | None = None
        self._forced: dict[str, bool] = {}  # panels shown or hidden against the width
        self.actions_ = Actions(self)
        self.setWindowTitle("desk_llm")
        self.setMinimumSize(LEAST_SIZE)
        self.sidebar = ConversationList(self.actions_)
        self.page = ChatPage(services, self.actions_, self._state)
        self.telemetry = TelemetryPanel()
        self.status = StatusBar()
        self.toast = Toast(self.page)
        self.chats = Chats(services.store, self.sidebar, self.page, self.toast, self)
        self._ticker = bridge.Ticker(self._pump, self)
        self._build()
        self._connect_actions()
        self._connect_services()
        self._restore()
        messages.attach(self._show_error)

    def start_work(self) -> None:
        """What may wait until the window is on the screen."""
        self.page.models.start()

    def bring_forward(self) -> None:
        """A second start asks for this window."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()
        QApplication.alert(self)

    # ── building ─────────────────────────────────────────────────────────

    def _build(self) -> None:
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.sidebar)
        self._splitter.addWidget(self.page)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._splitter, 1)
        middle.addWidget(self.telemetry)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(middle, 1)
        column.addWidget(self.status)
        self.setCentralWidget(centre)
        for action in self.actions_.all():
            self.addAction(action)

    def _connect_actions(self) -> None:
        page, chats = self.page, self.chats
        handlers: dict[str, Callable[[], object]] = {
            "chat.new": page.new_chat,
            "chat.search": self._search,
            "chat.next": lambda: chats.step(+1),
            "chat.previous": lambda: chats.step(-1),
            "chat.rename": self._rename,
            "chat.delete": chats.delete_open,
            "chat.stop": page.stop,
            "chat.retry": page.retry,
            "chat.copy_reply": self._copy_reply,
            "chat.find": page.find_bar.start,
            "chat.latest": page.transcript.scroll_to_end,
            "chat.copy_all": chats.copy_open,
            "chat.export": chats.export_open,
            "model.choose": page.models.open_picker,
            "model.unload": lambda: self._services.loader.unload(page.models.chosen_id),
            "model.open_file": page.models.picker.ask_for_file,
            "model.folder": self._open_models_folder,
            "view.sidebar": lambda: self._toggle("show_sidebar"),
            "view.telemetry": lambda: self._toggle("show_telemetry"),
            "view.zoom_in": lambda: self._zoom(+tokens.ZOOM_STEP),
            "view.zoom_out": lambda: self._zoom(-tokens.ZOOM_STEP),
            "view.zoom_reset": lambda: self._zoom(0),
            "app.settings": self.open_settings,
            "app.models": self.open_models,
            "app.benchmark": self.open_benchmark,
            "help.shortcuts": lambda: ShortcutsDialog(self).open(),
            "help.about": lambda: AboutDialog(self).open(),
            "app.quit": self.close,
        }
        for action_id, handler in handlers.items():
            # triggered(bool) must not reach handlers that take nothing
            self.actions_[action_id].triggered.connect(lambda _checked=False, do=handler: do())

    def _connect_services(self) -> None:
        services = self._services
        bridge.on_gui(services.settings.changed, self._on_settings_changed, self)
        bridge.on_gui(services.settings.failed, self._messages.tell, self)
        bridge.on_gui(services.database.failed, self._messages.tell, self)
        bridge.on_gui(services.loader.changed, self._on_loader_changed, self)
        bridge.on_gui(services.chat.activity, lambda _none: self._ticker.start(), self)
        self.page.error_happened.connect(self._messages.tell)
        self.page.models.failed.connect(self._messages.tell)
        self.page.models.settings_asked.connect(self.open_load_dialog)
        self.page.discover_wanted.connect(self.open_discover)
        self.page.opened.connect(self._on_opened)
        self.page.title_changed.connect(self._on_title_changed)
        bridge.on_gui(services.downloads.changed, lambda _none: self._show_downloads(), self)
        bridge.on_gui(services.downloads.finished, self._on_downloaded, self)
        self.status.downloads_requested.connect(self.open_activity)
        self._show_downloads()
        self.status.set_state(services.loader.state)
        self.telemetry.set_folded(self._state.folded)
        self.telemetry.folded.connect(self._state.set_folded)
        self.feed = PanelFeed(
            services, self.telemetry, self.status, self._messages, self.toast, self
        )
        self._ticker.start()

    def _restore(self) -> None:
        self.resize(DEFAULT_SIZE)
        geometry = self._state.geometry
        if isinstance(geometry, QByteArray) and not geometry.isEmpty():
            self.restoreGeometry(geometry)
        width = self._state.sidebar_width or tokens.SIDEBAR_WIDTH
        self._splitter.setSizes([width, max(1, self.width() - width)])
        self._fit_panels()
        self.chats.open_last(self._state.conversation_id)

    # ── panels ───────────────────────────────────────────────────────────

    def _toggle(self, name: str) -> None:
        """The setting where the width allows it; else only until the width changes."""
        panel = self.sidebar if name == "show_sidebar" else self.telemetry
        is_shown = not panel.isHidden()
        if self._fits(name):
            self._services.settings.change("ui", **{name: not is_shown})
        else:
            self._forced[name] = not is_shown
            self._fit_panels()

    def _fits(self, name: str) -> bool:
        least = HIDE_SIDEBAR_BELOW if name == "show_sidebar" else HIDE_TELEMETRY_BELOW
        return self.width() >= tokens.px(least)

    def _fit_panels(self) -> None:
        ui = self._services.settings.current.ui
        self.sidebar.setMinimumWidth(tokens.px(_SIDEBAR_LEAST))
        self.sidebar.setMaximumWidth(tokens.px(_SIDEBAR_MOST))
        self.telemetry.setFixedWidth(tokens.px(tokens.DOCK_WIDTH))
        for name, panel, action_id in (
            ("show_sidebar", self.sidebar, "view.sidebar"),
            ("show_telemetry", self.telemetry, "view.telemetry"),
        ):
            if self._fits(name):
                self._forced.pop(name, None)
                is_shown = bool(getattr(ui, name))
            else:
                is_shown = self._forced.get(name, False)
            panel.setVisible(is_shown)
            self.actions_[action_id].setChecked(is_shown)
        self.page.top_bar.set_sidebar_hidden(self.sidebar.isHidden())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow windows keep the chat."""
        super().resizeEvent(event)
        self._fit_panels()

    def changeEvent(self, event: QEvent) -> None:
        """The scheme or the zoom changed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "actions_"):
            self.actions_.refresh_icons()

    # ── actions ──────────────────────────────────────────────────────────

    @property
    def is_settings_open(self) -> bool:
        """True while the settings dialog is there."""
        return self._settings_dialog is not None

    def open_settings(self, *, at_network: bool = False) -> None:
        """One dialog at a time."""
        from desk_llm.ui.settings.dialog import GENERAL, NETWORK, SettingsDialog

        if self._settings_dialog is None:
            self._settings_dialog = SettingsDialog(self._services, self)
            self._settings_dialog.destroyed.connect(self._on_settings_closed)
        self._settings_dialog.show_page(NETWORK if at_network else GENERAL)
        self._settings_dialog.show()
        self._settings_dialog.raise_()
        self._settings_dialog.activateWindow()

    @property
    def is_benchmark_open(self) -> bool:
        """True while the Benchmark window is there."""
        return self._benchmark is not None

    def open_benchmark(self) -> None:
        """A window of its own, one at a time; it closes with this one."""
        if self._benchmark is None:
            from desk_llm.ui.benchmark.window import BenchmarkWindow

            self._benchmark = BenchmarkWindow(self._services)
            self._benchmark.closed.connect(self._on_benchmark_closed)
        self._benchmark.show()
        self._benchmark.raise_()
        self._benchmark.activateWindow()

    @property
    def is_models_open(self) -> bool:
        """True while the Models window is there."""
        return self._models is not None

    def open_models(self) -> ModelsWindow:
        """A window of its own, one at a time; it closes with this one."""
        if self._models is None:
            from desk_llm.ui.models.window import ModelsWindow

            self._models = ModelsWindow(self._services)
            self._models.use_wanted.connect(self.page.models.choose)
            self._models.settings_wanted.connect(lambda: self.open_settings(at_network=True))
            self._models.closed.connect(self._on_models_closed)
        self._models.show()
        self._models.raise_()
        self._models.activateWindow()
        return self._models

    def open_load_dialog(self, file: ModelFile) -> None:
        """How a model is loaded; then messages go to it."""
        from desk_llm.ui.models.load.dialog import LoadDialog

        dialog = LoadDialog(self._services, file, self)
        dialog.panel.load_started.connect(self.page.models.choose)
        dialog.show()

    def open_activity(self) -> None:
        """The Models window with what is being downloaded."""
        self.open_models().open_activity()

    def open_discover(self, query: str = "") -> None:
        """The Models window with its Discover page."""
        self.open_models().open_discover(query)

    def _search(self) -> None:
        if self.sidebar.isHidden():
            self._toggle("show_sidebar")
        self.sidebar.focus_search()

    def _rename(self) -> None:
        if self.sidebar.isHidden():
            self._toggle("show_sidebar")
        self.chats.rename_open()

    def _copy_reply(self) -> None:
        if self.page.transcript.copy_last_reply():
            self.toast.show_text(self.tr("Reply copied"))

    def _zoom(self, step: int) -> None:
        zoom = self._services.settings.current.ui.zoom + step if step else 100
        zoom = min(tokens.ZOOM_MAX, max(tokens.ZOOM_MIN, zoom))
        self._services.settings.change("ui", zoom=zoom)

    def _open_models_folder(self) -> None:
        folder = self._services.models_folder

        def make() -> None:
            folder.mkdir(parents=True, exist_ok=True)

        def show(_none: None) -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

        bridge.run(make, self).then(show)

    # ── news ─────────────────────────────────────────────────────────────

    def _pump(self) -> bool:
        is_active = self._services.chat.pump()
        busy = (session.conversation.id for session in self._services.chat.busy)
        self.chats.show_busy(frozenset(busy))
        self.status.set_stats(self._services.engine.stats())
        return is_active

    def _show_downloads(self) -> None:
        self.status.set_downloads(self._services.downloads.all)

    def _on_downloaded(self, download: Download) -> None:
        """The Models window says it where it is open."""
        if self._models is None:
            text = self.tr("“{0}” is here").format(download.spec.title)
            path = Path(download.path)
            self.toast.show_text(text, self.tr("Load"), lambda: self.page.models.open_file(path))

    def _show_error(self, error: DeskError) -> None:
        self.page.add_banner(error)

    def _on_opened(self, conversation_id: str) -> None:
        self._state.conversation_id = conversation_id

    def _on_title_changed(self, title: str) -> None:
        self.setWindowTitle(f"{title} – desk_llm")

    def _on_settings_changed(self, settings: Settings) -> None:
        self.page.transcript.set_zoom(settings.ui.zoom)
        self._fit_panels()

    def _on_loader_changed(self, state: LoadState) -> None:
        self.status.set_state(state)
        for warning in state.warnings:
            self._messages.tell(warning)

    def _on_settings_closed(self) -> None:
        self._settings_dialog = None

    def _on_benchmark_closed(self) -> None:
        self._benchmark = None

    def _on_models_closed(self) -> None:
        self._models = None

    # ── the end ──────────────────────────────────────────────────────────

    def remember(self) -> None:
        """What is typed, and where the window is."""
        self.page.keep_draft()
        self._state.geometry = self.saveGeometry()
        if not self.sidebar.isHidden():
            self._state.sidebar_width = self._splitter.sizes()[0]

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the window; the application closes the services."""
        self.remember()
        self._state.save()
        if self._benchmark is not None:
            self._benchmark.close()
        if self._models is not None:
            self._models.close()
        self._ticker.stop()
        self._messages.detach()
        self.page.binding.release()
        super().closeEvent(event)
        self.closing.emit()
