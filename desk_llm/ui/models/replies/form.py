"""The form of a model's sampling; what it says is a Preset, and silence is "as in the settings"."""

from __future__ import annotations

import typing
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desk_llm.models.names import plain
from desk_llm.models.presets.types import Preset, PresetMessage, SettingValue
from desk_llm.settings import SamplingSettings, Setting, describe
from desk_llm.ui.models.load.inputs import AutoChoice, AutoNumber
from desk_llm.ui.models.replies.inputs import AutoDecimal, Lines, as_lines, from_lines
from desk_llm.ui.theme import tokens
from desk_llm.ui.widgets.buttons import TextButton
from desk_llm.ui.widgets.fold import Fold
from desk_llm.ui.widgets.labels import Label

Input = AutoChoice | AutoNumber | AutoDecimal
_WIDTH = 150
_LONGEST = 300  # characters of an opening turn that are shown
_SYSTEM = "system_prompt"


class RepliesForm(QWidget):
    """`changed`: the person changed something."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._messages: tuple[PresetMessage, ...] = ()
        self._edited: set[str] = set()
        self.system = Lines(5)
        self.stop = Lines(3)
        self.opening = Label.wrapped("", "small")
        self.forget = TextButton(self.tr("Begin without them"))
        self.fold = Fold(self.tr("More"))
        self.inputs: dict[str, Input] = {
            name: _make_input(name, setting)
            for name, setting in describe(SamplingSettings)
            if name != _SYSTEM
        }
        self._build()
        self.system.edited.connect(lambda: self._edit(_SYSTEM))
        self.stop.edited.connect(self.changed)
        self.forget.clicked.connect(lambda: self._show_messages(()))
        self.forget.clicked.connect(self.changed)
        for name, made in self.inputs.items():
            made.edited.connect(lambda name=name: self._edit(name))

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.SPACE_3)
        settings = dict(describe(SamplingSettings))
        self._add_text(column, _translated(settings[_SYSTEM].label), self.system)
        for name, made in self.inputs.items():
            setting = settings[name]
            label = _translated(setting.label)
            made.setAccessibleName(label)
            made.setToolTip(_translated(setting.help))
            made.setFixedWidth(tokens.px(_WIDTH))
            row = QHBoxLayout()
            row.setSpacing(tokens.SPACE_3)
            row.addWidget(Label.wrapped(label), 1)
            row.addWidget(made, 0, Qt.AlignmentFlag.AlignTop)
            (self.fold.column if setting.advanced else column).addLayout(row)
        self._add_text(column, self.tr("End the reply at"), self.stop)
        self.stop.setPlaceholderText(self.tr("One text per line"))
        column.addWidget(self.opening)
        column.addWidget(self.forget, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.fold)

    def _add_text(self, column: QVBoxLayout, label: str, made: Lines) -> None:
        made.setAccessibleName(label)
        column.addWidget(Label(label))
        column.addWidget(made)

    def show_preset(self, preset: Preset, general: SamplingSettings) -> None:
        """What was saved, and what counts where nothing is said."""
        self._edited = set()
        for name, made in self.inputs.items():
            made.show_value(preset.sampling.get(name))
            made.set_automatic(_meaning(name, getattr(general, name)))
        self.system.show_text(str(preset.sampling.get(_SYSTEM) or ""))
        self.system.setPlaceholderText(
            plain(general.system_prompt, _LONGEST) or self.tr("As in the settings")
        )
        self.stop.show_text(as_lines(preset.stop))
        self._show_messages(preset.messages)

    def preset(self, base: Preset) -> Preset:
        """`base` with what was edited here."""
        sampling = {
            name: value for name, value in base.sampling.items() if name not in self._edited
        }
        for name in self._edited:
            value = self._value(name)
            if value is not None:
                sampling[name] = value
        stop = from_lines(self.stop.toPlainText())
        return replace(base, sampling=sampling, stop=stop, messages=self._messages)

    def _value(self, name: str) -> SettingValue:
        if name == _SYSTEM:
            return self.system.toPlainText() or None
        made = self.inputs[name]
        return made.value() if isinstance(made, AutoChoice) else made.number()

    def _edit(self, name: str) -> None:
        self._edited.add(name)
        self.changed.emit()

    def _show_messages(self, messages: tuple[PresetMessage, ...]) -> None:
        self._messages = messages
        names = {
            "user": self.tr("You"),
            "assistant": self.tr("The model"),
            "system": self.tr("System"),
        }
        turns = [f"{names[one.role]}: {plain(one.text, _LONGEST)}" for one in messages]
        self.opening.setText("\n".join([self.tr("Every new chat begins with:"), *turns]))
        self.opening.setVisible(bool(messages))
        self.forget.setVisible(bool(messages))


def cleared(preset: Preset) -> Preset:
    """A preset without anything that this form is about."""
    return replace(preset, sampling={}, stop=(), messages=())


def _make_input(name: str, setting: Setting) -> Input:
    if setting.choices:
        return AutoChoice([(_translated(one.label), one.value) for one in setting.choices])
    kind = typing.get_type_hints(SamplingSettings)[name]
    least, most = setting.minimum or 0, setting.maximum or 1
    if float in (typing.get_args(kind) or (kind,)):
        return AutoDecimal(least, most)
    return AutoNumber(int(least), int(most))


def _meaning(name: str, value: SettingValue) -> str:
    if value is None:
        return ""
    setting = dict(describe(SamplingSettings))[name]
    labels = {one.value: _translated(one.label) for one in setting.choices}
    return labels.get(str(value), f"{value:g}" if isinstance(value, float) else str(value))


def _translated(source: str) -> str:
    return QCoreApplication.translate("settings", source) if source else ""
