"""Scheduler: waiting and running sequences, slots, admission and chunked prefill.

Pure Python over the `KvCache` of a runner: each step is `schedule()` → run → `advance()`.

    waiting ──admit: best prefix──▶ running ──finish──▶ slot idle, its cache kept
       ▲                              │
       └────────── preempt ───────────┘   when the KV cache is full
"""

from __future__ import annotations

import collections.abc
import time
from dataclasses import dataclass

from desk_llm.engine.draft.drafter import ModelDrafter
from desk_llm.engine.kv.cache import KvCache
from desk_llm.engine.kv.prefix_cache import PrefixCache
from desk_llm.engine.pace import StepPace
from desk_llm.engine.queue import WaitingQueue
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.types import QueueItem, SlotInfo, TokenLogprob
from desk_llm.errors import DeskError

TokenIds = collections.abc.Sequence[int]


@dataclass(slots=True)
class Chunk:
    """Rows of the next batch: `count` tokens of a sequence from `start` on."""

    sequence: Sequence
    start: int
    count: int
    wants_token: bool  # the last row's logits choose the next token
    draft: TokenIds = ()  # guesses behind them, each a row with logits
    is_of_model: bool = False  # they are a draft model's
    # The runner's answers:
    n_sampled: int = 0  # tokens chosen for a draft: one, and one more per right guess
    logprobs: list[TokenLogprob] | None = None  # of each token, when they were asked for
    error: DeskError | None = None  # why this sequence cannot go on


class Scheduler:
    """Decides what the next batch computes. Engine thread only."""

    def __init__(
        self,
        cache: KvCache,
        n_slots: int,
        n_ctx: int,
        n_batch: int,
        n_drafts: int = 0,
        drafter: ModelDrafter | None = None,
    ) -> None:
        self.prefixes = PrefixCache(cache, n_slots)
        self._n_batch = n_batch
        self._n_drafts = n_drafts  # rows of one batch that may be guesses
        self.drafter = drafter
        self.n_ctx = n_ctx
        self.slots = self.prefixes.slots
        self.waiting = WaitingQueue()
        self.running: list[Sequence] = []
        self.pace = StepPace()
        self._is_full = False  # somebody was preempted, and nobody has ended since

    @property
    def has_work(self) -> bool:
        return bool(self.running or self.waiting)

    def add(self, sequence: Sequence) -> None:
        """Queue a new request."""
        self.waiting.add(sequence)

    def schedule(self) -> list[Chunk]:
        """Admit what fits, then one token per decoding sequence and prompt chunks behind."""
        if self.waiting:
            self._admit()
        chunks: list[Chunk] = []
        prefills: list[Sequence] = []
        for seq in self.running:
            start = seq.n_computed
            if len(seq.tokens) - start == 1:
                chunks.append(Chunk(seq, start, 1, True))
            else:
                prefills.append(seq)
        if prefills:
            self._add_prefills(chunks, prefills)
        elif self._n_drafts:
            self._add_drafts(chunks)
        return chunks

    def _add_prefills(self, chunks: list[Chunk], prefills: list[Sequence]) -> None:
        """A person's prompt first, then the shortest: it keeps nobody waiting for long.

        The prompt that has waited longest gets a quarter of the rows in any case.
        """
        oldest = prefills[0]
        room = self._n_batch - len(chunks)
        if chunks:
            urgent = any(_is_personal(seq) for seq in prefills)
            urgent = urgent and not any(_is_personal(chunk.sequence) for chunk in chunks)
            room = min(room, self.pace.chunk_rows(len(chunks), is_urgent=urgent))
        if len(prefills) > 1:
            prefills.sort(key=lambda seq: (not _is_personal(seq), seq.n_left))
        reserved = min(oldest.n_left, room // 4)
        for seq in prefills:
            if seq is oldest:
                reserved = 0
            count = min(seq.n_left, room - reserved)
            if count <= 0:
                continue
            if seq.n_computed == seq.n_cached and not seq.n_generated and len(self.running) > 1:
                self.prefixes.catch_up(seq)
            start = seq.n_computed
            count = self.prefixes.chunk_limit(seq, start, min(count, seq.n_left))
            chunks.append(Chunk(seq, start, count, count == seq.n_left))
            room -= count

    def _add_drafts(self, chunks: list[Chunk]) -> None:
        room, n_decoding = min(self._n_drafts, self._n_batch - len(chunks)), len(chunks)
        for chunk in chunks:
            seq = chunk.sequence
            if seq.drafter is not None and room:
                most = min(room, seq.n_most - len(seq.tokens) - 1)
                chunk.draft = seq.drafter.propose(seq.tokens, most, n_decoding, self.pace.decode_s)
                room -= len(chunk.draft)
        if self.drafter is not None and room:
            self.drafter.propose(chunks, room, self.pace.decode_s)

    def _admit(self) -> None:
        # Who was preempted comes back when another ends: at once, it would fill the cache again.
        while self.waiting and not (self._is_full and self.running):
            seq = self.waiting.first
            if not self.prefixes.place(seq):
                return
            self.waiting.pop()
            if not seq.t_slot:  # a preempted sequence keeps its first figures
                seq.t_slot = time.perf_counter()
                seq.n_cached = seq.n_computed
            self.running.append(seq)

    def release(self, seq: Sequence) -> None:
        """Take a sequence out; its slot keeps the tokens that were computed."""
        if seq.slot < 0:
            self.waiting.remove(seq)
            return
        self.prefixes.release(seq)
        self.running.remove(seq)
        self._is_full = False

    def roll_back(self) -> None:
        """After an aborted batch: make every slot hold exactly what is known to be computed."""
        for seq in self.running:
            self.prefixes.roll_back(seq)

    def make_room(self) -> tuple[Sequence | None, Sequence | None]:
        """The KV cache is full: drop an idle cache, else preempt the one that can wait best.

        Returns (stuck, preempted): the sequence that cannot go on, when it is the only one, or
        the one that waits again.
        """
        self.roll_back()
        if self.prefixes.drop_idle():
            return None, None
        if len(self.running) == 1:
            return self.running[0], None
        patient = min(reversed(self.running), key=_importance)  # of equals, the youngest
        slot = self.slots[patient.slot]
        self.release(patient)
        self.prefixes.forget(slot)
        patient.n_computed = 0
        patient.t_waits = time.perf_counter()
        self.waiting.put_back(patient)
        self._is_full = True
        return None, patient

    def forget_all(self) -> None:
        """Drop every cache: the context is in an unknown state."""
        self.prefixes.forget_all()

    def slot_infos(self) -> tuple[SlotInfo, ...]:
        """Who is where, for the panel."""
        infos = []
        for slot in self.slots:
            seq = slot.sequence
            if seq is None:
                infos.append(SlotInfo(slot.id, None, None, None, len(slot.cached), 0))
            else:
                request = seq.request
                infos.append(
                    SlotInfo(
                        slot.id,
                        request.request_id,
                        request.source,
                        seq.phase,
                        seq.n_computed,
                        seq.n_generated,
                    )
                )
        return tuple(infos)

    def queue_items(self, model: str, now: float) -> tuple[QueueItem, ...]:
        """Who runs and who waits, in the order in which they are served."""
        return tuple(_queue_item(seq, model, now) for seq in (*self.running, *self.waiting))


def _is_personal(seq: Sequence) -> bool:
    return seq.request.source != "api"


def _importance(seq: Sequence) -> tuple[int, bool]:
    return seq.request.priority, _is_personal(seq)


def _queue_item(seq: Sequence, model: str, now: float) -> QueueItem:
    request = seq.request
    return QueueItem(
        request_id=request.request_id,
        model=model,
        source=request.source,
        client=request.client,
        phase=seq.phase,
        priority=request.priority,
        slot=seq.slot if seq.slot >= 0 else None,
        n_prompt=seq.n_prompt,
        n_computed=seq.n_computed,
        n_cached=seq.n_cached,
        n_generated=seq.n_generated,
        waited_s=now - seq.t_waits if seq.slot < 0 else seq.t_slot - seq.t_submit,
    )
