"""Host: one loaded model on the engine thread: schedule → run → publish."""

from __future__ import annotations

import time
from collections.abc import Callable

from desk_llm.engine.rate import RateMeter
from desk_llm.engine.runner import BatchAborted, KvCacheFull, ModelRunner
from desk_llm.engine.scheduler import Chunk, Scheduler
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.types import FinishReason, Timings, Usage
from desk_llm.errors import DecodeFailed, DeskError


class Host:
    """A runner with its scheduler. Engine thread only, except `interrupt`."""

    def __init__(self, runner: ModelRunner) -> None:
        self.runner = runner
        info = runner.info
        self.scheduler = Scheduler(runner, info.n_slots, info.n_ctx, runner.n_batch)
        self.rate = RateMeter()
        self.n_generated = 0
        self.last_timings = Timings()  # of the newest finished reply
        self.newest_timings = Timings()  # of the newest reply with a first token
        self.last_usage = Usage()
        self._in_prefill = False
        self._has_aborts = False

    def add(self, sequence: Sequence) -> None:
        """Queue a prepared request."""
        self.scheduler.add(sequence)
        self._has_aborts |= sequence.is_aborted

    def interrupt(self) -> None:
        """A sequence was aborted: look at it, and cut a long prompt batch short. Any thread."""
        self._has_aborts = True
        if self._in_prefill:
            self.runner.request_abort()

    def step(self) -> bool:
        """One batch; False when there is nothing to do."""
        if self._has_aborts:
            self._drop_aborted()
        if not self.scheduler.has_work:
            return False
        chunks = self.scheduler.schedule()
        if not chunks or not self._open_samplers(chunks):
            return True
        # Prompt chunks come last, so the last one tells whether there are any.
        self._in_prefill = chunks[-1].count > 1
        started = time.perf_counter()
        try:
            tokens = self.runner.run(chunks)
        except KvCacheFull:
            self._make_room()
        except BatchAborted:
            self.scheduler.roll_back()
        except DecodeFailed as error:
            self.fail_all(error)
        else:
            now = time.perf_counter()
            if self._in_prefill:
                self.scheduler.learn_speed(sum(chunk.count for chunk in chunks), now - started)
            self._publish(chunks, tokens, now)
        finally:
            self._in_prefill = False
        return True

    def _open_samplers(self, chunks: list[Chunk]) -> bool:
        """Sampler chains for those that were just admitted; False when one was refused."""
        for chunk in chunks:
            sequence = chunk.sequence
            if sequence.n_generated or chunk.start > sequence.n_cached:
                continue  # it has one since its first chunk
            try:
                self.runner.open_sampler(sequence)
            except DeskError as error:
                self._remove(sequence)
                sequence.generation.fail(error)
                return False
        return True

    def _publish(self, chunks: list[Chunk], tokens: list[int], now: float) -> None:
        if tokens:
            self.rate.add(now, len(tokens))
            self.n_generated += len(tokens)
        sampled = iter(tokens)
        for chunk in chunks:
            sequence = chunk.sequence
            sequence.n_computed += chunk.count
            if chunk.wants_token:
                self._accept(sequence, next(sampled), now)
            else:
                sequence.report(now)

    def _accept(self, sequence: Sequence, token: int, now: float) -> None:
        if not sequence.t_first:
            sequence.t_first = now
            self.newest_timings = sequence.timings(now)
            sequence.report(now)
        sequence.t_last = now
        tokens, detokenizer = sequence.tokens, sequence.detokenizer
        tokens.append(token)
        sequence.n_generated += 1
        if self.runner.is_eog(token) and not sequence.request.sampling.ignore_eos:
            self._finish(sequence, FinishReason.STOP, now)
            return
        text = detokenizer.add(token)
        if text:
            sequence.generation.add_text(text)
        if detokenizer.is_stopped:
            self._finish(sequence, FinishReason.STOP, now)
        elif len(tokens) >= sequence.n_most:
            self._finish(sequence, FinishReason.LENGTH, now)

    def _finish(self, sequence: Sequence, reason: FinishReason, now: float) -> None:
        self._remove(sequence)
        text = sequence.detokenizer.flush()
        if sequence.detokenizer.is_stopped:
            reason = FinishReason.STOP
        self.last_timings, self.last_usage = sequence.timings(now), sequence.usage()
        sequence.finish(reason, now, text)

    def _remove(self, sequence: Sequence) -> None:
        self.scheduler.release(sequence)
        self.runner.close_sampler(sequence)

    def _drop_aborted(self) -> None:
        self._has_aborts = False  # before the look: the flag may come back any time
        scheduler = self.scheduler
        for sequence in (*scheduler.running, *scheduler.waiting):
            if sequence.is_aborted:
                self._finish(sequence, FinishReason.ABORT, time.perf_counter())

    def _make_room(self) -> None:
        """A full KV cache: the scheduler evicts or preempts; a lonely sequence ends here."""
        stuck = self.scheduler.make_room()
        if stuck is not None:
            self._finish(stuck, FinishReason.LENGTH, time.perf_counter())

    def end_all(self, end: Callable[[Sequence], None]) -> None:
        """Take every sequence out and let `end` tell its client."""
        for sequence in (*self.scheduler.running, *self.scheduler.waiting):
            self._remove(sequence)
            end(sequence)

    def fail_all(self, error: DeskError) -> None:
        """The batch failed: nobody knows what the cache holds now."""
        self.end_all(lambda sequence: sequence.generation.fail(error))
        self.scheduler.forget_all()

    def close(self) -> None:
        """Abort what runs, free the model."""
        now = time.perf_counter()
        self.end_all(lambda sequence: sequence.finish(FinishReason.ABORT, now))
        self.runner.close()
