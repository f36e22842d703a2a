"""SessionBinding: one ChatSession shown in one Transcript, for as long as the chat is open.

The session speaks on the GUI thread already (its service is pumped by the window's Ticker).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desk_llm.chat.session import ChatSession
from desk_llm.chat.types import Message, Role
from desk_llm.engine.types import Phase
from desk_llm.models.types import LoadPhase, LoadState
from desk_llm.ui.chat.transcript import Transcript
from desk_llm.ui.messages import sentence


class SessionBinding(QObject):
    """`bind` another session or None; the transcript always shows the bound one."""

    busy_changed = Signal(bool)
    branch_changed = Signal()  # a message came, ended, or another branch is shown

    def __init__(self, transcript: Transcript) -> None:
        super().__init__(transcript)
        self._transcript = transcript
        self._session: ChatSession | None = None
        self._disconnects: list[Callable[[], None]] = []
        transcript.sibling_requested.connect(self._on_sibling_requested)

    @property
    def session(self) -> ChatSession | None:
        """The session that is shown."""
        return self._session

    def bind(self, session: ChatSession | None) -> None:
        """Show another session."""
        self.release()
        self._session = session
        if session is None:
            self._transcript.set_messages([])
        else:
            self._disconnects = [
                session.reset.connect(lambda _none: self._show_branch()),
                session.message_added.connect(self._on_message_added),
                session.delta.connect(self._on_delta),
                session.message_finished.connect(self._on_message_finished),
                session.status.connect(lambda _status: self._show_status()),
            ]
            self._show_branch()

    def release(self) -> None:
        """Hear nothing more."""
        for disconnect in self._disconnects:
            disconnect()
        self._disconnects = []
        self._session = None

    def last_reply(self) -> Message | None:
        """The newest reply of the visible branch."""
        return self._newest(Role.ASSISTANT)

    def last_question(self) -> Message | None:
        """The newest message of the person."""
        return self._newest(Role.USER)

    def context_used(self) -> int:
        """Tokens of the visible branch as the engine last counted them."""
        reply = self.last_reply()
        return reply.usage.prompt_tokens + reply.usage.completion_tokens if reply else 0

    def _newest(self, role: Role) -> Message | None:
        branch = self._session.branch if self._session is not None else []
        return next((one for one in reversed(branch) if one.role is role), None)

    def _show_branch(self) -> None:
        session = self._session
        if session is None:
            return
        self._transcript.set_messages(list(session.branch))
        for message in session.branch:
            self._show_siblings(message.id)
        self._show_status()
        self.branch_changed.emit()

    def _show_siblings(self, message_id: str) -> None:
        if self._session is None:
            return
        siblings = self._session.siblings(message_id)
        if len(siblings) > 1:
            index = siblings.index(message_id)
            self._transcript.set_siblings(message_id, index, len(siblings))

    def _show_status(self) -> None:
        session = self._session
        if session is None:
            return
        self.busy_changed.emit(session.is_busy)
        if session.reply is not None:
            self._transcript.set_phase(session.reply.message.id, self._phase_text(session))

    def _phase_text(self, session: ChatSession) -> str:
        """One quiet line for what the reply waits for."""
        state = session.state
        if isinstance(state, LoadState) and state.phase is LoadPhase.LOADING:
            name = state.model.name if state.model is not None else ""
            if state.waits_for:
                return self.tr("Waiting until {0} has finished its reply").format(state.waits_for)
            return self.tr("Loading {0} · {1} %").format(name, round(state.progress * 100))
        if state is Phase.QUEUED:
            return self.tr("Waiting for another reply to finish")
        if state is Phase.PREFILL:
            if session.progress <= 0.0:
                return self.tr("Reading")
            return self.tr("Reading · {0} %").format(round(session.progress * 100))
        # Seen only while the tokens so far have no text.
        return self.tr("Writing") if state is Phase.DECODE else ""

    def _on_message_added(self, message: Message) -> None:
        self._transcript.add_message(message)
        self._show_siblings(message.id)
        self._show_status()
        self.branch_changed.emit()

    def _on_delta(self, news: tuple[str, str]) -> None:
        message_id, text = news
        self._transcript.append_text(message_id, text)

    def _on_message_finished(self, message: Message) -> None:
        if self._session is not None and self._session.error is not None:
            # The database keeps the English sentence; the person reads their own language.
            said = " ".join(sentence(self._session.error)).strip()
            message = replace(message, error=said)
        self._transcript.finish_message(message)
        self._show_siblings(message.id)
        self._show_status()
        self.branch_changed.emit()

    def _on_sibling_requested(self, message_id: str, step: int) -> None:
        if self._session is None or self._session.is_busy:
            return
        siblings = self._session.siblings(message_id)
        position = siblings.index(message_id) + step
        if 0 <= position < len(siblings):
            self._session.select_sibling(siblings[position])
