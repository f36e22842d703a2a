"""What the engine asks of a runner: LlamaRunner over llama.cpp, in tests a fake."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from desk_llm.engine.draft.drafter import ModelDrafter
from desk_llm.engine.kv.cache import KvCache
from desk_llm.engine.scheduler import Chunk
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.types import DeviceInfo, LoadParams, ModelInfo


class KvCacheFull(Exception):
    """The batch found no free cells; nothing was computed."""


class BatchAborted(Exception):
    """`request_abort` ended the batch; an unknown part of it was computed."""


class ModelRunner(KvCache, Protocol):
    """One loaded model. Everything but `tokenize` belongs to the engine thread."""

    info: ModelInfo
    n_batch: int
    n_drafts: int  # rows of a batch that may be guesses; 0: this model cannot drop a tail
    drafter: ModelDrafter | None  # a draft model's, where one is loaded beside it
    chat_template: str
    bos_text: str
    eos_text: str
    control_texts: tuple[str, ...]

    def tokenize(self, text: str, *, add_special: bool, parse_special: bool) -> list[int]:
        """Token ids; prepare thread. Raises EngineStopped after `close`."""
        ...

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for."""
        ...

    def is_eog(self, token: int) -> bool:
        """True when the token ends a reply."""
        ...

    def open_sampler(self, sequence: Sequence) -> None:
        """Prepare sampling for a sequence that was just admitted. Raises Unsupported."""
        ...

    def rest_sampler(self, sequence: Sequence) -> None:
        """The sequence lost its slot; `open_sampler` comes again with another."""
        ...

    def close_sampler(self, sequence: Sequence) -> None:
        """Free what `open_sampler` made."""
        ...

    def run(self, chunks: list[Chunk]) -> list[int]:
        """Compute a batch; the sampled tokens of each chunk that wants one, in order.

        A chunk with a draft gets the right guesses and one more token, `n_sampled` in all; the
        KV cache holds the wrong guesses too, until `keep_prefix`.

        Raises KvCacheFull, BatchAborted or DecodeFailed.
        """
        ...

    def make_way(self, others: float, *, at_once: bool) -> None:
        """Other programs use so many cores now; once a second, or after a load at once."""
        ...

    def request_abort(self) -> None:
        """Cut a running batch short; any thread."""
        ...

    def close(self) -> None:
        """Free everything."""
        ...


class RunnerFactory(Protocol):
    """Loads models; called on the engine thread only."""

    def load(self, params: LoadParams, on_progress: Callable[[float], bool] | None) -> ModelRunner:
        """Load a model. Raises DeskError."""
        ...

    def devices(self) -> tuple[DeviceInfo, ...]:
        """The GPUs that could be used, with their memory now."""
        ...
