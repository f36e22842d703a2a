"""A preset: how one model is loaded and asked, where it differs from the general settings."""

from __future__ import annotations

from dataclasses import dataclass, field

SettingValue = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA file and how much of it is added."""

    path: str
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class PresetMessage:
    """A turn that every new chat begins with."""

    role: str  # "user", "assistant", "system"
    text: str


@dataclass(frozen=True, slots=True)
class Preset:
    """`load` and `sampling` hold fields of EngineSettings and SamplingSettings by name."""

    load: dict[str, SettingValue] = field(default_factory=dict)
    sampling: dict[str, SettingValue] = field(default_factory=dict)
    adapters: tuple[Adapter, ...] = ()
    draft: str = ""  # path of a draft model
    stop: tuple[str, ...] = ()
    messages: tuple[PresetMessage, ...] = ()
    template: str = ""  # a Modelfile's Go template: kept for the export, never interpreted
    licence: str = ""
