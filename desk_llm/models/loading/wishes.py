"""Wishes: how the person loads a model this time, over its preset; until the app ends."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from desk_llm.models.presets.store import PresetStore
from desk_llm.models.presets.types import Preset


@dataclass(frozen=True, slots=True)
class Wish:
    """`anyway`: as it stands, although it seems not to fit."""

    preset: Preset = field(default_factory=Preset)
    anyway: bool = False


class Wishes:
    """Any thread. A preset that is saved takes the place of the wish before it."""

    def __init__(self, presets: PresetStore | None) -> None:
        self._presets = presets
        self._wishes: dict[str, Wish] = {}
        self._lock = threading.Lock()
        if presets is not None:
            presets.changed.connect(self.forget)

    def of(self, model_id: str) -> Wish:
        """How the model is loaded now."""
        with self._lock:
            wish = self._wishes.get(model_id)
        if wish is not None:
            return wish
        return Wish(self._presets.get(model_id)) if self._presets is not None else Wish()

    def make(self, model_id: str, wish: Wish) -> None:
        """From now on like this."""
        with self._lock:
            self._wishes[model_id] = wish

    def forget(self, model_id: str) -> None:
        """By its preset again."""
        with self._lock:
            self._wishes.pop(model_id, None)
