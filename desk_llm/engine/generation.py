"""Generation: what a client holds while its reply is made; deltas merge when the reader lags."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from desk_llm.engine.types import Delta, FinishReason, Phase, Timings, TokenLogprob, Usage
from desk_llm.errors import DeskError


@dataclass(frozen=True, slots=True)
class Result:
    """A whole reply."""

    text: str
    finish_reason: FinishReason
    usage: Usage
    timings: Timings
    logprobs: tuple[TokenLogprob, ...] = ()


_TEXT_ONLY = Delta()


class Generation:
    """A buffer between the engine thread (`put`, `fail`) and one client (`take`, iteration).

    The producer never blocks: what the client has not taken yet is merged into one Delta.
    """

    def __init__(self, request_id: str, abort: Callable[[], None]) -> None:
        self.request_id = request_id
        self.error: DeskError | None = None
        self._abort = abort
        lock = threading.Lock()
        self._cond = threading.Condition(lock)  # something arrived
        self._done = threading.Condition(lock)  # the end arrived
        self._parts: list[str] = []
        self._logprobs: list[TokenLogprob] = []
        self._pending: Delta | None = None
        self._finished = False
        self._on_ready: Callable[[], None] | None = None

    # ── the engine thread ────────────────────────────────────────────────

    def put(self, delta: Delta) -> None:
        """Add what happened; texts are joined, everything else is the newest."""
        self._put(delta, None)

    def _put(self, delta: Delta, error: DeskError | None) -> None:
        with self._cond:
            if self._finished:
                return
            self.error = error
            self._parts.append(delta.text)
            self._pending = delta
            if delta.finish_reason is not None:
                self._finished = True
                self._done.notify_all()
            self._cond.notify_all()
            on_ready = self._on_ready
        if on_ready is not None:
            on_ready()

    def add_text(self, text: str) -> None:
        """`put` for the common case: one more token while decoding."""
        with self._cond:
            if self._finished:
                return
            self._parts.append(text)
            if self._pending is None:
                self._pending = _TEXT_ONLY
            self._cond.notify_all()
            on_ready = self._on_ready
        if on_ready is not None:
            on_ready()

    def add_logprob(self, logprob: TokenLogprob) -> None:
        """One more token's; its text may still be held back. Comes with the next text or end."""
        with self._cond:
            self._logprobs.append(logprob)

    def fail(self, error: DeskError) -> None:
        """End with an error; what was generated before it stays readable."""
        last = self._pending or Delta()
        end = replace(last, text="", phase=Phase.FINISHED, finish_reason=FinishReason.ERROR)
        self._put(end, error)

    # ── the client ───────────────────────────────────────────────────────

    def take(self) -> Delta | None:
        """All that arrived since the last call as one Delta; None when nothing did."""
        with self._cond:
            return self._take()

    def _take(self) -> Delta | None:
        if self._pending is None:
            return None
        logprobs = tuple(self._logprobs)
        delta = replace(self._pending, text="".join(self._parts), logprobs=logprobs)
        self._parts.clear()
        self._logprobs.clear()
        self._pending = None
        return delta

    def on_ready(self, callback: Callable[[], None]) -> None:
        """Call `callback` on the engine thread whenever something arrives; it must only signal."""
        with self._cond:
            self._on_ready = callback
            ready = self._pending is not None
        if ready:
            callback()

    @property
    def is_finished(self) -> bool:
        """True once the last Delta is in the buffer (it may still wait to be taken)."""
        return self._finished

    def abort(self) -> None:
        """Ask the engine to stop; the slot is free within one step. Idempotent."""
        self._abort()

    def __iter__(self) -> Iterator[Delta]:
        """Block for deltas until the reply ends; raises the DeskError that ended it."""
        while True:
            with self._cond:
                while self._pending is None:
                    if self._finished:
                        return  # somebody took the end already
                    self._cond.wait()
                delta = self._take()
            assert delta is not None
            yield delta
            if delta.finish_reason is not None:
                if self.error is not None:
                    raise self.error
                return

    def result(self) -> Result:
        """Wait for the end; the text is what nobody took. Raises the DeskError that ended it."""
        with self._cond:
            # Not by iteration: to be woken at every token would fight the engine for the GIL.
            while not self._finished:
                self._done.wait()
            delta = self._take()
        if self.error is not None:
            raise self.error
        assert delta is not None
        assert delta.finish_reason is not None
        return Result(delta.text, delta.finish_reason, delta.usage, delta.timings, delta.logprobs)
