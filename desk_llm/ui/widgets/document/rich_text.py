"""RichText: a read-only piece of a message; it loads nothing and leaves wheel and pages alone."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QTextCursor,
    QTextDocument,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QMenu, QTextBrowser, QWidget

from desk_llm.ui.widgets.document.look import LIST_INDENT, Look
from desk_llm.ui.widgets.labels import plain_tooltip

START, END = 0, -1  # of a text, for searches
_PAGE_KEYS = (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_SCHEMES = ("http", "https", "mailto")


class RichText(QTextBrowser):
    """A QTextBrowser as tall as its document."""

    link_activated = Signal(QUrl)

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self._html = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setUndoRedoEnabled(False)
        self.setOpenLinks(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.viewport().setAutoFillBackground(False)
        self.anchorClicked.connect(self._on_anchor_clicked)
        self.highlighted.connect(self._on_highlighted)
        self._apply_look()

    def restyle(self, look: Look) -> None:
        """Other colours or another zoom."""
        self._look = look
        self._apply_look()
        self._write()

    def _apply_look(self) -> None:
        document = self.document()
        document.setDocumentMargin(0)
        document.setIndentWidth(self._look.px(LIST_INDENT))
        font = self._font()
        self.setFont(font)
        document.setDefaultFont(font)
        document.setDefaultStyleSheet(self._look.css())

    def _font(self) -> QFont:
        return self._look.font("chat")

    def set_html(self, html: str) -> None:
        """Show our own HTML; a selection in the part that stays is kept."""
        if html == self._html:
            return
        self._html = html
        self._write()

    def _write(self) -> None:
        cursor = self.textCursor()
        anchor, position = cursor.anchor(), cursor.position()
        self.setHtml(self._html)
        if anchor != position and max(anchor, position) < self.document().characterCount():
            cursor = self.textCursor()
            cursor.setPosition(anchor)
            cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(cursor)

    def fit(self, width: int) -> int:
        """Lay out for `width`; returns the height."""
        if self.width() != width:
            self.resize(width, self.height())
        document = self.document()
        if document.textWidth() != width:
            document.setTextWidth(width)
        return round(document.size().height())

    def find_text(self, text: str, start: int, backwards: bool) -> tuple[int, int] | None:
        """Select the next hit from a position (-1: the end); its other end and its y."""
        found = find_in(self.document(), text, start, backwards)
        if found is None:
            return None
        self.setTextCursor(found)
        return behind(found, backwards), self.cursorRect(found).top()

    # ── what a reply may not do ──────────────────────────────────────────

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Nothing is loaded: Qt gets an answer, for without one it would read local files itself.

        QTextDocument does so where the answer is empty, its image handler where it is no image.
        """
        del name
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return QByteArray(b" ")
        nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
        nothing.fill(Qt.GlobalColor.transparent)
        return nothing

    def _on_anchor_clicked(self, url: QUrl) -> None:
        if url.scheme() in _SCHEMES:
            self.link_activated.emit(url)

    def _on_highlighted(self, url: QUrl) -> None:
        address = bytes(url.toEncoded().data()).decode("ascii", "replace")
        self.viewport().setToolTip(plain_tooltip(address))

    # ── what belongs to the transcript around it ─────────────────────────

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The transcript scrolls, not its pieces."""
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pages and both ends are the transcript's, carets and selections are ours."""
        is_end = event.matches(QKeySequence.StandardKey.MoveToStartOfDocument) or event.matches(
            QKeySequence.StandardKey.MoveToEndOfDocument
        )
        if event.key() in _PAGE_KEYS or is_end:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy, the address of a link, Select all."""
        menu = QMenu(self)
        copy = menu.addAction(self.tr("Copy"), self.copy)
        copy.setEnabled(self.textCursor().hasSelection())
        link = self.anchorAt(event.pos())
        if link:
            menu.addAction(self.tr("Copy link address"), lambda: _to_clipboard(link))
        menu.addAction(self.tr("Select all"), self.selectAll)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())


def find_in(document: QTextDocument, text: str, start: int, backwards: bool) -> QTextCursor | None:
    """The next hit in a document from a position (-1: the end)."""
    flags = QTextDocument.FindFlag.FindBackward if backwards else QTextDocument.FindFlag(0)
    end = document.characterCount() - 1
    found = document.find(text, end if start < 0 else min(start, end), flags)
    return None if found.isNull() else found


def behind(found: QTextCursor, backwards: bool) -> int:
    """Where the search goes on after a hit."""
    return found.selectionStart() if backwards else found.selectionEnd()


def _to_clipboard(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
