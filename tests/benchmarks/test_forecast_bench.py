"""Forecasts beside what models really reach on this machine: `pytest -m bench -s` and this file.

The machine is measured with its model of zeros (Q4_K); then models of other shapes and types are
forecast from their headers, and run. On a quiet machine both should be near each other.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.probe.probe import MEASURING, Probe
from desk_llm.engine.types import LoadParams, MemoryUse
from desk_llm.models.fit.forecast import MachineSpeed, forecast
from desk_llm.models.fit.formula import estimated
from desk_llm.models.gguf.info import read_gguf
from desk_llm.telemetry.speed_test import SpeedTest
from tests.helpers.gguf_shapes import Shape, decoder

SECONDS = 4.0
WITHIN = 2.5  # times more or less: kernels of other types are faster or slower than Q4_K's
SHAPES = {
    "dense, Q4_0": Shape("llama", 2048, 10, 32, 8, 64, 5632, weights="q4_0"),
    "dense, Q8_0": Shape("llama", 2048, 6, 32, 8, 64, 5632, weights="q8_0"),
    "dense, F16": Shape("llama", 2048, 4, 32, 8, 64, 5632),
    "8 experts, 2 used, Q4_0": Shape(
        "qwen3moe", 1024, 8, 16, 4, 64, 2048, weights="q4_0", n_experts=8
    ),
}


@pytest.mark.bench
def test_forecasts_are_near_the_truth(tmp_path: Path) -> None:
    figures = SpeedTest(None).run()
    machine = MachineSpeed(figures.bytes_s, figures.flop_s)
    print(f"\n{figures}\n\n| model | decode: said, real tok/s | prefill: said, real tok/s |")
    print("|---|---:|---:|")
    assert figures.flop_s, "the machine is busy"
    ratios: list[float] = []
    for name, shape in SHAPES.items():
        path = decoder(tmp_path / "m.gguf", shape)
        params = LoadParams("m", str(path), n_ctx=512, n_slots=1, speculate=False)
        info = read_gguf(path)
        need = estimated(info, params)
        uses = (MemoryUse("CPU", need.weights, need.kv_cache, need.compute),)
        said = forecast(info, params, uses, machine, prompt_tokens=1)
        probe = Probe(MEASURING)
        real = probe.measure(replace(params, use_mmap=False), SECONDS)
        probe.close()
        assert real is not None
        assert said.decode_tok_s is not None
        assert said.prefill_tok_s is not None
        print(
            f"| {name} | {said.decode_tok_s:.1f}, {real.decode_tok_s:.1f} "
            f"| {said.prefill_tok_s:.0f}, {real.prefill_tok_s:.0f} |"
        )
        ratios += [said.decode_tok_s / real.decode_tok_s, said.prefill_tok_s / real.prefill_tok_s]
    assert all(1 / WITHIN < one < WITHIN for one in ratios), ratios
