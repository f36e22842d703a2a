"""The verdict as a pill: a mark whose shape differs, one word, a soft ground."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desk_llm.models.fit.types import Fit, Verdict
from desk_llm.ui.messages import sentence
from desk_llm.ui.models import words
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.labels import plain_tooltip

_DOT = 8
_HEIGHT = 22
_GROUNDS = {"success": "success_soft", "warning": "warning_soft", "danger": "danger_soft"}


def pill_width(fit: Fit) -> int:
    """What a verdict needs."""
    text = QFontMetrics(tokens.font("small")).horizontalAdvance(words.verdict(fit.verdict))
    return text + _DOT + tokens.SPACE_2 + 2 * tokens.SPACE_2


def paint_pill(painter: QPainter, rect: QRect, fit: Fit) -> None:
    """Within `rect`, at its middle."""
    now = tokens.current()
    role = words.VERDICT_ROLES[fit.verdict]
    if fit.problem is not None and fit.verdict is not Verdict.NO:
        role = "warning"  # it would run, slowly; the tooltip says why
    colour = QColor(getattr(now, role))
    height = min(rect.height(), tokens.px(_HEIGHT))
    box = QRectF(rect.left(), rect.top() + (rect.height() - height) / 2, rect.width(), height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(getattr(now, _GROUNDS.get(role, "selected"))))
    painter.drawRoundedRect(box, height / 2, height / 2)
    centre = QPointF(box.left() + tokens.SPACE_2 + _DOT / 2, box.center().y())
    paint_mark(painter, centre, fit.verdict, colour)
    painter.setFont(tokens.font("small"))
    painter.setPen(QColor(now.text))
    text = box.adjusted(tokens.SPACE_2 + _DOT + tokens.SPACE_2 - 2, 0, -2, 0)
    left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(text, left, words.verdict(fit.verdict))


def paint_mark(painter: QPainter, centre: QPointF, verdict: Verdict, colour: QColor) -> None:
    """Full, half or empty: the shape says it too."""
    radius = _DOT / 2 - 0.75
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(
        colour if verdict in (Verdict.GPU, Verdict.CPU) else QColor(Qt.GlobalColor.transparent)
    )
    painter.drawEllipse(centre, radius, radius)
    if verdict is Verdict.SPLIT:
        box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        painter.setBrush(colour)
        painter.drawPie(box, 90 * 16, 180 * 16)


class FitPill(QWidget):
    """A verdict in a row of widgets; nothing until there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fit: Fit | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def fit(self) -> Fit | None:
        """What is shown."""
        return self._fit

    def set_fit(self, fit: Fit | None) -> None:
        """Another verdict."""
        self._fit = fit
        if fit is not None:
            said = words.verdict_sentence(fit.verdict)
            if fit.problem is not None:
                said = " ".join(sentence(fit.problem)).strip()
            self.setAccessibleName(said)
            self.setToolTip(plain_tooltip(said))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """What its word needs."""
        if self._fit is None:
            return QSize(0, tokens.px(_HEIGHT))
        return QSize(pill_width(self._fit), tokens.px(_HEIGHT))

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom, another width."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pill."""
        del event
        if self._fit is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_pill(painter, self.rect(), self._fit)
