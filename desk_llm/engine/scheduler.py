"""Scheduler: waiting and running sequences, slots, admission and chunked prefill.

Pure Python over the `KvCache` of a runner: each step is `schedule()` → run → `advance()`.

    waiting ──admit: best prefix──▶ running ──finish──▶ slot idle, its cache kept
       ▲                              │
       └────────── preempt ───────────┘   when the KV cache is full
"""

from __future__ import annotations

import collections
import time
from dataclasses import dataclass

from desk_llm.engine.prefix_cache import KvCache, PrefixCache
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.types import SlotInfo

# Below 64 rows llama.cpp leaves its tiled flash attention on the CPU: TTFT grows by 150 %.
MIN_CHUNK = 64
# A prompt that comes in while others generate may hold them up this long per step.
STEP_TARGET_S = 0.25


@dataclass(slots=True)
class Chunk:
    """Rows of the next batch: `count` tokens of a sequence from `start` on."""

    sequence: Sequence
    start: int
    count: int
    wants_token: bool  # the last row's logits choose the next token


class Scheduler:
    """Decides what the next batch computes. Engine thread only."""

    def __init__(self, cache: KvCache, n_slots: int, n_ctx: int, n_batch: int) -> None:
        self.prefixes = PrefixCache(cache, n_slots)
        self._n_batch = n_batch
        self.n_ctx = n_ctx
        self.slots = self.prefixes.slots
        self.waiting: collections.deque[Sequence] = collections.deque()
        self.running: list[Sequence] = []
        self._row_s = 0.0  # measured seconds per prompt row
        self._is_full = False  # somebody was preempted, and nobody has ended since

    @property
    def has_work(self) -> bool:
        return bool(self.running or self.waiting)

    def add(self, sequence: Sequence) -> None:
        """Put a new request at the end of the queue."""
        self.waiting.append(sequence)

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
        return chunks

    def _add_prefills(self, chunks: list[Chunk], prefills: list[Sequence]) -> None:
        room = self._n_batch - len(chunks)
        if chunks:
            room = min(room, self._chunk_size())
        for seq in prefills:
            if room <= 0:
                break
            count = min(seq.n_left, room)
            chunks.append(Chunk(seq, seq.n_computed, count, count == seq.n_left))
            room -= count

    def _chunk_size(self) -> int:
        if not self._row_s:
            return MIN_CHUNK
        return max(MIN_CHUNK, int(STEP_TARGET_S / self._row_s))

    def learn_speed(self, n_rows: int, seconds: float) -> None:
        """Remember what a prompt row costs, as a moving average of full chunks."""
        if n_rows < MIN_CHUNK:
            return
        row_s = seconds / n_rows
        self._row_s = row_s if not self._row_s else 0.7 * self._row_s + 0.3 * row_s

    def _admit(self) -> None:
        # Who was preempted comes back when another ends: at once, it would fill the cache again.
        while self.waiting and not (self._is_full and self.running):
            seq = self.waiting[0]
            if not self.prefixes.place(seq):
                return
            self.waiting.popleft()
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

    def make_room(self) -> Sequence | None:
        """The KV cache is full: drop an idle cache, else preempt the youngest sequence.

        Returns the sequence that cannot go on when it is the only one, else None.
        """
        self.roll_back()
        if self.prefixes.drop_idle():
            return None
        if len(self.running) == 1:
            return self.running[0]
        youngest = self.running[-1]
        slot = self.slots[youngest.slot]
        self.release(youngest)
        self.prefixes.forget(slot)
        youngest.n_computed = 0
        self.waiting.appendleft(youngest)
        self._is_full = True
        return None

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
