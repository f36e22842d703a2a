"""TrialStore: what is remembered, for how long, and that its file may be anything."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.probe.results import Outcome, TrialResult
from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.models.loading import trials
from desk_llm.models.loading.trials import TrialStore

PARAMS = LoadParams("m", "m.gguf", n_ctx=8192, fingerprint="f1")
OK = TrialResult(Outcome.OK)
CRASH = TrialResult(Outcome.CRASH, "SIGSEGV")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "trials.json"


def store(path: Path | None, build: str = "b1") -> TrialStore:
    return TrialStore(path, lambda: build)


def test_a_verdict_is_kept(path: Path) -> None:
    store(path).remember(PARAMS, OK)
    assert store(path).verdict(PARAMS) == OK
    assert store(path).verdict(replace(PARAMS, n_ctx=512, n_slots=1, key="x", path="y")) == OK


@pytest.mark.parametrize(
    "other",
    [
        {"fingerprint": "f2"},
        {"n_gpu_layers": 0},
        {"type_k": "q8_0"},
        {"type_v": "q8_0"},
        {"use_extra_bufts": False},
        {"flash_attn": False},
    ],
)
def test_what_makes_a_difference_is_tried_again(path: Path, other: dict[str, object]) -> None:
    store(path).remember(PARAMS, OK)
    assert store(path).verdict(replace(PARAMS, **other)) is None  # type: ignore[arg-type]


def test_another_build_is_tried_again(path: Path) -> None:
    store(path).remember(PARAMS, OK)
    store(path).remember(replace(PARAMS, type_k="q8_0"), CRASH)
    other = store(path, "b2")
    assert other.verdict(PARAMS) is None
    assert other.verdict(replace(PARAMS, type_k="q8_0")) is None


def test_a_crash_is_kept_for_its_sizes(path: Path) -> None:
    store(path).remember(PARAMS, CRASH)
    assert store(path).verdict(PARAMS) == CRASH
    assert store(path).verdict(replace(PARAMS, n_ctx=512)) is None


@pytest.mark.parametrize("outcome", [Outcome.NO_MEMORY, Outcome.HANG, Outcome.CANCELLED])
def test_what_may_be_otherwise_the_next_time(path: Path, outcome: Outcome) -> None:
    store(path).remember(PARAMS, TrialResult(outcome))
    assert store(path).verdict(PARAMS) is None


def test_without_a_fingerprint_nothing_is_kept(path: Path) -> None:
    kept = store(path)
    kept.remember(replace(PARAMS, fingerprint=""), OK)
    assert kept.verdict(replace(PARAMS, fingerprint="")) is None
    assert not path.exists()


def test_where_the_ladder_ended(path: Path) -> None:
    store(path).remember_ladder(PARAMS, {"n_ctx": 512}, 1000, for_memory=True)
    assert store(path).ladder(PARAMS, 1000) == {"n_ctx": 512}
    assert store(path).ladder(PARAMS, 2000) == {}  # much more is free now
    assert store(path).ladder(replace(PARAMS, n_ctx=4096), 1000) == {}
    store(path).remember_ladder(PARAMS, {"use_extra_bufts": False}, 1000, for_memory=False)
    assert store(path).ladder(PARAMS, 10**9) == {"use_extra_bufts": False}


def test_needs(path: Path) -> None:
    need = (MemoryUse("CUDA0", 5, 3, 2), MemoryUse("CPU", 1))
    store(path).remember_need(PARAMS, need)
    assert store(path).need(PARAMS) == need
    assert store(path).need(replace(PARAMS, n_slots=1)) is None


def test_the_oldest_go(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "MAX_ENTRIES", 3)
    kept = store(path)
    for n in range(5):
        kept.remember(replace(PARAMS, fingerprint=f"f{n}"), OK)
    assert kept.verdict(replace(PARAMS, fingerprint="f1")) is None
    assert store(path).verdict(replace(PARAMS, fingerprint="f4")) == OK
    assert len(json.loads(path.read_text())["verdicts"]) == 3


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"verdicts": 3, "needs": []}',
        "[" * 100_000,
        '{"verdicts": {"f1|b1|gpu|extra|f16|f16|None": ["odd", 1]}}',
        '{"verdicts": {"f1|b1|gpu|extra|f16|f16|None": 7}}',
        "\udcff",
    ],
)
def test_a_file_that_is_nonsense_is_empty(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    kept = store(path)
    assert kept.verdict(PARAMS) is None
    assert kept.ladder(PARAMS, 1) == {}
    assert kept.need(PARAMS) is None
    kept.remember(PARAMS, OK)
    assert store(path).verdict(PARAMS) == OK


def test_a_disk_that_refuses(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    kept = store(tmp_path / "cache" / "trials.json")
    kept.remember(PARAMS, OK)
    assert kept.verdict(PARAMS) == OK
    in_memory = store(None)
    in_memory.remember(PARAMS, OK)
    assert in_memory.verdict(PARAMS) == OK
