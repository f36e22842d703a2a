"""One message of the transcript: a person's bubble, or a reply without a box."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QUrl, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from desk_llm.chat.types import Message, MessageStatus, Role
from desk_llm.engine.types import FinishReason
from desk_llm.markdown.blocks import plain_blocks
from desk_llm.markdown.stream import BlockStream
from desk_llm.ui.chat.footer import Footer
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.document.column import BlockColumn
from desk_llm.ui.widgets.document.look import Look
from desk_llm.ui.widgets.labels import Label

_LONG_LINE = 400  # characters that no column holds
_WIDE = 1 << 20
_NAME_LENGTH = 80  # characters of a message that its accessible name quotes
INSET = 12  # room beside the column: a ghost button's text begins this far inside it


class MessageView(QWidget):
    """What both kinds share: blocks, footer, and the height of both for a width."""

    link_activated = Signal(QUrl)
    layout_changed = Signal()
    copy_requested = Signal(str)
    retry_requested = Signal(str)
    edit_requested = Signal(str)
    sibling_requested = Signal(str, int)

    def __init__(self, message: Message, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.message = message
        self._look = look
        self.column = BlockColumn(self, look, self.link_activated)
        self.footer = Footer(message.role, self)
        self.footer.copy_clicked.connect(lambda: self.copy_requested.emit(self.message.id))
        self.footer.retry_clicked.connect(lambda: self.retry_requested.emit(self.message.id))
        self.footer.edit_clicked.connect(lambda: self.edit_requested.emit(self.message.id))
        self.footer.step_clicked.connect(
            lambda step: self.sibling_requested.emit(self.message.id, step)
        )

    def _name(self, template: str, text: str) -> None:
        """Say who speaks and how it begins."""
        start = " ".join(text[: 4 * _NAME_LENGTH].split())
        if len(start) > _NAME_LENGTH:
            start = start[:_NAME_LENGTH] + "…"
        self.setAccessibleName(template.format(text=start))

    def arrange(self, width: int, span: tuple[int, int]) -> int:
        """Lay out for a column what touches `span` (px from the top); returns the height.

        The view itself is INSET wider at both sides, and reaches through the gap below it, where
        a person's message has its actions.
        """
        raise NotImplementedError

    def column_top(self) -> int:
        """Where the blocks begin."""
        return 0

    def restyle(self, look: Look) -> None:
        """Other colours or another zoom."""
        self._look = look
        self.column.restyle(look)
        self.update()

    def event(self, event: QEvent) -> bool:
        """A block asks to be measured again (wrapping was switched)."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.column.measure_again()
            self.layout_changed.emit()
        return super().event(event)


class UserMessage(MessageView):
    """A bubble at the right; its actions appear under it with the pointer or the keyboard."""

    def __init__(self, message: Message, look: Look, parent: QWidget) -> None:
        super().__init__(message, look, parent)
        self._bubble = QRect()
        self._natural = 0  # px; 0: not measured
        self._is_hovered = self._has_focus = False
        self._name(self.tr("You: {text}"), message.text)
        self.column.set_blocks(list(plain_blocks(message.text)), 0)
        self.footer.hide()

    def arrange(self, width: int, span: tuple[int, int]) -> int:
        """The bubble is as wide as its text, up to 80 % of the column."""
        pad_x, pad_y = tokens.SPACE_4, tokens.SPACE_2 + 2
        inside = self._inside_width(int(width * 0.8) - 2 * pad_x)
        x = INSET + width - inside - pad_x
        local = (span[0] - pad_y, span[1] - pad_y)
        height = self.column.arrange(x, pad_y, inside, local)
        self._bubble = QRect(x - pad_x, 0, inside + 2 * pad_x, height + 2 * pad_y)
        footer_height = self.footer.sizeHint().height()
        bottom = self._bubble.bottom() + 1
        self.footer.setGeometry(INSET, bottom, width + INSET, footer_height)
        self.update()
        return bottom + max(0, footer_height + tokens.SPACE_1 - tokens.GAP_TURN)

    def _inside_width(self, widest: int) -> int:
        """As wide as the longest line; measured once for a font."""
        if not self._natural:
            metrics = QFontMetrics(self._look.font("chat"))
            lines = self.message.text.expandtabs(8).split("\n")
            if any(len(line) > _LONG_LINE for line in lines):
                self._natural = _WIDE
            else:
                self._natural = 2 + max(metrics.horizontalAdvance(line) for line in lines)
        return max(1, min(widest, self._natural))

    def restyle(self, look: Look) -> None:
        """Another font has another width."""
        self._natural = 0
        super().restyle(look)

    def column_top(self) -> int:
        """Inside of the bubble."""
        return tokens.SPACE_2 + 2

    def set_focused(self, has_focus: bool) -> None:
        """The keyboard is in this message."""
        self._has_focus = has_focus
        self._show_footer()

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer is over it."""
        super().enterEvent(event)
        self._is_hovered = True
        self._show_footer()

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer has left."""
        super().leaveEvent(event)
        self._is_hovered = False
        self._show_footer()

    def _show_footer(self) -> None:
        self.footer.setVisible(self._is_hovered or self._has_focus)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bubble."""
        del event
        _paint_card(self, self._bubble, self._look, "bubble", tokens.RADIUS_BUBBLE)


class Reply(MessageView):
    """Blocks, or a quiet line before they come; then how it ended, and the footer."""

    def __init__(self, message: Message, look: Look, parent: QWidget) -> None:
        super().__init__(message, look, parent)
        self._stream = BlockStream(message.text)
        self._phase = Label("", "muted", self)
        self._phase.hide()
        self._note = Label.wrapped("", "small")
        self._note.setParent(self)
        self._note_box = QRect()
        self._show_state(message)
        self.column.set_blocks(self._stream.blocks, 0)

    def append(self, text: str) -> None:
        """More text."""
        first = self._stream.append(text)
        self.column.set_blocks(self._stream.blocks, first)
        if self._stream.blocks:
            self._phase.hide()

    def set_phase(self, text: str) -> None:
        """What is waited for; shown while there is no text."""
        self._phase.setText(text)
        self._phase.setVisible(bool(text) and not self._stream.blocks)

    def finish(self, message: Message, streamed: str) -> None:
        """The whole reply; `streamed` is what `append` was given."""
        if message.text == streamed:
            first = self._stream.finish()
        else:
            self._stream = BlockStream(message.text)
            first = 0
        self.column.set_blocks(self._stream.blocks, first)
        self._show_state(message)

    def _show_state(self, message: Message) -> None:
        self.message = message
        self._name(self.tr("Reply: {text}"), message.text)
        is_streaming = message.status is MessageStatus.STREAMING
        if not is_streaming:
            self._phase.hide()
        note = ""
        if message.status is MessageStatus.FAILED:
            note = message.error or self.tr("The reply failed.")
        elif message.status is MessageStatus.ABORTED:
            note = self.tr("Stopped")
        elif message.finish_reason is FinishReason.LENGTH:
            note = self.tr("The reply ended at its length limit.")
        self._note.setProperty("role", "body" if self._is_failed() else "faint")
        self._note.style().polish(self._note)  # the sheet looks at the role only then
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self.footer.set_numbers(message)
        self.footer.setVisible(not is_streaming)
        self.footer.copy.setVisible(bool(message.text))

    def _is_failed(self) -> bool:
        return self.message.status is MessageStatus.FAILED

    def arrange(self, width: int, span: tuple[int, int]) -> int:
        """Blocks, then what stands under them; the footer has its place before it is shown."""
        y = self.column.arrange(INSET, 0, width, span)
        if not self.column.blocks and self.message.status is MessageStatus.STREAMING:
            line = max(self._look.line(), self._phase.sizeHint().height())
            self._phase.setGeometry(INSET, y, width, line)
            y += line
        if self._note.text():
            y = self._arrange_note(width, y + (tokens.GAP_BLOCK if y else 0))
        y += tokens.SPACE_1
        height = self.footer.sizeHint().height()
        self.footer.setGeometry(0, y, width + INSET, height)
        return y + height

    def _arrange_note(self, width: int, y: int) -> int:
        pad_x, pad_y = (tokens.SPACE_4, tokens.SPACE_3) if self._is_failed() else (0, 0)
        height = self._note.heightForWidth(width - 2 * pad_x)
        self._note.setGeometry(INSET + pad_x, y + pad_y, width - 2 * pad_x, height)
        self._note_box = QRect(INSET, y, width, height + 2 * pad_y)
        self.update()
        return y + height + 2 * pad_y

    def paintEvent(self, event: QPaintEvent) -> None:
        """The box of a failure."""
        del event
        if self._is_failed():
            _paint_card(self, self._note_box, self._look, "danger_soft", tokens.RADIUS_CARD)


def make_view(message: Message, look: Look, parent: QWidget) -> MessageView:
    """The widget for a message."""
    kind = UserMessage if message.role is Role.USER else Reply
    return kind(message, look, parent)


def _paint_card(widget: QWidget, rect: QRect, look: Look, colour: str, radius: int) -> None:
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(look.colour(colour))
    painter.setBrush(look.colour(colour))
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
