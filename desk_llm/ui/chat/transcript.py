"""Transcript: the windowed view of one conversation's visible branch."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QAbstractScrollArea

from desk_llm.chat.types import Message


class Transcript(QAbstractScrollArea):
    """Shows messages; only those near the viewport have widgets.

    Everything the person asks for leaves as a signal; the page talks to the ChatSession.
    """

    copy_requested = Signal(str)  # message id; the text is on the clipboard already
    retry_requested = Signal(str)  # id of a reply
    edit_requested = Signal(str)  # id of a user message
    sibling_requested = Signal(str, int)  # message id, step: -1 or +1
    link_activated = Signal(QUrl)  # http, https or mailto; ask before opening
    pinned_changed = Signal(bool)

    def set_messages(self, messages: list[Message]) -> None:
        """Show another branch, from its end."""

    def add_message(self, message: Message) -> None:
        """Append a message; a STREAMING reply waits for `append_text` and `set_phase`."""

    def append_text(self, message_id: str, text: str) -> None:
        """More text of a streaming reply; painted with the next flush."""

    def set_phase(self, message_id: str, text: str) -> None:
        """A quiet line ("Loading 42 %") where the reply will be; "" removes it."""

    def finish_message(self, message: Message) -> None:
        """The reply as saved: parsed once more as a whole, with its numbers."""

    def remove_after(self, message_id: str | None) -> None:
        """Drop every message after this one (None: all)."""

    def set_siblings(self, message_id: str, index: int, count: int) -> None:
        """Show ‹ index+1/count › at a message."""

    def set_zoom(self, percent: int) -> None:
        """Scale fonts; 80 to 160."""

    def scroll_to_end(self) -> None:
        """Pin the view to the end."""

    def copy_last_reply(self) -> bool:
        """Put the newest reply on the clipboard as Markdown; False when there is none."""
        return False

    def find_text(self, text: str, backwards: bool = False) -> bool:
        """Show and select the next hit; False when there is none."""
        return False

    @property
    def is_pinned(self) -> bool:
        """True while the view follows the end."""
        return True
