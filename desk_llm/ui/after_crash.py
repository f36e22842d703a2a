"""After a crash: one banner that names the cause, and the way to load the model again."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject

from desk_llm.errors import QT_TRANSLATE_NOOP, EngineError
from desk_llm.models.loading.ending import Ending
from desk_llm.ui.main_window import MainWindow

_CAUSES = {
    "SIGSEGV": QT_TRANSLATE_NOOP("errors", "segmentation fault"),
    "SIGBUS": QT_TRANSLATE_NOOP(
        "errors", "bus error: the model file was changed, or its disk removed"
    ),
    "SIGILL": QT_TRANSLATE_NOOP("errors", "illegal instruction"),
    "SIGFPE": QT_TRANSLATE_NOOP("errors", "arithmetic error"),
    "SIGABRT": QT_TRANSLATE_NOOP("errors", "abort"),
    "SIGKILL": QT_TRANSLATE_NOOP("errors", "killed by the system, perhaps for lack of memory"),
    "abort": QT_TRANSLATE_NOOP("errors", "the engine gave up"),
    "hang": QT_TRANSLATE_NOOP("errors", "it did not go on"),
    "window": QT_TRANSLATE_NOOP("errors", "its window did not answer"),
}


class AfterCrash(QObject):
    """Lives with the desk: another language builds another window, and the model stays blocked."""

    def __init__(self, ending: Ending | None, parent: QObject) -> None:
        super().__init__(parent)
        self._ending = ending
        self._is_told = False

    def apply(self, window: MainWindow) -> None:
        """Before the window looks for models: keep the culprit out, and say it once."""
        models, ending = window.page.models, self._ending
        models.blocked_asked.connect(lambda: self._ask(window))
        if ending is None:
            return
        models.loads_at_start = not ending.is_safe
        if self._is_told:
            return
        self._is_told = True
        if ending.culprit:
            models.block(ending.culprit)
            self._show(window, _what_happened(ending), ending.culprit)
        else:
            window.page.add_banner(_what_happened(ending))

    def _ask(self, window: MainWindow) -> None:
        """A message would load the culprit."""
        models, ending = window.page.models, self._ending
        if ending is not None and ending.culprit == models.chosen_id:
            error = _what_happened(ending)
        else:  # of an earlier session
            error = EngineError(
                QT_TRANSLATE_NOOP("errors", "desk_llm closed unexpectedly with {name} last time."),
                QT_TRANSLATE_NOOP("errors", "It is loaded again only when you want it."),
                name=models.chosen_name,
            )
        self._show(window, error, models.chosen_id)

    def _show(self, window: MainWindow, error: EngineError, model: str) -> None:
        button = self.tr("Load it again")
        window.page.add_banner(error, button, lambda: window.page.models.choose(model))


def _what_happened(ending: Ending) -> EngineError:
    if not ending.culprit:
        message = QT_TRANSLATE_NOOP("errors", "desk_llm closed unexpectedly ({cause}).")
        hint = QT_TRANSLATE_NOOP("errors", "Your chats are safe.")
        if ending.is_safe:
            hint = QT_TRANSLATE_NOOP(
                "errors", "Your chats are safe. It happened too often, so no model is loaded now."
            )
    else:
        message = QT_TRANSLATE_NOOP(
            "errors", "desk_llm closed unexpectedly while {name} computed ({cause})."
        )
        if ending.phase == "loading":
            message = QT_TRANSLATE_NOOP(
                "errors", "desk_llm closed unexpectedly while {name} was loaded ({cause})."
            )
        hint = QT_TRANSLATE_NOOP(
            "errors", "Your chats are safe; {name} is not loaded again by itself."
        )
    return EngineError(message, hint, name=ending.model_name, cause=_cause(ending))


def _cause(ending: Ending) -> str:
    known = _CAUSES.get("window" if ending.hung else ending.cause)
    text = QCoreApplication.translate("errors", known) if known else ending.cause
    return f"{text}: {ending.message}" if ending.message else text
