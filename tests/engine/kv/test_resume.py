"""A chat goes on from its saved KV state after a restart; and nothing of that can fail a reply."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from desk_llm.engine.engine import Engine
from desk_llm.engine.generation import Result
from desk_llm.engine.host import Host
from desk_llm.engine.kv import file as kv_file
from desk_llm.engine.kv.checkpoints import BEFORE_END
from desk_llm.engine.kv.keeper import MIN_GAIN
from desk_llm.engine.kv.prefix_cache import IDLE_S
from desk_llm.engine.kv.store import KvStore
from desk_llm.engine.types import GenerationRequest, LoadParams
from tests.engine.conftest import GREEDY
from tests.engine.kv.test_reuse import CANNOT_CUT, MODELS, on_engine_thread
from tests.helpers.fake_runner import FakeFactory

TEXT = "A long beginning that nobody wants to compute again, not even once. " * 4
FINGERPRINT = "f" * 32


class App:
    """An engine with a store, which can be restarted."""

    def __init__(self, folder: Path, path: Path, *, fake: str = "", **params: Any) -> None:
        self.folder = folder / "kv"
        self.params = LoadParams("m", str(path), 2048, n_threads=1, fingerprint=FINGERPRINT)
        self.params = replace(self.params, type_k="f32", type_v="f32", **params)
        self._fake = fake
        self.start()

    def start(self) -> None:
        self.store = KvStore(self.folder, lambda: 64 << 20)
        if self._fake:
            self.engine = Engine(lambda: FakeFactory(self._fake), self.store)
        else:
            self.engine = Engine(kv_store=self.store)
        self.engine.load(self.params).result(30)

    def restart(self) -> None:
        self.engine.close()
        self.start()

    def ask(self, prompt: str, conversation: str = "chat", n_tokens: int = 12) -> Result:
        sampling = replace(GREEDY, max_tokens=n_tokens, ignore_eos=True)
        request = GenerationRequest(
            f"{conversation}-{time.perf_counter_ns()}",
            "m",
            prompt=prompt,
            sampling=sampling,
            conversation=conversation,
        )
        return self.engine.submit(request).result()

    @property
    def host(self) -> Host:
        host = self.engine._loop.host("m")
        assert host is not None
        return host

    def rest(self) -> None:
        """As after some idle seconds."""
        later = time.perf_counter() + IDLE_S + 1
        for _slot in self.host.prefixes.slots:
            on_engine_thread(self.engine, lambda: self.host.prefixes.save_resting(later))
        self.store.flush()

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.kv"))


Make = Callable[..., App]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[App] = []

    def start(kind: str = "dense", **rest: Any) -> App:
        path = MODELS[kind](tmp_path / f"{kind}.gguf")
        made.append(App(tmp_path, path, **rest))
        return made[-1]

    yield start
    for one in made:
        one.engine.close()


@pytest.mark.parametrize("kind", MODELS)
def test_after_a_restart_only_new_tokens_are_computed(make: Make, kind: str) -> None:
    app = make(kind)
    app.ask(TEXT)
    warm = app.ask(TEXT + "And then?")
    app.restart()
    resumed = app.ask(TEXT + "And then?")
    assert resumed.text == warm.text
    new = resumed.usage.prompt_tokens - resumed.usage.cached_tokens
    assert new <= (BEFORE_END if kind in (*CANNOT_CUT, "gemma3") else 1)
    app.restart()
    app.store.forget("chat")
    app.store.flush()
    cold = app.ask(TEXT + "And then?", "another")
    assert cold.usage.cached_tokens == 0
    assert cold.text == warm.text


def test_the_reply_itself_is_not_computed_again(make: Make) -> None:
    app = make(fake="a reply of some words")
    first = app.ask(TEXT, n_tokens=20)
    app.restart()
    second = app.ask(TEXT + first.text + " go on")
    assert second.usage.cached_tokens == first.usage.prompt_tokens + 19


def test_an_idle_chat_is_saved_and_saved_again_when_it_grew(make: Make) -> None:
    app = make(fake="ok")
    app.ask(TEXT)
    assert app.files() == []
    app.rest()
    (file,) = app.files()
    before = file.stat().st_mtime_ns
    app.ask(TEXT + "a little more")
    app.rest()
    assert file.stat().st_mtime_ns == before  # not worth a write yet
    app.ask(TEXT * 2)
    app.rest()
    assert kv_file.read(file).tokens.tolist()[: len(TEXT)] == list(TEXT.encode())
    assert file.stat().st_mtime_ns > before


def test_a_chat_whose_slot_is_taken_is_saved_first(make: Make) -> None:
    app = make(fake="ok", n_slots=1)
    app.ask("one " + TEXT, "one")
    app.ask("two " + TEXT, "two")
    again = app.ask("one " + TEXT, "one")
    assert again.usage.cached_tokens == again.usage.prompt_tokens - 1


def test_a_chat_that_gives_way_to_a_full_cache_is_saved_first(make: Make) -> None:
    app = make(n_slots=2, n_ctx=512)
    app.ask(TEXT, "one")  # some 280 of 512 cells
    app.ask("x" * 300, "two")
    app.store.flush()
    assert len(app.files()) == 1
    assert app.ask(TEXT, "one").usage.cached_tokens > 200


def test_a_copy_that_would_take_too_long_is_not_made(make: Make) -> None:
    """Not while a request waits for the slot; at rest there is more time."""
    app = make(fake="ok", n_slots=1)
    keeper = app.host.prefixes.keeper
    assert keeper is not None
    keeper._bytes_s = len(TEXT) * 2.0  # half a second for this chat
    app.ask("one " + TEXT, "one")
    app.ask("two " + TEXT, "two")
    app.store.flush()
    assert app.files() == []
    app.rest()
    assert len(app.files()) == 1


def test_without_a_conversation_nothing_is_kept(make: Make) -> None:
    app = make(fake="ok")
    app.ask(TEXT, conversation="")
    app.rest()
    app.restart()
    assert app.files() == []
    app.ask(TEXT)
    app.restart()
    assert app.ask(TEXT, conversation="").usage.cached_tokens == 0


def test_a_short_chat_is_not_worth_a_file(make: Make) -> None:
    app = make(fake="ok")
    app.ask("x" * (MIN_GAIN // 2))
    app.restart()
    assert app.files() == []


def test_a_deleted_chat_leaves_no_file(make: Make) -> None:
    app = make(fake="ok")
    app.ask(TEXT)
    app.rest()
    assert app.files()
    app.engine.forget("chat")
    app.restart()
    app.store.flush()
    assert app.files() == []


def test_unloading_saves(make: Make) -> None:
    app = make(fake="ok")
    app.ask(TEXT)
    app.engine.unload("m").result(10)
    app.store.flush()
    assert len(app.files()) == 1
    app.engine.load(app.params).result(30)
    assert app.ask(TEXT).usage.cached_tokens > MIN_GAIN


@pytest.mark.parametrize("change", ["fingerprint", "type_k", "n_ctx"])
def test_a_state_of_another_setup_is_not_used(make: Make, change: str) -> None:
    app = make()
    app.ask(TEXT)
    values: dict[str, Any] = {"fingerprint": "e" * 32, "type_k": "f16", "n_ctx": 256}
    app.params = replace(app.params, **{change: values[change]})
    app.restart()
    assert app.ask(TEXT[:100]).usage.cached_tokens == 0
    assert app.host.runner.info.params == app.params


@pytest.mark.parametrize("damage", ["cut", "flip", "swap"])
def test_a_damaged_file_never_reaches_native_code(make: Make, damage: str) -> None:
    app = make()
    expected = app.ask(TEXT).text
    app.engine.close()
    (file,) = app.files()
    whole = bytearray(file.read_bytes())
    if damage == "cut":
        del whole[-100:]
    elif damage == "flip":
        whole[-100] ^= 4
    else:  # the state of something else behind the right header
        whole[-2000:] = bytes(2000)
    file.write_bytes(whole)
    app.start()
    calls: list[object] = []
    app.host.prefixes._cache.load_state = lambda *args: calls.append(args)  # type: ignore[method-assign, assignment]
    again = app.ask(TEXT)
    assert (again.text, again.usage.cached_tokens, calls) == (expected, 0, [])


def test_a_state_that_the_context_refuses_is_dropped(make: Make) -> None:
    app = make()
    app.ask(TEXT)
    app.restart()
    app.host.prefixes._cache.load_state = lambda *_args: False  # type: ignore[method-assign]
    assert app.ask(TEXT).usage.cached_tokens == 0
    app.store.flush()
    assert app.files() == []


def test_a_state_comes_back_into_a_full_cache(make: Make) -> None:
    app = make(n_slots=3, n_ctx=512)
    expected = app.ask(TEXT, "one").text
    app.restart()
    app.ask("x" * 200, "two")
    app.ask("y" * 200, "three")
    again = app.ask(TEXT, "one")  # there is room when the others give way
    assert again.text == expected
    assert again.usage.cached_tokens == again.usage.prompt_tokens - 1


def test_two_models_keep_their_states_apart(make: Make) -> None:
    app = make(fake="ok")
    other = replace(app.params, key="other", fingerprint="2" * 32)
    app.engine.load(other).result(10)
    app.ask(TEXT)
    sampling = replace(GREEDY, max_tokens=4)
    request = GenerationRequest("q", "other", prompt=TEXT, sampling=sampling, conversation="chat")
    assert app.engine.submit(request).result().usage.cached_tokens == 0
    app.restart()
    assert len(app.files()) == 2
    app.engine.load(other).result(10)
    assert app.engine.submit(replace(request, request_id="r")).result().usage.cached_tokens > 64


def test_a_disk_that_fails_fails_no_reply(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object) -> None:
        raise OSError(5, "Input/output error")

    app = make(fake="ok", n_slots=1)
    app.ask(TEXT)
    app.rest()
    monkeypatch.setattr(kv_file, "read", broken)
    monkeypatch.setattr(kv_file, "write", broken)
    with caplog.at_level(logging.WARNING, "desk.engine.kv"):
        assert app.ask("other " + TEXT, "other").text
        assert app.ask(TEXT).text
        app.store.flush()
    assert "Input/output error" in caplog.text


def test_a_slow_disk_does_not_hold_up_the_end(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make(fake="ok")
    app.ask(TEXT)
    monkeypatch.setattr(kv_file, "_write_all", lambda *_args: time.sleep(0.3))
    started = time.monotonic()
    app.engine.close(timeout=0.2)
    assert time.monotonic() - started < 2.0
