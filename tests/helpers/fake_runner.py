"""FakeRunner: a model of bytes that says a fixed text; no llama.cpp."""

from __future__ import annotations

import time
from collections.abc import Callable

from desk_llm.engine.draft.drafter import ModelDrafter
from desk_llm.engine.kv.cache import Buffer
from desk_llm.engine.runner import KvCacheFull
from desk_llm.engine.scheduler import Chunk
from desk_llm.engine.sequence import Sequence
from desk_llm.engine.types import DeviceInfo, LoadParams, ModelInfo

END = 256
TEMPLATE = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}assistant: "


class FakeFactory:
    """Makes FakeRunners that say `reply`, or what `reply` makes of the prompt."""

    def __init__(
        self, reply: str | Callable[[str], str] = "Hello.", delay_s: float = 0.0, n_cells: int = 0
    ) -> None:
        self._reply = reply
        self._delay_s = delay_s
        self._n_cells = n_cells

    def load(self, params: LoadParams, on_progress: Callable[[float], bool] | None) -> FakeRunner:
        """A FakeRunner at once."""
        if on_progress is not None:
            on_progress(1.0)
        return FakeRunner(params, self._reply, self._delay_s, self._n_cells)

    def devices(self) -> tuple[DeviceInfo, ...]:
        """None."""
        return ()


class FakeRunner:
    """A token is a byte; `n_cells` bounds the KV cache (0: the context)."""

    bos_text = eos_text = ""
    chat_template = TEMPLATE
    control_texts: tuple[str, ...] = ()
    n_batch = 512
    n_drafts = 0
    drafter: ModelDrafter | None = None
    needs_checkpoints = False

    def __init__(
        self,
        params: LoadParams,
        reply: str | Callable[[str], str],
        delay_s: float,
        n_cells: int,
    ) -> None:
        n_ctx = params.n_ctx or 4096
        self._reply, self._delay_s = reply, delay_s
        self._n_cells = n_cells or n_ctx
        self._cells: dict[int, int] = dict.fromkeys(range(params.n_slots), 0)
        self.batches: list[list[tuple[int, int, int]]] = []  # (slot, start, count), for tests
        self.info = ModelInfo(
            key=params.key,
            path=params.path,
            name="Demo",
            architecture="fake",
            n_params=0,
            size_bytes=0,
            n_ctx=n_ctx,
            n_ctx_train=n_ctx,
            n_layers=0,
            n_gpu_layers=0,
            n_slots=params.n_slots,
            n_vocab=END + 1,
            device="CPU",
            has_chat_template=True,
            load_s=0.0,
            params=params,
        )

    def tokenize(self, text: str, *, add_special: bool, parse_special: bool) -> list[int]:
        """One token per UTF-8 byte."""
        del add_special, parse_special
        return list(text.encode("utf-8", "replace"))

    def piece(self, token: int) -> bytes:
        """The byte."""
        return bytes([token]) if token < END else b""

    def is_eog(self, token: int) -> bool:
        """Only END."""
        return token == END

    def open_sampler(self, sequence: Sequence) -> None:
        """Nothing to prepare."""

    def rest_sampler(self, sequence: Sequence) -> None:
        sequence.has_sampler = False

    def close_sampler(self, sequence: Sequence) -> None:
        """Nothing to free."""

    def can_keep(self, slot: int, n_tokens: int) -> bool:
        """Always."""
        del slot, n_tokens
        return True

    def keep_prefix(self, slot: int, n_tokens: int) -> bool:
        """Always possible."""
        self._cells[slot] = min(self._cells[slot], n_tokens)
        return True

    def share_prefix(
        self, source: int, target: int, n_tokens: int, partial: Buffer | None = None
    ) -> bool:
        """Counts the cells twice, unlike the real cache."""
        del source, partial
        self._cells[target] = n_tokens
        return True

    def state_size(self, slot: int, *, is_partial: bool = False) -> int:
        """One byte per token."""
        del is_partial
        return self._cells[slot]

    def save_state(self, slot: int, *, is_partial: bool = False) -> bytearray | None:
        """As many zeros as there are tokens."""
        del is_partial
        return bytearray(self._cells[slot])

    def load_state(self, slot: int, data: Buffer, n_tokens: int) -> bool:
        """Takes what `save_state` made if there is room."""
        others = sum(n for one, n in self._cells.items() if one != slot)
        if len(data) != n_tokens or others + n_tokens > self._n_cells:
            self._cells[slot] = 0
            return False
        self._cells[slot] = n_tokens
        return True

    def run(self, chunks: list[Chunk]) -> list[int]:
        """Say the next byte of the reply to each prompt."""
        rows = sum(chunk.count for chunk in chunks)
        if sum(self._cells.values()) + rows > self._n_cells:
            raise KvCacheFull
        if self._delay_s:
            time.sleep(self._delay_s)
        self.batches.append([(c.sequence.slot, c.start, c.count) for c in chunks])
        tokens = []
        for chunk in chunks:
            self._cells[chunk.sequence.slot] = chunk.start + chunk.count
            if chunk.wants_token:
                tokens.append(self._next_token(chunk))
        return tokens

    def _next_token(self, chunk: Chunk) -> int:
        seq = chunk.sequence
        reply = self._reply
        if callable(reply):
            reply = reply(bytes(seq.tokens[: seq.n_prompt]).decode("utf-8", "replace"))
        said = reply.encode()
        if seq.n_generated < len(said):
            return said[seq.n_generated]
        return said[seq.n_generated % len(said)] if seq.request.sampling.ignore_eos else END

    def make_way(self, others: float, *, at_once: bool) -> None:
        """It computes nothing."""

    def request_abort(self) -> None:
        """Batches are short."""

    def close(self) -> None:
        """Nothing to free."""
