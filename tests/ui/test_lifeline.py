"""The real app dies in native code: the window is back, nothing is lost, and it says why."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.gguf_models import N_CYCLE, REPLIES, scripted_model
from tests.helpers.supervised import SupervisedApp, reply_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc"),
]

HANG_S = 4.0
ENDLESS = "".join(f" word{n % N_CYCLE}" for n in range(100_000))
CAUSES = {
    "segv": "segmentation fault",
    "abort": "the engine gave up: some-file.cpp:7: provoked",
    "hang": "it did not go on",
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return scripted_model(tmp_path / "Culprit.gguf", n_ctx=8192)


def _is_kept(state: dict[str, Any], before: dict[str, Any]) -> None:
    assert state["conversation"] == before["conversation"]
    question, reply = state["messages"]
    assert question == ["user", "script:long", "done"]
    assert reply[2] == "aborted"
    assert ENDLESS.strip().startswith(reply[1].strip())


def _die(app: SupervisedApp, kind: str) -> None:
    """A crash in the middle of a reply, and what the person finds a moment later."""
    pid = app.pid
    app.stream(least=20)
    app.tell("draft not sent yet")
    saved = app.until_saved()
    app.tell(f"die {kind}")
    back = app.wait("ready")
    assert back["pid"] != pid
    _is_kept(back, saved)
    assert len(reply_of(back)) >= len(reply_of(saved))
    assert back["draft"] == "not sent yet"
    assert back["banners"] == [
        f"desk_llm closed unexpectedly while Culprit.gguf computed ({CAUSES[kind]})."
    ]
    app.until_listed()
    app.tell("ask script:hello")  # it is not loaded by itself, nor by a message
    state = app.state()
    assert (state["phase"], len(state["messages"])) == ("idle", 2)
    app.tell("press Load it again")
    app.until(lambda state: state["phase"] == "ready" and state["banners"] == [])
    app.tell("new")
    app.tell("ask script:hello")
    state = app.until(lambda state: len(state["messages"]) == 2 and not state["is_busy"])
    assert reply_of(state) == REPLIES["hello"]
    app.tell("new")


def test_the_window_is_back_after_native_code_died(tmp_path: Path, model: Path) -> None:
    with SupervisedApp(tmp_path / "profile") as app:
        assert app.wait("ready")["banners"] == []
        app.load(model)
        _die(app, "segv")
        _die(app, "abort")
        assert app.quit() == 0


def test_the_window_is_back_after_native_code_hung(tmp_path: Path, model: Path) -> None:
    with SupervisedApp(tmp_path / "profile", "open", str(model), hang_s=HANG_S) as app:
        app.wait("ready")
        app.until(lambda state: state["phase"] == "ready")
        _die(app, "hang")  # and the command line does not load it again either
        assert app.quit() == 0


@pytest.mark.fault
def test_a_window_that_hangs_is_brought_back(tmp_path: Path, model: Path) -> None:
    with SupervisedApp(tmp_path / "profile", hang_s=HANG_S) as app:
        app.wait("ready")
        app.load(model)
        app.stream(least=20)
        saved = app.until_saved()
        app.tell("die-now gil")
        back = app.wait("ready")
        _is_kept(back, saved)
        assert back["banners"] == ["desk_llm closed unexpectedly (its window did not answer)."]
        app.until_listed()
        app.tell("new")
        app.tell("ask script:hello")  # nobody blames the model
        app.until(lambda state: state["messages"] != [] and reply_of(state) == REPLIES["hello"])
        assert app.quit() == 0


def test_a_model_that_dies_at_every_load_makes_no_loop(tmp_path: Path, model: Path) -> None:
    with SupervisedApp(tmp_path / "profile") as app:
        app.wait("ready")
        app.load(model)
        app.tell("die-loading segv")
        app.tell("reload")
        back = app.wait("ready")
        sentence = (
            "desk_llm closed unexpectedly while Culprit.gguf was loaded (segmentation fault)."
        )
        assert back["banners"] == [sentence]
        assert app.state()["phase"] == "idle"
        assert app.quit() == 0
    with SupervisedApp(tmp_path / "profile") as app:  # another day
        assert app.wait("ready")["banners"] == []
        app.until_listed()
        app.tell("ask script:hello")
        state = app.until(lambda state: state["banners"] != [])
        assert state["banners"] == ["desk_llm closed unexpectedly with scripted last time."]
        assert (state["phase"], state["messages"]) == ("idle", [])
        app.tell("press Load it again")
        app.until(lambda state: state["phase"] == "ready")
        assert app.quit() == 0


def test_a_second_start_tells_the_first_and_ends(tmp_path: Path) -> None:
    with SupervisedApp(tmp_path / "profile") as app:
        app.wait("ready")
        with SupervisedApp(tmp_path / "profile") as second:
            assert second.process.wait(20) == 0
        os.kill(app.pid, signal.SIGKILL)  # and the lock of the dead child keeps nobody out
        back = app.wait("ready")
        assert "killed by the system" in back["banners"][0]
        app.process.send_signal(signal.SIGTERM)
        assert app.process.wait(20) == 0
