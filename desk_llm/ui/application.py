"""The application around the window: one per profile, style, language, crashes, the end."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QPixmapCache
from PySide6.QtWidgets import QApplication, QMessageBox

from desk_llm import __version__
from desk_llm import log as desk_log
from desk_llm.errors import DeskError, ResourceError
from desk_llm.models.loading.ending import Ending, take_ending
from desk_llm.paths import Paths
from desk_llm.services import Services
from desk_llm.settings import Settings
from desk_llm.ui import bridge
from desk_llm.ui.after_crash import AfterCrash
from desk_llm.ui.crash import CrashHandler
from desk_llm.ui.lifeline import Lifeline
from desk_llm.ui.main_window import MainWindow
from desk_llm.ui.messages import Messages, sentence
from desk_llm.ui.signals import SignalWatch
from desk_llm.ui.single_instance import SingleInstance
from desk_llm.ui.theme import icons
from desk_llm.ui.theme.style import Style, Theme
from desk_llm.ui.translation import Language

log = logging.getLogger("desk.ui")

WORK_DELAY_MS = 50  # after the first frame
_PIXMAP_CACHE_KB = 4096  # the style keeps a picture for each size of each control: 10 MB by default


def run_window(
    paths: Paths,
    open_file: Path | None = None,
    open_services: Callable[[Paths], Services] = Services.open,
) -> int:
    """Open the window and stay until it is closed; the exit code."""
    app = application()
    ending = take_ending()
    if ending is not None:
        log.warning("the run before this one died: %s", ending)
        open_file = None  # it may be what ended it
    instance = SingleInstance(paths)
    try:
        is_ours = instance.acquire(open_file)
    except ResourceError as error:
        _show_before_the_window(app, error)
        raise
    if not is_ours:
        log.info("this profile is open already; its window was told")
        return 0
    crashes = CrashHandler(lambda: tuple(desk_log.ring))
    crashes.install()
    lifeline = Lifeline(paths)
    services = open_services(paths)
    desk = Desk(app, services, ending)
    instance.raised.connect(desk.on_raised)
    watch = SignalWatch(app.closeAllWindows, desk.messages_owner)
    try:
        desk.open_window()
        lifeline.start(services, desk.remember, desk.messages_owner)
        # What lives now lives until the end: a full collection need not walk it (it cost 100 ms).
        gc.freeze()
        gc.enable()  # the start went without
        QTimer.singleShot(WORK_DELAY_MS, services.engine.start)  # it knows the GPUs
        QTimer.singleShot(WORK_DELAY_MS, services.telemetry.start)
        if open_file is not None:
            desk.on_raised(str(open_file))
        return app.exec()
    finally:
        watch.stop()
        lifeline.stop()
        desk.close()
        services.close()
        instance.release()
        crashes.uninstall()


def _show_before_the_window(app: QApplication, error: DeskError) -> None:
    """For those who double-clicked; a terminal gets the sentence as well."""
    if app.platformName() == "offscreen":
        return
    language = Language(app)
    language.use("system")
    QMessageBox.warning(None, "desk_llm", "\n\n".join(sentence(error)))


def application() -> QApplication:
    """The one QApplication of this process, with our name and icon."""
    QApplication.setApplicationName("desk_llm")
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName("desk_llm")
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setWindowIcon(icons.app_icon())
    QPixmapCache.setCacheLimit(_PIXMAP_CACHE_KB)
    return app


class Desk:
    """Keeps style, language and window in step with the settings."""

    def __init__(self, app: QApplication, services: Services, ending: Ending | None = None) -> None:
        self._app = app
        self._services = services
        self._messages = Messages()
        self._style = Style(app)
        self._language = Language(app)
        self._window: MainWindow | None = None
        self.messages_owner = self._style  # a QObject that lives as long as the desk
        self._after_crash = AfterCrash(ending, self._style)
        ui = services.settings.current.ui
        self._language.use(ui.language)
        self._apply_style(services.settings.current)
        for problem in services.problems:
            self._messages.tell(problem)
        bridge.on_gui(services.settings.changed, self._on_settings_changed, self._style)

    @property
    def window(self) -> MainWindow | None:
        """The window, once it is open."""
        return self._window

    def open_window(self) -> None:
        """Build and show it; slow work starts after its first frame."""
        self._window = MainWindow(self._services, self._messages)
        self._after_crash.apply(self._window)
        self._window.show()
        self._window.page.composer.setFocus()
        QTimer.singleShot(WORK_DELAY_MS, self._window, self._window.start_work)

    def remember(self) -> None:
        """What a crash must not lose."""
        if self._window is not None:
            self._window.remember()

    def on_raised(self, file: str) -> None:
        """A second start: come forward, and open what it was given."""
        if self._window is not None:
            self._window.bring_forward()
            if file:
                self._window.page.models.open_file(Path(file))

    def close(self) -> None:
        """After the event loop: no widget outlives the services it shows."""
        bridge.close()
        window, self._window = self._window, None
        if window is not None:
            window.close()
            window.deleteLater()
            self._app.sendPostedEvents(window, QEvent.Type.DeferredDelete)  # now

    def _on_settings_changed(self, settings: Settings) -> None:
        self._apply_style(settings)
        if self._language.use(settings.ui.language):
            self._rebuild_window()

    def _apply_style(self, settings: Settings) -> None:
        theme: dict[str, Theme] = {"light": "light", "dark": "dark"}
        self._style.apply(theme.get(settings.ui.theme, "system"), settings.ui.zoom)

    def _rebuild_window(self) -> None:
        """Another language: a new window over the same services, at the same place."""
        old = self._window
        if old is None:
            return
        was_settings_open, was_benchmark_open = old.is_settings_open, old.is_benchmark_open
        self._app.setQuitOnLastWindowClosed(False)
        old.close()
        old.deleteLater()
        self.open_window()
        if was_settings_open and self._window is not None:
            self._window.open_settings()
        if was_benchmark_open and self._window is not None:
            self._window.open_benchmark()
        self._app.setQuitOnLastWindowClosed(True)
