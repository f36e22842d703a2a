"""Verdict, speed, evidence and the bars: what they say of a fit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from desk_llm.engine.types import DeviceInfo, LoadParams, MemoryUse
from desk_llm.errors import OutOfMemory
from desk_llm.models.fit.loads_file import Load
from desk_llm.models.fit.types import Evidence, Fit, Forecast, Free, Verdict
from desk_llm.ui.models.load.memory_view import MemoryView
from desk_llm.ui.models.load.outcome import Outcome
from desk_llm.ui.theme.style import Style

GIB = 1 << 30
GPU = DeviceInfo("CUDA0", "RTX 4090", "CUDA", 24 * GIB, 20 * GIB)
FIT = Fit(
    params=LoadParams("m", "m.gguf", n_ctx=8192),
    need=(
        MemoryUse("CUDA0", 8 * GIB, 2 * GIB, GIB),
        MemoryUse("CPU", GIB, 0, GIB // 4),
    ),
    extra=(MemoryUse("CUDA0", GIB),),
    free=Free(32 * GIB, (GPU,)),
    verdict=Verdict.SPLIT,
    evidence=Evidence.SIMULATED,
    forecast=Forecast(41.2, 900.0, 1.14, 1024),
)


@pytest.fixture
def outcome(style: Style, qtbot: QtBot) -> Outcome:
    del style
    made = Outcome()
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_verdict_the_need_and_the_speed(outcome: Outcome) -> None:
    outcome.show_fit(FIT)
    assert outcome.verdict.text() == "GPU + CPU"
    assert outcome.total.text() == "needs 13.2 GB"
    assert "41 tok/s" in outcome.speed.text()
    assert "1.1 s" in outcome.speed.text()
    assert "1024" in outcome.speed.text()
    assert outcome.problem.isHidden()


def test_nothing_is_said_of_a_speed_that_nobody_knows(outcome: Outcome) -> None:
    for one in (replace(FIT, forecast=Forecast()), replace(FIT, verdict=Verdict.NO)):
        outcome.show_fit(one)
        assert outcome.speed.isHidden()


def test_a_measured_speed_is_called_so(outcome: Outcome) -> None:
    outcome.show_fit(replace(FIT, forecast=Forecast(7.84, is_measured=True)))
    assert outcome.speed.text() == "7.8 tok/s measured"


@pytest.mark.parametrize(
    ("evidence", "is_final", "words"),
    [
        (Evidence.SIMULATED, True, "Simulated"),
        (Evidence.FORMULA, False, "being asked"),
        (Evidence.FORMULA, True, "header"),
        (Evidence.MEASURED, True, "measured"),
    ],
)
def test_it_says_what_the_figures_rest_on(
    outcome: Outcome, evidence: Evidence, is_final: bool, words: str
) -> None:
    measured = FIT.need if evidence is Evidence.MEASURED else ()
    outcome.show_fit(replace(FIT, evidence=evidence, measured=measured), is_final=is_final)
    assert words in outcome.evidence.text()


def test_what_does_not_fit_is_said_in_red(outcome: Outcome) -> None:
    problem = OutOfMemory("It needs {need} GB.", "Close something.", need=13)
    outcome.show_fit(replace(FIT, verdict=Verdict.NO, problem=problem))
    assert outcome.problem.text() == "It needs 13 GB. Close something."
    assert outcome.problem.property("role") == "danger"
    outcome.show_fit(replace(FIT, problem=problem))
    assert outcome.problem.property("role") == "small"


def test_earlier_loads_stand_beside_what_was_predicted(outcome: Outcome) -> None:
    def load(simulated: int, measured: int) -> Load:
        need = (MemoryUse("CPU", simulated),) if simulated else ()
        formula = (MemoryUse("CPU", 9 * GIB),)
        return Load("key", "m", "f", "p", formula, need, (MemoryUse("CPU", measured),))

    outcome.show_loads(())
    assert outcome.loads.isHidden()
    outcome.show_loads([load(10 * GIB, 10 * GIB + GIB // 5), load(0, 9 * GIB), *[load(1, 1)] * 9])
    lines = outcome.loads.text().split("\n")
    assert lines[1] == "predicted 10.0 GB, took 10.2 GB (+2.0 %)"
    assert lines[2] == "predicted 9.0 GB, took 9.0 GB (+0.0 %)"
    assert len(lines) == 4


def test_the_bars_add_up(style: Style, qtbot: QtBot) -> None:
    del style
    view = MemoryView()
    qtbot.addWidget(view)
    view.show_fit(FIT, 64 * GIB)
    gpu, ram = view.bars
    shares = {role: share for share, role in gpu.meter.parts()}
    assert shares == {
        "accent": pytest.approx(8 / 24),
        "series_blue": pytest.approx(2 / 24),
        "series_violet": pytest.approx(1 / 24),
        "series_amber": pytest.approx(1 / 24),
        "control": pytest.approx(4 / 24),
    }
    assert gpu.figure.text() == "8.0 GB free"
    assert ram.figure.text() == "30.8 GB free"
    view.show_fit(replace(FIT, free=Free(32 * GIB, ())), 64 * GIB)
    assert view.bars[1].isHidden()


def test_too_little_is_told_by_how_much(style: Style, qtbot: QtBot) -> None:
    del style
    view = MemoryView()
    qtbot.addWidget(view)
    view.show_fit(replace(FIT, free=Free(GIB, (GPU,))), 8 * GIB)
    ram = view.bars[1]
    assert ram.figure.text() == "short of 256 MB"
    assert ram.figure.property("role") == "danger"
    assert sum(share for share, _role in ram.meter.parts()) == pytest.approx(1.0)
