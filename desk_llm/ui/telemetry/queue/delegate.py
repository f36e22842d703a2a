"""How a row of the queue looks, and the buttons that appear on the one under the mouse."""

from __future__ import annotations

from html import escape
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from desk_llm.engine.types import Phase, QueueItem
from desk_llm.ui.telemetry.queue import words
from desk_llm.ui.telemetry.queue.model import ITEM_ROLE, PLACE_ROLE, Index, QueueModel
from desk_llm.ui.theme import icons, tokens

Button = Literal["up", "down", "cancel"]
ROW_HEIGHT = 40
_ICONS: dict[Button, str] = {"up": "arrow-up", "down": "arrow-down", "cancel": "close"}
_SQUARE = 10
_SIDE = 24  # of a button
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class RowDelegate(QStyledItemDelegate):
    """Two lines: for whom and how far; source, slot, prompt, model."""

    pressed = Signal(str, str)  # request id, Button

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._names: dict[Button, str] = {
            "up": self.tr("Let it go earlier"),
            "down": self.tr("Let it go later"),
            "cancel": self.tr("Cancel"),
        }

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One height for all."""
        del option, index
        return QSize(120, tokens.px(ROW_HEIGHT))

    # ── the mouse ────────────────────────────────────────────────────────

    def buttons(self, index: Index, row: QRect) -> dict[Button, QRect]:
        """Where the buttons of a row are, from right to left."""
        item, model = index.data(ITEM_ROLE), index.model()
        wanted: list[Button] = ["cancel"]
        if isinstance(model, QueueModel):
            steps: tuple[tuple[Button, int], ...] = (("down", +1), ("up", -1))
            wanted += [n for n, step in steps if model.neighbour(item.request_id, step)[0]]
        side = tokens.px(_SIDE)
        top = row.center().y() - side // 2
        right = row.right() - tokens.SPACE_1
        return {
            name: QRect(right - (n + 1) * side, top, side, side) for n, name in enumerate(wanted)
        }

    def editorEvent(
        self,
        event: QEvent,
        model: object,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """A click on a button is no click on the row."""
        del model
        kinds = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease)
        if not isinstance(event, QMouseEvent) or event.type() not in kinds:
            return False
        hit = self._button_at(event.position().toPoint(), option.rect, index)
        if hit and event.type() == QEvent.Type.MouseButtonRelease:
            self.pressed.emit(index.data(ITEM_ROLE).request_id, hit)
        return bool(hit)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """What a button does, else all that is known of the request."""
        item = index.data(ITEM_ROLE)
        if not isinstance(item, QueueItem):
            return False
        hit = self._button_at(event.pos(), option.rect, index)
        text = self._names[hit] if hit else words.everything(item, int(index.data(PLACE_ROLE)))
        shown = escape(text).replace("\n", "<br>")
        QToolTip.showText(event.globalPos(), f"<span>{shown}</span>", view)
        return True

    def _button_at(self, place: QPoint, row: QRect, index: Index) -> Button | None:
        for name, rect in self.buttons(index, row).items():
            if rect.contains(place):
                return name
        return None

    # ── painting ─────────────────────────────────────────────────────────

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Background, state, texts; buttons on the row under the mouse or the keyboard."""
        item: QueueItem = index.data(ITEM_ROLE)
        now = tokens.current()
        state: QStyle.StateFlag = option.state
        row: QRect = option.rect
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        has_focus = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = row.adjusted(1, 1, -1, -1)
        if is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.hover))
            painter.drawRoundedRect(frame, tokens.RADIUS_CONTROL, tokens.RADIUS_CONTROL)
        if has_focus:
            painter.setPen(QPen(QColor(now.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame, tokens.RADIUS_CONTROL, tokens.RADIUS_CONTROL)
        inner = row.adjusted(tokens.SPACE_2, 2, -tokens.SPACE_1, -2)
        _paint_square(painter, item, inner)
        inner.setLeft(inner.left() + tokens.px(_SQUARE) + tokens.SPACE_2)
        if is_hovered or has_focus:
            buttons = self.buttons(index, row)
            inner.setRight(min(rect.left() for rect in buttons.values()) - tokens.SPACE_1)
            _paint_texts(painter, item, inner, "")
            for name, rect in buttons.items():
                _paint_button(painter, name, rect)
        else:
            _paint_texts(painter, item, inner, words.state(item, int(index.data(PLACE_ROLE))))
        painter.restore()


def _paint_square(painter: QPainter, item: QueueItem, inner: QRect) -> None:
    """As in the row of slots: full while it writes, filled up while it reads, empty: it waits."""
    now = tokens.current()
    side = tokens.px(_SQUARE)
    top = inner.top() + (tokens.px(tokens.TYPE["body"].line) - side) // 2
    square = QRect(inner.left(), top, side, side)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(now.control if item.slot is None else now.accent), 1))
    painter.drawRoundedRect(square, 2, 2)
    if item.slot is None:
        return
    done = 1.0
    if item.phase is Phase.PREFILL:
        done = min(1.0, item.n_computed / max(1, item.n_prompt))
    square.setTop(square.bottom() + 1 - round(done * side))
    painter.fillRect(square, QColor(now.accent))


def _paint_texts(painter: QPainter, item: QueueItem, inner: QRect, state: str) -> None:
    now = tokens.current()
    first = QRect(inner)
    first.setHeight(tokens.px(tokens.TYPE["body"].line))
    second = QRect(inner)
    second.setTop(first.bottom())
    painter.setFont(tokens.font("small"))
    metrics = QFontMetrics(painter.font())
    painter.setPen(QColor(now.muted))
    painter.drawText(first, Qt.AlignmentFlag.AlignRight | _MIDDLE, state)
    room = first.width() - (metrics.horizontalAdvance(state) + tokens.SPACE_2 if state else 0)
    painter.setPen(QColor(now.faint))
    right = Qt.TextElideMode.ElideRight
    details = metrics.elidedText(words.details(item), right, second.width())
    painter.drawText(second, Qt.AlignmentFlag.AlignLeft | _MIDDLE, details)
    painter.setFont(tokens.font("body"))
    painter.setPen(QColor(now.text))
    title = QFontMetrics(painter.font()).elidedText(words.title(item), right, room)
    painter.drawText(first, Qt.AlignmentFlag.AlignLeft | _MIDDLE, title)


def _paint_button(painter: QPainter, name: Button, rect: QRect) -> None:
    device = painter.device()
    ratio = device.devicePixelRatio() if device is not None else 1.0
    side = tokens.px(tokens.ICON_ROW)
    icon = icons.pixmap(_ICONS[name], "muted", side, ratio)
    painter.drawPixmap(rect.center() - QPoint(side // 2, side // 2) + QPoint(1, 1), icon)
