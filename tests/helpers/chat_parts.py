"""An engine and a loader worked by hand, for tests of conversations."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from desk_llm.engine.generation import Generation
from desk_llm.engine.types import (
    Delta,
    FinishReason,
    GenerationRequest,
    ModelInfo,
    Phase,
    Timings,
    Usage,
)
from desk_llm.errors import Cancelled, DeskError
from desk_llm.models.types import LoadPhase, LoadState, ModelFile

USAGE = Usage(prompt_tokens=7, completion_tokens=3)
TIMINGS = Timings(ttft_s=0.1, total_s=0.5)


def model_info(key: str) -> ModelInfo:
    return ModelInfo(
        key=key,
        path=f"/models/{key}.gguf",
        name=f"Model {key}",
        architecture="fake",
        n_params=0,
        size_bytes=0,
        n_ctx=4096,
        n_ctx_train=4096,
        n_layers=0,
        n_gpu_layers=0,
        n_slots=4,
        n_vocab=257,
        device="CPU",
        has_chat_template=True,
        load_s=0.0,
    )


class HandEngine:
    """Keeps the requests; the test writes the replies."""

    def __init__(self) -> None:
        self.requests: list[GenerationRequest] = []
        self.generations: list[Generation] = []
        self.aborted: list[str] = []
        self.forgotten: list[str] = []
        self.is_deaf = False  # an engine in a long step: it hears an abort much later

    def submit(self, request: GenerationRequest) -> Generation:
        generation = Generation(request.request_id, lambda: self._abort(request.request_id))
        self.requests.append(request)
        self.generations.append(generation)
        return generation

    def forget(self, conversation: str) -> None:
        self.forgotten.append(conversation)

    def _abort(self, request_id: str) -> None:
        self.aborted.append(request_id)
        if not self.is_deaf:
            for one in self.generations:
                if one.request_id == request_id:
                    one.put(Delta("", Phase.FINISHED, finish_reason=FinishReason.ABORT))

    def say(self, text: str, n: int = -1) -> None:
        self.generations[n].put(Delta(text, Phase.DECODE))

    def end(self, text: str = "", n: int = -1, reason: FinishReason = FinishReason.STOP) -> None:
        self.generations[n].put(Delta(text, Phase.FINISHED, USAGE, TIMINGS, 1.0, reason))


class HandLoader:
    """Loads at once, or when the test says so."""

    def __init__(self, is_slow: bool = False) -> None:
        self.is_slow = is_slow
        self.state = LoadState()
        self.asked: list[str] = []
        self.futures: list[Future[ModelInfo]] = []
        self.cancels = 0

    def ensure(self, model_id: str) -> Future[ModelInfo]:
        future: Future[ModelInfo] = Future()
        self.asked.append(model_id)
        self.futures.append(future)
        self.at(0.0)
        if not self.is_slow:
            self.done()
        return future

    def at(self, progress: float) -> None:
        file = ModelFile(self.asked[-1], Path("m.gguf"), self.asked[-1], 0)
        self.state = LoadState(LoadPhase.LOADING, file, progress)

    def done(self) -> None:
        info = model_info(self.asked[-1])
        self.state = LoadState(LoadPhase.READY, self.state.model, 1.0, info)
        self.futures[-1].set_result(info)

    def fail(self, error: DeskError) -> None:
        self.state = LoadState(LoadPhase.FAILED, error=error)
        self.futures[-1].set_exception(error)

    def cancel(self, model_id: str | None = None) -> None:
        self.cancels += 1
        if self.futures and not self.futures[-1].done():
            self.fail(Cancelled("Loading was cancelled."))


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now
