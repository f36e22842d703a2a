"""The parts of the GPU scripts that need no GPU, on texts in the programs' formats."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.gpu import build, compare, reports

# As llama-bench of llama-cpp-python 0.3.36 prints it, without the keys that are not read.
BENCH = """\
ggml_cuda_init: found 1 CUDA devices:
  Device 0: NVIDIA GeForce RTX 4090, compute capability 8.9, VMM: yes
[
  {
    "build_commit": "0c1e570",
    "build_number": 1,
    "gpu_info": "NVIDIA GeForce RTX 4090",
    "backends": "CUDA",
    "n_prompt": 512,
    "n_gen": 0,
    "avg_ts": 11437.060238,
    "samples_ts": [ 10838.5, 12035.6 ]
  },
  {
    "build_commit": "0c1e570",
    "build_number": 1,
    "gpu_info": "NVIDIA GeForce RTX 4090",
    "backends": "CUDA",
    "n_prompt": 0,
    "n_gen": 128,
    "avg_ts": 155.437267,
    "samples_ts": [ 155.2, 155.6 ]
  }
]
"""
SMI = """\
NVIDIA GeForce RTX 4090, 24564, 5871, 97, 312.45, 61
Tesla T4, 15360, 3, [N/A], [Not Supported], 34
"""


def test_llama_bench_rows() -> None:
    prompt, decode = reports.llama_bench(BENCH)
    assert (prompt.n_prompt, prompt.n_gen, prompt.tok_s) == (512, 0, 11437.060238)
    assert (decode.n_prompt, decode.n_gen, decode.tok_s) == (0, 128, 155.437267)
    assert (decode.backends, decode.commit) == ("CUDA", "0c1e570")
    assert decode.gpu == "NVIDIA GeForce RTX 4090"


def test_nvidia_smi_rows() -> None:
    first, second = reports.nvidia_smi(SMI)
    assert first.name == "NVIDIA GeForce RTX 4090"
    assert first.memory_used == 5871 * 2**20
    assert (first.utilisation, first.power_w, first.temperature_c) == (97.0, 312.45, 61.0)
    assert (second.utilisation, second.power_w, second.temperature_c) == (None, None, 34.0)


def test_nvidia_smi_processes() -> None:
    text = "4711, 5412\n12, [Insufficient Permissions]\n"
    assert reports.nvidia_smi_processes(text) == {4711: 5412 * 2**20, 12: None}
    assert reports.nvidia_smi_processes("") == {}


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model, bench = tmp_path / "m.gguf", tmp_path / "llama-bench"
    model.touch()
    bench.touch()
    options = compare.parse([str(model), "--llama-bench", str(bench), "--pairs", "3"])
    assert (options.pairs, options.has_gpu) == (3, True)
    command = compare.bench_command(options)
    assert command[0] == str(bench)
    assert command[command.index("-ngl") + 1] == "999"
    with pytest.raises(SystemExit):
        compare.parse([str(model), "--llama-bench", str(tmp_path / "missing")])
    assert "there is no file" in capsys.readouterr().err


def test_verdicts() -> None:
    good = compare.panel_row("power (W)", [(101.0, 100.0), (100.0, 100.0), (99.0, 100.0)])
    bad = compare.panel_row("power (W)", [(103.0, 100.0)])
    assert "reached" in good
    assert "MISSED" in bad


def test_both_sides_are_built_alike(tmp_path: Path) -> None:
    assert build.binding("cuda")[-3:] == ["--gpu", "cuda", "--version"]
    configure, compile_ = build.bench(tmp_path, tmp_path / "b", "cuda", gcc=12)
    assert {"-DGGML_CUDA=ON", "-DCMAKE_CXX_FLAGS=-fno-tree-dse -fno-dse"} <= set(configure)
    assert compile_[-1] == "llama-bench"
    assert not any("CXX_FLAGS" in flag for flag in build.bench(tmp_path, tmp_path, "cuda", 14)[0])
