"""Reply: one reply in the making, from the wish for a model to the last token; polled.

QUEUED ──load()──▶ LoadState ──▶ QUEUED ▶ PREFILL ▶ DECODE ──▶ outcome
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import replace

from desk_llm.chat.ports import EnginePort, LoaderPort
from desk_llm.chat.types import Message, MessageStatus
from desk_llm.engine.generation import Generation
from desk_llm.engine.types import Delta, FinishReason, GenerationRequest, ModelInfo, Phase
from desk_llm.errors import QT_TRANSLATE_NOOP, Cancelled, DeskError, EngineError
from desk_llm.models.types import LoadState

log = logging.getLogger("desk.chat")

ReplyState = LoadState | Phase
STOP_WITHIN_S = 1.0


class Reply:
    """`text` grows until `outcome` is there. `ask` makes the request once the model is loaded."""

    def __init__(
        self,
        message: Message,
        model_id: str,
        ask: Callable[[ModelInfo], GenerationRequest],
        engine: EnginePort,
        loader: LoaderPort,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.model_id = model_id
        self.state: ReplyState = Phase.QUEUED
        self.progress = 0.0  # of the prefill
        self.outcome: Message | None = None
        self.error: DeskError | None = None
        self._message = message
        self._ask = ask
        self._engine = engine
        self._loader = loader
        self._clock = clock
        self._parts: list[str] = []
        self._load: Future[ModelInfo] | None = None
        self._generation: Generation | None = None
        self._stop_by: float | None = None

    @property
    def message(self) -> Message:
        """The reply as far as it is there."""
        return self.outcome or replace(self._message, text="".join(self._parts))

    @property
    def is_loading(self) -> bool:
        """True while a model is loaded for it."""
        return self._load is not None

    @property
    def is_generating(self) -> bool:
        """True while the engine has it."""
        return self._generation is not None and self.outcome is None

    def load(self) -> None:
        """Ask for its model. Idempotent."""
        if self._load is not None or self._generation is not None or self.outcome is not None:
            return
        try:
            self._load = self._loader.ensure(self.model_id)
        except DeskError as error:
            self._fail(error)

    def poll(self) -> str:
        """Go on as far as possible without waiting; the new text."""
        if self.outcome is not None:
            return ""
        if self._load is not None:
            self._poll_load(self._load)
        if self._generation is None:
            return ""
        return self._poll_generation(self._generation)

    def stop(self) -> None:
        """End it; what is there stays. A reply in the engine's hands may take one more step."""
        if self._generation is None:
            self._abort()
        elif self._stop_by is None:
            self._stop_by = self._clock() + STOP_WITHIN_S
            self._generation.abort()

    def give_up(self) -> None:
        """End it now: the app is closing."""
        if self._generation is not None and self.outcome is None:
            self._generation.abort()
            delta = self._generation.take()
            if delta is not None:
                self._apply(delta)
        self._abort()

    # ── steps ────────────────────────────────────────────────────────────

    def _poll_load(self, load: Future[ModelInfo]) -> None:
        if not load.done():
            self.state = self._loader.state
            return
        self._load = None
        if load.cancelled():
            self._abort()
            return
        error = load.exception()
        if error is None:
            info = load.result()
            self._message = replace(self._message, model=info.name or info.key)
            self._generation = self._engine.submit(self._ask(info))
            self.state = Phase.QUEUED
        elif isinstance(error, (Cancelled, CancelledError)):
            self._abort()  # somebody chose another model
        elif isinstance(error, DeskError):
            self._fail(error)
        else:
            log.error("loading failed", exc_info=error)
            message = QT_TRANSLATE_NOOP("errors", "The model could not be loaded.")
            self._fail(EngineError(message, detail=repr(error)))

    def _poll_generation(self, generation: Generation) -> str:
        delta = generation.take()
        if delta is not None:
            self._apply(delta)
        if self.outcome is None and self._stop_by is not None and self._clock() > self._stop_by:
            self._abort()  # the engine is in a long step; its end is no longer waited for
        return delta.text if delta is not None else ""

    def _apply(self, delta: Delta) -> None:
        if delta.text:
            self._parts.append(delta.text)
        self.state, self.progress = delta.phase, delta.progress
        self._message = replace(self._message, usage=delta.usage, timings=delta.timings)
        reason = delta.finish_reason
        if reason is None:
            return
        error = self._generation.error if self._generation is not None else None
        if reason is FinishReason.ABORT or isinstance(error, Cancelled):
            self._abort()
        elif reason is FinishReason.ERROR:
            message = QT_TRANSLATE_NOOP("errors", "The reply ended with an error.")
            self._fail(error or EngineError(message))
        else:
            self._end(MessageStatus.DONE, reason)

    def _abort(self) -> None:
        self._end(MessageStatus.ABORTED, FinishReason.ABORT)

    def _fail(self, error: DeskError) -> None:
        self.error = error
        self._end(MessageStatus.FAILED, FinishReason.ERROR, str(error))

    def _end(self, status: MessageStatus, reason: FinishReason, error: str = "") -> None:
        if self.outcome is None:
            self.state = Phase.FINISHED
            self.outcome = replace(self.message, status=status, finish_reason=reason, error=error)
            self._load = None
