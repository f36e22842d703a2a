"""Which of the curated models is offered first, on machines of every size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.types import DeviceInfo
from desk_llm.hub import advice, curated
from desk_llm.hub.advice import Advised, advise, rough_info
from desk_llm.models.fit.forecast import MachineSpeed
from desk_llm.models.fit.service import FitService
from desk_llm.models.fit.types import Verdict
from desk_llm.settings import EngineSettings

GIB = 1 << 30


@pytest.fixture
def service(request: pytest.FixtureRequest) -> Iterator[FitService]:
    """A machine with so many GiB of free RAM."""
    engine = Engine()
    service = FitService(engine, None, free_ram=lambda: request.param * GIB)
    yield service
    service.close()
    engine.close()


def advice_for(
    service: FitService, ram: int, bytes_s: float, monkeypatch: pytest.MonkeyPatch
) -> tuple[Advised, ...]:
    """What is said on a machine whose RAM is so large and so fast; 0: nobody measured it."""
    monkeypatch.setattr(advice, "machine_memory", lambda _free: round(0.7 * ram * GIB))
    service.machine = lambda: MachineSpeed({"CPU": bytes_s}, {"CPU": 1e12}) if bytes_s else _NOTHING
    return advise(curated.load(), service, EngineSettings())


_NOTHING = MachineSpeed()


@pytest.mark.parametrize(
    ("service", "ram", "bytes_s", "best"),
    [
        (1, 1, 40e9, None),
        (3, 3, 40e9, "Qwen3.5 0.8B"),
        (12, 16, 40e9, "Qwen3.5 9B"),
        (60, 64, 40e9, "Qwen3.6 35B-A3B"),
        (60, 64, 800e9, "Gemma 4 31B"),
        (60, 64, 0, "Qwen3.6 35B-A3B"),
        (12, 16, 0, "Gemma 4 E4B"),
        (60, 64, 1e9, "Qwen3.5 0.8B"),
    ],
    indirect=["service"],
)
def test_the_best_for_this_machine(
    service: FitService,
    ram: int,
    bytes_s: float,
    best: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = advice_for(service, ram, bytes_s, monkeypatch)
    assert len(listed) == len(curated.load().models)
    marked = [one.model.name for one in listed if one.is_best]
    assert marked == ([best] if best else [])
    if best:
        assert listed[0].is_best
        assert listed[0].fit.verdict is Verdict.CPU
    refused = [one.fit.verdict is Verdict.NO for one in listed]
    assert refused == sorted(refused)  # what cannot run comes last


@pytest.mark.parametrize("service", [16], indirect=True)
def test_a_graphics_card_takes_what_it_holds(
    service: FitService, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = DeviceInfo("CUDA0", "a card", "CUDA", 24 * GIB, 23 * GIB)
    service.devices = lambda: (card,)
    monkeypatch.setattr(advice, "machine_memory", lambda _free: 24 * GIB)
    first = advise(curated.load(), service, EngineSettings())[0]
    assert first.is_best
    assert first.fit.verdict is Verdict.GPU
    assert first.model.least_memory_bytes > 18 * 10**9


@pytest.mark.parametrize("model", curated.load().models, ids=lambda one: one.name)
def test_a_rough_header_adds_up(model: curated.CuratedModel) -> None:
    info = rough_info(model.n_params, model.approx_bytes, model.active_params)
    assert info.tensor_bytes == model.approx_bytes
    assert info.layer_bytes + info.output_bytes + info.embedding_bytes <= info.tensor_bytes
    assert sum(info.layer_sizes) <= info.layer_bytes
    assert sum(info.expert_sizes) <= sum(info.layer_sizes)
    assert 0 < info.expert_share <= 1
    assert 8 <= info.n_layers <= 128
