"""The composer: what the person types, Send that becomes Stop, and how full the context is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desk_llm.ui.actions import TABLE
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton
from desk_llm.ui.widgets.labels import Label

_LARGEST_SHARE = 0.4  # of the page
_WINDOW_KEYS = frozenset(QKeySequence(one.shortcut) for one in TABLE if one.shortcut)
_TO_THE_END = QKeySequence("Ctrl+End")  # of the text, while there is text
_NARROW = 420  # px below which the context counter gives way to the text


class _Editor(QPlainTextEdit):
    """Plain text; Enter sends, unless an input method is composing."""

    submitted = Signal()
    up_in_empty = Signal()
    focus_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "bare")
        self.setAccessibleName(self.tr("Message"))
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(0)
        self._is_composing = False

    @property
    def is_composing(self) -> bool:
        """True while an input method shows text that is not committed."""
        return self._is_composing

    def event(self, event: QEvent) -> bool:
        """The window's shortcuts first: on Linux, Ctrl+K would cut the line instead of search."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            pressed = QKeySequence(event.keyCombination())
            if pressed in _WINDOW_KEYS and not (pressed == _TO_THE_END and self.toPlainText()):
                event.ignore()
                return True
        return super().event(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Remember whether a composition is open: its Enter chooses a candidate."""
        self._is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, and ↑ in an empty field."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if is_enter and modifiers in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.ControlModifier,
        ):
            event.accept()
            if not self._is_composing:
                self.submitted.emit()
            return
        if event.key() == Qt.Key.Key_Up and not modifiers and not self.toPlainText():
            self.up_in_empty.emit()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text only: files cannot be attached."""
        return source.hasText() and not source.hasUrls()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste the plain text, with one kind of line end."""
        if not self.canInsertFromMimeData(source):
            return
        text = source.text().replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
        self.textCursor().insertText(text)
        self.ensureCursorVisible()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The frame around shows the focus."""
        super().focusInEvent(event)
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A composition ends with the focus."""
        super().focusOutEvent(event)
        self._is_composing = False
        self.focus_changed.emit()

    def minimumSizeHint(self) -> QSize:
        """One line: the frame decides the height."""
        return QSize(80, self.fontMetrics().lineSpacing())


class Composer(QFrame):
    """A rounded field on the axis of the transcript."""

    send_requested = Signal(str)
    stop_requested = Signal()
    edit_last_requested = Signal()
    edit_cancelled = Signal()
    text_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_busy = False
        self._can_send = True
        self._room = 600
        self.editor = _Editor()
        self.setFocusProxy(self.editor)
        self._mode = Label("", "small")
        self._leave_mode = IconButton("close", self.tr("Stop editing"), size=tokens.ICON_ROW)
        self._leave_mode.clicked.connect(self.edit_cancelled)
        self._context = Label("", "faint")
        self._button = IconButton("send", self.tr("Send"), "on_accent", tokens.ICON_BAR)
        self._button.setProperty("kind", "send")
        self._button.clicked.connect(self._on_button_clicked)
        self._build()
        self.editor.submitted.connect(self._on_submitted)
        self.editor.up_in_empty.connect(self.edit_last_requested)
        self.editor.focus_changed.connect(self.update)
        self.editor.textChanged.connect(self._on_text_changed)
        self.editor.document().documentLayout().documentSizeChanged.connect(
            lambda _size: self._fit()
        )
        self._refresh_button()
        self._fit()

    @property
    def text(self) -> str:
        """What is typed."""
        return self.editor.toPlainText()

    def set_text(self, text: str) -> None:
        """Put a draft there, with the cursor at its end; Ctrl+Z brings back what it replaced."""
        cursor = self.editor.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)
        self.editor.setTextCursor(cursor)

    def clear(self) -> None:
        """After sending."""
        self.editor.clear()

    def set_placeholder(self, text: str) -> None:
        """ "Message Qwen3-8B"."""
        self.editor.setPlaceholderText(text)

    def set_busy(self, is_busy: bool) -> None:
        """A reply is being made: Send becomes Stop."""
        if is_busy != self._is_busy:
            self._is_busy = is_busy
            self._refresh_button()

    def set_can_send(self, can_send: bool) -> None:
        """Whether there is a model to send to."""
        self._can_send = can_send
        self._refresh_button()

    def set_context(self, used: int, total: int) -> None:
        """Tokens of this chat and of the context; nothing is shown while unknown."""
        if total <= 0:
            self._context.setText("")
            self._context.setToolTip("")
            return
        self._context.setText(f"{short_count(used)} / {short_count(total)}")
        self._context.setToolTip(
            self.tr("{0} of {1} tokens of context used").format(f"{used:,}", f"{total:,}")
        )
        self._context.setAccessibleName(self._context.toolTip())

    def set_mode(self, text: str) -> None:
        """A line above the field, such as "Editing your message"; "" removes it."""
        self._mode.setText(text)
        self._mode_row.setVisible(bool(text))
        self._fit()

    def set_room(self, height: int) -> None:
        """The height of the page; the field takes up to 40 % of it."""
        self._room = height
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves the editing of an old message."""
        if event.key() == Qt.Key.Key_Escape and self._mode.text():
            self.edit_cancelled.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rounded outline; the accent ring is the focus."""
        del event
        now = tokens.current()
        has_focus = self.editor.hasFocus()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2.0 if has_focus else 1.0
        painter.setPen(QPen(QColor(now.accent if has_focus else now.control), width))
        painter.setBrush(QColor(now.raised))
        inset = width / 2
        frame = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(frame, tokens.RADIUS_BUBBLE, tokens.RADIUS_BUBBLE)

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom needs another height."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._fit()

    def _build(self) -> None:
        self._mode_row = QWidget()
        mode = QHBoxLayout(self._mode_row)
        mode.setContentsMargins(0, 0, 0, 0)
        mode.addWidget(self._mode, 1)
        mode.addWidget(self._leave_mode)
        self._mode_row.hide()
        field = QHBoxLayout()
        field.setSpacing(tokens.SPACE_2)
        field.addWidget(self.editor, 1)
        bottom = Qt.AlignmentFlag.AlignBottom
        tail = QHBoxLayout()
        tail.setSpacing(tokens.SPACE_2)
        tail.addWidget(self._context, 0, Qt.AlignmentFlag.AlignVCenter)
        tail.addWidget(self._button)
        holder = QWidget()
        holder.setLayout(tail)
        tail.setContentsMargins(0, 0, 0, 0)
        field.addWidget(holder, 0, bottom)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(tokens.SPACE_4, 10, 10, 11)  # 56 px with one line at 100 %
        column.setSpacing(tokens.SPACE_1)
        column.addWidget(self._mode_row)
        column.addLayout(field, 1)

    def _on_submitted(self) -> None:
        text = self.text.strip()
        if text and self._can_send and not self._is_busy:
            self.send_requested.emit(text)

    def _on_button_clicked(self) -> None:
        if self._is_busy:
            self.stop_requested.emit()
        else:
            self._on_submitted()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_text_changed(self) -> None:
        self._refresh_button()
        self.text_changed.emit()

    def _refresh_button(self) -> None:
        button = self._button
        kind = "stop" if self._is_busy else "send"
        name = self.tr("Stop") if self._is_busy else self.tr("Send")
        is_ready = self._is_busy or (self._can_send and bool(self.text.strip()))
        button.setEnabled(is_ready)
        if button.accessibleName() == name and button.property("kind") == kind:
            return
        button.setProperty("kind", kind)
        button.set_icon(kind, "on_accent" if kind == "send" else "surface")
        button.setAccessibleName(name)
        button.setToolTip(f"{name} (Esc)" if self._is_busy else f"{name} (Enter)")
        button.style().unpolish(button)
        button.style().polish(button)

    def _fit(self) -> None:
        spacing = self.editor.fontMetrics().lineSpacing()
        lines = max(1, int(self.editor.document().size().height()))
        frame = self._column.contentsMargins()
        above = self._mode_row.sizeHint().height() + tokens.SPACE_1 if self._mode.text() else 0
        least = self._button.sizeHint().height()
        largest = int(self._room * _LARGEST_SHARE) - frame.top() - frame.bottom() - above
        text_height = min(max(lines * spacing + 2, spacing + 2), max(largest, spacing * 2))
        # One line sits on the axis of the button beside it; more lines use the whole field.
        margin = max(0, (least - spacing) // 2) if text_height < least else 0
        self.editor.setViewportMargins(0, margin, 0, 0)
        fits = lines * spacing + 2 <= max(largest, spacing * 2)
        policy = Qt.ScrollBarPolicy
        self.editor.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
        )
        inner = max(text_height, least)
        self._context.setVisible(self.width() >= _NARROW or self.width() == 0)
        self.setFixedHeight(frame.top() + frame.bottom() + above + inner)


def short_count(tokens_used: int) -> str:
    """812, 3.1k, 32k."""
    if tokens_used < 1000:
        return str(tokens_used)
    thousands = tokens_used / 1024 if tokens_used % 1024 == 0 else tokens_used / 1000
    return f"{thousands:.0f}k" if thousands >= 10 or thousands.is_integer() else f"{thousands:.1f}k"
