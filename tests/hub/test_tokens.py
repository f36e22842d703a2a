"""Tokens: where they are kept, and to whom they are sent."""

from __future__ import annotations

import json
import logging
import os
import stat
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import null
from keyring.errors import KeyringLocked

from desk_llm.errors import DiskProblem, RequestError
from desk_llm.hub.tokens import Place, Tokens

TOKEN = "hf_canary1234567890"


class _Ring(KeyringBackend):
    """Keeps in memory, and counts what it is asked."""

    priority = 1.0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.n_asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.n_asked += 1
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class _Locked(_Ring):
    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("the person closed the dialog")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise OSError("the daemon went away")


def test_in_a_file_of_its_own_where_there_is_no_keyring(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path / "profile")
    assert tokens.get() == ""
    assert tokens.place() is Place.NOWHERE
    assert tokens.set(f" {TOKEN}\n") is Place.FILE
    assert (tokens.get(), tokens.place()) == (TOKEN, Place.FILE)
    assert Tokens(tmp_path / "profile").get() == TOKEN
    if sys.platform != "win32":
        file = tmp_path / "profile" / "tokens.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    tokens.remove()
    assert Tokens(tmp_path / "profile").get() == ""
    assert TOKEN not in (tmp_path / "profile" / "tokens.json").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_a_file_that_others_could_read_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "tokens.json"
    file.write_text("{}")
    file.chmod(0o644)
    left = tmp_path / "tokens.json.new"
    left.write_text("left by a crash")
    left.chmod(0o666)
    Tokens(tmp_path).set(TOKEN)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_in_the_keyring_where_there_is_one(tmp_path: Path) -> None:
    ring = _Ring()
    keyring.set_keyring(ring)
    tokens = Tokens(tmp_path)
    assert tokens.set(TOKEN) is Place.KEYRING
    assert Tokens(tmp_path).get() == TOKEN
    assert Tokens(tmp_path).place() is Place.KEYRING
    assert TOKEN not in (tmp_path / "tokens.json").read_text()
    tokens.remove()
    assert not ring.kept
    assert Tokens(tmp_path).get() == ""


def test_the_keyring_is_not_asked_for_what_it_never_got(tmp_path: Path) -> None:
    ring = _Ring()
    keyring.set_keyring(ring)
    assert Tokens(tmp_path).get() == ""
    assert Tokens(tmp_path).for_url("https://huggingface.co/x") == ""
    assert ring.n_asked == 0


@pytest.mark.parametrize("ring", [null.Keyring(), _Locked()])  # type: ignore[no-untyped-call]
def test_a_keyring_that_keeps_nothing_is_not_trusted(tmp_path: Path, ring: KeyringBackend) -> None:
    keyring.set_keyring(ring)
    tokens = Tokens(tmp_path)
    assert tokens.set(TOKEN) is Place.FILE
    assert Tokens(tmp_path).get() == TOKEN


def test_the_environment_comes_first_and_is_for_hugging_face_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = Tokens(tmp_path)
    tokens.set(TOKEN)
    monkeypatch.setenv("HF_TOKEN", "hf_fromenvironment")
    assert tokens.get() == "hf_fromenvironment"
    assert tokens.place() is Place.ENVIRONMENT
    assert tokens.get("hub.example") == ""
    assert tokens.for_url("https://hf-mirror.com/api") == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://huggingface.co/x",
        "https://hf-mirror.com/x",
        "https://huggingface.co.evil.example/x",
        "https://evil.example/huggingface.co",
        "https://huggingface.co:8443/x",
        "https://cdn-lfs.huggingface.co/x",
        "https://huggingface.co@evil.example/x",
        "ftp://huggingface.co/x",
    ],
)
def test_a_token_is_for_its_own_host(tmp_path: Path, url: str) -> None:
    tokens = Tokens(tmp_path)
    tokens.set(TOKEN)
    assert tokens.for_url(url) == ""
    assert tokens.for_url("https://huggingface.co/api") == TOKEN
    assert tokens.for_url("https://HUGGINGFACE.co:443/api") == TOKEN


def test_each_host_has_its_own(tmp_path: Path) -> None:
    tokens = Tokens(tmp_path)
    tokens.set("hub_own_token", "127.0.0.1:8080")
    assert tokens.for_url("http://127.0.0.1:8080/api") == "hub_own_token"
    assert tokens.for_url("http://127.0.0.1:8081/api") == ""
    tokens.set("hub_lan_token", "hub.lan")
    assert tokens.for_url("http://hub.lan/api") == ""
    assert tokens.for_url("https://hub.lan/api") == "hub_lan_token"


@pytest.mark.parametrize("text", ["", "abc", "hf_\nx", "two words", "hf_" + "x" * 600, "häufig"])
def test_refuses_what_is_no_token(tmp_path: Path, text: str) -> None:
    with pytest.raises(RequestError, match="not an access token"):
        Tokens(tmp_path).set(text)


@pytest.mark.parametrize("host", ["hf-mirror.com", "HF-Mirror.com", "", "a b", "https://x", "../x"])
def test_refuses_mirrors_and_what_is_no_host(tmp_path: Path, host: str) -> None:
    with pytest.raises(RequestError, match="never sent"):
        Tokens(tmp_path).set(TOKEN, host)


@pytest.mark.parametrize(
    "text", ["", "[", "[]", '{"huggingface.co": 5}', '{"a": ["b"]}', "\0" * 99]
)
def test_a_damaged_file_means_no_token(tmp_path: Path, text: str) -> None:
    (tmp_path / "tokens.json").write_text(text)
    assert Tokens(tmp_path).get() == ""
    assert Tokens(tmp_path).set(TOKEN) is Place.FILE
    assert json.loads((tmp_path / "tokens.json").read_text()) == {"huggingface.co": TOKEN}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_says_when_it_cannot_be_saved(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DiskProblem):
            Tokens(tmp_path).set(TOKEN)
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "tokens.json" / "x").mkdir(parents=True)
    with pytest.raises(DiskProblem):
        Tokens(tmp_path).set(TOKEN)


def test_never_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    keyring.set_keyring(_Locked())
    tokens = Tokens(tmp_path)
    tokens.set(TOKEN)
    (tmp_path / "tokens.json").write_text(TOKEN)
    Tokens(tmp_path).get()
    tokens.remove()
    assert "canary" not in caplog.text
    assert "canary" not in repr(tokens)
