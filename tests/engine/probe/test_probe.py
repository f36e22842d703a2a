"""The probe: simulations agree with real loads, and whatever happens to the child is a result."""

from __future__ import annotations

import os
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import gguf
import numpy as np
import pytest

from desk_llm.engine.model_runner import LlamaRunner
from desk_llm.engine.probe import probe as probe_module
from desk_llm.engine.probe.probe import Probe
from desk_llm.engine.probe.results import Outcome, TrialResult
from desk_llm.engine.types import LoadParams
from desk_llm.models.fit.formula import guess, total, with_weights
from desk_llm.models.gguf.info import read_gguf
from tests.helpers.gguf_mamba import mamba_model
from tests.helpers.gguf_models import scripted_model, tiny_model

MIB = 1 << 20


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    made = Probe()
    yield made
    made.close()


def params(path: Path, **more: object) -> LoadParams:
    return LoadParams("m", str(path), **{"n_ctx": 1024, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "more"),
    [
        (tiny_model, {}),
        (tiny_model, {"n_ctx": 4096, "n_slots": 1, "speculate": False}),
        (scripted_model, {"type_k": "q8_0", "type_v": "q8_0"}),
        (scripted_model, {"flash_attn": False, "n_ctx": 2048}),
        (mamba_model, {"n_slots": 3}),
    ],
)
def test_a_simulation_says_what_a_load_takes(
    probe: Probe, tmp_path: Path, make: Callable[[Path], Path], more: dict[str, object]
) -> None:
    path = make(tmp_path / "m.gguf")
    wanted = params(path, **more)
    simulation = probe.simulate(wanted)
    assert simulation is not None
    info = read_gguf(path)
    assert simulation.layers == ("CPU",) * (info.n_layers + 1)
    (expected,) = with_weights(info, wanted, simulation)
    runner = LlamaRunner(wanted, None)
    (real,) = runner.info.memory
    runner.close()
    assert real.device == expected.device == "CPU"
    for one in ("weights", "kv_cache", "compute"):
        # The log has two decimals.
        assert getattr(real, one) == pytest.approx(
            getattr(expected, one), rel=0.01, abs=0.015 * MIB
        )


def test_the_formula_is_near_the_simulation(probe: Probe, tmp_path: Path) -> None:
    path = scripted_model(tmp_path / "m.gguf")
    simulation = probe.simulate(params(path))
    assert simulation is not None
    info = read_gguf(path)
    by_formula = guess(info, params(path), ())
    assert by_formula.layers == simulation.layers
    assert by_formula.memory[0].kv_cache == pytest.approx(simulation.memory[0].kv_cache, rel=0.01)
    (said,) = with_weights(info, params(path), by_formula)
    assert total(said) == pytest.approx(total(simulation.memory[0]), rel=0.1)


def test_a_trial(probe: Probe, tmp_path: Path) -> None:
    told: list[float] = []
    result = probe.trial(params(tiny_model(tmp_path / "m.gguf")), told.append)
    assert result == TrialResult(Outcome.OK)
    assert told == sorted(told)
    assert told[-1] <= 1.0


def test_what_cannot_be_loaded_is_refused(probe: Probe, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(b"GGUF" + b"\0" * 100)
    assert probe.simulate(params(path)) is None
    result = probe.trial(params(path))
    assert result.outcome is Outcome.REFUSED
    assert result.detail
    tiny_model(path)
    assert probe.trial(params(path)).outcome is Outcome.OK  # the child lives on


def test_weights_that_compute_nonsense(probe: Probe, tmp_path: Path) -> None:
    path = tiny_model(tmp_path / "m.gguf")
    with_nan(path)
    assert probe.trial(params(path)).outcome is Outcome.NONSENSE


def with_nan(path: Path) -> None:
    """The output matrix becomes NaN."""
    found = next(one for one in gguf.GGUFReader(path).tensors if one.name == "output.weight")
    start, size = int(found.data_offset), int(found.n_bytes)
    raw = bytearray(path.read_bytes())
    raw[start : start + size] = np.full(size // 4, np.nan, np.float32).tobytes()
    path.write_bytes(raw)


def test_too_much_memory(probe: Probe, tmp_path: Path) -> None:
    path = scripted_model(tmp_path / "m.gguf")
    result = probe.trial(params(path, n_ctx=1 << 25))
    assert result.outcome is Outcome.NO_MEMORY


def no_layers(path: Path) -> Path:
    """llama.cpp aborts over it; our header check would not let it through."""
    tiny_model(path)
    field = gguf.GGUFReader(path).fields["llama.block_count"]
    raw = bytearray(path.read_bytes())
    at = field.offset + 8 + len("llama.block_count") + 4
    raw[at : at + 4] = (2**31).to_bytes(4, "little")
    path.write_bytes(raw)
    return path


def test_a_crash_is_a_result(probe: Probe, tmp_path: Path) -> None:
    path = no_layers(tmp_path / "evil.gguf")
    assert probe.simulate(params(path)) is None
    result = probe.trial(params(path))
    assert result.outcome is Outcome.CRASH
    if sys.platform != "win32":
        assert result.detail == "SIGABRT"
    assert probe.trial(params(tiny_model(tmp_path / "m.gguf"))).outcome is Outcome.OK


# ── children that misbehave ──────────────────────────────────────────────


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Probe]]:
    """Makes a Probe whose child is the given program."""
    made: list[Probe] = []

    def make(source: str) -> Probe:
        (tmp_path / "odd_child.py").write_text(textwrap.dedent(source), "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        made.append(Probe("odd_child"))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_child_that_hangs_is_killed(
    child: Callable[[str], Probe], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_module, "START_LIMIT_S", 0.3)
    hanging = child("import time; time.sleep(1000)")
    assert hanging.trial(params(Path("x"))).outcome is Outcome.HANG
    assert hanging.simulate(params(Path("x"))) is None


def test_big_files_have_more_time(
    child: Callable[[str], Probe], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_module, "START_LIMIT_S", 0.0)
    slow = child(
        """
        import time
        input(); time.sleep(0.2); print('{"outcome": "ok", "detail": ""}', flush=True); input()
        """
    )
    result = slow.trial(params(Path("x")), work_bytes=200 << 20)
    assert result.outcome is Outcome.OK


def test_cancel_kills(child: Callable[[str], Probe]) -> None:
    cancelled = threading.Event()
    endless = child(
        """
        import time
        n = 0
        while True:
            n += 1
            print('{"progress": %f}' % min(1, n / 1000), flush=True)
            time.sleep(0.001)
        """
    )
    result = endless.trial(params(Path("x")), lambda _value: cancelled.set(), cancelled.is_set)
    assert result.outcome is Outcome.CANCELLED
    assert endless.trial(params(Path("x")), None, lambda: True).outcome is Outcome.CANCELLED


def test_a_child_that_ends_by_itself(child: Callable[[str], Probe]) -> None:
    result = child("raise SystemExit(3)").trial(params(Path("x")))
    assert result == TrialResult(Outcome.CRASH, "exit code 3")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_name_of_the_signal(child: Callable[[str], Probe]) -> None:
    killed = child("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    assert killed.trial(params(Path("x"))) == TrialResult(Outcome.CRASH, "SIGKILL")


def test_a_program_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    result = Probe().trial(params(Path("x")))
    assert result.outcome is Outcome.CRASH
    assert os.fspath(tmp_path) in result.detail
