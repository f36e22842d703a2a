"""How a row of the Discover list is painted: two lines, figures and a verdict at the right."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desk_llm.ui.models.discover.pill import paint_pill, pill_width
from desk_llm.ui.models.discover.rows import ROW_ROLE, Index, Row
from desk_llm.ui.theme import icons, tokens

ROW_HEIGHT = 60
_EDGE = tokens.SPACE_4
_SIDE_WIDTH = 150
_FIT_WIDTH = 220
_Left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_Right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RowDelegate(QStyledItemDelegate):
    """All rows have one height."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The list gives the width."""
        del option, index
        return QSize(200, tokens.px(ROW_HEIGHT))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, name and facts, then what stands at the right."""
        row: Row = index.data(ROW_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option)
        rect: QRect = option.rect.adjusted(_EDGE, 8, -_EDGE, -8)
        half = rect.height() // 2
        right = self._paint_side(painter, rect, row)
        left = rect.adjusted(0, 0, -right - tokens.SPACE_4, 0)
        self._paint_title(painter, left.adjusted(0, 0, 0, -half), row)
        look = (tokens.font("small"), tokens.current().muted)
        _text(painter, left.adjusted(0, half, 0, 0), row.about, look, _Left)
        painter.restore()

    @staticmethod
    def _paint_ground(painter: QPainter, option: QStyleOptionViewItem) -> None:
        now = tokens.current()
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(now.selected))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(now.hover))
        painter.setPen(QPen(QColor(now.border), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(now.accent))

    @staticmethod
    def _paint_title(painter: QPainter, rect: QRect, row: Row) -> None:
        now = tokens.current()
        font = tokens.font("body")
        font.setWeight(QFont.Weight.DemiBold)
        if row.is_gated:
            size = tokens.ICON_ROW
            mark = icons.pixmap("lock", "warning", size, painter.device().devicePixelRatioF())
            painter.drawPixmap(rect.left(), rect.center().y() - size // 2, mark)
            rect = rect.adjusted(size + tokens.SPACE_1, 0, 0, 0)
        _text(painter, rect, row.title, (font, now.text), _Left)
        if row.is_best:
            painter.setFont(font)
            used = painter.fontMetrics().horizontalAdvance(row.title) + tokens.SPACE_3
            room = rect.adjusted(used, 0, 0, 0)
            if room.width() > 0:
                said = best_text()
                _text(painter, room, said, (tokens.font("small"), now.accent), _Left)

    @staticmethod
    def _paint_side(painter: QPainter, rect: QRect, row: Row) -> int:
        """Returns how much room it took."""
        now = tokens.current()
        half = rect.height() // 2
        width = tokens.px(_SIDE_WIDTH if row.fit is None else _FIT_WIDTH)
        small = (tokens.font("small"), now.muted)
        box = rect.adjusted(rect.width() - width, 0, 0, 0)
        if row.fit is None:
            _text(painter, box, row.side, small, _Right)
            return width
        long = pill_width(row.fit)
        pill = QRect(rect.right() - long + 1, rect.top(), long, half)
        paint_pill(painter, pill, row.fit)
        _text(painter, box.adjusted(0, half, 0, 0), row.side, small, _Right)
        return max(width, long)


def best_text() -> str:
    """What stands beside the name of the one to take."""
    return QCoreApplication.translate("Discover", "recommended")


def _text(
    painter: QPainter, rect: QRect, text: str, look: tuple[QFont, str], side: Qt.AlignmentFlag
) -> None:
    font, colour = look
    painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, side, shown)
