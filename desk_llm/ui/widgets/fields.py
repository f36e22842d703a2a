"""Fields: search, choice and number inputs that paint their own marks from the tokens."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from desk_llm.ui.theme import icons, tokens

_MARGINS = (6, 0, 6, 0)  # the sheet's padding does not reach the line inside a spin box


class SearchField(QLineEdit):
    """A line with a magnifier; Esc clears it, Down hands the keyboard to the hits."""

    down_pressed = Signal()
    escaped = Signal()  # Esc in an empty field

    def __init__(self, placeholder: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self._glass = QAction(self)
        self._glass.setIcon(icons.icon("search", "faint"))
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._cross = QAction(self)
        self._cross.setText(self.tr("Clear"))
        self._cross.setIcon(icons.icon("close", "muted"))
        self._cross.setVisible(False)
        self._cross.triggered.connect(self.clear)
        self.addAction(self._cross, QLineEdit.ActionPosition.TrailingPosition)
        self.textChanged.connect(lambda text: self._cross.setVisible(bool(text)))

    def event(self, event: QEvent) -> bool:
        """Esc belongs to the field before it belongs to the window."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and Down."""
        if event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.escaped.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Follow the scheme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._glass.setIcon(icons.icon("search", "faint"))
            self._cross.setIcon(icons.icon("close", "muted"))


class Choice(QComboBox):
    """A combo box with our arrow; the wheel does not change it while a page scrolls."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sheet leaves the arrow to us."""
        super().paintEvent(event)
        size = tokens.ICON_ROW
        arrow = icons.pixmap("chevron-down", "muted", size, self.devicePixelRatioF())
        painter = QPainter(self)
        painter.drawPixmap(self.width() - size - 8, (self.height() - size) // 2, arrow)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class Number(QSpinBox):
    """A whole number, typed; the wheel belongs to the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().setTextMargins(*_MARGINS)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()


class Decimal(QDoubleSpinBox):
    """A number with a fraction, typed; the wheel belongs to the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lineEdit().setTextMargins(*_MARGINS)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()
