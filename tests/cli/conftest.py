"""The command line in a profile of its own, in this process and in a child."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from desk_llm.cli.parser import main
from desk_llm.telemetry import bandwidth
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.gguf_models import tiny_model
from tests.helpers.waiting import wait_until

REPO = "ann/Tiny-GGUF"
HUGE = 400_000  # bytes of a model that takes a while when the server is slow


class Models:
    """`desk-llm models …` over its own profile; other apps' models are not looked for."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.profile = folder / "profile"
        self.profile.mkdir()
        self._capsys = capsys
        self.error = ""
        self.configure()
        cache = self.profile / "cache"
        cache.mkdir()
        figures = {"bytes_s": {"CPU": 1e10}, "flop_s": {"CPU": 1e11}}
        measured = {"machine": bandwidth.machine_id(), **figures}  # measuring takes five seconds
        (cache / "speeds.json").write_text(json.dumps(measured))

    @property
    def models(self) -> Path:
        """The models folder."""
        return self.profile / "models"

    def configure(self, endpoint: str = "http://127.0.0.1:9") -> None:
        """Where models are searched: nowhere, unless a server is given."""
        (self.profile / "settings.toml").write_text(
            f'version = 1\n[models]\nother_apps = false\n[network]\nendpoint = "{endpoint}"\n'
        )

    def put(self, name: str = "ann/Tiny/tiny.gguf", **kind: Any) -> Path:
        """A tiny model in the models folder."""
        path = self.models / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return tiny_model(path, **kind)

    def text(self, *arguments: str, code: int = 0) -> str:
        """What it prints for people; stderr is in `error`."""
        assert main(["models", *arguments, "--profile", str(self.profile)]) == code
        captured = self._capsys.readouterr()
        self.error = captured.err
        assert "Traceback" not in captured.err
        return captured.out

    def json(self, *arguments: str, code: int = 0) -> Any:
        """The value that it prints with --json: nothing else is on stdout."""
        return json.loads(self.text(*arguments, "--json", code=code))

    def fails(self, *arguments: str) -> str:
        """The sentence on stderr of a verb that ends with 1."""
        assert self.text(*arguments, code=1) == ""
        return self.error


@pytest.fixture
def models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Models:
    return Models(tmp_path, capsys)


@pytest.fixture
def hub(tmp_path: Path, models: Models) -> Iterator[FakeHub]:
    """A Hub with one repository of two quants and a projector."""
    with FakeHub(tmp_path / "hub") as hub:
        folder = hub.repos.root / REPO
        folder.mkdir(parents=True)
        tiny_model(folder / "Tiny-Q4_K_M.gguf", n_layers=1)
        tiny_model(folder / "Tiny-F16.gguf", n_layers=2)
        hub.repos.write(f"{REPO}/mmproj-F16.gguf", b"GGUF" + bytes(200))
        hub.repos.write(f"{REPO}/README.md", b"---\nlicense: mit\n---\n# Tiny\n")
        hub.repos.details[REPO] = {"downloads": 12_345, "likes": 6}
        models.configure(hub.url)
        yield hub


class Child:
    """`desk-llm models …` as a process of its own, to be interrupted or killed."""

    def __init__(self, profile: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "desk_llm", "models", *arguments]
        self.process = subprocess.Popen(
            [*command, "--profile", str(profile)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )

    def send(self, number: signal.Signals) -> None:
        """A signal, as Ctrl-C sends one."""
        self.process.send_signal(number)

    def end(self) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        out, error = self.process.communicate(timeout=30)
        return self.process.returncode, out, error


@pytest.fixture
def child(models: Models) -> Iterator[Callable[..., Child]]:
    children: list[Child] = []

    def start(*arguments: str) -> Child:
        children.append(Child(models.profile, *arguments))
        return children[-1]

    yield start
    for one in children:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


def wait_for_bytes(folder: Path, least: int) -> Path:
    """Until a part in `folder` has so many bytes; the part."""

    def parts() -> list[Path]:
        return [one for one in folder.rglob("*.part") if one.stat().st_size >= least]

    wait_until(lambda: bool(parts()), 20)
    return parts()[0]
