"""Every guard refuses what would end the process, or reach another conversation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk_llm.engine.llama.context import MAX_N_CTX, Context, ContextParams
from desk_llm.engine.llama.model import Model
from desk_llm.engine.llama.sampler_chain import SamplerChain
from desk_llm.engine.llama.state import SequenceStates
from desk_llm.engine.types import LoadParams
from desk_llm.errors import LoadFailed, OutOfMemory, Unsupported
from tests.helpers.gguf_models import tiny_model

PARAMS = ContextParams(n_ctx=256, n_seq_max=2, n_batch=64, n_threads=1)
BAD_SLOTS = (-1, 2, 256, 2**31 - 1)


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> LoadParams:
    return LoadParams("m", str(tiny_model(tmp_path_factory.mktemp("m") / "tiny.gguf")))


@pytest.fixture(scope="module")
def model(load: LoadParams) -> Iterator[Model]:
    made = Model(load, None)
    yield made
    made.free()


@pytest.fixture
def context(model: Model) -> Iterator[Context]:
    made = Context(model, PARAMS)
    yield made
    made.free()


def _compute(context: Context, n_tokens: int, slot: int = 0) -> None:
    for row in range(n_tokens):
        context.tokens[row], context.positions[row] = 5, row
        context.outputs[row] = row == n_tokens - 1
        context.sequences[row] = context.sequence_address[slot]
    assert context.decode(n_tokens) == 0


@pytest.mark.parametrize("n_rows", [-1, 0, 65, 2**31])
def test_batches_are_as_long_as_the_context_allows(context: Context, n_rows: int) -> None:
    with pytest.raises(ValueError, match=str(n_rows)):
        context.decode(n_rows)


def test_rows_with_logits_are_as_many_as_were_reserved(context: Context) -> None:
    with pytest.raises(ValueError, match="3"):
        context.decode(3, n_outputs=context.n_outputs + 1)


@pytest.mark.parametrize("slot", BAD_SLOTS)
def test_slots_are_known(model: Model, context: Context, slot: int) -> None:
    states = SequenceStates(model, context)
    _compute(context, 8)
    state = states.save_state(0)
    assert state is not None
    calls: tuple[Callable[[], object], ...] = (
        lambda: context.sequence_address[slot],
        lambda: states.can_keep(slot, 4),
        lambda: states.keep_prefix(slot, 4),
        lambda: states.share_prefix(0, slot, 4),
        lambda: states.share_prefix(slot, 0, 4),
        lambda: states.load_state(slot, state, 8),
    )
    for call in calls:
        with pytest.raises(LookupError):
            call()
    assert states.state_size(slot) == 0
    assert states.save_state(slot) is None
    assert states.can_keep(0, 8)  # nothing reached the other conversation


def test_more_than_a_slot_has_is_not_kept(model: Model, context: Context) -> None:
    states = SequenceStates(model, context)
    _compute(context, 8)
    assert not states.keep_prefix(0, 9)  # a gap in the positions
    assert not states.share_prefix(0, 1, 9)
    assert states.keep_prefix(0, 8)


def test_after_free_nothing_goes_down(model: Model) -> None:
    context = Context(model, PARAMS)
    states = SequenceStates(model, context)
    context.free()
    context.free()
    with pytest.raises(IndexError):
        states.keep_prefix(0, 0)
    assert states.save_state(0) is None


def test_wrong_tokens_and_positions_are_refused_and_harm_nothing(
    model: Model, context: Context
) -> None:
    _compute(context, 8)
    for token, position in ((-1, 8), (model.vocab.n_tokens, 8), (5, 99), (5, 3)):
        context.tokens[0], context.positions[0], context.outputs[0] = token, position, 1
        context.sequences[0] = context.sequence_address[0]
        assert context.decode(1) < 0
    context.tokens[0], context.positions[0] = 5, 8
    assert context.decode(1) == 0


def test_a_row_without_logits_is_not_sampled(context: Context) -> None:
    _compute(context, 8)
    chain = SamplerChain()
    chain.add_greedy()
    for row in (0, 6, 64, 10_000):
        with pytest.raises(IndexError):
            chain.sample(context, row)
    assert chain.sample(context, 7) >= 0
    chain.free()


@pytest.mark.parametrize("token", [-1, -(2**31), 10**6, 2**31 - 1])
def test_tokens_outside_the_vocabulary_have_no_text(model: Model, token: int) -> None:
    assert model.vocab.piece(token) == b""
    assert not model.vocab.is_eog(token)


@pytest.mark.parametrize("n_ctx", [-1, 0, MAX_N_CTX + 1, 2**31 - 1])
def test_contexts_have_a_possible_length(model: Model, n_ctx: int) -> None:
    with pytest.raises(OutOfMemory):
        Context(model, replace(PARAMS, n_ctx=n_ctx))


@pytest.mark.parametrize(
    "change", [{"n_batch": 0}, {"n_batch": -5}, {"n_seq_max": 0}, {"n_threads": -1}]
)
def test_nonsense_becomes_the_least(model: Model, change: dict[str, Any]) -> None:
    made = Context(model, replace(PARAMS, **change))
    assert made.n_batch >= 1
    assert made.n_threads >= 1
    assert 0 in made.sequence_address
    made.free()


def test_absurd_numbers_become_the_most(model: Model) -> None:
    made = Context(model, replace(PARAMS, n_batch=2**31 - 1, n_seq_max=10_000, n_threads=10_000))
    assert made.n_batch <= 256
    assert len(made.sequence_address) == 256
    made.set_threads(10**6)
    assert made.n_threads == 512
    made.free()


@pytest.mark.parametrize("share", [math.nan, math.inf, -1.0])
def test_shares_of_gpus_are_numbers(load: LoadParams, share: float) -> None:
    with pytest.raises(Unsupported):
        Model(replace(load, tensor_split=(1.0, share)), None)


def test_a_file_that_is_no_model_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(b"GGUF\x03\0\0\0" + bytes(64))
    with pytest.raises(LoadFailed):
        Model(LoadParams("x", str(path)), None)
    with pytest.raises(LoadFailed):
        Model(LoadParams("x", str(tmp_path)), None)
