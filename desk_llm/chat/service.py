"""ChatService: hands out sessions and keeps the busy ones going."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from weakref import WeakValueDictionary

from desk_llm.chat.asking import NoPresets
from desk_llm.chat.ports import EnginePort, LoaderPort, PresetsPort
from desk_llm.chat.session import ChatSession
from desk_llm.chat.store import ConversationStore
from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError
from desk_llm.events import Event
from desk_llm.settings import SettingsStore

_RECENT = 8


class ChatService:
    """Lives on the GUI thread (or the CLI's only one); call `pump` often while it says True.

    Replies run side by side, also those of several models: the loader knows what fits.
    """

    def __init__(
        self,
        store: ConversationStore,
        engine: EnginePort,
        loader: LoaderPort,
        settings: SettingsStore,
        clock: Callable[[], float] = time.monotonic,
        presets: PresetsPort | None = None,
    ) -> None:
        self.store = store
        self.engine = engine
        self.loader = loader
        self.settings = settings
        self.presets: PresetsPort = presets if presets is not None else NoPresets()
        self.activity: Event[None] = Event()  # something started: pump
        self._clock = clock
        store.deleted.connect(engine.forget)
        self._sessions: WeakValueDictionary[str, ChatSession] = WeakValueDictionary()
        self._recent: deque[ChatSession] = deque(maxlen=_RECENT)
        self._busy: list[ChatSession] = []

    def session(self, conversation_id: str) -> ChatSession:
        """The one session of a conversation; raises DeskError when it cannot be read."""
        session = self._sessions.get(conversation_id)
        if session is None:
            conversation = self.store.get(conversation_id)
            if conversation is None:
                raise RequestError(QT_TRANSLATE_NOOP("errors", "There is no such chat."))
            session = ChatSession(conversation, self, self._clock)
            self._sessions[conversation_id] = session
        if session in self._recent:
            self._recent.remove(session)
        self._recent.append(session)
        return session

    @property
    def sessions(self) -> tuple[ChatSession, ...]:
        """Those that are open or were lately."""
        return tuple(self._sessions.values())

    @property
    def busy(self) -> tuple[ChatSession, ...]:
        """Those that wait for a reply, the longest-waiting first."""
        return tuple(self._busy)

    def pump(self) -> bool:
        """Let every reply go on; False when there is none left."""
        for session in tuple(self._busy):
            session.pump()
        self._busy = [session for session in self._busy if session.is_busy]
        return bool(self._busy)

    def close(self) -> None:
        """End all replies and hand their text to the database. Idempotent."""
        for session in tuple(self._busy):
            session.give_up()
        self._busy = []

    # ── for the sessions ─────────────────────────────────────────────────

    def started(self, session: ChatSession) -> None:
        """A reply was asked for."""
        self._busy.append(session)
        session.status.emit(session.state)
        self.pump()  # a loaded model is asked at once, not a frame later
        if self._busy:
            self.activity.emit(None)

    def is_load_shared(self, session: ChatSession) -> bool:
        """True when another reply waits for the same model to load."""
        mine = session.reply
        return any(
            other.reply.is_loading and other.reply.model_id == mine.model_id
            for other in self._busy
            if other is not session and other.reply is not None and mine is not None
        )
