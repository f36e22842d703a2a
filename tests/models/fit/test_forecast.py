"""Forecasts: which bytes a token reads where, and what measured replies change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.models.fit.buffers import KV_BITS
from desk_llm.models.fit.context import Context, fit_of, of_setup
from desk_llm.models.fit.forecast import (
    MachineSpeed,
    active_params,
    as_measured,
    at_pace,
    forecast,
)
from desk_llm.models.fit.formula import estimated
from desk_llm.models.fit.measured import MeasuredStore
from desk_llm.models.fit.pace import Pace
from desk_llm.models.fit.reads import bytes_per_token, cache_read, weights_read
from desk_llm.models.fit.types import Forecast, Free
from desk_llm.models.loading.plan import Leeway
from desk_llm.models.types import GgufInfo
from tests.models.fit.conftest import MakeFile

GB = 1_000_000_000
PARAMS = LoadParams("", "", n_ctx=4096)
AS_ASKED = Leeway(is_n_ctx_asked=True, may_quantize=False, may_shorten=False)


@dataclass(frozen=True, slots=True)
class Reply:
    decode_tok_s: float
    prefill_tok_s: float = 0.0
    setup: str = "CPU, 0/4 layers, 2 threads, f16/f16"


@pytest.fixture
def dense(make_file: MakeFile) -> GgufInfo:
    info = make_file("llama (GQA 4:1)").info
    assert info is not None
    return info


def on_cpu(info: GgufInfo) -> tuple[MemoryUse, ...]:
    need = estimated(info, PARAMS)
    return (MemoryUse("CPU", need.weights, need.kv_cache, need.compute),)


def test_the_embedding_is_not_read(dense: GgufInfo) -> None:
    read = weights_read(dense, PARAMS, on_cpu(dense))
    assert read == {"CPU": dense.tensor_bytes - dense.embedding_bytes}
    tied = replace(dense, output_bytes=256)
    assert weights_read(tied, PARAMS, on_cpu(tied)) == {"CPU": tied.tensor_bytes}


def test_repacked_weights_are_read_once(dense: GgufInfo) -> None:
    (use,) = on_cpu(dense)
    twice = (replace(use, weights=2 * use.weights),)
    assert weights_read(dense, PARAMS, twice) == weights_read(dense, PARAMS, (use,))


def test_of_experts_the_chosen_are_read(make_file: MakeFile) -> None:
    info = make_file("qwen3moe (8 experts, Q4_0)").info
    assert info is not None
    experts = sum(info.expert_sizes)
    rest = info.tensor_bytes - experts - info.embedding_bytes
    assert weights_read(info, PARAMS, on_cpu(info))["CPU"] == pytest.approx(rest + experts / 4)
    assert active_params(info) < info.n_params / 2


def test_experts_in_ram_are_read_there(make_file: MakeFile) -> None:
    info = make_file("qwen3moe (8 experts, Q4_0)").info
    assert info is not None
    experts = sum(info.expert_sizes)
    params = replace(PARAMS, n_cpu_moe=4)
    need = (
        MemoryUse("CUDA0", info.tensor_bytes - experts - info.embedding_bytes),
        MemoryUse("CPU", experts + info.embedding_bytes),
    )
    read = weights_read(info, params, need)
    assert read["CPU"] == pytest.approx(experts / 4)
    assert read["CUDA0"] == pytest.approx(need[0].weights)


def test_a_whole_model_on_the_gpu_reads_no_ram(dense: GgufInfo) -> None:
    need = (
        MemoryUse("CUDA0", dense.tensor_bytes - dense.embedding_bytes),
        MemoryUse("CPU", dense.embedding_bytes),
    )
    assert weights_read(dense, PARAMS, need).keys() == {"CUDA0"}


def test_the_cache_of_the_text_so_far_is_read(make_file: MakeFile, dense: GgufInfo) -> None:
    # 4 layers x 2 heads x (32 + 32) numbers x 2 bytes
    assert cache_read(dense, PARAMS, 1000) == 1000 * 4 * 2 * 64 * KV_BITS["f16"] / 8
    windowed = make_file("gemma3 (window 512, tied)").info
    assert windowed is not None
    short, long = (cache_read(windowed, PARAMS, n) for n in (512, 1024))
    assert long - short == pytest.approx(512 * 2 * 2 * 64 * 2)  # two layers of twelve see it all
    reads = bytes_per_token(dense, PARAMS, on_cpu(dense), 1000)
    assert reads["CPU"] == dense.tensor_bytes - dense.embedding_bytes + 1000 * 1024


def test_bandwidth_and_arithmetic_make_the_forecast(dense: GgufInfo) -> None:
    machine = MachineSpeed({"CPU": 20 * GB}, {"CPU": 200 * GB})
    found = forecast(dense, PARAMS, on_cpu(dense), machine, prompt_tokens=1000)
    reads = bytes_per_token(dense, PARAMS, on_cpu(dense), 1000)["CPU"]
    assert found.decode_tok_s == pytest.approx(20 * GB / reads)
    assert found.prefill_tok_s == pytest.approx(200 * GB / (2 * active_params(dense)))
    assert found.ttft_s == pytest.approx(
        1000 * 2 * active_params(dense) / (200 * GB) + reads / (20 * GB)
    )
    assert not found.is_measured


def test_an_unknown_machine_has_no_forecast(dense: GgufInfo) -> None:
    found = forecast(dense, PARAMS, on_cpu(dense), MachineSpeed())
    assert (found.decode_tok_s, found.prefill_tok_s, found.ttft_s) == (None, None, None)
    half = MachineSpeed({"CUDA0": GB}, {"CUDA0": GB})
    assert forecast(dense, PARAMS, on_cpu(dense), half).decode_tok_s is None


def test_measured_replies_take_the_place_of_arithmetic(dense: GgufInfo) -> None:
    machine = MachineSpeed({"CPU": 20 * GB}, {"CPU": 200 * GB})
    replies = [Reply(9.0), Reply(11.0, 100.0), Reply(10.0), Reply(0.0)]
    expected = forecast(dense, PARAMS, on_cpu(dense), machine)
    found = as_measured(expected, replies)
    assert found.is_measured
    assert (found.decode_tok_s, found.prefill_tok_s) == (10.0, 100.0)
    assert found.ttft_s == pytest.approx(1024 / 100 + 1 / 10)
    assert as_measured(expected, []) == expected


def test_other_models_show_the_pace_of_the_machine(dense: GgufInfo) -> None:
    machine = MachineSpeed({"CPU": 20 * GB}, {"CPU": 200 * GB})
    expected = forecast(dense, PARAMS, on_cpu(dense), machine)
    assert expected.decode_tok_s is not None
    assert expected.prefill_tok_s is not None
    slower = at_pace(expected, Pace(0.5, 0.25))
    assert slower.decode_tok_s == expected.decode_tok_s / 2
    assert slower.prefill_tok_s == expected.prefill_tok_s / 4
    assert at_pace(Forecast(), Pace(0.5, 0.5)) == Forecast()


def test_only_replies_of_this_setup_count(dense: GgufInfo) -> None:
    on_gpu = Reply(50.0, setup="CUDA0, 4/4 layers, 2 threads, f16/f16")
    assert of_setup([Reply(9.0), on_gpu], dense, PARAMS, Free(1)) == [Reply(9.0)]


def test_speeds_of_this_content_reach_the_fit(make_file: MakeFile, tmp_path: Path) -> None:
    from desk_llm.engine.engine import Engine
    from desk_llm.models.fit.service import FitService

    engine = Engine()
    service = FitService(engine, tmp_path)
    asked: list[str] = []

    def speeds(fingerprint: str) -> tuple[Reply, ...]:
        asked.append(fingerprint)
        return (Reply(12.0, 80.0),)

    service.speeds = speeds
    service.machine = lambda: MachineSpeed({"CPU": 20 * GB}, {"CPU": 200 * GB})
    file = make_file("mamba")
    params = service.params(file)
    first = service.exact(file, params).result(60.0)
    service.close()
    engine.close()
    assert len(asked) == 1
    assert len(asked[0]) == 32
    assert first.forecast.is_measured
    assert first.forecast.decode_tok_s == 12.0


def test_what_one_model_ran_at_is_expected_of_the_next(
    make_file: MakeFile,
) -> None:
    file = make_file("llama (GQA 4:1)")
    assert file.info is not None
    store = MeasuredStore(None)
    machine = MachineSpeed({"CPU": 20 * GB}, {"CPU": 200 * GB})
    ran = replace(PARAMS, fingerprint="ran", path=str(file.path))

    def about(speeds: tuple[Reply, ...]) -> Context:
        return Context(
            file,
            Free(64 << 30),
            store,
            lambda _file, _params: None,
            lambda _path: None,
            machine,
            speeds,
        )

    expected = fit_of(about(()), replace(ran, fingerprint="new"), AS_ASKED).forecast
    assert expected.decode_tok_s is not None
    half = Reply(expected.decode_tok_s / 2)
    assert fit_of(about((half,)), ran, AS_ASKED).forecast.is_measured
    after = fit_of(about(()), replace(ran, fingerprint="new"), AS_ASKED).forecast
    assert after.decode_tok_s == pytest.approx(expected.decode_tok_s / 2)
    assert after.prefill_tok_s == expected.prefill_tok_s
