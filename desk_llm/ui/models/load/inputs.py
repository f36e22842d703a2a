"""Controls that start at "automatic" and say what automatic means here."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QWidget

from desk_llm.models.presets.types import SettingValue
from desk_llm.ui.widgets.fields import Choice, Number


def automatic_text(meaning: str = "") -> str:
    """ "Automatic", with what that is at present."""
    if not meaning:
        return QCoreApplication.translate("LoadPanel", "Automatic")
    return QCoreApplication.translate("LoadPanel", "Automatic ({0})").format(meaning)


class AutoChoice(Choice):
    """A few values behind "automatic"."""

    edited = Signal()

    def __init__(
        self, pairs: Sequence[tuple[str, SettingValue]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._values: list[SettingValue] = [None, *(value for _label, value in pairs)]
        self.addItems([automatic_text(), *(label for label, _value in pairs)])
        self.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(lambda _index: self.edited.emit())

    def value(self) -> SettingValue:
        """What the person chose; None: automatic."""
        return self._values[self.currentIndex()]

    def show_value(self, value: SettingValue) -> None:
        """None is automatic, and so is what cannot be chosen."""
        self.setCurrentIndex(self._values.index(value) if value in self._values else 0)

    def set_possible(self, values: Collection[SettingValue]) -> None:
        """Which of them this model can have; automatic always stays."""
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        for index, value in enumerate(self._values):
            model.item(index).setEnabled(value is None or value in values)

    def set_automatic(self, meaning: str) -> None:
        """What automatic is now."""
        self.setItemText(0, automatic_text(meaning))


def on_off(value: bool) -> str:
    """A switch in a word."""
    if value:
        return QCoreApplication.translate("LoadPanel", "on")
    return QCoreApplication.translate("LoadPanel", "off")


def switch_choice() -> AutoChoice:
    """Automatic, on or off."""
    return AutoChoice(
        [
            (QCoreApplication.translate("LoadPanel", "On"), True),
            (QCoreApplication.translate("LoadPanel", "Off"), False),
        ]
    )


class AutoNumber(Number):
    """A whole number; one below the least is automatic."""

    edited = Signal()

    def __init__(self, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setGroupSeparatorShown(True)
        self.setKeyboardTracking(False)
        self.setSpecialValueText(automatic_text())
        self.set_limits(least, most)
        self.valueChanged.connect(lambda _value: self.edited.emit())

    def set_limits(self, least: int, most: int) -> None:
        """Another model has other limits."""
        with QSignalBlocker(self):
            self.setRange(least - 1, max(least, most))

    def number(self) -> SettingValue:
        """What the person chose; None: automatic."""
        return None if self.value() == self.minimum() else self.value()

    def show_value(self, value: SettingValue) -> None:
        """None is automatic."""
        with QSignalBlocker(self):
            is_number = isinstance(value, int) and value > self.minimum()
            self.setValue(int(value) if is_number else self.minimum())  # type: ignore[arg-type]

    def set_automatic(self, meaning: str) -> None:
        """What automatic is now."""
        with QSignalBlocker(self):
            self.setSpecialValueText(automatic_text(meaning))


class AutoLine(QLineEdit):
    """A text; empty is automatic."""

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editingFinished.connect(self._on_editing_finished)
        self._told = ""

    def value(self) -> SettingValue:
        """What the person typed; None: automatic."""
        return self.text().strip() or None

    def show_value(self, value: SettingValue) -> None:
        """None is automatic."""
        self._told = str(value or "")
        self.setText(self._told)

    def set_automatic(self, meaning: str) -> None:
        """What automatic is now."""
        self.setPlaceholderText(automatic_text(meaning))

    def _on_editing_finished(self) -> None:
        if self.text() != self._told:
            self._told = self.text()
            self.edited.emit()
