"""The tools of My models: a filter, what to show, adding, and a menu of rarer things."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from desk_llm.models.types import ModelFile, Origin
from desk_llm.ui.models import words
from desk_llm.ui.models.library.rows import Wanted
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.buttons import IconButton, TextButton
from desk_llm.ui.widgets.fields import Choice, SearchField

_FIELD_WIDTH = 120


class LibraryBar(QWidget):
    """It says what the person wants; the page does it."""

    wanted_changed = Signal(object)  # Wanted
    down_pressed = Signal()
    asked = Signal(str)  # one of the ids of `_ADDING` and `_MORE`

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = SearchField(self.tr("Filter"), self.tr("Filter models"))
        self.search.setMinimumWidth(tokens.px(_FIELD_WIDTH))
        self.search.setMaximumWidth(tokens.px(2 * _FIELD_WIDTH))
        self.search.textChanged.connect(self._on_changed)
        self.search.down_pressed.connect(self.down_pressed)
        self.ability, self.origin = Choice(), Choice()
        self.ability.setAccessibleName(self.tr("Ability"))
        self.origin.setAccessibleName(self.tr("Where the files are"))
        self.ability.addItem(self.tr("Every ability"), "")
        self.origin.addItem(self.tr("Every place"), None)
        for choice in (self.ability, self.origin):
            choice.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToContents)
            choice.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            choice.currentIndexChanged.connect(self._on_changed)
        self.add = TextButton(self.tr("Add"), "outline", "plus")
        self.add.clicked.connect(self._open_adding)
        self.more = IconButton("more", self.tr("More"))
        self.more.clicked.connect(self._open_more)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_2)
        row.addStretch(1)
        for widget in (self.search, self.ability, self.origin, self.add, self.more):
            row.addWidget(widget)

    @property
    def wanted(self) -> Wanted:
        """What the table is narrowed to."""
        return Wanted(
            self.search.text(), str(self.ability.currentData() or ""), self.origin.currentData()
        )

    def clear(self) -> None:
        """Show everything."""
        self.search.clear()
        self.ability.setCurrentIndex(0)
        self.origin.setCurrentIndex(0)

    def set_files(self, files: tuple[ModelFile, ...]) -> None:
        """Offer only what there is."""
        found = {name for file in files if file.info for name in file.info.abilities}
        self._offer(
            self.ability,
            [(words.ability(name), name) for name in words.ABILITIES if name in found],
        )
        origins = {file.origin for file in files}
        self._offer(self.origin, [(words.origin(one), one) for one in Origin if one in origins])

    def adding_menu(self) -> QMenu:
        """Files, folders, descriptions of models."""
        return self._menu(
            (
                ("add_file", "file", self.tr("Open a GGUF file…")),
                ("add_folder", "folder", self.tr("Add a folder…")),
                ("import_modelfile", "link", self.tr("Import a Modelfile…")),
                ("discover", "compass", self.tr("Find models on the Hub")),
            )
        )

    def more_menu(self) -> QMenu:
        """What is needed once in a while."""
        return self._menu(
            (
                ("refresh", "retry", self.tr("Look for models again")),
                ("duplicates", "copy", self.tr("Find duplicates…")),
                ("models_folder", "folder", self.tr("Open models folder")),
                ("move", "export", self.tr("Move the models folder…")),
                ("folders", "models", self.tr("Folders that are looked at…")),
            )
        )

    def _menu(self, entries: tuple[tuple[str, str, str], ...]) -> QMenu:
        menu = QMenu(self)
        for name, icon, text in entries:
            action = menu.addAction(icons.icon(icon), text)
            action.setObjectName(name)
            action.triggered.connect(lambda _checked=False, what=name: self.asked.emit(what))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _open_adding(self) -> None:
        self.adding_menu().popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def _open_more(self) -> None:
        self.more_menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _offer(self, choice: Choice, entries: list[tuple[str, object]]) -> None:
        known = [choice.itemData(place) for place in range(1, choice.count())]
        if known == [data for _text, data in entries]:
            return
        chosen = choice.currentData()
        choice.blockSignals(True)
        while choice.count() > 1:
            choice.removeItem(1)
        for text, data in entries:
            choice.addItem(text, data)
        choice.setCurrentIndex(max(0, choice.findData(chosen)))
        choice.blockSignals(False)
        choice.setVisible(len(entries) > 1)
        if choice.currentData() != chosen:
            self._on_changed()

    def _on_changed(self) -> None:
        self.wanted_changed.emit(self.wanted)
