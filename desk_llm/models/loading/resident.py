"""Resident: the models that are loaded, which of them must stay, and which may go first."""

from __future__ import annotations

import threading
from collections.abc import Callable

from desk_llm.models.fit.free import mapped
from desk_llm.models.types import LoadedModel

GRACE_S = 2.0  # who asked for a model is about to use it


class Resident:
    """Any thread. `is_busy` says whether a model is writing a reply."""

    def __init__(self, is_busy: Callable[[str], bool], clock: Callable[[], float]) -> None:
        self._is_busy = is_busy
        self._clock = clock
        self._lock = threading.Lock()
        self._models: dict[str, LoadedModel] = {}  # the least recently used first
        self._used_at: dict[str, float] = {}

    def get(self, model_id: str) -> LoadedModel | None:
        """The loaded model of that id."""
        return self._models.get(model_id)

    def add(self, loaded: LoadedModel) -> None:
        """It was loaded."""
        with self._lock:
            self._models.pop(loaded.file.id, None)
            self._models[loaded.file.id] = loaded
            self._used_at[loaded.file.id] = self._clock()

    def touch(self, model_id: str) -> None:
        """It was asked for."""
        loaded = self.get(model_id)
        if loaded is not None:
            self.add(loaded)

    def remove(self, model_id: str) -> LoadedModel | None:
        """It is gone, or about to be freed."""
        with self._lock:
            self._used_at.pop(model_id, None)
            return self._models.pop(model_id, None)

    @property
    def all(self) -> tuple[LoadedModel, ...]:
        """The most recently used first."""
        with self._lock:
            return tuple(reversed(self._models.values()))

    @property
    def newest(self) -> LoadedModel | None:
        """The most recently used."""
        return next(iter(self.all), None)

    @property
    def mapped(self) -> int:
        """Bytes of RAM that count as free because they can be read from the files again."""
        return mapped(self.all)

    def least_used_idle(self) -> str | None:
        """The first that may go to make room."""
        with self._lock:
            return next((one for one in self._models if not self._is_needed(one)), None)

    def needed(self) -> tuple[LoadedModel, ...]:
        """Those that must not go: they write replies, or were asked for this moment."""
        with self._lock:
            return tuple(one for key, one in self._models.items() if self._is_needed(key))

    def idle_s(self, model_id: str) -> float:
        """Seconds since it last wrote a reply, or was asked for."""
        now = self._clock()
        with self._lock:
            if self._is_busy(model_id):
                self._used_at[model_id] = now
            return now - self._used_at.get(model_id, now)

    def _is_needed(self, key: str) -> bool:
        return self._is_busy(key) or self._clock() - self._used_at[key] < GRACE_S
