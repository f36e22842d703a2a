"""The fallback ladder: its order, what climbs it, and what is said of each rung."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.probe.results import Outcome, TrialResult
from desk_llm.engine.types import ALL_LAYERS, LoadParams
from desk_llm.errors import LoadFailed, OutOfMemory
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.loading import sentences
from desk_llm.models.loading.ladder import given_up, next_rung, start_at
from desk_llm.models.types import GgufInfo
from tests.helpers.gguf_models import tiny_model

WANTED = LoadParams("m", "m.gguf", n_ctx=8192)


@pytest.fixture
def info(tmp_path: Path) -> GgufInfo:
    tiny = read_gguf(tiny_model(tmp_path / "tiny.gguf"))
    return replace(tiny, n_layers=8, head_dim_k=64, head_dim_v=64)


def climb(info: GgufInfo, outcome: Outcome, *, has_gpu: bool) -> list[dict[str, object]]:
    """What every rung gives up beyond the one before it."""
    rungs, params = [], WANTED
    while (rung := next_rung(params, outcome, info, has_gpu=has_gpu)) is not None:
        rungs.append(given_up(params, rung))
        params = rung
        assert len(rungs) < 20
    return rungs


def test_without_a_gpu(info: GgufInfo) -> None:
    assert climb(info, Outcome.NO_MEMORY, has_gpu=False) == [
        {"use_extra_bufts": False},
        {"n_ctx": 2048},
        {"type_k": "q8_0", "type_v": "q8_0"},
        {"n_ctx": 512},
    ]


def test_with_a_gpu(info: GgufInfo) -> None:
    moe = replace(info, expert_sizes=(1,) * 8)
    assert climb(moe, Outcome.NO_MEMORY, has_gpu=True) == [
        {"use_extra_bufts": False},
        {"n_ctx": 2048},
        {"type_k": "q8_0", "type_v": "q8_0"},
        {"n_ctx": 512},
        {"n_cpu_moe": 8},
        {"n_gpu_layers": 4},
        {"n_gpu_layers": 0},
    ]
    assert {"n_cpu_moe": 8} not in climb(info, Outcome.NO_MEMORY, has_gpu=True)


def test_memory_does_not_help_against_nonsense(info: GgufInfo) -> None:
    assert climb(info, Outcome.NONSENSE, has_gpu=False) == [{"use_extra_bufts": False}]
    assert climb(info, Outcome.NONSENSE, has_gpu=True) == [
        {"use_extra_bufts": False},
        {"n_gpu_layers": 0},
    ]


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.CANCELLED, Outcome.OK])
def test_what_climbs_nothing(info: GgufInfo, outcome: Outcome) -> None:
    assert climb(info, outcome, has_gpu=True) == []


def test_a_cache_that_cannot_be_smaller(info: GgufInfo) -> None:
    odd = replace(info, head_dim_k=80)
    assert climb(odd, Outcome.NO_MEMORY, has_gpu=False) == [
        {"use_extra_bufts": False},
        {"n_ctx": 2048},
        {"n_ctx": 512},
    ]


def test_the_next_load_starts_where_the_last_one_ended(info: GgufInfo) -> None:
    taken = replace(WANTED, use_extra_bufts=False, n_ctx=2048, n_gpu_layers=4)
    given = given_up(WANTED, taken)
    assert start_at(WANTED, given) == taken
    shorter = replace(WANTED, n_ctx=1024, n_gpu_layers=2)
    assert start_at(shorter, given) == replace(shorter, use_extra_bufts=False)
    assert start_at(WANTED, {}) == WANTED
    assert start_at(WANTED, {"path": "/etc/passwd", "n_ctx": "x"}) == WANTED


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ({"use_extra_bufts": False}, "Big runs without repacked weights"),
        ({"n_ctx": 512}, "The context is 512 tokens: 8192 do not fit."),
        ({"type_k": "q8_0", "type_v": "q8_0"}, "The context of Big is kept in 8 bits"),
        ({"n_cpu_moe": 8}, "The experts of Big stay in RAM."),
        ({"n_gpu_layers": 4}, "Only 4 layers of Big are on the GPU."),
        ({"n_gpu_layers": 0}, "Big runs on the CPU alone"),
    ],
)
def test_every_rung_has_a_sentence(taken: dict[str, int], said: str) -> None:
    (sentence,) = sentences.changes("Big", WANTED, replace(WANTED, **taken))  # type: ignore[arg-type]
    assert sentence.message.startswith(said)
    assert sentence.hint


def test_nothing_changed_nothing_said() -> None:
    assert not list(sentences.changes("Big", WANTED, WANTED))
    fewer = replace(WANTED, n_gpu_layers=3)
    assert not list(sentences.changes("Big", fewer, replace(fewer, n_gpu_layers=ALL_LAYERS)))


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.OK])
def test_every_end_has_a_sentence(outcome: Outcome) -> None:
    error = sentences.refused("Big", TrialResult(outcome, "why"))
    assert isinstance(error, OutOfMemory if outcome is Outcome.NO_MEMORY else LoadFailed)
    assert "Big" in error.message
    assert error.hint
    assert error.detail == "why"
