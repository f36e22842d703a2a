"""A hub on this machine, and downloads from it by people who are in a hurry."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from desk_llm.downloads.rules import Rules
from desk_llm.downloads.service import Downloads
from desk_llm.downloads.types import Download, DownloadState
from desk_llm.hub.tokens import Tokens
from desk_llm.hub.types import DownloadFile, DownloadSpec, Source
from desk_llm.settings import SettingsStore
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.waiting import wait_until

REPO = "owner/model-GGUF"
HURRY = Rules(
    connect_s=2, silence_s=0.6, first_wait_s=0.02, longest_wait_s=0.1, reserve_bytes=0, tick_s=0.05
)
PATIENT = replace(HURRY, first_wait_s=60, longest_wait_s=60)  # until the test says so
END = frozenset({DownloadState.DONE, DownloadState.FAILED})


@dataclass
class World:
    """The server, the profile and the downloads of one test."""

    hub: FakeHub
    home: Path
    settings: SettingsStore
    tokens: Tokens
    opened: list[Downloads] = field(default_factory=list)
    known: dict[str, Path] = field(default_factory=dict)  # sha256 → a file of another app
    n_files: int = 0

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def state(self) -> Path:
        return self.home / "downloads.json"

    def open(self, rules: Rules = HURRY) -> Downloads:
        """As the app does at its start."""
        downloads = Downloads(
            self.settings,
            self.tokens,
            lambda: self.models,
            self.state,
            lambda file: self.known.get(file.sha256),
            rules=rules,
        )
        self.opened.append(downloads)
        return downloads

    def offer(self, n_bytes: int = 300_000, name: str = "", repo: str = REPO) -> DownloadFile:
        """Put a file on the server."""
        self.n_files += 1
        name = name or f"model-{self.n_files}.gguf"
        data = b"GGUF" + random.Random(name).randbytes(n_bytes - 4)
        sha256 = self.hub.repos.write(f"{repo}/{name}", data)
        return DownloadFile(
            self.hub.resolve_url(repo, name), f"{repo}/{name}", n_bytes, sha256, sha256
        )

    def content(self, file: DownloadFile) -> bytes:
        """What the server has."""
        return (self.hub.repos.root / file.target).read_bytes()

    def got(self, file: DownloadFile) -> bytes:
        """What came."""
        return (self.models / file.target).read_bytes()

    def on_disk(self) -> list[str]:
        """All names below the models folder."""
        return sorted(one.name for one in self.models.rglob("*") if one.is_file())

    def ranges(self) -> list[int]:
        """From which bytes on the CDN was asked."""
        asked = [one for one in self.hub.log if one.path.startswith("/cdn/")]
        return [int(one.range.removeprefix("bytes=").rstrip("-")) for one in asked]


def spec_of(*files: DownloadFile, title: str = "owner/model-GGUF · Q4_K_M") -> DownloadSpec:
    """One job."""
    return DownloadSpec(title, Source.HUB, files, REPO, "a" * 40)


def wait_for(downloads: Downloads, download_id: str, *states: DownloadState) -> Download:
    """Until it is in one of these states, or at an end."""
    wanted = frozenset(states) or END

    def is_there() -> bool:
        now = downloads.get(download_id)
        assert now is not None
        assert now.state in wanted or now.state not in END, f"{now.state}: {now.error}"
        return now.state in wanted

    wait_until(is_there)
    now = downloads.get(download_id)
    assert now is not None
    return now


@pytest.fixture(autouse=True)
def _clean_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("HF_TOKEN", "HUGGING_FACE_HUB_T")):
            monkeypatch.delenv(name)
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    hub = FakeHub(tmp_path / "hub")
    home = tmp_path / "home"
    home.mkdir()
    world = World(hub, home, SettingsStore(home / "settings.toml"), Tokens(home))
    yield world
    hub.faults.release.set()
    for downloads in world.opened:
        downloads.close()
    world.settings.close()
    hub.close()


@pytest.fixture
def fetch(world: World) -> Callable[..., Download]:
    """Download files as one job, to its end."""

    def fetch(*files: DownloadFile) -> Download:
        downloads = world.open()
        return wait_for(downloads, downloads.add(spec_of(*files)), *END)

    return fetch
