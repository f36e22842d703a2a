"""One input per kind of setting: a text, a number, a choice, a switch, a folder."""

from __future__ import annotations

import typing
from collections.abc import Callable
from pathlib import Path
from types import NoneType

from PySide6.QtCore import QCoreApplication, QSignalBlocker, QTimer
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from desk_llm.settings import Setting
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.fields import Choice, Decimal, Number
from desk_llm.ui.widgets.switch import Switch

if typing.TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QHideEvent

Change = Callable[[object], None]
_STEP = 0.05  # of decimals
_INPUT_WIDTH = 200
_PAUSE_MS = 400
_MANY_LINES = frozenset({"system_prompt"})
_FOLDERS = frozenset({"folder"})
_MINUTES = frozenset({"unload_after_min"})
_PERCENT_STEPS = frozenset({"zoom"})


class FieldInput:
    """A widget for one field; `show_value` never calls back."""

    def __init__(self, widget: QWidget, show_value: Callable[[object], None]) -> None:
        self.widget = widget
        self._show_value = show_value

    def show_value(self, value: object) -> None:
        """Show a value that came from elsewhere."""
        with QSignalBlocker(self.widget):
            self._show_value(value)


def make_input(name: str, kind: object, setting: Setting, change: Change) -> FieldInput:
    """The input for a field of type `kind`; `change` hears what the person sets."""
    options = set(typing.get_args(kind)) or {kind}
    may_be_none = NoneType in options
    plain = next(iter(options - {NoneType}))
    if setting.choices:
        pairs = [(translated(one.label), one.value) for one in setting.choices]
        return _choice(list(pairs), change)
    if name in _PERCENT_STEPS:
        return _choice([(f"{n} %", n) for n in range(80, 161, 10)], change)
    if plain is bool:
        return _optional_switch(change) if may_be_none else _switch(setting, change)
    if plain in (int, float):
        is_whole = plain is int
        return (
            _number(name, setting, may_be_none, change)
            if is_whole
            else _decimal(setting, may_be_none, change)
        )
    return _text(name, change)


def _text(name: str, change: Change) -> FieldInput:
    if name in _FOLDERS:
        return _folder(change)
    return _many_lines(change) if name in _MANY_LINES else _line(change)


def translated(source: str) -> str:
    """A label or help of the settings table in the language of the window."""
    return QCoreApplication.translate("settings", source)


def _choice(pairs: list[tuple[str, object]], change: Change) -> FieldInput:
    box = Choice()
    box.setFixedWidth(_INPUT_WIDTH)
    values = [value for _label, value in pairs]
    box.addItems([label for label, _value in pairs])
    box.currentIndexChanged.connect(lambda index: change(values[index]))

    def show(value: object) -> None:
        if value not in values and isinstance(value, int):  # a zoom between two steps
            values.append(value)
            box.addItem(f"{value} %")
        if value in values:
            box.setCurrentIndex(values.index(value))

    return FieldInput(box, show)


def _switch(setting: Setting, change: Change) -> FieldInput:
    box = Switch()
    box.setAccessibleDescription(translated(setting.help) if setting.help else "")
    box.toggled.connect(change)
    return FieldInput(box, lambda value: box.setChecked(bool(value)))


def _optional_switch(change: Change) -> FieldInput:
    automatic = QCoreApplication.translate("SettingsDialog", "Automatic")
    on = QCoreApplication.translate("SettingsDialog", "On")
    off = QCoreApplication.translate("SettingsDialog", "Off")
    return _choice([(automatic, None), (on, True), (off, False)], change)


def _number(name: str, setting: Setting, may_be_none: bool, change: Change) -> FieldInput:
    box = Number()
    box.setFixedWidth(_INPUT_WIDTH)
    box.setKeyboardTracking(False)
    least, most = int(setting.minimum or 0), int(setting.maximum or 2**31 - 1)
    box.setRange(least - 1 if may_be_none else least, most)
    box.setGroupSeparatorShown(True)
    special = {
        "max_tokens": QCoreApplication.translate("SettingsDialog", "No limit"),
        "n_gpu_layers": QCoreApplication.translate("SettingsDialog", "As many as fit"),
        "n_cpu_moe": QCoreApplication.translate("SettingsDialog", "As few as needed"),
        "unload_after_min": QCoreApplication.translate("SettingsDialog", "Never"),
        "seed": QCoreApplication.translate("SettingsDialog", "Random"),
    }
    if may_be_none or name in special:
        automatic = QCoreApplication.translate("SettingsDialog", "Automatic")
        box.setSpecialValueText(special.get(name, automatic))
    if name in _MINUTES:
        box.setSuffix(QCoreApplication.translate("SettingsDialog", " min"))
    none_at = box.minimum()
    box.valueChanged.connect(
        lambda value: change(None if may_be_none and value == none_at else value)
    )

    def show(value: object) -> None:
        box.setValue(none_at if value is None else int(str(value)))

    return FieldInput(box, show)


def _decimal(setting: Setting, may_be_none: bool, change: Change) -> FieldInput:
    box = Decimal()
    box.setFixedWidth(_INPUT_WIDTH)
    box.setKeyboardTracking(False)
    box.setDecimals(2)
    box.setSingleStep(_STEP)
    least = setting.minimum or 0.0
    box.setRange(least - _STEP if may_be_none else least, setting.maximum or 1.0)
    if may_be_none:
        box.setSpecialValueText(QCoreApplication.translate("SettingsDialog", "Automatic"))
    none_at = box.minimum()
    box.valueChanged.connect(
        lambda value: change(None if may_be_none and value == none_at else value)
    )

    def show(value: object) -> None:
        box.setValue(none_at if value is None else float(str(value)))

    return FieldInput(box, show)


def _line(change: Change) -> FieldInput:
    line = QLineEdit()
    line.setFixedWidth(_INPUT_WIDTH)
    line.editingFinished.connect(lambda: change(line.text()))
    return FieldInput(line, lambda value: line.setText(str(value)))


class _Lines(QPlainTextEdit):
    """Says what it holds when typing pauses, not at every letter."""

    def __init__(self, change: Change) -> None:
        super().__init__()
        self._change = change
        self.setTabChangesFocus(True)
        self.setFixedHeight(tokens.px(84))
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.textChanged.connect(self._pause.start)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What is typed counts from now on."""
        super().focusOutEvent(event)
        self._tell()

    def hideEvent(self, event: QHideEvent) -> None:
        """The dialog closes."""
        self._tell()
        super().hideEvent(event)

    def _tell(self) -> None:
        if self._pause.isActive() or self.sender() is self._pause:
            self._pause.stop()
            self._change(self.toPlainText())


def _many_lines(change: Change) -> FieldInput:
    lines = _Lines(change)

    def show(value: object) -> None:
        if lines.toPlainText() != value:
            lines.setPlainText(str(value))

    return FieldInput(lines, show)


class _FolderInput(QWidget):
    """A path with a button that opens the system's folder dialog."""

    def __init__(self, change: Change) -> None:
        super().__init__()
        self._change = change
        self.line = QLineEdit()
        self.line.setPlaceholderText(self.tr("The app's own folder"))
        self.line.editingFinished.connect(lambda: change(self.line.text().strip()))
        choose = TextButton(self.tr("Choose…"))
        choose.clicked.connect(self._on_choose_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_2)
        row.addWidget(self.line, 1)
        row.addWidget(choose)
        self.setFocusProxy(self.line)

    def setAccessibleName(self, name: str) -> None:
        """The line is what is read out."""
        super().setAccessibleName(name)
        self.line.setAccessibleName(name)

    def _on_choose_clicked(self) -> None:
        start = self.line.text() or str(Path.home())
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Models folder"), start)
        if chosen:
            self.line.setText(chosen)
            self._change(chosen)


def _folder(change: Change) -> FieldInput:
    box = _FolderInput(change)
    return FieldInput(box, lambda value: box.line.setText(str(value)))
