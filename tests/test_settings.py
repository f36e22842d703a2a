"""Settings: types, limits, and a file that may hold anything."""

from __future__ import annotations

import os
import random
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk_llm.engine.types import LoadParams, SamplingParams
from desk_llm.errors import DeskError, DiskProblem, FileDamaged, RequestError
from desk_llm.settings import EngineSettings, SamplingSettings, Settings, SettingsStore, describe
from desk_llm.settings.checks import group_types
from desk_llm.settings.codec import dump, parse
from desk_llm.settings.field import Choice


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def reopened(path: Path) -> SettingsStore:
    store = SettingsStore(path)
    store.close()
    return store


def test_without_a_file_there_are_defaults_and_no_file_is_written(path: Path) -> None:
    store = reopened(path)
    assert store.current == Settings()
    assert store.problem is None
    assert not path.exists()


def test_a_change_is_told_and_kept(path: Path) -> None:
    store = SettingsStore(path)
    told: list[Settings] = []
    store.changed.connect(told.append)
    store.change("ui", zoom=120, theme="dark")
    store.change("models", extra_files=["/a b/ü.gguf", 'C:\\m"x".gguf'], last="模型")
    store.change("sampling", temperature=1, system_prompt="Be brief.\n\tNo\x7f \x01 \u2028🙂")
    store.change("engine", n_ctx=4096, flash_attn=False)
    store.close()
    assert told[-1] == store.current
    assert len(told) == 4
    assert reopened(path).current == store.current
    assert isinstance(store.current.sampling.temperature, float)


def test_none_is_the_absence_of_its_key(path: Path) -> None:
    store = SettingsStore(path)
    store.change("engine", n_ctx=4096)
    store.change("engine", n_ctx=None)
    store.close()
    assert "n_ctx" not in path.read_text("utf-8")
    assert reopened(path).current.engine.n_ctx is None


def test_the_same_value_is_no_news(path: Path) -> None:
    store = SettingsStore(path)
    store.changed.connect(lambda _settings: pytest.fail("nothing changed"))
    store.change("ui", zoom=100)
    store.close()
    assert not path.exists()


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("ui", "zoom", 79),
        ("ui", "zoom", 161),
        ("ui", "zoom", "100"),
        ("ui", "zoom", 100.0),
        ("ui", "zoom", True),
        ("ui", "theme", "pink"),
        ("ui", "show_sidebar", 1),
        ("ui", "nothing", 1),
        ("engine", "n_ctx", 0),
        ("engine", "n_ctx", 2**31 - 1),
        ("engine", "n_gpu_layers", -2),
        ("engine", "n_gpu_layers", None),
        ("sampling", "temperature", float("nan")),
        ("sampling", "temperature", float("inf")),
        ("sampling", "temperature", 10**400),
        ("sampling", "max_tokens", 0),
        ("sampling", "system_prompt", "\ud800"),
        ("sampling", "system_prompt", "a\0b"),
        ("models", "extra_files", "abc"),
        ("models", "extra_files", [1]),
    ],
)
def test_an_unfit_value_is_refused_with_a_sentence(
    path: Path, group: str, name: str, value: object
) -> None:
    store = SettingsStore(path)
    with pytest.raises(RequestError) as refused:
        store.change(group, **{name: value})
    store.close()
    assert name in str(refused.value)
    assert store.current == Settings()


def test_all_or_none_of_a_change_is_taken(path: Path) -> None:
    store = SettingsStore(path)
    with pytest.raises(RequestError):
        store.change("ui", zoom=120, theme="pink")
    store.close()
    assert store.current.ui.zoom == 100


def test_a_change_after_the_end_is_kept(path: Path) -> None:
    store = reopened(path)
    store.change("ui", zoom=130)
    assert reopened(path).current.ui.zoom == 130


# ── files ────────────────────────────────────────────────────────────────

DAMAGED = {
    "empty": b"",
    "blank": b"\n \n",
    "NULs": bytes(4096),
    "truncated": b'[ui]\ntheme = "da',
    "not UTF-8": b'[ui]\ntheme = "\xff\xfe"\n',
    "not TOML": b"<html>",
    "huge": b"#" * (2 << 20),
    "deep": b"a = " + b"[" * 100_000,
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_is_kept_and_said(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    store = reopened(path)
    assert store.current == Settings()
    assert isinstance(store.problem, FileDamaged)
    assert "settings.toml.damaged-1" in store.problem.hint
    assert path.with_name("settings.toml.damaged-1").read_bytes() == data
    assert reopened(path).problem is None  # said once: a sound file was written


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED.keys())
def test_the_settings_from_before_come_back(path: Path, data: bytes) -> None:
    store = SettingsStore(path)
    store.change("ui", zoom=120)
    store.flush()
    store.change("ui", theme="dark")
    store.close()
    path.write_bytes(data)
    store = reopened(path)
    assert store.current.ui.zoom == 120
    assert store.problem is not None
    assert "from before" in store.problem.hint


def test_wrong_types_cost_only_themselves(path: Path) -> None:
    path.write_text('[ui]\nzoom = "big"\ntheme = "dark"\n[engine]\nn_ctx = -1\n[sampling]\ntop_k=3')
    store = reopened(path)
    assert (store.current.ui.zoom, store.current.ui.theme) == (100, "dark")
    assert (store.current.engine.n_ctx, store.current.sampling.top_k) == (None, 3)
    assert isinstance(store.problem, FileDamaged)
    assert "ui.zoom" in store.problem.message
    assert "engine.n_ctx" in store.problem.message
    assert path.with_name("settings.toml.damaged-1").exists()


def test_a_group_that_is_no_table_costs_only_itself(path: Path) -> None:
    path.write_text("ui = 5\n[sampling]\ntop_k = 3\n")
    store = reopened(path)
    assert store.current.sampling.top_k == 3
    assert store.problem is not None


def test_keys_of_a_newer_version_survive_a_change(path: Path) -> None:
    path.write_text(
        'version = 9\n[ui]\nzoom = 110\nfont = "Iosevka"\n[voice]\n"speed of" = 1.5\non = true\n'
    )
    store = SettingsStore(path)
    assert store.problem is None
    store.change("ui", theme="dark")
    store.close()
    document = tomllib.loads(path.read_text("utf-8"))
    assert document["version"] == 9
    assert document["ui"]["font"] == "Iosevka"
    assert document["ui"]["theme"] == "dark"
    assert document["voice"] == {"speed of": 1.5, "on": True}


def test_what_this_version_cannot_write_back_is_kept_aside(path: Path) -> None:
    text = "version = 9\n[ui]\nzoom = 110\n[ui.fonts]\nmono = 'x'\n"
    path.write_text(text)
    store = reopened(path)
    assert store.current.ui.zoom == 110
    assert store.problem is not None
    assert path.with_name("settings.toml.damaged-1").read_text() == text


def test_200_corruptions_never_stop_the_start(path: Path) -> None:
    chance = random.Random(5)
    sound = dump(Settings(), {}).encode()
    for _ in range(200):
        data = bytearray(sound)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        path.write_bytes(data[: chance.randint(0, len(data))])
        store = reopened(path)
        for name, group in group_types().items():
            assert isinstance(getattr(store.current, name), group)
        for kept in path.parent.glob("*.damaged-*"):
            kept.unlink()


def test_a_folder_that_cannot_be_written_is_said_and_the_value_holds(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = SettingsStore(tmp_path / "file" / "settings.toml")
    assert isinstance(store.problem, DiskProblem)
    failed: list[DeskError] = []
    store.failed.connect(failed.append)
    store.change("ui", zoom=120)
    store.close()
    assert store.current.ui.zoom == 120
    assert isinstance(failed[0], DiskProblem)
    assert "until you close" in failed[0].hint


def test_a_kill_between_the_two_renames_cannot_happen(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is a whole file under the name at every moment: the backup is a copy."""
    store = SettingsStore(path)
    store.change("ui", zoom=120)
    store.flush()
    before = path.read_bytes()
    monkeypatch.setattr(os, "replace", lambda *_names: None)  # the last step never comes
    store.change("ui", zoom=130)
    store.close()
    assert path.read_bytes() == before


def test_the_file_is_private(path: Path) -> None:
    store = SettingsStore(path)
    store.change("ui", zoom=120)
    store.close()
    assert path.stat().st_mode & 0o077 == 0


@given(st.text(st.characters(exclude_categories=["Cs"])), st.floats(allow_nan=False), st.booleans())
def test_every_literal_is_toml(text: str, number: float, truth: bool) -> None:
    extra = {"x": {"text": text, text: [text, ""], "number": number, "truth": truth}}
    data = tomllib.loads(dump(Settings(), extra))["x"]
    assert data["text"] == text or text == "text"
    assert data["number"] == number or text == "number"
    assert parse(dump(Settings(), extra).encode()).settings == Settings()


# ── the table ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("group", group_types().values())
def test_every_setting_has_words_and_a_fitting_default(group: type) -> None:
    described = dict(describe(group))
    assert set(described) == {one.name for one in fields(group)}
    for setting in described.values():
        assert setting.label
        assert all(isinstance(choice, Choice) and choice.label for choice in setting.choices)
    store = SettingsStore(Path("/nonexistent/settings.toml"))
    values = {one.name: one.default for one in fields(group)}
    store.change(next(n for n, g in group_types().items() if g is group), **values)


_IN_OTHER_WORDS = ("temperature", "mirostat", "top_n_sigma", "adaptive_target", "tensor_split")


def test_the_defaults_are_the_engines_own() -> None:
    for mine, theirs in (
        (SamplingSettings(), SamplingParams()),
        (EngineSettings(), LoadParams("", "")),
    ):
        for one in fields(type(mine)):
            # None is "chosen for me"; for these see models.presets.
            if hasattr(theirs, one.name) and one.name not in _IN_OTHER_WORDS:
                assert getattr(mine, one.name) == getattr(theirs, one.name), one.name


@pytest.mark.parametrize("shares", ["", "1", "3,1", "0.5, 1.25,2"])
def test_shares_of_the_gpus(tmp_path: Path, shares: str) -> None:
    store = SettingsStore(tmp_path / "settings.toml")
    store.change("engine", tensor_split=shares)
    assert store.current.engine.tensor_split == shares


@pytest.mark.parametrize(
    "shares", ["a", "1;2", "1,", ",", "-1", "1e9", "1" * 9, ",".join("1" * 17)]
)
def test_no_shares(tmp_path: Path, shares: str) -> None:
    store = SettingsStore(tmp_path / "settings.toml")
    with pytest.raises(RequestError, match="tensor_split"):
        store.change("engine", tensor_split=shares)
