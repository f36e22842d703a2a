"""LlamaRunner: a batch in, tokens out; the model, its KV cache and the samplers of its slots."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

from desk_llm.engine.draft.drafter import ModelDrafter
from desk_llm.engine.draft.model import DraftModel
from desk_llm.engine.draft.opening import open_draft
from desk_llm.engine.llama.context import ABORTED, KV_FULL
from desk_llm.engine.llama.devices import gpu_devices
from desk_llm.engine.llama.library import listening, recent_problems
from desk_llm.engine.llama.memory import MemoryLog
from desk_llm.engine.llama.model import Model
from desk_llm.engine.llama.state import SequenceStates
from desk_llm.engine.opening import n_draft_rows, open_adapted, open_model
from desk_llm.engine.runner import BatchAborted, KvCacheFull
from desk_llm.engine.sampling.sampler import Sampler, make_sampler
from desk_llm.engine.scheduler import Chunk
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.threads import ThreadPolicy, physical_cores
from desk_llm.engine.types import DeviceInfo, DraftInfo, LoadParams, MemoryUse, ModelInfo
from desk_llm.errors import QT_TRANSLATE_NOOP, DecodeFailed, EngineStopped, LoadFailed

MAX_TEMPERATURE = 5.0


class LlamaFactory:
    """Loads GGUF files through llama.cpp."""

    def load(self, params: LoadParams, on_progress: Callable[[float], bool] | None) -> LlamaRunner:
        """Load, make a context and compute one token. Raises DeskError."""
        return LlamaRunner(params, on_progress)

    def devices(self) -> tuple[DeviceInfo, ...]:
        """The GPUs of this build."""
        return gpu_devices()


class LlamaRunner:
    """A ModelRunner over llama.cpp."""

    def __init__(self, params: LoadParams, on_progress: Callable[[float], bool] | None) -> None:
        started = time.perf_counter()
        memory = MemoryLog([gpu.name for gpu in gpu_devices()])
        with listening(memory.add):
            self._model = open_model(params, on_progress)
            try:
                self._adapters, self._context = open_adapted(self._model, params)
            except BaseException:
                self._model.free()
                raise
            self._draft, self._draft_info = self._open_draft(params, on_progress)
        vocab = self._model.vocab
        self._vocab = vocab
        self._samplers: dict[Sequence, Sampler] = {}
        # Tokenising reads the vocabulary on the prepare thread: `close` waits for it.
        self._vocab_lock = threading.Lock()
        self.n_batch = self._context.n_batch
        self.n_drafts = n_draft_rows(self._model, params)
        self.drafter = ModelDrafter(self._draft, self._model.size_bytes) if self._draft else None
        self.chat_template = self._model.chat_template()
        self.bos_text, self.eos_text = vocab.bos_text, vocab.eos_text
        self.control_texts = vocab.control_texts()
        self.piece, self.is_eog = vocab.piece, vocab.is_eog
        states = SequenceStates(self._model, self._context)
        self.needs_checkpoints = states.needs_checkpoints
        self.can_keep, self.keep_prefix = states.can_keep, states.keep_prefix
        self.share_prefix, self.state_size = states.share_prefix, states.state_size
        self.save_state, self.load_state = states.save_state, states.load_state
        self.request_abort = self._context.request_abort
        self._threads = ThreadPolicy(physical_cores(), self._model.size_bytes)
        self._has_own_threads = params.n_threads is not None
        self._is_on_gpu = params.n_gpu_layers != 0 and bool(gpu_devices())
        try:
            self._warm_up(os.path.basename(params.path))
        except BaseException:
            self.close()
            raise
        self.info = self._describe(params, time.perf_counter() - started, memory.used())

    def _open_draft(
        self, params: LoadParams, on_progress: Callable[[float], bool] | None
    ) -> tuple[DraftModel | None, DraftInfo | None]:
        try:
            return open_draft(self._model, self._context.n_ctx, params, on_progress)
        except BaseException:  # cancelled
            self._context.free()
            self._adapters.free()
            self._model.free()
            raise

    def _warm_up(self, name: str) -> None:
        """One token: reads the weights in, and finds those that compute nonsense."""
        context = self._context
        context.tokens[0] = context.positions[0] = 0
        context.outputs[0] = 1
        context.sequences[0] = context.sequence_address[0]
        if context.decode(1) != 0:
            raise _decode_failed()
        is_finite = context.logits_are_finite(0)
        self.keep_prefix(0, 0)
        if not is_finite:
            raise LoadFailed(
                QT_TRANSLATE_NOOP("errors", "The weights in {name} are damaged."),
                QT_TRANSLATE_NOOP("errors", "Download or convert the file again."),
                "the first logits are not finite",
                name=name,
            )

    def _describe(
        self, params: LoadParams, seconds: float, memory: tuple[MemoryUse, ...]
    ) -> ModelInfo:
        model = self._model
        gpus = gpu_devices()
        wanted = params.n_gpu_layers
        on_gpu = 0 if not gpus else model.n_layers + 1 if wanted < 0 else wanted
        return ModelInfo(
            key=params.key,
            path=params.path,
            name=model.metadata("general.name") or os.path.basename(params.path),
            architecture=model.metadata("general.architecture"),
            n_params=model.n_params,
            size_bytes=model.size_bytes,
            n_ctx=self._context.n_ctx,
            n_ctx_train=model.n_ctx_train,
            n_layers=model.n_layers + 1,  # the output layer is offloaded like any other
            n_gpu_layers=min(on_gpu, model.n_layers + 1),
            n_slots=params.n_slots,
            n_vocab=model.vocab.n_tokens,
            device=", ".join(gpu.description for gpu in gpus) if on_gpu else "CPU",
            has_chat_template=bool(self.chat_template),
            load_s=seconds,
            temperature=_recommended_temperature(model),
            params=params,
            memory=memory,
            n_threads=self._context.n_threads,
            draft=self._draft_info,
        )

    def make_way(self, others: float, *, at_once: bool) -> None:
        """Leave other programs the cores that they use, unless the person chose the threads."""
        n_threads = self._threads.start(others) if at_once else self._threads.update(others)
        if n_threads != self._context.n_threads and not self._has_own_threads:
            self._context.set_threads(n_threads)
        if self._draft is not None and not self._has_own_threads:
            self._draft.make_way(others, at_once=at_once)

    def tokenize(self, text: str, *, add_special: bool, parse_special: bool) -> list[int]:
        """Token ids of `text`; any thread. Raises EngineStopped after `close`."""
        with self._vocab_lock:
            if not self._model.pointer:
                raise EngineStopped(QT_TRANSLATE_NOOP("errors", "The model was unloaded."))
            return self._vocab.tokenize(text, add_special=add_special, parse_special=parse_special)

    def open_sampler(self, sequence: Sequence) -> None:
        """A sampler for a sequence in its slot; it stays when the sequence is preempted."""
        params = sequence.request.sampling
        sampler = self._samplers.get(sequence)
        if sampler is None:
            sampler = self._samplers[sequence] = make_sampler(
                params, self._vocab, sequence.tokens, n_ctx=self._context.n_ctx
            )
        # The graph has a random generator of its own: a seed would not repeat its reply.
        if self._is_on_gpu and (params.temperature <= 0.0 or params.seed is None):
            sampler.attach(self._context, sequence.slot)

    def rest_sampler(self, sequence: Sequence) -> None:
        """The sequence lost its slot: the next one there brings its own."""
        sequence.has_sampler = False
        if sequence in self._samplers:
            self._samplers[sequence].detach()

    def close_sampler(self, sequence: Sequence) -> None:
        """Free the chain of a sequence."""
        chain = self._samplers.pop(sequence, None)
        if chain is not None:
            chain.free()

    def run(self, chunks: list[Chunk]) -> list[int]:
        """Fill the batch, compute it, sample where a token is wanted."""
        rows, n_outputs = self._fill(chunks)
        result = self._context.decode(rows, n_outputs)
        if result == KV_FULL:
            raise KvCacheFull
        if result == ABORTED:
            raise BatchAborted
        if result != 0:
            raise _decode_failed()
        context, samplers = self._context, self._samplers
        tokens: list[int] = []
        row = -1
        for chunk in chunks:
            row += chunk.count
            if chunk.wants_token:
                draft = chunk.draft
                if draft:
                    row += self._check_draft(chunk, row, tokens)
                else:
                    sampler = samplers[chunk.sequence]
                    tokens.append(sampler.sample(context, row))
                    if sampler.reports:
                        _report(sampler, chunk)
        return tokens

    def _check_draft(self, chunk: Chunk, row: int, tokens: list[int]) -> int:
        """Sample behind the last token and behind each right guess; the rows of the draft."""
        sampler, context = self._samplers[chunk.sequence], self._context
        for guess in (*chunk.draft, -1):  # behind the last right guess comes one more token
            token = sampler.sample(context, row + chunk.n_sampled)
            tokens.append(token)
            chunk.n_sampled += 1
            if sampler.reports:
                _report(sampler, chunk)
            if token != guess or chunk.error is not None:
                break
        return len(chunk.draft)

    def _fill(self, chunks: list[Chunk]) -> tuple[int, int]:
        """Rows of the batch, and how many of them have logits."""
        context, row, n_outputs = self._context, 0, 0
        for chunk in chunks:
            n_outputs += chunk.wants_token
            start, count, sequence = chunk.start, chunk.count, chunk.sequence
            address = context.sequence_address[sequence.slot]
            if count == 1:
                context.tokens[row] = sequence.tokens[start]
                context.positions[row] = start
                context.outputs[row] = chunk.wants_token
                context.sequences[row] = address
                row += 1
                if chunk.draft:
                    row = self._fill_draft(chunk, row, address)
                    n_outputs += len(chunk.draft)
                continue
            end = row + count
            context.tokens[row:end] = sequence.tokens[start : start + count]
            context.positions[row:end] = range(start, start + count)
            context.outputs[row:end] = [0] * count
            context.sequences[row:end] = [address] * count
            context.outputs[end - 1] = chunk.wants_token
            row = end
        return row, n_outputs

    def _fill_draft(self, chunk: Chunk, row: int, address: int) -> int:
        # The graph samples one row of a sequence; who guesses once goes on outside.
        self._samplers[chunk.sequence].detach()
        context, n, first = self._context, len(chunk.draft), chunk.start + 1
        end = row + n
        context.tokens[row:end] = chunk.draft
        context.positions[row:end] = range(first, first + n)
        context.outputs[row:end] = [1] * n
        context.sequences[row:end] = [address] * n
        return end

    def close(self) -> None:
        """Free samplers, draft model, context, adapters and model, in this order."""
        for sequence in list(self._samplers):
            self.close_sampler(sequence)
        if self._draft is not None:
            self._draft.free()
        with self._vocab_lock:
            self._context.free()
            self._adapters.free()
            self._model.free()


def _report(sampler: Sampler, chunk: Chunk) -> None:
    """What a sampler has to say besides the token."""
    chunk.error = sampler.error
    if sampler.logprob is not None:
        chunk.logprobs = [*(chunk.logprobs or ()), sampler.logprob]


def _recommended_temperature(model: Model) -> float | None:
    """`general.sampling.temp`, the key that llama.cpp's own tools read as well."""
    try:
        value = float(model.metadata("general.sampling.temp"))
    except ValueError:
        return None
    return value if 0.0 <= value <= MAX_TEMPERATURE else None


def _decode_failed() -> DecodeFailed:
    return DecodeFailed(
        QT_TRANSLATE_NOOP("errors", "The engine failed while it computed."),
        QT_TRANSLATE_NOOP("errors", "Try again; if it happens again, load the model anew."),
        recent_problems(),
    )
