"""Inputs of the replies form that are empty, or at "automatic", where the settings count."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desk_llm.models.presets.types import SettingValue
from desk_llm.ui.models.load.inputs import automatic_text
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.fields import Decimal

_STEP = 0.05


class AutoDecimal(Decimal):
    """A number with a fraction; a step below the least is automatic."""

    edited = Signal()

    def __init__(self, least: float, most: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)
        self.setDecimals(2)
        self.setSingleStep(_STEP)
        self.setRange(least - _STEP, most)
        self.setSpecialValueText(automatic_text())
        self.setValue(self.minimum())
        self.valueChanged.connect(lambda _value: self.edited.emit())

    def number(self) -> SettingValue:
        """What the person chose; None: automatic."""
        return None if self.value() == self.minimum() else round(self.value(), 2)

    def show_value(self, value: SettingValue) -> None:
        """None is automatic."""
        with QSignalBlocker(self):
            is_number = isinstance(value, (int, float))
            self.setValue(float(value) if is_number else self.minimum())  # type: ignore[arg-type]

    def set_automatic(self, meaning: str) -> None:
        """What automatic is now."""
        with QSignalBlocker(self):
            self.setSpecialValueText(automatic_text(meaning))


class Lines(QPlainTextEdit):
    """A text of several lines; Tab goes to the next field."""

    edited = Signal()

    def __init__(self, n_lines: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setFixedHeight(tokens.px(20 * n_lines + 16))
        self.textChanged.connect(self.edited)

    def show_text(self, text: str) -> None:
        """Show it; nobody edited."""
        with QSignalBlocker(self):
            self.setPlainText(text)


def as_lines(texts: tuple[str, ...]) -> str:
    r"""One a line; a line break in a text is written \n.

    >>> as_lines(("###", "a\nb"))
    '###\na\\nb'
    """
    return "\n".join(one.replace("\\", "\\\\").replace("\n", "\\n") for one in texts)


def from_lines(text: str) -> tuple[str, ...]:
    r"""The same back, without empty lines.

    >>> from_lines(as_lines(("###", "a\nb", r"a\n"))) == ("###", "a\nb", r"a\n")
    True
    """
    halves = (one.split("\\\\") for one in text.split("\n") if one)
    return tuple("\\".join(part.replace("\\n", "\n") for part in parts) for parts in halves)
