"""Transcript: the windowed view of one conversation's visible branch.

    messages   ░░░░░░░░░░░░░░░░▓▓▓▓██████▓▓▓▓      ░ a height, estimated until it was seen
                                   └────┘          ▓ widgets half a screen around the view
                                   viewport        █ what is seen

The view is pinned to its end until the person scrolls up; from then on it holds an anchor, a
block and its place in the viewport, so that nothing jumps when an estimate above is corrected.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QWidget

from desk_llm.chat.types import Message, Role
from desk_llm.ui.chat.finder import Finder, Hit
from desk_llm.ui.chat.message import INSET, MessageView, Reply, UserMessage, make_view
from desk_llm.ui.chat.tab_chain import next_in, tab_chain
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.document.heights import Heights
from desk_llm.ui.widgets.document.look import Look
from desk_llm.ui.widgets.document.rich_text import END, START

_PASSES = 8  # each corrects estimates; what is still wrong then is off screen
_STEP = 48  # px of one arrow key or a third of a wheel's notch
_REST = 3  # a flush may cost a quarter of the time: a slow one is followed by a longer wait
_LONGEST_REST_S = 0.5


@dataclass(slots=True)
class _Entry:
    """A message and what is known of it without a widget."""

    message: Message
    parts: list[str] = field(default_factory=list)  # of a reply that streams
    unseen: list[str] = field(default_factory=list)  # of these, what its widget has not got yet
    phase: str = ""
    siblings: tuple[int, int] = (0, 1)

    def text(self) -> str:
        return "".join(self.parts) if self.parts else self.message.text


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A block and the distance of its top from the viewport's top."""

    index: int = 0
    row: int = -1  # -1: the message as a whole
    offset: int = 0


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

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look.now()
        self._entries: list[_Entry] = []
        self._index: dict[str, int] = {}
        self._heights = Heights()
        self._live: dict[int, MessageView] = {}
        self._anchor = _Anchor()
        self._pinned = True
        self._is_placing = False
        self._finder = Finder()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setBackgroundRole(QPalette.ColorRole.Base)  # under the scroll bar too
        self.setAutoFillBackground(True)
        self.setAccessibleName(self.tr("Conversation"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(_STEP)
        self._latest = TextButton(self.tr("↓ Latest"), "chip", parent=self)
        self._latest.setToolTip(self.tr("Go to the end of the conversation"))
        self._latest.clicked.connect(self.scroll_to_end)
        self._latest.hide()
        self._flush_timer = QTimer(self)
        self._flush_timer.setSingleShot(True)
        self._flush_timer.timeout.connect(self.flush)
        self._rest_until = 0.0
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)

    # ── messages ─────────────────────────────────────────────────────────

    def set_messages(self, messages: list[Message]) -> None:
        """Show another branch, from its end."""
        self._drop_all()
        self._entries = [_Entry(message) for message in messages]
        self._index = {message.id: at for at, message in enumerate(messages)}
        self._heights = Heights(self._estimates(messages))
        self._finder = Finder()
        self._set_pinned(True)
        self._place()

    def add_message(self, message: Message) -> None:
        """Append a message; a STREAMING reply waits for `append_text` and `set_phase`."""
        self._index[message.id] = len(self._entries)
        self._entries.append(_Entry(message))
        self._heights.append(self._estimates([message])[0])
        if message.role is Role.USER:
            self._set_pinned(True)  # whoever sends wants to see it
        self._place()

    def append_text(self, message_id: str, text: str) -> None:
        """More text of a streaming reply; painted with the next flush."""
        entry = self._entry(message_id)
        if entry is None or not text:
            return
        if not entry.parts and entry.message.text:
            entry.parts.append(entry.message.text)
        entry.parts.append(text)
        entry.unseen.append(text)
        if not self._flush_timer.isActive():
            wait = self._rest_until - time.perf_counter()
            self._flush_timer.start(max(0, round(1000 * wait)))

    def set_phase(self, message_id: str, text: str) -> None:
        """A quiet line ("Loading 42 %") where the reply will be; "" removes it."""
        entry = self._entry(message_id)
        if entry is None:
            return
        entry.phase = text
        view = self._live.get(self._index[message_id])
        if isinstance(view, Reply):
            view.set_phase(text)

    def finish_message(self, message: Message) -> None:
        """The reply as saved: parsed once more where that can matter, with its numbers."""
        entry = self._entry(message.id)
        if entry is None:
            return
        self.flush()
        streamed = entry.text()
        entry.message, entry.parts, entry.unseen, entry.phase = message, [], [], ""
        view = self._live.get(self._index[message.id])
        if isinstance(view, Reply):
            view.finish(message, streamed)
        self._place()

    def remove_after(self, message_id: str | None) -> None:
        """Drop every message after this one (None: all)."""
        keep = 0 if message_id is None else self._index.get(message_id, len(self._entries) - 1) + 1
        for index in [index for index in self._live if index >= keep]:
            self._drop(index)
        for entry in self._entries[keep:]:
            del self._index[entry.message.id]
        del self._entries[keep:]
        self._heights.cut(keep)
        self._place()

    def set_siblings(self, message_id: str, index: int, count: int) -> None:
        """Show ‹ index+1/count › at a message."""
        entry = self._entry(message_id)
        if entry is None:
            return
        entry.siblings = (index, count)
        view = self._live.get(self._index[message_id])
        if view is not None:
            view.footer.set_siblings(index, count)

    def copy_last_reply(self) -> bool:
        """Put the newest reply on the clipboard as Markdown; False when there is none."""
        for entry in reversed(self._entries):
            if entry.message.role is Role.ASSISTANT and entry.text():
                self._copy(entry.message.id)
                return True
        return False

    def _copy(self, message_id: str) -> None:
        entry = self._entry(message_id)
        if entry is not None:
            QGuiApplication.clipboard().setText(entry.text())
            self.copy_requested.emit(message_id)

    def _entry(self, message_id: str) -> _Entry | None:
        index = self._index.get(message_id)
        return None if index is None else self._entries[index]

    # ── streaming ────────────────────────────────────────────────────────

    def flush(self) -> None:
        """Show what has arrived. A slow flush is followed by a rest, so the window stays quick."""
        self._flush_timer.stop()
        begin = time.perf_counter()
        for index, view in self._live.items():
            entry = self._entries[index]
            if entry.unseen and isinstance(view, Reply):
                view.append("".join(entry.unseen))
                entry.unseen.clear()
        self._place()
        now = time.perf_counter()
        self._rest_until = now + min(_LONGEST_REST_S, _REST * (now - begin))

    # ── layout ───────────────────────────────────────────────────────────

    def column(self) -> tuple[int, int]:
        """Left edge and width of the text, for whatever stands on the same axis.

        The scroll bar's place is always kept free, so that its coming moves nothing.
        """
        room = self.width() - self.verticalScrollBar().sizeHint().width()
        width = max(160, min(self._look.px(tokens.CHAT_COLUMN), room - 2 * tokens.CHAT_PADDING))
        return max(0, (room - width) // 2), width

    def _estimates(self, messages: list[Message]) -> list[int]:
        """Guesses before the messages are parsed."""
        per_line = max(20, self.column()[1] // self._look.px(8))
        line, rest = self._look.px(21), 40 + tokens.GAP_TURN
        return [
            (1 + len(one.text) // per_line + one.text.count("\n") // 2) * line + rest
            for one in messages
        ]

    def _place(self) -> None:
        """Make and place what is near the viewport; the one place where geometry is set."""
        if self._is_placing or not self.width():
            return
        self._is_placing = True
        height = self.viewport().height()
        x, width = self.column()
        begin = end = y = 0
        for _ in range(_PASSES):
            y = self._target(height)
            begin, end = self._heights.between(*self._near(y, height))
            changes = [self._arrange(index, width, y, height) for index in range(begin, end)]
            if not any(changes):
                break
        self._drop_outside(begin, end)
        for index, view in self._live.items():
            top = tokens.GAP_TURN + self._heights.top(index) - y
            view.setGeometry(x - INSET, top, width + 2 * INSET, self._heights[index])
        if not self._pinned and self._anchor.row < 0:
            self._anchor = self._anchor_at(y)  # the message has its blocks now
        self._set_scroll_bar(y, height)
        self._place_pill(x, width)
        self._is_placing = False

    def _near(self, y: int, height: int) -> tuple[int, int]:
        """The span of rows that get widgets: half a screen around the view."""
        return y - height // 2 - tokens.GAP_TURN, y + height + height // 2

    def _arrange(self, index: int, width: int, y: int, height: int) -> bool:
        """Let a message lay out its part of the span; returns whether its height changed."""
        view = self._live.get(index) or self._make(index)
        top = tokens.GAP_TURN + self._heights.top(index)
        near = self._near(y, height)
        size = view.arrange(width, (near[0] - top, near[1] - top))
        return self._heights.set(index, size + tokens.GAP_TURN)

    def _target(self, height: int) -> int:
        """Where the viewport's top belongs now."""
        end = max(0, self._heights.total + tokens.GAP_TURN - height)
        if self._pinned or not self._entries:
            return end
        anchor = self._anchor
        index = min(anchor.index, len(self._entries) - 1)
        view = self._live.get(index)
        y = tokens.GAP_TURN + self._heights.top(index)
        if view is not None and anchor.row >= 0:
            y += view.column_top() + view.column.top(anchor.row)
        return max(0, min(end, y - anchor.offset))

    def _anchor_at(self, y: int) -> _Anchor:
        """What is at the top of the viewport, if that were at `y`."""
        index = self._heights.at(y - tokens.GAP_TURN)
        if index < 0:
            return _Anchor()
        top = tokens.GAP_TURN + self._heights.top(index)
        view = self._live.get(index)
        if view is None:
            return _Anchor(index, -1, top - y)
        row, into = view.column.locate(y - top - view.column_top())
        return _Anchor(index, row, -into)

    def _make(self, index: int) -> MessageView:
        entry = self._entries[index]
        view = make_view(entry.message, self._look, self.viewport())
        view.link_activated.connect(self.link_activated)
        view.copy_requested.connect(self._copy)
        view.retry_requested.connect(self.retry_requested)
        view.edit_requested.connect(self.edit_requested)
        view.sibling_requested.connect(self.sibling_requested)
        view.layout_changed.connect(self._on_layout_changed)
        view.footer.set_siblings(*entry.siblings)
        if isinstance(view, Reply):
            if entry.parts:
                view.append("".join(entry.parts).removeprefix(entry.message.text))
            view.set_phase(entry.phase)
            entry.unseen.clear()
        self._live[index] = view
        view.show()
        return view

    def _drop_outside(self, begin: int, end: int) -> None:
        focus = QApplication.focusWidget()
        for index in [index for index in self._live if not begin <= index < end]:
            if focus is None or not self._live[index].isAncestorOf(focus):
                self._drop(index)

    def _drop(self, index: int) -> None:
        view = self._live.pop(index)
        view.hide()
        view.deleteLater()

    def _drop_all(self) -> None:
        for index in list(self._live):
            self._drop(index)

    def _on_layout_changed(self) -> None:
        if not self._pinned:
            self._anchor = self._anchor_at(self.verticalScrollBar().value())
        self._place()

    # ── scrolling ────────────────────────────────────────────────────────

    @property
    def is_pinned(self) -> bool:
        """True while the view follows the end."""
        return self._pinned

    def scroll_to_end(self) -> None:
        """Pin the view to the end."""
        self._set_pinned(True)
        self._place()

    def _set_pinned(self, is_pinned: bool) -> None:
        if is_pinned != self._pinned:
            self._pinned = is_pinned
            self.pinned_changed.emit(is_pinned)
        self._latest.setVisible(not is_pinned)

    def _set_scroll_bar(self, y: int, height: int) -> None:
        bar = self.verticalScrollBar()
        bar.setPageStep(height)
        bar.setRange(0, max(0, self._heights.total + tokens.GAP_TURN - height))
        bar.setValue(y)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The bar has moved; when that was not our doing, the person has scrolled."""
        del dx, dy
        if self._is_placing:
            return
        bar = self.verticalScrollBar()
        self._set_pinned(bar.value() >= bar.maximum())
        self._anchor = self._anchor_at(bar.value())
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End; the rest is QAbstractScrollArea's."""
        bar = self.verticalScrollBar()
        standard = QKeySequence.StandardKey
        if event.key() == Qt.Key.Key_Home or event.matches(standard.MoveToStartOfDocument):
            bar.setValue(bar.minimum())
        elif event.key() == Qt.Key.Key_End or event.matches(standard.MoveToEndOfDocument):
            self.scroll_to_end()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The anchor stays where it is."""
        super().resizeEvent(event)
        self._place()

    def _place_pill(self, x: int, width: int) -> None:
        if not self._pinned:
            size = self._latest.sizeHint()
            left = x + (width - size.width()) // 2
            bottom = self.height() - size.height() - tokens.SPACE_3
            self._latest.setGeometry(left, bottom, size.width(), size.height())
            self._latest.raise_()

    # ── look, focus, search ──────────────────────────────────────────────

    def set_zoom(self, percent: int) -> None:
        """Scale fonts; 80 to 160."""
        clamped = min(tokens.ZOOM_MAX, max(tokens.ZOOM_MIN, percent))
        self._restyle(Look.now(clamped))

    def changeEvent(self, event: QEvent) -> None:
        """Another scheme."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._restyle(Look.now(self._look.zoom))

    def _restyle(self, look: Look) -> None:
        if look == self._look:
            return
        self._look = look
        for view in self._live.values():
            view.restyle(look)
        self._place()

    def _on_focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        del old
        for view in self._live.values():
            if isinstance(view, UserMessage):
                view.set_focused(now is not None and view.isAncestorOf(now))

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Tab goes through what is seen, in reading order, and then leaves the transcript."""
        now = QApplication.focusWidget()
        if now is None:  # the window was activated
            self.setFocus()
            return True
        to = next_in(tab_chain(self.viewport(), self._live.values()), now, self, is_next)
        if to is not None:
            reason = Qt.FocusReason
            to.setFocus(reason.TabFocusReason if is_next else reason.BacktabFocusReason)
            self._show_widget(to)
            return True
        self.setFocus()
        return bool(super().focusNextPrevChild(is_next))

    def _show_widget(self, widget: QWidget) -> None:
        bar = self.verticalScrollBar()
        rect = widget.rect().translated(widget.mapTo(self.viewport(), widget.rect().topLeft()))
        over, under = rect.top(), rect.bottom() - self.viewport().height()
        if over < 0:
            bar.setValue(bar.value() + over - tokens.SPACE_4)
        elif under > 0:
            bar.setValue(bar.value() + min(under + tokens.SPACE_4, over))

    def find_text(self, text: str, backwards: bool = False) -> bool:
        """Show and select the next hit; False when there is none."""
        texts = [entry.text() for entry in self._entries]

        def search(index: int, after: Hit | None) -> Hit | None:
            return self._find_in(index, text, backwards, after)

        return self._finder.next(texts, text, backwards, search) is not None

    def _find_in(self, index: int, text: str, backwards: bool, after: Hit | None) -> Hit | None:
        view = self._live.get(index)
        if view is None:
            self._go_to(_Anchor(index))
            view = self._live[index]
        start = END if backwards else START
        row = len(view.column.blocks) - 1 if backwards else 0
        if after is not None:
            row, start = after.row, after.position
        found = view.column.find(text, row, start, backwards)
        if found is None:
            return None
        row, position, y = found
        self._go_to(_Anchor(index, row, self.viewport().height() // 3 - y))
        return Hit(index, row, position)

    def _go_to(self, anchor: _Anchor) -> None:
        self._set_pinned(False)
        self._anchor = anchor
        self._place()
