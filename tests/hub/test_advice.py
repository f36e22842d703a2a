"""The curated list judged for a machine: what fits first, one recommended, at a pace to read."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import DeviceInfo
from desk_llm.hub.advice import Advised, advise, machine_memory, rough_info
from desk_llm.hub.curated import load
from desk_llm.models.fit.forecast import MachineSpeed
from desk_llm.models.fit.service import FitService
from desk_llm.models.fit.types import Verdict
from desk_llm.settings import EngineSettings

GIB = 1 << 30


class Machine:
    """Its RAM, its GPUs and how fast both are."""

    def __init__(self) -> None:
        self.free_ram = 48 * GIB
        self.service = FitService(Engine(), None, free_ram=lambda: self.free_ram)
        self.service.machine = lambda: MachineSpeed({"CPU": 40e9, "CUDA0": 900e9}, {})

    def with_gpu(self, gib: int) -> None:
        gpu = DeviceInfo("CUDA0", "A card", "CUDA", gib * GIB, gib * GIB)
        self.service.devices = lambda: (gpu,)

    def advise(self) -> tuple[Advised, ...]:
        return advise(load(), self.service, EngineSettings())


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    class Memory:
        total = 64 * GIB
        available = 48 * GIB

    monkeypatch.setattr(psutil, "virtual_memory", Memory)
    made = Machine()
    yield made
    made.service.close()


def test_every_entry_is_judged_and_one_is_recommended(machine: Machine) -> None:
    advice = machine.advise()
    assert {one.model for one in advice} == set(load().models)
    assert [one.is_best for one in advice] == [True] + [False] * (len(advice) - 1)
    assert all(one.fit.total_bytes > one.model.approx_bytes * 0.9 for one in advice)


def test_without_a_gpu_the_pace_counts(machine: Machine) -> None:
    best = machine.advise()[0]
    assert best.fit.verdict is Verdict.CPU
    assert (best.fit.forecast.decode_tok_s or 0) >= 6.0
    machine.service.machine = lambda: MachineSpeed({"CPU": 1e9}, {})
    slow = machine.advise()  # nothing is quick here: the quickest is recommended
    speeds = [one.fit.forecast.decode_tok_s or 0.0 for one in slow]
    assert speeds[0] == max(speeds)


def test_with_a_gpu_it_is_the_most_demanding_one_that_fits(machine: Machine) -> None:
    machine.with_gpu(24)
    best = machine.advise()[0]
    assert best.fit.verdict is Verdict.GPU
    assert best.model.least_memory_bytes <= 45 * GIB
    machine.with_gpu(8)
    smaller = machine.advise()[0]
    assert smaller.model.least_memory_bytes <= best.model.least_memory_bytes


def test_what_does_not_fit_comes_last(machine: Machine) -> None:
    machine.free_ram = 1 * GIB
    verdicts = [one.fit.verdict is Verdict.NO for one in machine.advise()]
    assert verdicts == sorted(verdicts)


def test_the_memory_of_a_machine(machine: Machine) -> None:
    assert machine_memory(machine.service.free_now()) == round(0.7 * 64 * GIB)
    machine.with_gpu(80)
    assert machine_memory(machine.service.free_now()) == 80 * GIB


@pytest.mark.parametrize(
    ("n_params", "active", "n_layers"),
    [
        (596_000_000, 0, 28),
        (8_190_000_000, 0, 36),
        (32_800_000_000, 0, 64),
        (70_600_000_000, 0, 80),
    ],
)
def test_a_rough_header_is_near_a_real_one(n_params: int, active: int, n_layers: int) -> None:
    """Qwen3 0.6B, 8B and 32B, Llama 3.3 70B."""
    info = rough_info(n_params, n_params // 2)
    assert info.tensor_bytes == n_params // 2
    assert 0.5 * n_layers <= info.n_layers <= 1.5 * n_layers
    assert sum(info.layer_sizes) <= info.layer_bytes


def test_of_a_mixture_of_experts_a_token_reads_a_part() -> None:
    info = rough_info(35_000_000_000, 22_000_000_000, 3_000_000_000)
    assert info.expert_sizes
    assert info.expert_share < 0.2
