"""Settings: typed, validated, written whole or not at all.

`Settings` is the table (table.py, engine.py, sampling.py): frozen groups `ui`, `models`,
`engine`, `sampling`.
`SettingsStore` (store.py) keeps it in settings.toml: `.current`, `.change("ui", zoom=120)`,
`.changed`. `describe(group)` gives a dialog the fields and their words. Any thread may read
`.current`; `change` is called on the GUI thread and never waits for the disk.
"""

from desk_llm.settings.checks import describe
from desk_llm.settings.engine import EngineSettings
from desk_llm.settings.field import Choice, Setting
from desk_llm.settings.sampling import SamplingSettings
from desk_llm.settings.store import SettingsStore
from desk_llm.settings.table import ModelSettings, Settings, UiSettings

__all__ = [
    "Choice",
    "EngineSettings",
    "ModelSettings",
    "SamplingSettings",
    "Setting",
    "Settings",
    "SettingsStore",
    "UiSettings",
    "describe",
]
