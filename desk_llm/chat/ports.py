"""What a chat needs of the rooms below: the engine and the loader have more, tests have less."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

from desk_llm.engine.generation import Generation
from desk_llm.engine.types import GenerationRequest, ModelInfo
from desk_llm.models.presets.types import Preset
from desk_llm.models.types import LoadState


class EnginePort(Protocol):
    """Makes replies with a loaded model."""

    def submit(self, request: GenerationRequest) -> Generation: ...

    def forget(self, conversation: str) -> None: ...


class LoaderPort(Protocol):
    """Loads models, and keeps those that fit."""

    @property
    def state(self) -> LoadState: ...

    def ensure(self, model_id: str) -> Future[ModelInfo]: ...

    def cancel(self, model_id: str | None = None) -> None: ...


class PresetsPort(Protocol):
    """How each model is asked."""

    def get(self, model_id: str) -> Preset: ...
