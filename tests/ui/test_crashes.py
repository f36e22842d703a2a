"""200 provoked crashes: the window is back within two seconds each, nothing committed is lost.

python3 run.py test -m fault tests/ui/test_crashes.py -s
"""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.gguf_models import N_CYCLE, scripted_model
from tests.helpers.supervised import SupervisedApp, reply_of

pytestmark = [
    pytest.mark.fault,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc"),
]

CRASHES = int(os.environ.get("DESK_LLM_CRASHES", "200"))
PER_APP = 2  # a third within a minute is answered differently
KINDS = ("abort", "segv", "hang", "abort", "segv", "11", "7", "9", "4", "8", "gil")
HANG_S = 4.0
BACK_S = 2.0
ENDLESS = "".join(f" word{n % N_CYCLE}" for n in range(100_000))


@dataclass
class Report:
    """Seconds from the end of the process to the window with its chat, by kind."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def add(self, kind: str, seconds: float) -> None:
        """One return."""
        self.seconds.setdefault(kind, []).append(seconds)
        sys.stdout.write(f"{kind} {seconds:.2f} s\n")
        sys.stdout.flush()

    @property
    def all(self) -> list[float]:
        """Of every kind."""
        return [one for many in self.seconds.values() for one in many]


def _crash(app: SupervisedApp, kind: str, chance: random.Random, report: Report) -> None:
    app.tell("new")
    pid = app.pid
    app.stream(least=20)
    if chance.random() < 0.5:
        app.until_saved()
    before = app.state()
    app.tell(f"{'die-now' if kind == 'gil' else 'die'} {kind}")
    gone_at = app.gone_at(pid)
    back = app.wait("ready")
    report.add(kind, back["t"] - gone_at)
    _compare(before, back, report)
    app.until_listed()
    app.tell("press Load it again")
    if kind == "gil":  # its model is not blamed, and loads with the next message
        return
    app.until(lambda state: state["phase"] == "ready")


def _compare(before: dict[str, Any], back: dict[str, Any], report: Report) -> None:
    if back["conversation"] != before["conversation"] or back["chats"] != before["chats"]:
        report.lost.append(f"another chat: {back}")
        return
    if [one[:2] for one in back["messages"][:-1]] != [one[:2] for one in before["messages"][:-1]]:
        report.lost.append(f"other messages: {back['messages']}")
    if back["messages"][-1][2] != "aborted" or not ENDLESS.startswith(reply_of(back).rstrip()):
        report.lost.append(f"another reply: {back['messages'][-1]}")
    if not back["banners"]:
        report.lost.append("nothing was said")


def test_every_crash_is_survived(tmp_path: Path) -> None:
    model = scripted_model(tmp_path / "Culprit.gguf", n_ctx=8192)
    profile = tmp_path / "profile"
    chance = random.Random(1)
    report = Report()
    kinds = [KINDS[n % len(KINDS)] for n in range(CRASHES)]
    while kinds:
        with SupervisedApp(profile, hang_s=HANG_S) as app:
            app.wait("ready")
            app.load(model)
            for kind in kinds[:PER_APP]:
                _crash(app, kind, chance, report)
            kinds = kinds[PER_APP:]
            assert app.quit() == 0
    with closing(sqlite3.connect(profile / "history.sqlite3")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        n_chats = database.execute("SELECT count(*) FROM conversations").fetchone()[0]
    for kind, seconds in sorted(report.seconds.items()):
        sys.stdout.write(
            f"\n{kind:>6}: {len(seconds):3} times, back after {statistics.median(seconds):.2f} s,"
            f" worst {max(seconds):.2f} s"
        )
    every = report.all
    sys.stdout.write(
        f"\n   all: {len(every)} times, {statistics.median(every):.2f} s, {max(every):.2f} s\n"
    )
    assert report.lost == []
    assert n_chats == CRASHES
    assert max(every) <= BACK_S
