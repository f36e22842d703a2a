"""The settings table: every setting with its type, default, limits and words for the dialog.

None means "chosen for me"; in the file it is the absence of the key.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass, field

from desk_llm.errors import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a field with few values; the label is marked for translation."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What the dialog says of a field; label and help are marked for translation."""

    label: str
    help: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Choice, ...] = ()
    restart: bool = False  # takes effect when the model (or the app) is started again


def _setting(label: str, help: str = "", **rest: typing.Any) -> Mapping[str, Setting]:
    return {"setting": Setting(label, help, **rest)}


_THEMES = (
    Choice("system", QT_TRANSLATE_NOOP("settings", "Like the system")),
    Choice("light", QT_TRANSLATE_NOOP("settings", "Light")),
    Choice("dark", QT_TRANSLATE_NOOP("settings", "Dark")),
)
_LANGUAGES = (
    Choice("system", QT_TRANSLATE_NOOP("settings", "Like the system")),
    Choice("en", "English"),
    Choice("zh_CN", "简体中文"),
)


@dataclass(frozen=True, slots=True)
class UiSettings:
    """How the window looks."""

    theme: str = field(
        default="system",
        metadata=_setting(QT_TRANSLATE_NOOP("settings", "Theme"), choices=_THEMES),
    )
    zoom: int = field(
        default=100,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Zoom"),
            QT_TRANSLATE_NOOP("settings", "Size of all text, in percent."),
            minimum=80,
            maximum=160,
        ),
    )
    language: str = field(
        default="system",
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Language"), choices=_LANGUAGES, restart=True
        ),
    )
    show_sidebar: bool = field(
        default=True, metadata=_setting(QT_TRANSLATE_NOOP("settings", "Show the sidebar"))
    )
    show_telemetry: bool = field(
        default=True, metadata=_setting(QT_TRANSLATE_NOOP("settings", "Show the telemetry panel"))
    )


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Where models are."""

    folder: str = field(
        default="",
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Models folder"),
            QT_TRANSLATE_NOOP("settings", "Empty: the app's own folder."),
        ),
    )
    extra_files: tuple[str, ...] = field(
        default=(),
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "More model files"),
            QT_TRANSLATE_NOOP("settings", "Files outside the models folder, used where they are."),
        ),
    )
    last: str = field(
        default="", metadata=_setting(QT_TRANSLATE_NOOP("settings", "Model for new chats"))
    )


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How a model is loaded."""

    n_ctx: int | None = field(
        default=None,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Context length"),
            QT_TRANSLATE_NOOP(
                "settings", "Tokens a conversation may have. More needs more memory."
            ),
            minimum=256,
            maximum=1 << 20,
            restart=True,
        ),
    )
    n_gpu_layers: int = field(
        default=-1,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "GPU layers"),
            QT_TRANSLATE_NOOP("settings", "-1: as many as fit. 0: the CPU alone."),
            minimum=-1,
            maximum=999,
            restart=True,
        ),
    )
    n_slots: int = field(
        default=4,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Parallel replies"),
            QT_TRANSLATE_NOOP("settings", "Replies made at the same time; they share the context."),
            minimum=1,
            maximum=16,
            restart=True,
        ),
    )
    n_threads: int | None = field(
        default=None,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "CPU threads"), minimum=1, maximum=512, restart=True
        ),
    )
    flash_attn: bool | None = field(
        default=None,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Flash attention"),
            QT_TRANSLATE_NOOP("settings", "Faster with long contexts where the device has it."),
            restart=True,
        ),
    )
    use_mmap: bool = field(
        default=True,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Map the file into memory"),
            QT_TRANSLATE_NOOP(
                "settings", "Loads faster. Switch off for removable or network disks."
            ),
            restart=True,
        ),
    )


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """How replies are chosen."""

    temperature: float | None = field(
        default=None,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Temperature"),
            QT_TRANSLATE_NOOP(
                "settings",
                "0: always the likeliest word. Higher: more varied. "
                "Automatic: what the model's makers recommend, else 0.7.",
            ),
            minimum=0.0,
            maximum=5.0,
        ),
    )
    top_k: int = field(
        default=40,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Top K"),
            QT_TRANSLATE_NOOP("settings", "Choose among this many tokens. 0: all."),
            minimum=0,
            maximum=1_000_000,
        ),
    )
    top_p: float = field(
        default=0.95,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Top P"),
            QT_TRANSLATE_NOOP(
                "settings", "Choose among the likeliest tokens that make up this share."
            ),
            minimum=0.0,
            maximum=1.0,
        ),
    )
    min_p: float = field(
        default=0.05,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Min P"),
            QT_TRANSLATE_NOOP(
                "settings", "Leave out tokens less likely than this share of the likeliest."
            ),
            minimum=0.0,
            maximum=1.0,
        ),
    )
    repeat_penalty: float = field(
        default=1.0,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Repeat penalty"),
            QT_TRANSLATE_NOOP("settings", "1: none. Higher: fewer repetitions."),
            minimum=0.5,
            maximum=2.0,
        ),
    )
    max_tokens: int | None = field(
        default=None,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Longest reply"),
            QT_TRANSLATE_NOOP("settings", "In tokens."),
            minimum=1,
            maximum=1 << 20,
        ),
    )
    system_prompt: str = field(
        default="",
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "System prompt"),
            QT_TRANSLATE_NOOP("settings", "Said to the model before every conversation."),
        ),
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings."""

    ui: UiSettings = UiSettings()
    models: ModelSettings = ModelSettings()
    engine: EngineSettings = EngineSettings()
    sampling: SamplingSettings = SamplingSettings()
