"""What one model says of itself in the picker, and how its row is painted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desk_llm.models.types import ModelFile
from desk_llm.ui.messages import sentence
from desk_llm.ui.theme import icons, tokens
from desk_llm.ui.widgets.labels import plain_tooltip
from desk_llm.ui.widgets.sizes import context_text, size_text

FILE_ROLE = Qt.ItemDataRole.UserRole
ABOUT_ROLE = Qt.ItemDataRole.UserRole + 1
LOADED_ROLE = Qt.ItemDataRole.UserRole + 2
ROW_HEIGHT = 52

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


def about(file: ModelFile) -> str:
    """The second line: what it is, or why it cannot be used."""
    if file.problem is not None:
        return sentence(file.problem)[0]
    parts = []
    if file.is_starter:
        parts.append(QCoreApplication.translate("ModelPicker", "small built-in guide"))
    if file.info is not None:
        parts.append(file.info.quant)
        parts.append(size_text(file.size_bytes))
        context = context_text(file.info.n_ctx_train)
        parts.append(QCoreApplication.translate("ModelPicker", "{0} context").format(context))
    else:
        parts.append(size_text(file.size_bytes))
    return " · ".join(part for part in parts if part)


class ModelRows(QAbstractListModel):
    """The library, filtered by what is typed."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._files: tuple[ModelFile, ...] = ()
        self._shown: list[ModelFile] = []
        self._filter = ""
        self._chosen = ""
        self._loaded: frozenset[str] = frozenset()

    def set_files(self, files: tuple[ModelFile, ...], chosen: str, loaded: frozenset[str]) -> bool:
        """The library, the model in use, and those that are loaded; False: nothing is new."""
        if (files, chosen, loaded) == (self._files, self._chosen, self._loaded):
            return False
        self._files, self._chosen, self._loaded = files, chosen, loaded
        self._refill()
        return True

    def set_filter(self, text: str) -> None:
        """Keep rows that contain every word."""
        self._filter = text
        self._refill()

    def file_at(self, index: Index) -> ModelFile | None:
        """The file of a row."""
        return self._shown[index.row()] if index.isValid() else None

    def first_usable(self) -> QModelIndex:
        """The model in use where it is shown, else the first that is not broken."""
        rows = [n for n, file in enumerate(self._shown) if file.problem is None]
        chosen = [n for n in rows if self._shown[n].id == self._chosen] or rows
        return self.index(chosen[0], 0) if chosen else QModelIndex()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """What is shown."""
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Name, second line, whether it is loaded."""
        file = self.file_at(index)
        if file is None:
            return None
        values: dict[int, Callable[[], object]] = {
            Qt.ItemDataRole.DisplayRole: lambda: file.name,
            Qt.ItemDataRole.AccessibleTextRole: lambda: f"{file.name}, {about(file)}",
            Qt.ItemDataRole.ToolTipRole: lambda: plain_tooltip(str(file.path)),
            FILE_ROLE: lambda: file,
            ABOUT_ROLE: lambda: about(file),
            LOADED_ROLE: lambda: file.id in self._loaded,
        }
        make = values.get(role)
        return make() if make else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Broken files are shown, and cannot be chosen."""
        file = self.file_at(index)
        if file is None or file.problem is not None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled

    def _refill(self) -> None:
        words = self._filter.lower().split()
        self.beginResetModel()
        self._shown = [
            file
            for file in self._files
            if all(word in f"{file.name} {file.id} {about(file)}".lower() for word in words)
        ]
        self.endResetModel()


class ModelRowDelegate(QStyledItemDelegate):
    """Two lines and a tick."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are alike."""
        del option, index
        return QSize(200, tokens.px(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Name above, facts below, both plain text."""
        now = tokens.current()
        file: ModelFile = index.data(FILE_ROLE)
        rect: QRect = option.rect.adjusted(1, 1, -1, -1)
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        if is_current or (state & QStyle.StateFlag.State_MouseOver and file.problem is None):
            painter.setPen(Qt.PenStyle.NoPen)
            hovered = QColor(now.border)
            hovered.setAlphaF(0.5)  # the popup is raised: in the dark, `hover` is its own colour
            painter.setBrush(QColor(now.selected) if is_current else hovered)
            painter.drawRoundedRect(rect, tokens.RADIUS_CONTROL, tokens.RADIUS_CONTROL)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(now.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, tokens.RADIUS_CONTROL, tokens.RADIUS_CONTROL)
        self._paint_mark(painter, rect, index, file)
        left = tokens.SPACE_3 + tokens.ICON_ROW + tokens.SPACE_2
        inner = rect.adjusted(left, 6, -tokens.SPACE_3, -6)
        half = inner.height() // 2
        name = tokens.font("body")
        name.setWeight(name.Weight.DemiBold)
        is_broken = file.problem is not None
        self._paint_line(
            painter,
            inner.adjusted(0, 0, 0, -half),
            file.name,
            (name, now.faint if is_broken else now.text),
        )
        self._paint_line(
            painter,
            inner.adjusted(0, half, 0, 0),
            str(index.data(ABOUT_ROLE)),
            (tokens.font("small"), now.danger if is_broken else now.muted),
        )
        painter.restore()

    @staticmethod
    def _paint_mark(painter: QPainter, rect: QRect, index: Index, file: ModelFile) -> None:
        size = tokens.ICON_ROW
        ratio = painter.device().devicePixelRatioF()
        if file.problem is not None:
            mark = icons.pixmap("warning", "danger", size, ratio)
        elif index.data(LOADED_ROLE):
            mark = icons.pixmap("check", "accent", size, ratio)
        else:
            mark = icons.pixmap("chip", "faint", size, ratio)
        painter.drawPixmap(rect.left() + tokens.SPACE_3, rect.center().y() - size // 2, mark)

    @staticmethod
    def _paint_line(painter: QPainter, rect: QRect, text: str, look: tuple[QFont, str]) -> None:
        font, colour = look
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
