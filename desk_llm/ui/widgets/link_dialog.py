"""Asks before a link of a stranger's text is opened: the whole address, as plain text."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label

_SCHEMES = frozenset({"http", "https", "mailto"})


def may_open(url: QUrl) -> bool:
    """Web pages and mail only: a file or an app's own scheme could do anything."""
    return url.isValid() and url.scheme().lower() in _SCHEMES


class LinkDialog(QDialog):
    """Open, Copy or Cancel; Cancel has the keyboard. `origin` says where the link came from."""

    def __init__(self, url: QUrl, parent: QWidget | None = None, origin: str = "") -> None:
        super().__init__(parent)
        self._url = url
        self.setWindowTitle(self.tr("Open this link?"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Punycode and percent signs stay: the address must not look like another one.
        shown = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        address = QPlainTextEdit(shown)
        address.setReadOnly(True)
        address.setAccessibleName(self.tr("Address"))
        address.setFixedHeight(tokens.px(84))
        address.setTabChangesFocus(True)
        self._address = address
        cancel = TextButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        copy = TextButton(self.tr("Copy"), icon="copy")
        copy.clicked.connect(self._on_copy_clicked)
        open_link = TextButton(self.tr("Open in browser"), "primary", "external")
        open_link.clicked.connect(self._on_open_clicked)
        open_link.setEnabled(may_open(url))
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.SPACE_2)
        buttons.addStretch(1)
        for button in (cancel, copy, open_link):
            buttons.addWidget(button)
        edge = tokens.SPACE_6
        column = QVBoxLayout(self)
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(Label(self.tr("Open this link?"), "subtitle"))
        origin = origin or self.tr("It came from a reply. Check where it leads.")
        column.addWidget(Label.wrapped(origin, "muted"))
        column.addWidget(address)
        column.addLayout(buttons)
        self.setMinimumWidth(460)
        cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def shown_address(self) -> str:
        """What the person reads."""
        return self._address.toPlainText()

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self.shown_address())
        self.accept()

    def _on_open_clicked(self) -> None:
        if may_open(self._url):
            QDesktopServices.openUrl(self._url)
        self.accept()
