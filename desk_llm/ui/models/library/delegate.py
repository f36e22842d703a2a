"""How a row of My models is painted: name over its abilities, figures, a coloured verdict."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desk_llm.models.fit.types import Fit, Verdict
from desk_llm.ui.models import words
from desk_llm.ui.models.library.model import FIT_ROLE, LOADED_ROLE, ROW_ROLE, Index
from desk_llm.ui.models.library.rows import Column, Row
from desk_llm.ui.theme import icons, tokens

Style = Literal["name", "body", "small", "figure"]
ROW_HEIGHT = 44
_EDGE = tokens.SPACE_3
_DOT = 8


class LibraryDelegate(QStyledItemDelegate):
    """All rows have one height."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Columns are sized by the table."""
        del option, index
        return QSize(80, tokens.px(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, then the cell."""
        row: Row = index.data(ROW_ROLE)
        column = Column(index.column())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option, index)
        rect: QRect = option.rect.adjusted(_EDGE, 0, -_EDGE, 0)
        if column is Column.NAME:
            self._paint_name(painter, rect, row, is_loaded=bool(index.data(LOADED_ROLE)))
        elif column is Column.FIT:
            self._paint_fit(painter, rect, index.data(FIT_ROLE))
        else:
            colour = tokens.current().faint if row.file.problem else tokens.current().text
            side: Qt.AlignmentFlag = index.data(Qt.ItemDataRole.TextAlignmentRole)
            _text(painter, rect, str(index.data()), ("figure", colour), side)
        painter.restore()

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A line for another name; empty gives the file's own back."""
        del option, index
        line = QLineEdit(parent)
        line.setProperty("kind", "rename")
        line.setAccessibleName(self.tr("Name of the model"))
        line.setPlaceholderText(self.tr("The file's own name"))
        line.setMaxLength(120)
        return line

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """Over the text of the row."""
        del index
        left = _EDGE + tokens.ICON_ROW
        editor.setGeometry(option.rect.adjusted(left, 6, -tokens.SPACE_1, -6))

    @staticmethod
    def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        now = tokens.current()
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(now.selected))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(now.hover))
        painter.setPen(QPen(QColor(now.border), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        view = option.widget
        if index.column() == Column.NAME and state & QStyle.StateFlag.State_Selected:
            has_keys = isinstance(view, QAbstractItemView) and view.hasFocus()
            mark = QColor(now.accent if has_keys else now.control)
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), mark)

    @staticmethod
    def _paint_name(painter: QPainter, rect: QRect, row: Row, *, is_loaded: bool) -> None:
        now = tokens.current()
        size = tokens.ICON_ROW
        name, role = ("check", "accent") if is_loaded else ("chip", "faint")
        if row.file.problem is not None:
            name, role = "warning", "danger"
        ratio = painter.device().devicePixelRatioF()
        mark = icons.pixmap(name, role, size, ratio)  # type: ignore[arg-type]
        painter.drawPixmap(rect.left(), rect.center().y() - size // 2, mark)
        inner = rect.adjusted(size + tokens.SPACE_2, 4, 0, -4)
        half = inner.height() // 2
        is_broken = row.file.problem is not None
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        top, below = inner.adjusted(0, 0, 0, -half), inner.adjusted(0, half, 0, 0)
        _text(painter, top, row.file.name, ("name", now.muted if is_broken else now.text), left)
        colour = now.danger if is_broken else now.muted
        _text(painter, below, row.about, ("small", colour), left)

    @staticmethod
    def _paint_fit(painter: QPainter, rect: QRect, fit: Fit | None) -> None:
        if fit is None:
            return
        now = tokens.current()
        role = words.VERDICT_ROLES[fit.verdict] if fit.problem is None else "warning"
        is_no = fit.verdict is Verdict.NO
        colour = QColor(now.danger if is_no else getattr(now, role))
        centre = QPointF(rect.left() + _DOT / 2, rect.center().y() + 1)
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = _DOT / 2 - 0.75
        painter.drawEllipse(centre, radius, radius)  # the shape differs, not the colour alone
        if fit.verdict in (Verdict.GPU, Verdict.CPU):
            painter.setBrush(colour)
            painter.drawEllipse(centre, radius, radius)
        elif fit.verdict is Verdict.SPLIT:
            box = QRect(round(centre.x() - radius), round(centre.y() - radius), _DOT - 1, _DOT - 1)
            painter.setBrush(colour)
            painter.drawPie(box, 90 * 16, 180 * 16)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        room = rect.adjusted(_DOT + tokens.SPACE_2, 0, 0, 0)
        colour_of_text = now.danger if is_no else now.text
        _text(painter, room, words.verdict(fit.verdict), ("body", colour_of_text), left)


@lru_cache(maxsize=32)
def _font(style: Style, zoom: int) -> QFont:
    font = tokens.font("small" if style == "small" else "body", zoom)
    if style == "name":
        font.setWeight(QFont.Weight.DemiBold)
    elif style == "figure":
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


@lru_cache(maxsize=8192)  # the same rows are painted again and again
def _elided(text: str, width: int, style: Style, zoom: int) -> str:
    metrics = QFontMetrics(_font(style, zoom))
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)


def _text(
    painter: QPainter, rect: QRect, text: str, look: tuple[Style, str], side: Qt.AlignmentFlag
) -> None:
    style, colour = look
    zoom = tokens.zoom()
    painter.setFont(_font(style, zoom))
    painter.setPen(QColor(colour))
    painter.drawText(rect, side, _elided(text, rect.width(), style, zoom))
