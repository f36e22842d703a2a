"""The settings table: every setting with its type, default, limits and words for the dialog.

None means "chosen for me"; in the file it is the absence of the key.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from desk_llm.errors import QT_TRANSLATE_NOOP
from desk_llm.settings.engine import EngineSettings
from desk_llm.settings.field import Choice
from desk_llm.settings.field import setting as _setting
from desk_llm.settings.network import NetworkSettings
from desk_llm.settings.sampling import SamplingSettings

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
    folders: tuple[str, ...] = field(
        default=(),
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "More model folders"),
            QT_TRANSLATE_NOOP("settings", "Folders with models that are used where they are."),
        ),
    )
    other_apps: bool = field(
        default=True,
        metadata=_setting(
            QT_TRANSLATE_NOOP("settings", "Show models of other apps"),
            QT_TRANSLATE_NOOP(
                "settings",
                "Those of the Hugging Face cache, llama.cpp, LM Studio and Ollama are used where "
                "they are, and never changed.",
            ),
        ),
    )
    last: str = field(
        default="", metadata=_setting(QT_TRANSLATE_NOOP("settings", "Model for new chats"))
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings."""

    ui: UiSettings = UiSettings()
    models: ModelSettings = ModelSettings()
    engine: EngineSettings = EngineSettings()
    sampling: SamplingSettings = SamplingSettings()
    network: NetworkSettings = NetworkSettings()
