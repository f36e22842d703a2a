"""Host: one loaded model on the engine thread: schedule → run → publish."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable

from desk_llm.engine.kv.file import KvState
from desk_llm.engine.kv.keeper import KvKeeper
from desk_llm.engine.kv.store import KvStore
from desk_llm.engine.rate import RateMeter
from desk_llm.engine.runner import BatchAborted, KvCacheFull, ModelRunner
from desk_llm.engine.scheduler import Chunk, Scheduler
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.types import FinishReason, GenerationRequest, Timings, Usage
from desk_llm.errors import DecodeFailed, DeskError

# (time, seconds, n_prefill, …) as in types.Step; appended by the engine thread, copied by any.
StepLog = collections.deque[tuple[float, float, int, int, int, int, int, int]]


SAVE_WITHIN_S = 1.0  # the KV states of a model that is unloaded; the app must end within 3 s


class Host:
    """A runner with its scheduler. Engine thread only, except `interrupt`."""

    def __init__(
        self, runner: ModelRunner, steps: StepLog, kv_store: KvStore | None = None
    ) -> None:
        self.runner = runner
        info = runner.info
        self.scheduler = Scheduler(
            runner, info.n_slots, info.n_ctx, runner.n_batch, runner.n_drafts, runner.drafter
        )
        self.prefixes = self.scheduler.prefixes
        if kv_store is not None and info.params is not None:
            identity = kv_store.identity(info.params)
            if identity is not None:
                self.prefixes.keeper = KvKeeper(runner, kv_store, identity, info.n_ctx)
        self._steps = steps
        self.rate = RateMeter()
        self.n_generated = self.n_draft = self.n_accepted = 0
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

    def find_stored(self, request: GenerationRequest, tokens: list[int]) -> KvState | None:
        """A saved KV state that spares this prompt more than the slots do; prepare thread."""
        keeper = self.prefixes.keeper
        if keeper is None or not request.conversation:
            return None
        return keeper.find(request.conversation, tokens, self.prefixes.n_held(tokens))

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
            self._publish(chunks, tokens, started)
        finally:
            self._in_prefill = False
        return True

    def _open_samplers(self, chunks: list[Chunk]) -> bool:
        """Sampler chains for those that were just admitted; False when one was refused."""
        for chunk in chunks:
            sequence = chunk.sequence
            if sequence.has_sampler:
                continue
            try:
                self.runner.open_sampler(sequence)
                sequence.has_sampler = True
            except DeskError as error:
                self._remove(sequence)
                sequence.generation.fail(error)
                return False
        return True

    def _learn(self, n_rows: int, n_drafts: int, seconds: float) -> None:
        """What the batch cost: paces the next ones."""
        pace = self.scheduler.pace
        if self._in_prefill:
            pace.learn_prefill(n_rows, seconds)
        else:
            pace.learn_decode(n_rows + n_drafts, seconds, has_drafts=n_drafts > 0)

    def _publish(self, chunks: list[Chunk], tokens: list[int], started: float) -> None:
        now = time.perf_counter()
        n_prefill = n_decode = n_reused = n_draft = n_past = n_kept = first = 0
        for chunk in chunks:
            sequence, count = chunk.sequence, chunk.count
            if chunk.start == sequence.n_cached and not sequence.n_generated:
                n_reused += sequence.n_cached
            if count > 1 or not sequence.n_generated:
                n_prefill += count
            else:
                n_decode += 1
                n_past += chunk.start
            sequence.n_computed += count
            n_draft += len(chunk.draft)
            if chunk.error is not None:
                first += chunk.n_sampled or 1
                self._remove(sequence)
                sequence.generation.fail(chunk.error)
            elif chunk.draft:
                sampled = tokens[first : first + chunk.n_sampled]
                first += chunk.n_sampled
                n_kept += self._accept_drafted(chunk, sampled, now)
            elif chunk.wants_token:
                if chunk.logprobs is not None:
                    self._add_logprob(chunk, 0)
                self._accept(sequence, tokens[first], now)
                first += 1
                n_kept += 1
            else:
                sequence.report(now)
                self.prefixes.after_step(sequence)
        if tokens:
            self.rate.add(now, n_kept)
            self.n_generated += n_kept
        self._learn(n_prefill + n_decode, n_draft, now - started)
        # As a bare tuple: a Step costs two microseconds, and few are ever looked at.
        self._steps.append(
            (now, now - started, n_prefill, n_decode, n_kept, n_reused, n_draft, n_past)
        )

    def _accept_drafted(self, chunk: Chunk, tokens: list[int], now: float) -> int:
        """The KV cache holds all guesses: what lies behind the last right one must go.

        Returns how many of the tokens the reply took before it ended.
        """
        sequence, slot = chunk.sequence, chunk.sequence.slot
        self.n_draft += len(chunk.draft)
        self.n_accepted += len(tokens) - 1
        if chunk.is_of_model and self.scheduler.drafter is not None:
            self.scheduler.drafter.judge(chunk, len(tokens) - 1)
        n_kept = 0
        for token in tokens:
            sequence.n_computed = chunk.start + 1 + n_kept
            if chunk.logprobs is not None:
                self._add_logprob(chunk, n_kept)
            n_kept += 1
            self._accept(sequence, token, now)
            if sequence.slot < 0:
                break  # it ended, and its slot remembers `n_computed` tokens
        self.runner.keep_prefix(slot, sequence.n_computed)
        return n_kept

    def _add_logprob(self, chunk: Chunk, index: int) -> None:
        """An end token is no part of the text, and has no place among its log probabilities."""
        assert chunk.logprobs is not None
        logprob, sampling = chunk.logprobs[index], chunk.sequence.request.sampling
        if sampling.ignore_eos or not self.runner.is_eog(logprob.token):
            chunk.sequence.generation.add_logprob(logprob)

    def _accept(self, sequence: Sequence, token: int, now: float) -> None:
        if not sequence.t_first:
            sequence.t_first = now
            self.newest_timings = sequence.timings(now)
            sequence.report(now)
        sequence.t_last = now
        tokens, detokenizer = sequence.tokens, sequence.detokenizer
        tokens.append(token)
        sequence.n_generated += 1
        if sequence.drafter is not None:
            sequence.drafter.extend(tokens)
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
        stuck, preempted = self.scheduler.make_room()
        if preempted is not None:
            self.runner.rest_sampler(preempted)
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
        self.prefixes.save_all(until=time.perf_counter() + SAVE_WITHIN_S)
        self.runner.close()
