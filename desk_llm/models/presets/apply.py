"""A preset over the general settings: each value checked as the settings' own are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar, cast

from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError
from desk_llm.models.presets.types import Preset, SettingValue
from desk_llm.settings import EngineSettings, SamplingSettings, describe
from desk_llm.settings.checks import check

Group = TypeVar("Group", EngineSettings, SamplingSettings)

LOAD_FIELDS = tuple(
    name
    for name, setting in describe(EngineSettings)
    if setting.restart or name == "unload_after_min"  # the others are the app's, not a model's
)
SAMPLING_FIELDS = tuple(name for name, _setting in describe(SamplingSettings))
ROLES = ("system", "user", "assistant")
MAX_SCALE = 100.0


def with_load(preset: Preset, general: EngineSettings) -> EngineSettings:
    """The general settings with the preset's load fields replaced. Raises RequestError."""
    return _replaced(general, _checked(EngineSettings, LOAD_FIELDS, preset.load))


def with_sampling(preset: Preset, general: SamplingSettings) -> SamplingSettings:
    """The general settings with the preset's sampling fields replaced. Raises RequestError."""
    return _replaced(general, _checked(SamplingSettings, SAMPLING_FIELDS, preset.sampling))


def checked(preset: Preset) -> Preset:
    """The preset with every value as its field's type. Raises RequestError with a sentence."""
    for adapter in preset.adapters:
        if not adapter.path or not -MAX_SCALE <= adapter.scale <= MAX_SCALE:  # also false for NaN
            raise RequestError(
                QT_TRANSLATE_NOOP(
                    "errors", "An adapter needs a path and a scale of {low} to {high}."
                ),
                low=-MAX_SCALE,
                high=MAX_SCALE,
            )
    for message in preset.messages:
        if message.role not in ROLES:
            raise RequestError(
                QT_TRANSLATE_NOOP("errors", "A message is from {roles}, not from “{role}”."),
                roles=", ".join(ROLES),
                role=message.role[:80],
            )
    return replace(
        preset,
        load=_checked(EngineSettings, LOAD_FIELDS, preset.load),
        sampling=_checked(SamplingSettings, SAMPLING_FIELDS, preset.sampling),
        stop=tuple(dict.fromkeys(one for one in preset.stop if one)),
    )


def _checked(
    group: type, names: tuple[str, ...], values: Mapping[str, SettingValue]
) -> dict[str, SettingValue]:
    for name in values:
        if name not in names:
            raise RequestError(
                QT_TRANSLATE_NOOP("errors", "There is no setting named “{name}”."), name=name[:80]
            )
    return {name: cast("SettingValue", check(group, name, values[name])) for name in values}


def _replaced(general: Group, values: Mapping[str, SettingValue]) -> Group:
    return replace(general, **cast("Mapping[str, object]", values)) if values else general  # type: ignore[arg-type]
