"""The slowdown alarm: when it is raised, when it is not, what it blames and what it offers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk_llm.engine.types import LoadParams, MemoryUse, ModelInfo, Step
from desk_llm.telemetry.expected import bound_tok_s, bytes_per_token
from desk_llm.telemetry.fixes import FixKind, fix_for
from desk_llm.telemetry.machine import Cause, Machine
from desk_llm.telemetry.slowdown import Expectation, Slowdown, SlowdownDetector
from desk_llm.telemetry.steps import is_plain
from desk_llm.telemetry.types import GpuSample, Sample
from tests.helpers.live_parts import info, sample, step

GIB = 1 << 30
BEST = Expectation(best=30.0)


def steps(count: int, seconds: float, **counts: int) -> list[Step]:
    return [step((n + 1) * seconds, seconds, **counts) for n in range(count)]


def judge(
    given: list[Step],
    expected: Expectation = BEST,
    model: ModelInfo | None = None,
    machine: Machine | None = None,
) -> Slowdown | None:
    """As `Watch` does it: plain steps only."""
    detector = SlowdownDetector()
    detector.add([one for one in given if is_plain(one)])
    return detector.judge(expected, model or info(), machine or Machine())


# ── alarms ───────────────────────────────────────────────────────────────


def test_seconds_far_under_its_own_best_are_an_alarm() -> None:
    found = judge(steps(60, 0.1))
    assert found is not None
    assert found.tok_s == pytest.approx(10)
    assert (found.usual_tok_s, found.is_measured) == (30.0, True)


def test_far_under_what_the_memory_allows_is_an_alarm() -> None:
    found = judge(steps(60, 0.1), Expectation(bound=80.0))
    assert found is not None
    assert not found.is_measured
    assert judge(steps(60, 0.1), Expectation(bound=40.0)) is None  # real models reach half of it


def test_it_stays_until_the_speed_is_fine_again() -> None:
    detector = SlowdownDetector()
    detector.add(steps(60, 0.1))
    found = detector.judge(BEST, info(), Machine())
    assert found is not None
    detector.add([step(10 + n * 0.08, 0.08) for n in range(120)])  # 12.5 tok/s: hardly better
    assert detector.judge(BEST, info(), Machine()) is found
    detector.add([step(30 + n * 0.035, 0.035) for n in range(200)])
    assert detector.judge(BEST, info(), Machine()) is None


def test_very_slow_models_are_judged_too() -> None:
    assert judge(steps(6, 2.0), Expectation(best=3.0)) is not None


# ── no false alarms ──────────────────────────────────────────────────────


def test_prompts_raise_none() -> None:
    assert judge(steps(60, 0.5, n_prefill=128)) is None


def test_several_replies_at_once_raise_none() -> None:
    assert judge(steps(60, 0.2, n_decode=8, n_tokens=8)) is None


def test_guesses_raise_none() -> None:
    assert judge(steps(60, 0.2, n_draft=8)) is None


def test_tiny_models_raise_none() -> None:
    assert judge(steps(4000, 0.0025), Expectation(best=4000.0)) is None
    tiny = replace(info(), memory=(MemoryUse("CPU", 10 << 20),))
    assert bound_tok_s(bytes_per_token(tiny, 100), {"CPU": 20e9}) is None


def test_a_moment_raises_none() -> None:
    assert judge(steps(30, 0.1)) is None  # 3 s
    assert judge([*steps(200, 0.03), step(9.0, 3.0)]) is None  # one stall


def test_nothing_known_raises_none() -> None:
    assert judge(steps(60, 0.5), Expectation()) is None


def test_a_cold_file_raises_none_while_there_is_room_for_it() -> None:
    warming = Machine(page_reads_s=900.0, free_share=0.5)
    assert judge(steps(60, 0.5), machine=warming) is None
    assert judge(steps(60, 0.5), machine=replace(warming, free_share=0.01)) is not None


# ── causes ───────────────────────────────────────────────────────────────

FULL = GpuSample("RTX", 24 * GIB, 24 * GIB - 100)
ON_GPU = replace(info(), n_gpu_layers=37)


@pytest.mark.parametrize(
    ("model", "machine", "cause"),
    [
        (info(), Machine(swap_bytes_s=9e6), Cause.SWAP),
        (info(), Machine(page_reads_s=500, free_share=0.01), Cause.PAGING),
        (ON_GPU, Machine(gpus=(FULL,)), Cause.VRAM),
        (info(), Machine(gpus=(FULL,)), Cause.UNKNOWN),  # it is not on the GPU
        (ON_GPU, Machine(gpus=(replace(FULL, memory_used=1, limits=("heat",)),)), Cause.HEAT),
        (ON_GPU, Machine(gpus=(replace(FULL, memory_used=1, limits=("power",)),)), Cause.POWER),
        (info(), Machine(others=0.5), Cause.OTHERS),
        (ON_GPU, Machine(others=0.5), Cause.UNKNOWN),  # the CPU has nothing to do
        (info(), Machine(), Cause.UNKNOWN),
    ],
)
def test_causes(model: ModelInfo, machine: Machine, cause: Cause) -> None:
    assert machine.cause(model) is cause
    found = judge(steps(60, 0.5), model=model, machine=machine)
    assert found is not None
    assert found.cause is cause


def test_the_machine_is_a_mean_of_samples() -> None:
    busy: list[Sample] = [
        replace(sample(), cpu_percent=90.0, process_cpu_percent=40.0, swap_bytes_s=n * 1e6)
        for n in range(3)
    ]
    machine = Machine.of(busy)
    assert machine.others == pytest.approx(0.5)
    assert machine.swap_bytes_s == pytest.approx(1e6)
    assert machine.cores >= 1


# ── what helps ───────────────────────────────────────────────────────────


def on_gpu(**rest: object) -> ModelInfo:
    uses = (MemoryUse("CUDA0", 18 * GIB, 5 * GIB, GIB // 2), MemoryUse("CPU", GIB))
    return replace(ON_GPU, memory=uses, **rest)  # type: ignore[arg-type]


def test_vram_an_eight_bit_cache_is_enough() -> None:
    fix = fix_for(Cause.VRAM, on_gpu(), Machine(gpus=(FULL,)))
    assert fix is not None
    assert (fix.kind, dict(fix.settings)) == (FixKind.SMALLER_KV, {"kv_type": "q8_0"})


def test_vram_a_shorter_context_where_the_cache_is_small_already() -> None:
    params = LoadParams("m", "m.gguf", type_k="q8_0", type_v="q8_0")
    fix = fix_for(Cause.VRAM, on_gpu(params=params), Machine(gpus=(FULL,)))
    assert fix is not None
    assert dict(fix.settings) == {"n_ctx": 16_384}


def test_vram_fewer_layers_where_the_cache_is_nothing() -> None:
    model = replace(ON_GPU, memory=(MemoryUse("CUDA0", 18 * GIB, GIB // 8),))
    fix = fix_for(Cause.VRAM, model, Machine(gpus=(FULL,)))
    assert fix is not None
    assert fix.kind is FixKind.FEWER_LAYERS
    assert dict(fix.settings) == {"n_gpu_layers": 32}  # 1.92 of 24 GB at 0.5 GB a layer


def test_swapping_maps_the_file() -> None:
    model = replace(info(), params=LoadParams("m", "m.gguf", use_mmap=False))
    fix = fix_for(Cause.SWAP, model, Machine())
    assert fix is not None
    assert dict(fix.settings) == {"use_mmap": True}


def test_others_leave_fewer_threads() -> None:
    fix = fix_for(Cause.OTHERS, replace(info(), n_threads=8), Machine(others=0.4, cores=8))
    assert fix is not None
    assert dict(fix.settings) == {"n_threads": 4}
    assert fix_for(Cause.OTHERS, replace(info(), n_threads=2), Machine(others=0.4, cores=8)) is None


@pytest.mark.parametrize("cause", [Cause.HEAT, Cause.POWER, Cause.UNKNOWN])
def test_nothing_is_offered_where_no_setting_helps(cause: Cause) -> None:
    assert fix_for(cause, on_gpu(), Machine(gpus=(FULL,))) is None


# ── what could be ────────────────────────────────────────────────────────


def test_bytes_per_token_are_weights_and_the_used_cache() -> None:
    model = replace(info(), n_ctx=1000, memory=(MemoryUse("CPU", 4 * GIB, GIB, 7),))
    assert bytes_per_token(model, 500) == {"CPU": 4.5 * GIB}
    assert bytes_per_token(model, 0, read_share=0.25) == {"CPU": GIB}  # experts
    assert bytes_per_token(replace(model, memory=()), 0) == {"CPU": model.size_bytes}
    assert bytes_per_token(replace(ON_GPU, memory=()), 0) == {}


def test_the_bound_adds_the_devices_up() -> None:
    reads = {"CUDA0": 10e9, "CPU": 1e9}
    assert bound_tok_s(reads, {"CUDA0": 1000e9, "CPU": 20e9}) == pytest.approx(1 / 0.06)
    assert bound_tok_s(reads, {"CPU": 20e9}) is None
    assert bound_tok_s({}, {}) is None
