"""The same window without a screen: ask it a question, hear the answer, take its picture.

For `python3 run.py` on a machine without a display, for `self-test` and for screenshots.
QT_QPA_PLATFORM must be "offscreen" before Qt is imported.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from desk_llm.chat.types import Message
from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem, EngineError
from desk_llm.models.types import ModelFile
from desk_llm.services import Services
from desk_llm.ui.application import Desk, application
from desk_llm.ui.main_window import MainWindow

if TYPE_CHECKING:
    from PySide6.QtCore import QSize
    from PySide6.QtWidgets import QWidget

PATIENCE_S = 300.0
PICTURE_SAMPLES = 3  # seconds of telemetry in a picture
_PAGE_S = 1.0  # until a page has asked the disk


class OffscreenWindow:
    """A MainWindow that is driven by code, once per Services; `close` before them."""

    def __init__(self, services: Services, size: QSize | None = None) -> None:
        self._app = application()
        self._services = services
        services.engine.start()
        services.telemetry.start()
        self._desk = Desk(self._app, services)
        self._desk.open_window()
        if size is not None:
            self.window.resize(size)

    @property
    def window(self) -> MainWindow:
        """The window; another one after a change of the language."""
        assert self._desk.window is not None
        return self._desk.window

    def wait(self, is_done: Callable[[], bool]) -> None:
        """Run the event loop until `is_done`. Raises EngineError after five minutes."""
        deadline = time.monotonic() + PATIENCE_S
        while not is_done():
            self._app.processEvents()
            time.sleep(0.002)
            if time.monotonic() > deadline:
                raise EngineError(QT_TRANSLATE_NOOP("errors", "The window did not answer."))
        self._app.processEvents()

    def settle(self, seconds: float) -> None:
        """Run the event loop for a while."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end)

    def ask(self, question: str, model: ModelFile, on_text: Callable[[str], None]) -> Message:
        """Type and send in a new chat; every piece of the reply goes to `on_text`."""
        page = self.window.page
        page.models.choose(model.id)
        page.new_chat()
        page.composer.set_text(question)
        page.composer.send_requested.emit(question)
        self.wait(lambda: bool(page.conversation_id))
        session = self._services.chat.session(page.conversation_id)
        finished: list[Message] = []
        disconnect = session.message_finished.connect(finished.append)
        session.delta.connect(lambda delta: on_text(delta[1]))
        self.wait(lambda: bool(finished))
        disconnect()
        return finished[0]

    def screenshot(self, path: Path) -> Path:
        """Save a picture of the window once the panel has numbers. Raises DiskProblem."""
        history = self._services.telemetry.history
        self.wait(lambda: len(history) >= PICTURE_SAMPLES)
        return _save(self.window, path)

    def models_pages(self, folder: Path, name: str) -> Iterator[Path]:
        """Pictures of the Models window's pages. Raises DiskProblem."""
        models = self.window.open_models()
        for place, page in enumerate(("models", "discover", "downloads")):
            models.show_page(place)
            self.settle(_PAGE_S)
            yield _save(models, folder / f"{page}-{name}.png")
        models.close()

    def close(self) -> None:
        """Take the window down."""
        self._desk.close()


def _save(widget: QWidget, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not widget.grab().save(str(path)):
        raise DiskProblem(
            QT_TRANSLATE_NOOP("errors", "The picture {path} could not be written."), path=path
        )
    return path
