"""What to look for: text, order, author, size; it speaks when typing pauses."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desk_llm.hub.types import SearchQuery, Sort
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.fields import Choice, SearchField

_PAUSE_MS = 400
_BILLION = 1_000_000_000
_RANGES = ((0, 0), (0, 4), (4, 9), (9, 16), (16, 40), (40, 0))  # billions; 0: no limit
_AUTHOR_WIDTH = 140


class SearchBar(QWidget):
    """`changed` when the query is another one; `submitted` when Enter asks for it."""

    changed = Signal()
    submitted = Signal()
    down_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = SearchField(
            self.tr("Search Hugging Face, or paste a link or ollama:name"),
            self.tr("Search for models"),
        )
        self.sort = Choice()
        self._sorts = {
            Sort.TRENDING: self.tr("Trending"),
            Sort.DOWNLOADS: self.tr("Most downloads"),
            Sort.LIKES: self.tr("Most likes"),
            Sort.UPDATED: self.tr("Recently updated"),
            Sort.NEWEST: self.tr("Newest"),
        }
        self.sort.addItems(list(self._sorts.values()))
        self.sort.setAccessibleName(self.tr("Order"))
        self.author = QLineEdit()
        self.author.setPlaceholderText(self.tr("Author"))
        self.author.setAccessibleName(self.tr("Author"))
        self.author.setFixedWidth(tokens.px(_AUTHOR_WIDTH))
        self.params = Choice()
        self.params.addItems([self._range_text(*one) for one in _RANGES])
        self.params.setAccessibleName(self.tr("Size"))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(tokens.SPACE_4, tokens.SPACE_2, tokens.SPACE_4, tokens.SPACE_2)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self.field, 1)
        for one in (self.params, self.author, self.sort):
            row.addWidget(one)
        self._connect()

    def _connect(self) -> None:
        self.field.textChanged.connect(lambda _text: self._pause.start())
        self.author.textChanged.connect(lambda _text: self._pause.start())
        self.field.returnPressed.connect(self._on_return_pressed)
        self.author.returnPressed.connect(self._on_return_pressed)
        self.field.down_pressed.connect(self.down_pressed)
        self.sort.currentIndexChanged.connect(lambda _place: self._say())
        self.params.currentIndexChanged.connect(lambda _place: self._say())

    @property
    def query(self) -> SearchQuery:
        """What the fields say."""
        least, most = _RANGES[self.params.currentIndex()]
        return SearchQuery(
            text=self.field.text().strip(),
            sort=list(self._sorts)[self.sort.currentIndex()],
            author=self.author.text().strip(),
            least_params=least * _BILLION,
            most_params=most * _BILLION,
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for, so that the curated list is what to show."""
        return self.query == SearchQuery()

    def set_text(self, text: str) -> None:
        """Ask for this at once."""
        with QSignalBlocker(self.field):
            self.field.setText(text)
        self._say()

    def clear(self) -> None:
        """Ask for nothing."""
        for field in (self.field, self.author, self.sort, self.params):
            with QSignalBlocker(field):
                if isinstance(field, Choice):
                    field.setCurrentIndex(0)
                else:
                    field.clear()
        self._say()

    def _on_return_pressed(self) -> None:
        self._pause.stop()
        self.submitted.emit()

    def _say(self) -> None:
        self._pause.stop()
        self.changed.emit()

    def _range_text(self, least: int, most: int) -> str:
        if not least and not most:
            return self.tr("Any size")
        if not most:
            return self.tr("Over {0} B").format(least)
        return (
            self.tr("{0} to {1} B").format(least, most)
            if least
            else self.tr("Up to {0} B").format(most)
        )
