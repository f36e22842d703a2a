"""A new chat before its first message: what this is, and three questions to start with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QShowEvent

    from desk_llm.ui.chat.first_choices import FirstChoices

_ICON = 56
_NOTE = 480  # px: two even lines
_SHORT = 300  # px below which the icon gives way
_LOOK_MS = 300
_SHORT_WITH_CHOICES = 560
_CHOICES = 680  # px
_NARROW = 640  # px below which the questions stand under one another


class Welcome(QScrollArea):
    """Centred; the questions are sent as they are. Scrolls where large type needs it."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: FirstChoices | None = None
        self._icon = QLabel()
        self._icon.setTextFormat(Qt.TextFormat.PlainText)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title = Label.wrapped(self.tr("Ask anything; nothing leaves this computer."), "title")
        self._note = Label.wrapped("", "muted")
        self._questions = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._questions.setSpacing(tokens.SPACE_2)
        self._questions.addStretch(1)
        for question in (
            self.tr("What can you do?"),
            self.tr("How do I add a bigger model?"),
            self.tr("What is a token?"),
        ):
            button = TextButton(question, "chip")
            button.clicked.connect(lambda _checked=False, text=question: self.asked.emit(text))
            self._questions.addWidget(button)
        self._questions.addStretch(1)
        content = QWidget()
        content.setProperty("panel", "canvas")
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(content)
        edge = tokens.CHAT_PADDING
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(tokens.SPACE_2)
        column.addStretch(3)
        column.addWidget(self._icon)
        column.addSpacing(tokens.SPACE_2)
        for label in (self._title, self._note):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
            row.addStretch(1)
            row.addWidget(label, 8)
            row.addStretch(1)
            column.addLayout(row)
        self._note.setMaximumWidth(tokens.px(_NOTE))
        column.addSpacing(tokens.SPACE_4)
        self._place = QVBoxLayout()  # of the choices of the first run
        column.addLayout(self._place)
        column.addLayout(self._questions)
        column.addStretch(4)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._paint_icon()

    def set_note(self, text: str) -> None:
        """Which model answers, and what it is good for."""
        self._note.setText(text)

    def show_choices(self, choices: FirstChoices) -> None:
        """The first run: a model to begin with. They go when they are settled."""
        self._choices = choices
        choices.setMaximumWidth(tokens.px(_CHOICES))
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        row.addStretch(1)
        row.addWidget(choices, 20)
        row.addStretch(1)
        self._place.addLayout(row)
        self._place.addSpacing(tokens.SPACE_4)
        choices.settled.connect(self.hide_choices)
        self._fit()

    def hide_choices(self) -> None:
        """There is a model, or the person wants none now."""
        choices, self._choices = self._choices, None
        if choices is not None:
            choices.hide()
            choices.deleteLater()
            self._fit()

    @property
    def choices(self) -> FirstChoices | None:
        """Those of the first run, while they are shown."""
        return self._choices

    def showEvent(self, event: QShowEvent) -> None:
        """Only who sees the choices has them judged."""
        super().showEvent(event)
        if self._choices is not None:  # when the window is on the screen
            QTimer.singleShot(_LOOK_MS, self._choices, self._choices.look)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow page stacks the questions."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        is_narrow = self.width() < tokens.px(_NARROW)
        short = _SHORT if self._choices is None else _SHORT_WITH_CHOICES
        self._icon.setVisible(self.height() >= tokens.px(short))
        way = QBoxLayout.Direction
        self._questions.setDirection(way.TopToBottom if is_narrow else way.LeftToRight)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the screen's pixels."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._note.setMaximumWidth(tokens.px(_NOTE))
            self._paint_icon()

    def _paint_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.app_pixmap(_ICON, ratio))
