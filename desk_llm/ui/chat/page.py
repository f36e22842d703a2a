"""The chat page: top bar, banners, transcript or welcome, composer; one conversation at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desk_llm.chat.session import ChatSession
from desk_llm.chat.types import Conversation, Role
from desk_llm.errors import DeskError
from desk_llm.services import Services
from desk_llm.ui.actions import Actions
from desk_llm.ui.chat.composer import Composer
from desk_llm.ui.chat.find_bar import FindBar
from desk_llm.ui.chat.models_here import ModelsHere
from desk_llm.ui.chat.session_binding import SessionBinding
from desk_llm.ui.chat.top_bar import TopBar
from desk_llm.ui.chat.transcript import Transcript
from desk_llm.ui.chat.welcome import Welcome
from desk_llm.ui.messages import banner_kind, sentence
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.banner import Banner
from desk_llm.ui.widgets.link_dialog import LinkDialog, may_open
from desk_llm.ui.window_state import WindowState

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent


class ChatPage(QWidget):
    """What is in the middle of the window."""

    opened = Signal(str)  # id of the conversation that is shown; "" for a new one
    title_changed = Signal(str)  # what the top bar says
    error_happened = Signal(object)  # DeskError
    discover_wanted = Signal(str)  # models to look for on the Hub

    def __init__(
        self,
        services: Services,
        actions: Actions,
        state: WindowState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._state = state
        self._conversation: Conversation | None = None
        self._is_open = False  # False until a first conversation, or a new one, is shown
        self._editing = ""  # id of the message whose text is in the composer
        self.setProperty("panel", "canvas")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.top_bar = TopBar(actions)
        self.transcript = Transcript()
        self.welcome = Welcome()
        self.composer = Composer()
        self.find_bar = FindBar(self)
        self.binding = SessionBinding(self.transcript)
        self.models = ModelsHere(services, actions, self.top_bar.model_button, self)
        self._build()
        self._connect()
        if not state.has_settled and not services.settings.current.models.last:
            self._offer_choices()
        self.new_chat()

    # ── what the window asks for ─────────────────────────────────────────

    @property
    def conversation_id(self) -> str:
        """ "" while the chat is new."""
        return self._conversation.id if self._conversation is not None else ""

    @property
    def is_busy(self) -> bool:
        """True while this chat waits for a reply."""
        session = self.binding.session
        return session is not None and session.is_busy

    def new_chat(self) -> None:
        """An empty page; the conversation is created with its first message."""
        self._show(None)

    def open(self, conversation: Conversation) -> None:
        """Show a conversation."""
        if conversation.id == self.conversation_id:
            self.set_title(conversation.title)
        else:
            self._show(conversation)

    def set_title(self, title: str) -> None:
        """The conversation was renamed."""
        self.top_bar.title.setText(title or self.tr("New chat"))
        self.title_changed.emit(self.top_bar.title.whole_text())

    def send(self, text: str) -> None:
        """What Enter does: ask, or ask again with the edited text."""
        if self.is_busy or not self.models.has_model or not self.models.may_ask():
            return
        if self._conversation is None:
            self._start_conversation()
        session = self.binding.session
        if session is None:
            return
        editing, self._editing = self._editing, ""
        self.composer.set_mode("")
        self.composer.clear()
        self._state.keep_draft(self.conversation_id, "")
        session.model_id = self.models.chosen_id
        if editing:
            self._try(lambda: session.edit(editing, text))
        else:
            self._try(lambda: session.send(text))
        self.transcript.scroll_to_end()

    def stop(self) -> None:
        """Esc: stop the reply, else leave editing or finding."""
        session = self.binding.session
        if self.find_bar.isVisible():
            self.find_bar.leave()
        elif session is not None and session.is_busy:
            session.stop()
        elif self._editing:
            self._leave_editing()

    def retry(self) -> None:
        """Ask for the newest reply again."""
        reply = self.binding.last_reply()
        if reply is not None:
            self._on_retry_requested(reply.id)

    def edit_last(self) -> None:
        """Put the person's newest message into the composer."""
        question = self.binding.last_question()
        if question is not None and not self.is_busy:
            self._on_edit_requested(question.id)

    def keep_draft(self) -> None:
        """Remember what is typed."""
        self._state.keep_draft(self.conversation_id, "" if self._editing else self.composer.text)

    def add_banner(
        self, error: DeskError, button: str = "", action: Callable[[], None] | None = None
    ) -> Banner | None:
        """Show an error above the chat; the same sentence is not shown twice."""
        message, hint = sentence(error)
        for shown in self._banner_box.findChildren(Banner):
            if shown.sentence == message:
                return None
        banner = Banner(banner_kind(error), message, hint, button, action)
        self._banners.addWidget(banner)
        return banner

    # ── building ─────────────────────────────────────────────────────────

    def _build(self) -> None:
        self._banner_box = QWidget()
        self._banners = QVBoxLayout(self._banner_box)
        self._banners.setContentsMargins(0, 0, 0, 0)
        self._banners.setSpacing(0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.welcome)
        self._stack.addWidget(self.transcript)
        self._composer_row = QHBoxLayout()
        self._composer_row.addWidget(self.composer)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addWidget(self._banner_box)
        column.addWidget(self._stack, 1)
        column.addLayout(self._composer_row)
        self.find_bar.raise_()

    def _offer_choices(self) -> None:
        """The first run: which model to begin with; the built-in guide can be asked meanwhile."""
        from desk_llm.ui.chat.first_choices import FirstChoices

        choices = FirstChoices(self._services)
        choices.settled.connect(self._state.settle)
        choices.model_chosen.connect(self.models.choose)
        choices.file_wanted.connect(self.models.picker.ask_for_file)
        choices.picker_wanted.connect(self.models.open_picker)
        choices.discover_wanted.connect(self.discover_wanted)
        self.welcome.show_choices(choices)

    def _connect(self) -> None:
        self.composer.send_requested.connect(self.send)
        self.composer.stop_requested.connect(self.stop)
        self.composer.edit_last_requested.connect(self.edit_last)
        self.composer.edit_cancelled.connect(self._leave_editing)
        self.welcome.asked.connect(self.send)
        self.binding.busy_changed.connect(self._on_busy_changed)
        self.binding.branch_changed.connect(self._on_branch_changed)
        self.transcript.retry_requested.connect(self._on_retry_requested)
        self.transcript.edit_requested.connect(self._on_edit_requested)
        self.transcript.link_activated.connect(self._on_link_activated)
        self.find_bar.find_requested.connect(self._on_find_requested)
        self.find_bar.closed.connect(self.composer.setFocus)
        self.models.changed.connect(self._on_model_changed)
        self.models.chosen.connect(self._on_model_chosen)
        self.models.load_failed.connect(self._on_load_failed)

    # ── one conversation ─────────────────────────────────────────────────

    def _show(self, conversation: Conversation | None) -> None:
        if self._is_open:
            self.keep_draft()
        self._is_open = True
        self._editing = ""
        self.composer.set_mode("")
        self._conversation = conversation
        if conversation is not None and conversation.model_id:
            self.models.choose_for_chat(conversation.model_id)
        self.binding.bind(self._session_of(conversation))
        self.set_title(conversation.title if conversation else "")
        self._stack.setCurrentWidget(self.transcript if conversation else self.welcome)
        self.composer.set_text(self._state.draft(self.conversation_id))
        self._on_busy_changed(self.is_busy)
        self._refresh_context()
        self.composer.setFocus(Qt.FocusReason.OtherFocusReason)
        self.opened.emit(self.conversation_id)

    def _session_of(self, conversation: Conversation | None) -> ChatSession | None:
        if conversation is None:
            return None
        try:
            return self._services.chat.session(conversation.id)
        except DeskError as error:
            self.error_happened.emit(error)
            return None

    def _start_conversation(self) -> None:
        self._state.keep_draft("", "")
        created = self._services.store.create(model_id=self.models.chosen_id)
        self._conversation = created
        self.binding.bind(self._session_of(created))
        self._stack.setCurrentWidget(self.transcript)
        self.opened.emit(created.id)

    def _try(self, act: Callable[[], None]) -> None:
        """What a session refuses is said in a banner."""
        try:
            act()
        except DeskError as error:
            self.error_happened.emit(error)

    def _leave_editing(self) -> None:
        self._editing = ""
        self.composer.set_mode("")
        self.composer.set_text(self._state.draft(self.conversation_id))

    def _refresh_context(self) -> None:
        info = self.models.chosen_info
        self.composer.set_context(self.binding.context_used(), info.n_ctx if info else 0)

    # ── slots ────────────────────────────────────────────────────────────

    def _on_busy_changed(self, is_busy: bool) -> None:
        self.composer.set_busy(is_busy)

    def _on_branch_changed(self) -> None:
        self._refresh_context()

    def _on_model_changed(self) -> None:
        name = self.models.chosen_name
        self.composer.set_can_send(self.models.has_model)
        self.composer.set_placeholder(
            self.tr("Message {0}").format(name) if name else self.tr("Choose a model first")
        )
        self.welcome.set_note(self.models.note)
        self._refresh_context()

    def _on_model_chosen(self, model_id: str) -> None:
        if self.welcome.choices is not None:
            self._state.settle()
            self.welcome.hide_choices()
        if self._conversation is not None:
            self._services.store.set_model(self._conversation.id, model_id)

    def _on_load_failed(self, error: DeskError) -> None:
        if not self.is_busy:  # else the reply that waits for the model says it
            self.error_happened.emit(error)

    def _on_retry_requested(self, message_id: str) -> None:
        session = self.binding.session
        if session is not None and not session.is_busy and self.models.may_ask():
            session.model_id = self.models.chosen_id
            self._try(lambda: session.regenerate(message_id))
            self.transcript.scroll_to_end()

    def _on_edit_requested(self, message_id: str) -> None:
        session = self.binding.session
        if session is None or session.is_busy:
            return
        message = next((one for one in session.branch if one.id == message_id), None)
        if message is not None and message.role is Role.USER:
            self.keep_draft()
            self._editing = message_id
            self.composer.set_mode(self.tr("Editing your message; the old version is kept"))
            self.composer.set_text(message.text)
            self.composer.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_link_activated(self, url: QUrl) -> None:
        if may_open(url):
            LinkDialog(url, self).open()

    def _on_find_requested(self, text: str, backwards: bool) -> None:
        self.find_bar.show_result(self.transcript.find_text(text, backwards))

    # ── geometry ─────────────────────────────────────────────────────────

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The composer stands on the transcript's column."""
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom, another column."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._place()

    def _place(self) -> None:
        column = tokens.px(tokens.CHAT_COLUMN)
        bar_width = self.transcript.verticalScrollBar().sizeHint().width()  # room is kept for it
        side = max(tokens.CHAT_PADDING, (self.width() - bar_width - column) // 2)
        above, below = tokens.SPACE_2, tokens.SPACE_4
        self._composer_row.setContentsMargins(side, above, side + bar_width, below)
        self.composer.set_room(self.height())
        self.find_bar.adjustSize()
        right = self.width() - self.find_bar.width() - tokens.SPACE_4
        self.find_bar.move(right, self.top_bar.height() + tokens.SPACE_2)
