"""Models that are on the disk more than once, and what would be free without the copies."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desk_llm.models.names import plain
from desk_llm.models.types import ModelFile
from desk_llm.ui.models import words
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.labels import Label, plain_tooltip
from desk_llm.ui.widgets.sizes import size_text

_FILE_ROLE = Qt.ItemDataRole.UserRole
Groups = tuple[tuple[ModelFile, ...], ...]


class DuplicatesDialog(QDialog):
    """Modeless. The first of each group is the one to keep."""

    remove_wanted = Signal(object)  # ModelFile
    show_wanted = Signal(object)  # ModelFile

    def __init__(self, groups: Groups, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Duplicates"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("panel", "canvas")
        self._summary = Label.wrapped("", "muted")
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName(self.tr("Models with the same content"))
        self.tree.setUniformRowHeights(True)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.currentItemChanged.connect(lambda _now, _before: self._on_current_changed())
        self.show_button = TextButton(self.tr("Show"))
        self.remove_button = TextButton(self.tr("Move to the trash"), "outline", "trash")
        close = TextButton(self.tr("Close"))
        self.show_button.clicked.connect(self._on_show_clicked)
        self.remove_button.clicked.connect(self._on_remove_clicked)
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.addWidget(self.show_button)
        foot.addWidget(self.remove_button)
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[tokens.SPACE_4] * 4)
        column.setSpacing(tokens.SPACE_3)
        column.addWidget(self._summary)
        column.addWidget(self.tree, 1)
        column.addLayout(foot)
        self.show_groups(groups)
        self.resize(720, 420)

    def show_groups(self, groups: Groups) -> None:
        """Another look at the disk."""
        waste = sum(sum(one.size_bytes for one in group[1:]) for group in groups)
        text = self.tr("{0} are on this disk more than once; the copies take {1}.")
        count = self.tr("{0} models").format(len(groups))
        if len(groups) == 1:
            text = self.tr("{0} is on this disk more than once; the copies take {1}.")
            count = self.tr("1 model")
        self._summary.setText(text.format(count, size_text(waste)))
        self.tree.clear()
        for group in groups:
            self._add(group)
        self.tree.expandAll()
        first = self.tree.topLevelItem(0)
        if first is not None:
            copy = first.child(min(1, first.childCount() - 1))
            if copy is not None:
                self.tree.setCurrentItem(copy)
        self._on_current_changed()

    def current_file(self) -> ModelFile | None:
        """The copy that is chosen; None on a heading."""
        item = self.tree.currentItem()
        found = item.data(0, _FILE_ROLE) if item is not None else None
        return found if isinstance(found, ModelFile) else None

    def _add(self, group: Sequence[ModelFile]) -> None:
        head = QTreeWidgetItem([f"{group[0].name} · {size_text(group[0].size_bytes)}"])
        font = tokens.font("body")
        font.setWeight(font.Weight.DemiBold)
        head.setFont(0, font)
        for file in group:
            path = plain(str(file.path), 4_000)
            row = QTreeWidgetItem([f"{words.origin(file.origin)}: {path}"])
            row.setData(0, _FILE_ROLE, file)
            row.setToolTip(0, plain_tooltip(path))
            head.addChild(row)
        self.tree.addTopLevelItem(head)

    def _on_current_changed(self) -> None:
        is_file = self.current_file() is not None
        self.show_button.setEnabled(is_file)
        self.remove_button.setEnabled(is_file)

    def _on_show_clicked(self) -> None:
        file = self.current_file()
        if file is not None:
            self.show_wanted.emit(file)

    def _on_remove_clicked(self) -> None:
        file = self.current_file()
        if file is not None:
            self.remove_wanted.emit(file)
