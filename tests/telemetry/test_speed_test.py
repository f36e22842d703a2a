"""The measurement of the machine: a model of zeros, a real child, a small file of figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from desk_llm.engine.probe.results import Speed
from desk_llm.engine.types import DeviceInfo, EngineStats, LoadParams
from desk_llm.models.gguf.header import read_header
from desk_llm.telemetry import speed_test as module
from desk_llm.telemetry.gauge import Gauge
from desk_llm.telemetry.speed_test import GPU_GAUGE, MachineFigures, SpeedTest
from desk_llm.telemetry.types import Sample
from tests.helpers.waiting import wait_until

SMALL = Gauge(n_embd=256, n_ff=512, n_layers=2, n_head=4, n_head_kv=2)
GIB = 1 << 30


class Probe:
    """Says what it is told to; a GPU cannot be had here."""

    def __init__(self, speed: Speed | None) -> None:
        self.speed = speed
        self.asked: list[LoadParams] = []

    def measure(
        self, params: LoadParams, seconds: float, is_cancelled: Callable[[], bool]
    ) -> Speed | None:
        assert seconds > 0
        assert not is_cancelled()
        assert Path(params.path).stat().st_size > 1 << 20
        self.asked.append(params)
        return self.speed

    def close(self) -> None:
        pass


def test_the_gauge_is_a_model_that_takes_no_room(tmp_path: Path) -> None:
    path = tmp_path / "gauge.gguf"
    GPU_GAUGE.write(path)
    header = read_header(path)
    assert header.metadata["general.architecture"] == "llama"
    matrices = [one for one in header.tensors if one.name != "token_embd.weight" and one.type == 12]
    assert sum(one.elements for one in matrices) == GPU_GAUGE.n_params
    assert sum(one.size for one in matrices) == GPU_GAUGE.n_bytes
    assert path.stat().st_size > GPU_GAUGE.n_bytes
    assert path.stat().st_blocks * 512 < 1 << 20


def test_a_real_child_computes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CPU_GAUGE", SMALL)
    monkeypatch.setattr(module, "SECONDS", 0.2)
    monkeypatch.setattr(module, "CREDIBLE", 0.0)
    test = SpeedTest(tmp_path)
    assert test.figures == MachineFigures()
    heard: list[MachineFigures] = []
    test.changed.connect(heard.append)
    figures = test.run()
    assert figures.bytes_s["CPU"] > 1e6
    assert figures.flop_s["CPU"] > 1e6
    assert heard == [figures]
    assert SpeedTest(tmp_path).figures == figures
    test.close()


def test_the_best_of_several_measurements_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk_llm.telemetry.bandwidth.measure", lambda: None)
    for speed in (Speed(100.0, 10.0), Speed(50.0, 20.0)):
        SpeedTest(tmp_path, make_probe=lambda speed=speed: Probe(speed)).run()  # type: ignore[misc]
    figures = SpeedTest(tmp_path).figures
    assert figures.n_runs == 2
    assert figures.bytes_s["CPU"] == 20.0 * module.CPU_GAUGE.n_bytes
    assert figures.flop_s["CPU"] == 100.0 * 2 * module.CPU_GAUGE.n_params


def test_a_busy_machine_says_nothing_of_its_kernels(tmp_path: Path) -> None:
    probe = Probe(Speed(0.001, 0.001))
    test = SpeedTest(tmp_path, make_probe=lambda: probe)
    figures = test.run()
    assert set(figures.bytes_s) <= {"CPU"}  # the plain bandwidth stands in
    assert figures.flop_s == {}
    assert not (tmp_path / "speeds.json").exists()
    test.close()


def test_every_gpu_is_measured_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk_llm.telemetry.bandwidth.measure", lambda: 1e9)
    devices = tuple(
        DeviceInfo(name, "", "CUDA", 24 * GIB, free)
        for name, free in (("CUDA0", 20 * GIB), ("CUDA1", GIB), ("CUDA2", 20 * GIB))
    )
    probe = Probe(Speed(1000.0, 100.0))
    figures = SpeedTest(None, lambda: devices, lambda: probe).run()
    assert set(figures.flop_s) == {"CPU", "CUDA0", "CUDA2"}
    assert [one.tensor_split for one in probe.asked] == [(), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)]
    assert [one.n_gpu_layers for one in probe.asked] == [0, -1, -1]
    assert figures.bytes_s["CUDA0"] == 100.0 * GPU_GAUGE.n_bytes
    assert figures.flop_s["CUDA0"] == 1000.0 * 2 * GPU_GAUGE.n_params


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"machine": 1}', '{"machine": "another", "bytes_s": {}}']
)
def test_a_file_that_is_not_ours_is_not_read(tmp_path: Path, content: str) -> None:
    (tmp_path / "speeds.json").write_text(content)
    assert SpeedTest(tmp_path).figures == MachineFigures()


def test_figures_of_another_machine_do_not_count(tmp_path: Path) -> None:
    figures = {"bytes_s": {"CPU": 1e9}, "flop_s": {"CPU": 1e9}}
    (tmp_path / "speeds.json").write_text(json.dumps({"machine": "another", **figures}))
    assert SpeedTest(tmp_path).figures == MachineFigures()


def sample(cpu_percent: float, running: int = 0) -> Sample:
    return Sample(0.0, cpu_percent, 0.0, 1, 1, 1, (), EngineStats(running=running))


def test_it_measures_once_in_a_quiet_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk_llm.telemetry.bandwidth.measure", lambda: 1e9)
    probe = Probe(Speed(1000.0, 100.0))
    test = SpeedTest(None, make_probe=lambda: probe)
    for _ in range(module.QUIET_S - 1):
        test.look(sample(5.0))
    for busy in (sample(90.0), sample(5.0, running=1)):
        test.look(busy)
        for _ in range(module.QUIET_S - 1):
            test.look(sample(5.0))
    test.close()
    assert probe.asked == []
    test = SpeedTest(None, make_probe=lambda: probe)
    for _ in range(3 * module.QUIET_S):
        test.look(sample(5.0))
    wait_until(lambda: bool(test.figures.flop_s))
    test.close()
    assert len(probe.asked) == 1
