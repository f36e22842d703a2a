"""How any DeskError reaches the person: a translated sentence, and the surface that shows it.

RequestError, ResourceError   banner, with its hint
EngineError                   banner, in red
Cancelled                     never shown
anything else                 a bug: the crash dialog (ui/crash.py)
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from desk_llm.errors import Cancelled, DeskError, EngineError, ResourceError
from desk_llm.ui.widgets.banner import BannerKind

Show = Callable[[DeskError], None]


def sentence(error: DeskError) -> tuple[str, str]:
    """Message and hint in the language of the window; the hint may be empty."""
    return (
        _filled(error.message_template, error),
        _filled(error.hint_template, error) if error.hint_template else "",
    )


def _filled(template: str, error: DeskError) -> str:
    translated = QCoreApplication.translate("errors", template)
    try:
        return translated.format_map(error.values)
    except (KeyError, IndexError, ValueError):  # a slip in a translation must not hide an error
        return template.format_map(error.values)


def banner_kind(error: DeskError) -> BannerKind:
    """The colour of the banner that says it."""
    if isinstance(error, EngineError):
        return "danger"
    return "warning" if isinstance(error, ResourceError) else "info"


class Messages:
    """Keeps errors until a window can show them; one per application."""

    def __init__(self) -> None:
        self._show: Show | None = None
        self._waiting: list[DeskError] = []

    def attach(self, show: Show) -> None:
        """A window exists: show what waited and everything from now on."""
        self._show = show
        waiting, self._waiting = self._waiting, []
        for error in waiting:
            show(error)

    def detach(self) -> None:
        """The window goes; keep what comes for the next one."""
        self._show = None

    def tell(self, error: DeskError) -> None:
        """Show an error at the place its class asks for. GUI thread."""
        if isinstance(error, Cancelled):
            return
        if self._show is None:
            self._waiting.append(error)
        else:
            self._show(error)
