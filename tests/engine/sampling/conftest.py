"""One row of real logits to sample from, and an engine over the same babbling model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from desk_llm.engine.llama.candidates import logits_of
from desk_llm.engine.llama.context import Context
from desk_llm.engine.llama.state import SequenceStates
from desk_llm.engine.llama.vocab import Vocab
from desk_llm.engine.opening import open_context, open_model
from desk_llm.engine.sampling import prepare
from desk_llm.engine.sampling.sampler import Sampler, make_sampler
from desk_llm.engine.types import LoadParams, SamplingParams
from tests.helpers.gguf_models import tiny_model

PROMPT = tuple(range(260, 276))


class Bench:
    """A context that has computed PROMPT in slot 0; `row` has its logits."""

    row = len(PROMPT) - 1

    def __init__(self, path: Path) -> None:
        params = LoadParams("m", str(path), n_ctx=512, n_threads=1)
        self._model = open_model(params, None)
        self.context: Context = open_context(self._model, params)
        self.states = SequenceStates(self._model, self.context)
        self.vocab: Vocab = self._model.vocab
        self.decode(PROMPT, 0)

    def decode(self, tokens: Sequence[int], start: int) -> None:
        """Compute tokens in slot 0."""
        context = self.context
        for row, token in enumerate(tokens):
            context.tokens[row], context.positions[row] = token, start + row
            context.outputs[row] = row == len(tokens) - 1
            context.sequences[row] = context.sequence_address[0]
        assert context.decode(len(tokens)) == 0

    @property
    def logits(self) -> NDArray[np.float32]:
        return logits_of(self.context, self.row, self.vocab.n_tokens).copy()

    def sampler(self, params: SamplingParams, prompt: Sequence[int] = PROMPT) -> Sampler:
        return make_sampler(prepare(params), self.vocab, prompt, n_ctx=512)

    def draw(self, params: SamplingParams, n: int = 1, prompt: Sequence[int] = PROMPT) -> list[int]:
        """n tokens in a row, all from the same logits."""
        sampler = self.sampler(params, prompt)
        try:
            return [sampler.sample(self.context, self.row) for _ in range(n)]
        finally:
            sampler.free()

    def close(self) -> None:
        self.context.free()
        self._model.free()


@pytest.fixture(scope="package")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tiny_model(tmp_path_factory.mktemp("models") / "tiny.gguf", n_ctx=1024))
    yield made
    made.close()
