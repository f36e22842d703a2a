"""Job: one wish for a model, and how it ends."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from desk_llm.engine.types import ModelInfo
from desk_llm.errors import QT_TRANSLATE_NOOP, Cancelled, DeskError, EngineError
from desk_llm.models.loading.wishes import Wish
from desk_llm.settings import EngineSettings


@dataclass(slots=True, eq=False)
class Job:
    """Its future is settled exactly once, under the loader's lock."""

    model_id: str
    settings: EngineSettings
    wish: Wish
    is_choice: bool  # only somebody's newest choice: the next choice ends it
    future: Future[ModelInfo] = field(default_factory=Future)
    cancelled: threading.Event = field(default_factory=threading.Event)
    progress: float = 0.0

    def __post_init__(self) -> None:
        self.future.set_running_or_notify_cancel()  # clients share it: `Loader.cancel` ends it


def done(info: ModelInfo) -> Future[ModelInfo]:
    """A future that has its result."""
    future: Future[ModelInfo] = Future()
    future.set_result(info)
    return future


def failed(error: DeskError) -> Future[ModelInfo]:
    """A future that has its error."""
    future: Future[ModelInfo] = Future()
    future.set_exception(error)
    return future


def load_cancelled() -> Cancelled:
    """The error of a load that nobody wants any more."""
    return Cancelled(QT_TRANSLATE_NOOP("errors", "Loading was cancelled."))


def unexpected(error: Exception) -> EngineError:
    """The sentence for a bug of ours."""
    return EngineError(
        QT_TRANSLATE_NOOP("errors", "Loading met an unexpected problem."),
        QT_TRANSLATE_NOOP("errors", "Try again; the log has the details."),
        f"{type(error).__name__}: {error}",
    )
