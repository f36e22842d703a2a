"""`desk-llm bench` over a tiny model and a made-up server: what it prints, writes and keeps."""

from __future__ import annotations

import csv
import json
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desk_llm.benchmark.service import BenchmarkService, RunState
from desk_llm.benchmark.store import BenchmarkStore
from desk_llm.cli import bench
from desk_llm.cli.parser import EXIT_ERROR, EXIT_INTERRUPTED, main
from desk_llm.storage.database import Database
from tests.helpers.benchmark_runs import load_run, speed_run
from tests.helpers.fake_openai import Behaviour, FakeServer
from tests.helpers.gguf_models import tiny_model

Desk = Callable[..., int]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """`desk-llm bench …` in a profile of its own."""

    def run(*arguments: str) -> int:
        return main(["bench", *arguments, "--profile", str(tmp_path / "profile")])

    return run


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    return str(tiny_model(tmp_path / "tiny.gguf", n_ctx=2048))


@pytest.fixture
def server() -> Iterator[FakeServer]:
    made = FakeServer(Behaviour(fail_every=4))
    yield made
    made.close()


def kept(tmp_path: Path) -> list[int]:
    database = Database.open(tmp_path / "profile" / "history.sqlite3")
    try:
        store = BenchmarkStore(database)
        return [store.add(run).result(5).id for run in (speed_run(), speed_run(1.1), load_run())]
    finally:
        database.close()


def test_speed_is_the_default(desk: Desk, tiny: str, capsys: Capture) -> None:
    assert desk("--model", tiny, "--prompt", "16,24", "--gen", "4", "--reps", "2") == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0].startswith("Speed: tiny")
    assert [line.split()[0] for line in lines[-3:]] == ["pp16", "pp24", "tg4"]


def test_json_is_one_object_with_the_promised_fields(
    desk: Desk, tiny: str, capsys: Capture
) -> None:
    arguments = ("speed", "--model", tiny, "--prompt", "16", "--gen", "0", "--reps", "1")
    assert desk(*arguments, "--depth", "0,32", "--threads", "1", "--ctx", "512", "--json") == 0
    value = json.loads(capsys.readouterr().out)
    assert set(value) == {
        "made_at", "model", "fingerprint", "engine_build", "machine", "setup", "spec", "result",
        "is_complete", "seconds", "id", "kind",
    }  # fmt: skip
    assert (value["kind"], value["is_complete"], value["id"]) == ("speed", True, 1)
    assert [row["test"] for row in value["result"]["rows"]] == ["pp16", "pp16 @ d32"]
    assert set(value["result"]["rows"][0]) == {
        "test", "kind", "n_tokens", "depth", "samples", "mean", "stdev",
    }  # fmt: skip
    assert (value["setup"]["n_ctx"], value["setup"]["n_threads"]) == (512, 1)


def test_load_writes_every_kind_of_file(
    desk: Desk, tiny: str, tmp_path: Path, capsys: Capture
) -> None:
    files = {name: tmp_path / f"run.{name}" for name in ("csv", "md", "svg")}
    arguments = ["load", "--model", tiny, "--concurrency", "1,2", "--requests", "4"]
    arguments += ["--input-tokens", "12", "--output-tokens", "4", "--json"]
    arguments += ["--csv", str(files["csv"]), "--markdown", str(files["md"])]
    assert desk(*arguments, "--plot", str(files["svg"])) == 0
    captured = capsys.readouterr()
    value = json.loads(captured.out)
    assert [row["n_ok"] for row in value["result"]["rows"]] == [4, 4]
    assert captured.err.count("Written: ") == 3
    with files["csv"].open(encoding="utf-8") as file:
        assert [row["concurrency"] for row in csv.DictReader(file)] == ["1", "2"]
    assert files["md"].read_text(encoding="utf-8").startswith("## Load test: tiny")
    assert files["svg"].read_text(encoding="utf-8").startswith("<svg")


def test_markdown_on_standard_output(desk: Desk, tiny: str, capsys: Capture) -> None:
    assert desk("--model", tiny, "--prompt", "8", "--gen", "0", "--reps", "1", "--markdown") == 0
    assert capsys.readouterr().out.startswith("## Speed: tiny")


def test_a_server_by_its_address(desk: Desk, server: FakeServer, capsys: Capture) -> None:
    arguments = ["load", "--url", server.url, "--concurrency", "2", "--requests", "8"]
    assert desk(*arguments, "--output-tokens", "3", "--rate", "500", "--json", "--no-store") == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["id"], value["model"], value["setup"]["server"]) == (0, "fake-1", "vllm")
    assert value["result"]["rows"][0]["errors"] == {"HTTP 500": 2}
    assert value["spec"]["rate"] == 500
    assert desk("list") == 0
    assert "no benchmarks yet" in capsys.readouterr().err


def test_the_key_comes_from_the_environment(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    server = FakeServer(Behaviour(api_key="s3cret"))
    try:
        arguments = ["load", "--url", server.url, "--concurrency", "1", "--requests", "2"]
        assert desk(*arguments) == EXIT_ERROR
        assert "refuses the API key" in capsys.readouterr().err
        monkeypatch.setenv("DESK_LLM_API_KEY", "s3cret")
        assert desk(*arguments) == 0
        assert "s3cret" not in capsys.readouterr().out
    finally:
        server.close()


def test_list_show_compare_delete(desk: Desk, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "profile").mkdir()
    first, second, third = kept(tmp_path)
    assert desk("list") == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert desk("list", "--json") == 0
    assert {one["id"] for one in json.loads(capsys.readouterr().out)} == {first, second, third}
    assert desk("show", str(third), "--json") == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "load"
    assert desk("compare", str(first), str(second)) == 0
    assert "+10.0 %" in capsys.readouterr().out
    assert desk("compare", str(first), str(second), "--json") == 0
    value = json.loads(capsys.readouterr().out)
    assert value["differences"] == []
    assert value["changes"][0]["percent"] == pytest.approx(10)
    assert desk("compare", str(first), str(third)) == EXIT_ERROR
    assert "no test in common" in capsys.readouterr().err
    assert desk("delete", str(first), "999") == EXIT_ERROR
    assert "no benchmark 999" in capsys.readouterr().err
    assert desk("show", str(first)) == EXIT_ERROR


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "no-such-model"], "no-such-model"),
        (["--reps", "0"], "“reps” is 0"),
        (["--prompt", "0", "--gen", "0"], "nothing to measure"),
        (["load", "--url", "nonsense"], "no address"),
        (["load", "--url", "http://127.0.0.1:1"], "Nothing answers"),
        (["--json", "--markdown"], "cannot both be printed"),
        (["--csv", "/no/such/folder/x.csv"], "no folder"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    desk: Desk, capsys: Capture, arguments: list[str], message: str
) -> None:
    assert desk(*arguments) == EXIT_ERROR
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    "arguments",
    [["--prompt", "many"], ["--depth=-5"], ["load", "--kv-type", "q9"], ["--concurrency", "1"]],
)
def test_wrong_arguments_are_usage_errors(desk: Desk, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        desk(*arguments)
    assert caught.value.code == 2


def test_ctrl_c_keeps_what_was_measured(
    desk: Desk, tiny: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    main_thread = threading.get_ident()
    pressed = threading.Event()

    class Watched(BenchmarkService):
        def __init__(self, *parts: Any) -> None:
            super().__init__(*parts)
            self.changed.connect(self._press)

        def _press(self, state: RunState) -> None:
            if state.result is not None and not pressed.is_set():
                pressed.set()
                signal.pthread_kill(main_thread, signal.SIGINT)

    monkeypatch.setattr(bench, "BenchmarkService", Watched)
    arguments = ("--model", tiny, "--prompt", "16", "--gen", "0", "--reps", "1000", "--json")
    assert desk(*arguments) == EXIT_INTERRUPTED
    value = json.loads(capsys.readouterr().out)
    assert value["is_complete"] is False
    assert value["result"]["rows"][0]["samples"]


def test_progress_in_words() -> None:
    from desk_llm.benchmark.types import LoadSpec, Progress

    said = bench._progress_text(Progress("measure", "4", 3, 12, 0.25, 130.0), LoadSpec())
    assert said == " 25% · 4 streams · 3/12 · 2 min left"
    assert "42%" in bench._progress_text(Progress("load", fraction=0.42), None)
