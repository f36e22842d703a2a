"""A hub on a local server; no keyring, token or proxy of this machine is used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from desk_llm.hub.hub import Hub
from desk_llm.hub.tokens import Tokens
from desk_llm.settings import SettingsStore
from tests.helpers.fakehub.server import FakeHub


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
def server(tmp_path: Path) -> Iterator[FakeHub]:
    """The endpoint of `settings`."""
    with FakeHub(tmp_path / "hub") as hub:
        yield hub


@pytest.fixture
def settings(tmp_path: Path, server: FakeHub) -> Iterator[SettingsStore]:
    """Those of a new profile, with `server` as endpoint."""
    store = SettingsStore(tmp_path / "settings.toml")
    store.change("network", endpoint=server.url)
    yield store
    store.close()


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    """None yet."""
    return Tokens(tmp_path / "profile")


@pytest.fixture
def hub(settings: SettingsStore, tokens: Tokens, tmp_path: Path) -> Hub:
    """The front door."""
    return Hub(settings, tokens, tmp_path / "headers")
