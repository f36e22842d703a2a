"""History: the runs that were kept, the newest first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desk_llm.benchmark import report
from desk_llm.benchmark.types import BenchmarkRun
from desk_llm.ui.benchmark.words import say
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_RUN_ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 48


class _Runs(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.runs: tuple[BenchmarkRun, ...] = ()

    def show(self, runs: Sequence[BenchmarkRun]) -> None:
        self.beginResetModel()
        self.runs = tuple(runs)
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.runs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        run = self.runs[index.row()]
        if role == _RUN_ROLE:
            return run
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{report.title(run, say)}, {report.when(run)}, {report.headline(run, say)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(f"{report.title(run, say)} · {report.when(run)}")
        return None


class _RowDelegate(QStyledItemDelegate):
    """Model and kind; below them the time and the figures."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One height for all."""
        del option, index
        return QSize(120, tokens.px(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The row under its selection."""
        run = index.data(_RUN_ROLE)
        now = tokens.current()
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect.adjusted(1, 1, -1, -1)
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.selected if is_selected else now.hover))
            painter.drawRoundedRect(rect, tokens.RADIUS_CONTROL, tokens.RADIUS_CONTROL)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(now.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, tokens.RADIUS_CONTROL, tokens.RADIUS_CONTROL)
        inner = rect.adjusted(tokens.SPACE_2, tokens.SPACE_1, -tokens.SPACE_2, -tokens.SPACE_1)
        top = QRect(inner.left(), inner.top(), inner.width(), inner.height() // 2)
        below = top.translated(0, inner.height() // 2)
        _line(painter, top, tokens.font("body"), now.text, report.title(run, say))
        about = f"{report.when(run)[5:]} · {report.headline(run, say)}"
        _line(painter, below, tokens.font("small"), now.muted, about)
        painter.restore()


class History(QListView):
    """`chosen(run)` when another one is current; `delete_wanted` by Del."""

    chosen = Signal(object)
    delete_wanted = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Runs()
        self.setModel(self._model)
        self.setItemDelegate(_RowDelegate(self))
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    def set_runs(self, runs: Sequence[BenchmarkRun], current_id: int) -> None:
        """Show other runs; `chosen` is emitted for the one that is current then."""
        self._model.show(runs)
        places = [place for place, run in enumerate(runs) if run.id == current_id]
        place = places[0] if places else 0
        if runs:
            self.setCurrentIndex(self._model.index(place))

    @property
    def runs(self) -> tuple[BenchmarkRun, ...]:
        """All of them."""
        return self._model.runs

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Del."""
        if event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.chosen.emit(current.data(_RUN_ROLE))


def _line(painter: QPainter, rect: QRect, font: QFont, colour: str, text: str) -> None:
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(rect, side, shown)
