"""A code block: language, wrap and Copy above; the code scrolls sideways and grows by appending."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from desk_llm.markdown.blocks import Code
from desk_llm.markdown.characters import visible
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.document.highlighter import CodeHighlighter
from desk_llm.ui.widgets.document.look import Look
from desk_llm.ui.widgets.document.rich_text import behind, find_in
from desk_llm.ui.widgets.labels import Label

MAX_LINES = 300  # a taller block scrolls inside: Qt lays out every line above the one it paints
LINE_CUT = 2_000  # characters; a longer line is shown in pieces (copying joins them)
COPIED_MS = 1500
_MARGIN = 12


class CodeView(QPlainTextEdit):
    """The text; the sheet's `kind="code"` takes away its frame."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "code")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(_MARGIN)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Sideways is ours, and up and down while a tall block has more to show."""
        delta, bar = event.angleDelta(), self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() if delta.y() < 0 else bar.value() <= bar.minimum()
        is_tall = self.verticalScrollBarPolicy() != Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if delta.x() or (delta.y() and is_tall and not at_end):
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pages are the transcript's."""
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The block around it shows the focus."""
        super().focusInEvent(event)
        _update(self.parentWidget())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """See focusInEvent."""
        super().focusOutEvent(event)
        _update(self.parentWidget())


class CodeBlock(QWidget):
    """A card with a header; it paints its own frame from the tokens."""

    def __init__(self, block: Code, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._code = ""
        self._shown = ""
        self._language = Label("", "small", self)
        self._wrap = IconButton("wrap", self.tr("Wrap long lines"), size=16, parent=self)
        self._wrap.setCheckable(True)
        self._wrap.toggled.connect(self._on_wrap_toggled)
        self._copy = TextButton(self.tr("Copy"), "ghost", parent=self)
        self._copy.setAccessibleName(self.tr("Copy code"))
        self._copy.setToolTip(self.tr("Copy code"))
        self._copy.clicked.connect(self._on_copy_clicked)
        self._copied = QTimer(self)
        self._copied.setSingleShot(True)
        self._copied.setInterval(COPIED_MS)
        self._copied.timeout.connect(lambda: self._copy.setText(self.tr("Copy")))
        self.view = CodeView(self)
        self._highlighter = CodeHighlighter(self.view.document(), look)
        self._apply_look()
        self.set_block(block)

    @property
    def code(self) -> str:
        """The code as it is shown and copied."""
        return visible(self._code)

    def set_block(self, block: Code) -> None:
        """More code, or other code."""
        self._code = block.code
        self._language.setText(block.language or self.tr("text"))
        self.view.setAccessibleName(
            self.tr("Code, {language}").format(language=self._language.text())
        )
        shown = _cut_lines(visible(block.code))
        if shown.startswith(self._shown):
            cursor = QTextCursor(self.view.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(shown[len(self._shown) :])
        else:
            self.view.setPlainText(shown)
        self._shown = shown
        self._highlighter.request(shown, block.language, is_final=not block.is_open)

    def restyle(self, look: Look) -> None:
        """Other colours or another zoom."""
        self._look = look
        self._highlighter.restyle(look)
        self._apply_look()
        self.update()

    def _apply_look(self) -> None:
        font = self._look.font("code")
        self.view.setFont(font)
        self.view.document().setDefaultFont(font)

    def fit(self, width: int) -> int:
        """Place the header and the code; returns the height."""
        header, inside = self._header_height(), width - 2
        self.view.resize(inside, self.view.height())
        text_height, is_tall = self._text_height()
        policy = Qt.ScrollBarPolicy
        self.view.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if is_tall else policy.ScrollBarAlwaysOff
        )
        height = text_height + 2 * _MARGIN + 1  # exactly as much would scroll by a line
        if self.view.document().documentLayout().documentSize().width() > inside:
            height += self.view.horizontalScrollBar().sizeHint().height()
        self.view.setGeometry(1, header, inside, height)
        self._place_header(width, header)
        total = header + height + 1
        self.resize(width, total)
        return total

    def _text_height(self) -> tuple[int, bool]:
        """Height of the lines to show, and whether there are more.

        Asking for a line's rectangle lays it out, which QPlainTextEdit does lazily; a line with a
        character of another font is taller than the rest.
        """
        document = self.view.document()
        layout, block = document.documentLayout(), document.firstBlock()
        height, lines = 0.0, 0
        while block.isValid() and lines < MAX_LINES:
            height += layout.blockBoundingRect(block).height()
            lines += max(1, block.layout().lineCount())
            block = block.next()
        if not block.isValid():
            height -= _MARGIN  # the last block's rectangle has the document's lower margin
        return ceil(height), block.isValid()

    def _header_height(self) -> int:
        return max(self._look.px(36), self._copy.sizeHint().height() + 4)

    def _place_header(self, width: int, height: int) -> None:
        right = width - tokens.SPACE_1
        for button in (self._copy, self._wrap):
            size = button.sizeHint()
            right -= size.width()
            button.setGeometry(right, (height - size.height()) // 2, size.width(), size.height())
        self._language.setGeometry(_MARGIN + 1, 0, max(0, right - 2 * _MARGIN), height)

    def find_text(self, text: str, start: int, backwards: bool) -> tuple[int, int] | None:
        """Select the next hit from a position (-1: the end); its other end and its y."""
        found = find_in(self.view.document(), text, start, backwards)
        if found is None:
            return None
        self.view.setTextCursor(found)
        return behind(found, backwards), self.view.y() + self.view.cursorRect(found).top()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Card, header line, and a ring while the code has the keyboard."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.view.hasFocus()
        edge = self._look.colour("accent" if focused else "border")
        width = 2.0 if focused else 1.0
        painter.setPen(QPen(edge, width))
        painter.setBrush(self._look.colour("sunken"))
        inset = width / 2
        frame = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(frame, tokens.RADIUS_CARD, tokens.RADIUS_CARD)
        header = self._header_height()
        painter.fillRect(QRectF(1, header - 1, self.width() - 2, 1), self._look.colour("border"))

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.code)
        self._copy.setText(self.tr("Copied"))
        self._place_header(self.width(), self._header_height())
        self._copied.start()

    def _on_wrap_toggled(self, is_on: bool) -> None:
        mode = QPlainTextEdit.LineWrapMode
        self.view.setLineWrapMode(mode.WidgetWidth if is_on else mode.NoWrap)
        # The message measures its blocks again when one of them asks for another layout.
        parent = self.parentWidget()
        if parent is not None:
            QGuiApplication.postEvent(parent, QEvent(QEvent.Type.LayoutRequest))


def _update(widget: QWidget | None) -> None:
    if widget is not None:
        widget.update()


def _cut_lines(text: str) -> str:
    """Qt lays out a line as a whole: one of a million characters would take seconds."""
    if len(text) <= LINE_CUT:
        return text
    return "\n".join(
        line[at : at + LINE_CUT]
        for line in text.split("\n")
        for at in range(0, max(1, len(line)), LINE_CUT)
    )
