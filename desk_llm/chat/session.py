"""ChatSession: one open conversation; what a person can do with it, and its news."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

from desk_llm.chat.asking import opening_messages, request
from desk_llm.chat.ports import EnginePort, LoaderPort, PresetsPort
from desk_llm.chat.reply import Reply, ReplyState
from desk_llm.chat.store import ConversationStore, new_id
from desk_llm.chat.titles import title_of
from desk_llm.chat.tree import MessageTree
from desk_llm.chat.types import Conversation, Message, MessageStatus, Role
from desk_llm.engine.types import GenerationRequest, ModelInfo
from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, ModelNotFound, RequestError
from desk_llm.events import Event
from desk_llm.settings import SettingsStore

SAVE_EVERY_S = 0.25  # with a frame and the disk's own time a crash costs less than half a second


class Host(Protocol):
    """What a session needs of its ChatService."""

    store: ConversationStore
    engine: EnginePort
    loader: LoaderPort
    settings: SettingsStore
    presets: PresetsPort

    def started(self, session: ChatSession) -> None: ...

    def is_load_shared(self, session: ChatSession) -> bool: ...


def _read_tree(store: ConversationStore, conversation: Conversation) -> MessageTree:
    if conversation.head_id is None:  # new: its first frame must not wait for the disk
        return MessageTree([], [])
    return MessageTree(
        store.links(conversation.id), store.branch(conversation.id, conversation.head_id)
    )


class ChatSession:
    """Every method returns at once; news come on the thread that calls `ChatService.pump`.

    `state`: None at rest; a LoadState while the model loads; then Phase.QUEUED, PREFILL, DECODE.
    """

    def __init__(
        self,
        conversation: Conversation,
        host: Host,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.reset: Event[None] = Event()  # another branch is shown
        self.message_added: Event[Message] = Event()
        self.delta: Event[tuple[str, str]] = Event()  # message id, text to append
        self.message_finished: Event[Message] = Event()
        self.status: Event[ReplyState | None] = Event()  # `state`, `progress` or `is_busy` changed
        self.error: DeskError | None = None  # why the newest reply of this session failed
        self._conversation = conversation
        self._host = host
        self._clock = clock
        self._head_id = conversation.head_id
        self._tree = _read_tree(host.store, conversation)
        self._reply: Reply | None = None
        self._saved_at = 0.0
        self._saved_chars = 0
        self._saving: Future[None] | None = None

    # ── what is shown ────────────────────────────────────────────────────

    @property
    def conversation(self) -> Conversation:
        """As it is in the list now; as it was when it is deleted."""
        self._conversation = self._host.store.get(self._conversation.id) or self._conversation
        return self._conversation

    @property
    def branch(self) -> list[Message]:
        """The visible messages, the first one first."""
        branch = self._read(self._tree.path(self._head_id))
        if self._reply is not None and branch:
            branch[-1] = self._reply.message
        return branch

    @property
    def is_busy(self) -> bool:
        """True until the reply is finished."""
        return self._reply is not None

    @property
    def state(self) -> ReplyState | None:
        """What the reply is waiting for."""
        return self._reply.state if self._reply is not None else None

    @property
    def progress(self) -> float:
        """0…1 of reading the prompt, in Phase.PREFILL."""
        return self._reply.progress if self._reply is not None else 0.0

    @property
    def model_id(self) -> str:
        """The model that answers; set it to choose another for the next reply."""
        return self.conversation.model_id or self._host.settings.current.models.last

    @model_id.setter
    def model_id(self, model_id: str) -> None:
        if model_id and model_id != self.conversation.model_id:
            self._host.store.set_model(self._conversation.id, model_id)

    def siblings(self, message_id: str) -> list[str]:
        """Ids of a message's retries and edits, itself included, in the order of writing."""
        return self._tree.siblings(message_id)

    # ── what a person can do; raises RequestError with a sentence ───────

    def send(self, text: str) -> None:
        """Say something."""
        self._check_free()
        if not text.strip():
            raise RequestError(QT_TRANSLATE_NOOP("errors", "Write a message first."))
        self._check_model()
        is_first = self._head_id is None
        opening = self._opening() if is_first else []
        parent_id = opening[-1].id if opening else self._head_id
        question = self._new_message(parent_id, Role.USER, text)
        reply = self._new_message(question.id, Role.ASSISTANT)
        self._add(*opening, question, reply)
        if is_first:
            self._host.store.rename(self._conversation.id, title_of(text))
        self._make_reply(reply)
        for message in (*opening, question, reply):
            self.message_added.emit(message)
        self._host.started(self)

    def regenerate(self, message_id: str) -> None:
        """Another reply beside this one; given a question, another reply to it."""
        self._check_free()
        message = self._known(message_id)
        question_id = message.parent_id if message.role is Role.ASSISTANT else message.id
        if question_id is None:
            raise _cannot_change()
        self._check_model()
        reply = self._new_message(question_id, Role.ASSISTANT)
        self._add(reply)
        self._make_reply(reply)
        self.reset.emit(None)
        self._host.started(self)

    def edit(self, message_id: str, text: str) -> None:
        """The same question in other words, on a branch of its own."""
        self._check_free()
        message = self._known(message_id)
        if message.role is not Role.USER:
            raise _cannot_change()
        if not text.strip():
            raise RequestError(QT_TRANSLATE_NOOP("errors", "Write a message first."))
        self._check_model()
        question = self._new_message(message.parent_id, Role.USER, text)
        reply = self._new_message(question.id, Role.ASSISTANT)
        self._add(question, reply)
        self._make_reply(reply)
        self.reset.emit(None)
        self._host.started(self)

    def select_sibling(self, message_id: str) -> None:
        """Show the branch through this message, down to its newest end."""
        self._check_free()
        if message_id not in self._tree:
            raise _no_such_message()
        self._head_id = self._tree.newest_leaf(message_id)
        self._host.store.set_head(self._conversation.id, self._head_id)
        self.reset.emit(None)

    def stop(self) -> None:
        """End the reply; what is there stays. Does nothing at rest."""
        reply = self._reply
        if reply is None:
            return
        if reply.is_loading and not self._host.is_load_shared(self):
            self._host.loader.cancel(reply.model_id)
        reply.stop()
        self.pump(may_load=False)

    # ── the service's part ───────────────────────────────────────────────

    @property
    def reply(self) -> Reply | None:
        """The reply in the making."""
        return self._reply

    def pump(self, *, may_load: bool = True) -> None:
        """Let the reply go on, tell the news, save."""
        reply = self._reply
        if reply is None:
            return
        if self._host.store.get(self._conversation.id) is None:
            reply.stop()  # the conversation was deleted
        if may_load:
            reply.load()
        before = (reply.state, reply.progress)
        text = reply.poll()
        if text:
            self.delta.emit((reply.message.id, text))
        if reply.outcome is not None:
            self._finish(reply.outcome)
        else:
            self._save(reply)
            if (reply.state, reply.progress) != before:
                self.status.emit(reply.state)

    def give_up(self) -> None:
        """The app closes: keep what is there."""
        if self._reply is not None:
            self._reply.give_up()
            self.pump(may_load=False)

    # ── inside ───────────────────────────────────────────────────────────

    def _check_free(self) -> None:
        if self._reply is not None:
            raise RequestError(
                QT_TRANSLATE_NOOP("errors", "This chat is still waiting for a reply."),
                QT_TRANSLATE_NOOP("errors", "Stop it, or wait until it is finished."),
            )
        if self._host.store.get(self._conversation.id) is None:
            raise RequestError(
                QT_TRANSLATE_NOOP("errors", "This chat was deleted."),
                QT_TRANSLATE_NOOP("errors", "Undo that, or start a new chat."),
            )

    def _check_model(self) -> None:
        if not self.model_id:
            raise ModelNotFound(
                QT_TRANSLATE_NOOP("errors", "No model is chosen."),
                QT_TRANSLATE_NOOP("errors", "Choose one first."),
            )

    def _known(self, message_id: str) -> Message:
        if message_id not in self._tree:
            raise _no_such_message()
        return self._read([message_id])[0]

    def _read(self, ids: list[str]) -> list[Message]:
        """Messages of one path; what was not visible before is read from the database."""
        if any(self._tree.get(one) is None for one in ids):
            self._tree.add(*self._host.store.branch(self._conversation.id, ids[-1]))
        return [message for one in ids if (message := self._tree.get(one)) is not None]

    def _new_message(self, parent_id: str | None, role: Role, text: str = "") -> Message:
        is_reply = role is Role.ASSISTANT
        return Message(
            id=new_id(),
            conversation_id=self._conversation.id,
            parent_id=parent_id,
            role=role,
            text=text,
            created_at=time.time(),
            status=MessageStatus.STREAMING if is_reply else MessageStatus.DONE,
            model=self.model_id if is_reply else "",
        )

    def _opening(self) -> list[Message]:
        return opening_messages(self._conversation.id, self._host.presets.get(self.model_id))

    def _add(self, *messages: Message) -> None:
        self.model_id = self.model_id  # a chat that used the default model keeps it
        self._tree.add(*messages)
        self._head_id = messages[-1].id
        self._host.store.add_message(*messages)

    def _make_reply(self, message: Message) -> None:
        def ask(info: ModelInfo) -> GenerationRequest:
            return request(
                message,
                self.conversation,
                self._read(self._tree.path(message.parent_id)),
                info,
                self._host.settings.current.sampling,
                self._host.presets,
            )

        host = self._host
        self.error = None
        self._saved_at, self._saved_chars = self._clock(), 0
        self._reply = Reply(message, self.model_id, ask, host.engine, host.loader, self._clock)

    def _save(self, reply: Reply) -> None:
        now = self._clock()
        if now - self._saved_at < SAVE_EVERY_S or not reply.is_generating:
            return
        if self._saving is not None and not self._saving.done():
            return  # a slow disk: the next save will have more
        message = reply.message
        if len(message.text) > self._saved_chars:
            self._saved_at, self._saved_chars = now, len(message.text)
            self._saving = self._host.store.save_text(message.id, message.text)

    def _finish(self, outcome: Message) -> None:
        if self._reply is None:
            return
        self.error = self._reply.error
        self._reply = None
        self._tree.add(outcome)
        self._host.store.finish(outcome)
        self.message_finished.emit(outcome)
        self.status.emit(None)


def _no_such_message() -> RequestError:
    return RequestError(QT_TRANSLATE_NOOP("errors", "This message is not part of the chat."))


def _cannot_change() -> RequestError:
    return RequestError(QT_TRANSLATE_NOOP("errors", "This message cannot be asked again."))
