"""Memory by owner adds up, whatever the system and the driver tell."""

from __future__ import annotations

import pytest

from desk_llm.engine.types import EngineStats, MemoryUse
from desk_llm.telemetry.owners import Owners, gpu_owners, ram_owners
from desk_llm.telemetry.types import GpuSample
from tests.helpers.live_parts import GIB, info, sample

USES = (MemoryUse("CPU", GIB, 0, GIB // 4), MemoryUse("CUDA0", 6 * GIB, 2 * GIB, GIB // 2))
MODEL = info(memory=USES)
STATS = EngineStats(model=MODEL, models=(MODEL,))


def total(owners: Owners) -> int:
    known = (owners.weights, owners.kv_cache, owners.compute, owners.app)
    return sum(part or 0 for part in known) + owners.others + owners.free


def test_the_ram() -> None:
    owners = ram_owners(sample(STATS))
    assert (owners.weights, owners.kv_cache, owners.compute) == (GIB, 0, GIB // 4)
    assert owners.app == 2 * GIB - GIB - GIB // 4
    assert owners.others == 16 * GIB
    assert total(owners) == 64 * GIB


def test_mapped_weights_are_ours_and_not_of_others() -> None:
    owners = ram_owners(sample(STATS, memory_ours=2 * GIB, memory_ours_file=GIB))
    assert owners.others == 17 * GIB  # 18 used, 1 of it ours: the file is not in the 18
    assert total(owners) == 64 * GIB


def test_weights_that_are_not_in_the_memory_do_not_count() -> None:
    owners = ram_owners(sample(STATS, memory_ours=GIB))
    assert owners.weights == GIB - GIB // 4
    assert owners.app == 0
    assert total(owners) == 64 * GIB


def test_several_models_add_up() -> None:
    other = info("other", memory=(MemoryUse("CUDA0", GIB, GIB, 0),))
    owners = gpu_owners(GpuSample("RTX", 24 * GIB, 12 * GIB, 11 * GIB), ("CUDA0",), (MODEL, other))
    assert (owners.weights, owners.kv_cache) == (7 * GIB, 3 * GIB)
    assert owners.app == GIB // 2
    assert (owners.others, owners.free) == (GIB, 12 * GIB)


def test_a_driver_that_does_not_tell_processes() -> None:
    owners = gpu_owners(GpuSample("RTX", 24 * GIB, 10 * GIB), ("CUDA0",), (MODEL,))
    assert owners.app is None
    assert owners.others == 10 * GIB - 8 * GIB - GIB // 2
    assert total(owners) == 24 * GIB


def test_nothing_known_is_none() -> None:
    owners = ram_owners(sample(EngineStats(models=(info(),))))
    assert (owners.weights, owners.kv_cache, owners.compute) == (None, None, None)
    assert owners.app == 2 * GIB
    assert total(owners) == 64 * GIB


@pytest.mark.parametrize("names", [(), ("CUDA1",)])
def test_a_gpu_without_models(names: tuple[str, ...]) -> None:
    owners = gpu_owners(GpuSample("RTX", 24 * GIB, 10 * GIB, 0), names, (MODEL,))
    assert (owners.weights, owners.app, owners.others) == (0, 0, 10 * GIB)
