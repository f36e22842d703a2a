"""Chats: the sidebar and the store, brought together; rename, delete with Undo, copy, export."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from desk_llm.chat.export import save, to_json, to_markdown
from desk_llm.chat.store import ConversationStore
from desk_llm.chat.types import Conversation
from desk_llm.ui import bridge
from desk_llm.ui.chat.conversation_list import ConversationList
from desk_llm.ui.chat.page import ChatPage
from desk_llm.ui.widgets.toast import Toast

_REFRESH_MS = 50


class Chats(QObject):
    """The store keeps the list in memory; searches and exports are made on a worker."""

    def __init__(
        self,
        store: ConversationStore,
        sidebar: ConversationList,
        page: ChatPage,
        toast: Toast,
        owner: QObject,
    ) -> None:
        super().__init__(owner)
        self._store = store
        self._sidebar = sidebar
        self._page = page
        self._toast = toast
        self._query = ""
        self._number = 0  # of the newest read; an older one that ends later is not shown
        self._busy: frozenset[str] = frozenset()
        # Several changes of one turn (question, reply, title) are one read.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_REFRESH_MS)
        self._soon.timeout.connect(self.refresh)
        sidebar.chosen.connect(self.open)
        sidebar.rename_requested.connect(self._on_rename_requested)
        sidebar.delete_requested.connect(self.delete)
        sidebar.export_requested.connect(self._export)
        sidebar.search_changed.connect(self._on_search_changed)
        page.opened.connect(sidebar.set_current)
        disconnect = store.changed.connect(lambda _none: self._soon.start())
        self.destroyed.connect(disconnect)
        self.refresh()

    def refresh(self) -> None:
        """Show the list as it is now; a search is made on a worker."""
        self._number += 1
        if not self._query:
            self._show(self._store.list())
            return
        number, query, store = self._number, self._query, self._store

        def show(found: list[Conversation]) -> None:
            if number == self._number:
                self._show(found)

        bridge.run(lambda: store.search(query), self).then(show).failed(
            self._page.error_happened.emit
        )

    def open(self, conversation_id: str) -> None:
        """Show a chat."""
        found = self._store.get(conversation_id)
        if found is not None:
            self._page.open(found)

    def open_last(self, conversation_id: str) -> None:
        """At the start: the chat that was open when the window was closed."""
        if conversation_id:
            self.open(conversation_id)

    def step(self, by: int) -> None:
        """The next or previous chat of the list."""
        neighbour = self._sidebar.model.neighbour(self._page.conversation_id, by)
        if neighbour:
            self.open(neighbour)

    def rename_open(self) -> None:
        """F2: the row with the keyboard, else the open chat."""
        in_list = self._sidebar.list.current_id() if self._sidebar.list.hasFocus() else ""
        self._sidebar.start_rename(in_list or self._page.conversation_id)

    def delete_open(self) -> None:
        """From the menu."""
        if self._page.conversation_id:
            self.delete(self._page.conversation_id)

    def delete(self, conversation_id: str) -> None:
        """Gone from the list at once; Undo brings it back."""
        store = self._store
        title = self._sidebar.model.index_of(conversation_id).data() or ""
        was_open = conversation_id == self._page.conversation_id
        if was_open:
            if self._page.is_busy:
                self._page.stop()
            near = self._sidebar.model.neighbour(conversation_id, +1)
            near = near or self._sidebar.model.neighbour(conversation_id, -1)
            self._page.new_chat()
            if near:
                self.open(near)

        def undo() -> None:
            store.restore(conversation_id)
            self.refresh()
            if was_open:
                self.open(conversation_id)

        store.delete(conversation_id)
        text = self.tr("“{0}” deleted").format(title)
        self._toast.show_text(text, self.tr("Undo"), undo)

    def copy_open(self) -> None:
        """Copy conversation as Markdown."""
        conversation_id = self._page.conversation_id
        if not conversation_id:
            return

        def copy(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            self._toast.show_text(self.tr("Conversation copied"))

        bridge.run(lambda: self._markdown(conversation_id), self).then(copy).failed(
            self._page.error_happened.emit
        )

    def export_open(self) -> None:
        """Export… of the ⋯ menu."""
        if self._page.conversation_id:
            self._export(self._page.conversation_id)

    def show_busy(self, ids: frozenset[str]) -> None:
        """A dot at chats that wait for a reply"""
        if ids != self._busy:
            self._busy = ids
            self._sidebar.model.set_busy(ids)

    def _export(self, conversation_id: str) -> None:
        title = str(self._sidebar.model.index_of(conversation_id).data() or "")
        name = re.sub(r'[<>:"/\\|?*\x00-\x1f]+', " ", title).strip(" .")[:80] or "chat"
        path, _filter = QFileDialog.getSaveFileName(
            self._page,
            self.tr("Export the chat"),
            str(Path.home() / f"{name}.md"),
            ";;".join((self.tr("Markdown (*.md)"), self.tr("JSON, with all branches (*.json)"))),
        )
        if path:
            self._write(conversation_id, Path(path))

    def _write(self, conversation_id: str, path: Path) -> None:
        def write() -> None:
            is_json = path.suffix.lower() == ".json"
            save(path, (self._json if is_json else self._markdown)(conversation_id))

        def done(_none: None) -> None:
            self._toast.show_text(self.tr("Saved as {0}").format(path.name))

        bridge.run(write, self).then(done).failed(self._page.error_happened.emit)

    def _markdown(self, conversation_id: str) -> str:
        conversation = self._store.get(conversation_id)
        if conversation is None:
            return ""
        branch = self._store.branch(conversation_id, conversation.head_id)
        return to_markdown(conversation.title, branch, self.tr("You"))

    def _json(self, conversation_id: str) -> str:
        conversation = self._store.get(conversation_id)
        if conversation is None:
            return ""
        return to_json(conversation, self._store.messages(conversation_id))

    def _show(self, found: list[Conversation]) -> None:
        self._sidebar.set_conversations(found, self._query)
        self._sidebar.set_current(self._page.conversation_id)
        current = self._store.get(self._page.conversation_id)
        if current is not None:
            self._page.set_title(current.title)

    def _on_search_changed(self, query: str) -> None:
        self._query = query
        self.refresh()

    def _on_rename_requested(self, conversation_id: str, title: str) -> None:
        self._store.rename(conversation_id, title)
