"""ModelDrafter: hands the guesses of a draft model to the batches of its target."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desk_llm.engine.draft.policy import DraftPolicy

if TYPE_CHECKING:
    from desk_llm.engine.draft.model import DraftModel
    from desk_llm.engine.scheduler import Chunk
    from desk_llm.engine.speculation import BatchSeconds

NEAR = 64  # tokens behind: computed together with the first guess


@dataclass(frozen=True, slots=True)
class Want:
    """Guesses wanted for the tokens of a slot."""

    slot: int
    tokens: Sequence[int]


class ModelDrafter:
    """Engine thread only."""

    def __init__(self, model: DraftModel, target_bytes: int) -> None:
        self._model = model
        self.policy = DraftPolicy(model.size_bytes / max(1, target_bytes))

    def propose(self, chunks: Sequence[Chunk], room: int, batch_s: BatchSeconds) -> int:
        """Put guesses into those chunks that have none; how many rows they take.

        `chunks` are all of the batch, one row each; the others wait for the drafts of one.
        """
        model = self._model
        if model.is_broken or room < 1 or not chunks or self.policy.rests():
            return 0
        ready = self._ready(chunks, batch_s)
        if not ready:
            return 0
        left = max(_left(chunk) for chunk, _want in ready)
        size = self.policy.size(min(room // len(ready), left), len(ready), batch_s)
        if not size:
            return 0
        started = time.perf_counter()
        drafts = model.guess([want for _chunk, want in ready], size)
        seconds = time.perf_counter() - started
        if drafts and len(drafts[0]) == size:
            self.policy.pace.learn_decode(len(ready), seconds / size, has_drafts=True)
        n_rows = 0
        for (chunk, _want), guessed in zip(ready, drafts, strict=True):
            draft = guessed[: _left(chunk)]
            if draft:
                chunk.draft, chunk.is_of_model = draft, True
                n_rows += len(draft)
        return n_rows

    def judge(self, chunk: Chunk, n_right: int) -> None:
        """The target looked at a chunk's guesses."""
        self.policy.learn(len(chunk.draft), n_right)

    def _ready(self, chunks: Sequence[Chunk], batch_s: BatchSeconds) -> list[tuple[Chunk, Want]]:
        """Who may be guessed for: without a draft yet, and not far ahead of the draft model."""
        model, ready = self._model, []
        has_followed = False
        for chunk in chunks:
            seq = chunk.sequence
            if chunk.draft or _left(chunk) < 1 or not model.knows(seq.tokens[-NEAR:]):
                continue
            want = Want(seq.slot, seq.tokens)
            lag = model.lag(want)
            if lag <= NEAR:
                ready.append((chunk, want))
            elif not has_followed and self.policy.follows(lag, _left(chunk), len(chunks), batch_s):
                has_followed = True
                if model.knows(seq.tokens):
                    self._follow(want, batch_s(len(chunks)))
        return ready

    def _follow(self, want: Want, plain_s: float) -> None:
        rows = self.policy.follow_rows(plain_s)
        started = time.perf_counter()
        if self._model.follow(want, rows):
            self.policy.pace.learn_prefill(rows, time.perf_counter() - started)


def _left(chunk: Chunk) -> int:
    """Guesses that the reply has room for: behind them comes one more token."""
    return chunk.sequence.n_most - len(chunk.sequence.tokens) - 1
