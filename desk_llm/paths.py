"""Where things live: data, models, logs and cache folders of one profile."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).resolve().parent
ASSETS = PACKAGE.parent / "assets"


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one profile; nothing is created before `ensure`."""

    data: Path

    @classmethod
    def choose(cls, profile: str | Path | None = None) -> Paths:
        """`--profile`, else DESK_LLM_PROFILE, else the system's place for user data."""
        chosen = profile or os.environ.get("DESK_LLM_PROFILE")
        if chosen:
            return cls(Path(chosen).expanduser().absolute())
        return cls(platformdirs.user_data_path("desk_llm", appauthor=False))

    @property
    def database(self) -> Path:
        return self.data / "history.sqlite3"

    @property
    def settings(self) -> Path:
        return self.data / "settings.toml"

    @property
    def downloads(self) -> Path:
        """The queue of downloads, so that unfinished ones are offered after a restart."""
        return self.data / "downloads.json"

    @property
    def presets(self) -> Path:
        """How each model is loaded and asked."""
        return self.data / "presets.json"

    @property
    def window_state(self) -> Path:
        return self.data / "window.ini"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def cache(self) -> Path:
        """What can be made again: KV states, the results of trial loads."""
        return self.data / "cache"

    @property
    def blocked_model(self) -> Path:
        """Which model ended the app and is not loaded by itself."""
        return self.data / "crash.json"

    @property
    def screenshots(self) -> Path:
        return self.data / "screenshots"

    @property
    def starter_models(self) -> Path:
        """The models that ship with the app (read-only)."""
        return ASSETS / "models"

    def ensure(self) -> None:
        """Create the folders of this profile, readable by their owner only. Raises OSError."""
        for folder in (self.data, self.models, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
