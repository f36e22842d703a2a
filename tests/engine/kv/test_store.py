"""The files of saved KV states: only what was written whole, here, by this build, is ever used."""

from __future__ import annotations

import logging
import os
import stat
import threading
from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desk_llm.engine.kv import file as kv_file
from desk_llm.engine.kv.checkpoints import Checkpoint, Checkpoints, next_position
from desk_llm.engine.kv.file import DamagedFile, GivenUp, KvIdentity, KvState, token_array
from desk_llm.engine.kv.store import KvStore
from desk_llm.engine.types import LoadParams
from tests.helpers.waiting import wait_until

PARAMS = LoadParams("m", "m.gguf", fingerprint="f" * 32)
MB = 1 << 20


class Opened:
    """A started store and what it is asked."""

    def __init__(self, folder: Path, budget: int = 64 * MB) -> None:
        self.folder, self.budget = folder, budget
        self.store = KvStore(folder, lambda: self.budget)
        self.store.start()
        identity = self.store.identity(PARAMS)
        assert identity is not None
        self.identity = identity

    def state(self, conversation: str, tokens: list[int], n_bytes: int = 1000) -> KvState:
        data = bytearray(os.urandom(n_bytes))
        return KvState(conversation, self.identity, token_array(tokens), data)

    def save(self, conversation: str, tokens: list[int], n_bytes: int = 1000) -> KvState:
        state = self.state(conversation, tokens, n_bytes)
        self.store.save(state)
        self.store.flush()
        return state

    def find(self, tokens: list[int], at_least: int = 1, n_ctx: int = 4096) -> KvState | None:
        return self.store.find(
            "any", self.identity, token_array(tokens), at_least, can_cut=True, n_ctx=n_ctx
        )

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    one = Opened(tmp_path / "cache" / "kv")
    yield one
    one.store.close(1.0)


def reopened(one: Opened) -> Opened:
    """As after a restart."""
    one.store.close(5.0)
    return Opened(one.folder, one.budget)


def test_a_state_comes_back_after_a_restart(opened: Opened) -> None:
    tokens = list(range(100))
    checkpoint = Checkpoint(90, bytearray(b"partial"))
    saved = replace(opened.state("chat", tokens, 5 * MB), checkpoints=(checkpoint,))
    opened.store.save(saved)
    again = reopened(opened)
    found = again.find([*tokens, 1, 2, 3])
    assert found is not None
    assert (found.conversation, found.tokens, bytes(found.data)) == (
        "chat",
        token_array(tokens),
        bytes(saved.data),
    )
    assert found.checkpoints == (checkpoint,)
    again.store.close(1.0)


def test_only_the_owner_may_read(opened: Opened) -> None:
    opened.save("chat", [1, 2, 3])
    (file,) = opened.files()
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(opened.folder.stat().st_mode) == 0o700


def test_the_longest_beginning_wins(opened: Opened) -> None:
    opened.save("short", [1, 2, 3])
    opened.save("long", [1, 2, 3, 4, 5, 6])
    opened.save("other", [9] * 50)
    found = opened.find([1, 2, 3, 4, 5, 7, 8])
    assert found is not None
    assert found.conversation == "long"
    assert opened.find([1, 2, 3, 4, 5, 7, 8], at_least=6) is None
    assert opened.find([7, 7]) is None


def test_what_is_not_written_yet_is_found_as_well(opened: Opened) -> None:
    gate = threading.Event()

    def wait() -> None:
        gate.wait(10)

    opened.store._tasks.put(wait)
    state = opened.state("chat", list(range(80)))
    opened.store.save(state)
    assert opened.find(list(range(80))) is state
    assert opened.store.n_known("chat", opened.identity, token_array([0, 1, 5])) == 2
    gate.set()
    opened.store.flush()
    assert len(opened.files()) == 1


def test_a_conversation_has_one_file(opened: Opened) -> None:
    for n in (50, 70, 60):
        opened.save("chat", list(range(n)))
    assert len(opened.files()) == 1
    assert opened.store.n_known("chat", opened.identity, token_array(range(100))) == 60


@pytest.mark.parametrize("cut", [0, 1, 7, 8, 16, 24, 55, 56, 57, 100, 300, 600, 1000, -1, -500])
def test_a_truncated_file_is_refused_and_removed(opened: Opened, cut: int) -> None:
    opened.save("chat", list(range(80)))
    (file,) = opened.files()
    whole = file.read_bytes()
    file.write_bytes(whole[:cut])
    with pytest.raises(DamagedFile):
        kv_file.read(file)
    assert opened.find(list(range(80))) is None  # the index knew it; the file says otherwise
    opened.store.flush()
    assert opened.files() == []
    file.write_bytes(whole[:cut])
    again = reopened(opened)
    assert again.find(list(range(80))) is None
    assert again.files() == []
    again.store.close(1.0)


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    identity = KvIdentity("m", "f16", "f16", "build")
    checkpoint = Checkpoint(3, bytearray(b"12345678"))
    state = KvState("chat", identity, token_array([1, 2, 3, 4]), bytearray(64), (checkpoint,))
    file = tmp_path / "one.kv"
    kv_file.write(file, state, lambda: True)
    whole = file.read_bytes()
    assert kv_file.read(file) == state
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        file.write_bytes(damaged)
        with pytest.raises(DamagedFile):
            kv_file.read(file)
    file.write_bytes(whole + b"\0")
    with pytest.raises(DamagedFile):
        kv_file.read(file)


@pytest.mark.parametrize(
    "other",
    [
        replace(PARAMS, fingerprint="0" * 32),
        replace(PARAMS, type_k="q8_0"),
        replace(PARAMS, type_v="q8_0"),
    ],
    ids=["model", "keys", "values"],
)
def test_a_state_of_something_else_is_not_found(opened: Opened, other: LoadParams) -> None:
    opened.save("chat", list(range(80)))
    identity = opened.store.identity(other)
    assert identity is not None
    tokens = token_array(range(80))
    assert opened.store.find("chat", identity, tokens, 1, can_cut=True, n_ctx=4096) is None
    assert opened.store.n_known("chat", identity, tokens) == 0


def test_without_a_fingerprint_nothing_is_kept(opened: Opened) -> None:
    assert opened.store.identity(replace(PARAMS, fingerprint="")) is None


def test_states_of_another_build_are_removed(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.save("chat", list(range(80)))
    monkeypatch.setattr("desk_llm.engine.kv.store.engine_build", lambda: "newer")
    again = reopened(opened)
    assert again.find(list(range(80))) is None
    assert again.files() == []
    again.store.close(1.0)


def test_a_state_that_is_too_long_for_the_context_is_not_read(opened: Opened) -> None:
    opened.save("chat", list(range(80)))
    assert opened.find(list(range(70)), n_ctx=79) is None
    assert opened.find(list(range(70)), n_ctx=80) is not None


def test_a_state_that_cannot_be_cut_needs_a_checkpoint(opened: Opened) -> None:
    state = replace(
        opened.state("chat", list(range(80))), checkpoints=(Checkpoint(50, bytearray(9)),)
    )
    opened.store.save(state)
    opened.store.flush()

    def find(n: int, at_least: int) -> bool:
        tokens = token_array(range(n))
        args = ("chat", opened.identity, tokens, at_least)
        return opened.store.find(*args, can_cut=False, n_ctx=4096) is not None

    assert find(81, 80)  # as a whole
    assert find(80, 50)  # one token must be computed
    assert not find(80, 51)
    assert not find(40, 1)


def test_the_least_recently_used_go_first(opened: Opened) -> None:
    opened.budget = 4 * MB
    for n, name in enumerate(("a", "b", "c")):
        opened.save(name, [n] * 100, MB)
    assert opened.find([0] * 100) is not None  # "a" is used again
    opened.save("d", [3] * 100, MB + MB // 2)
    kept = {state.conversation for n in range(4) if (state := opened.find([n] * 100))}
    assert kept == {"a", "c", "d"}
    assert sum(file.stat().st_size for file in opened.files()) <= opened.budget


def test_a_state_of_half_the_budget_or_more_is_not_accepted(opened: Opened) -> None:
    opened.budget = 4 * MB
    assert opened.store.accepts("chat", 2 * MB)
    assert not opened.store.accepts("chat", 2 * MB + 1)
    opened.budget = 0
    assert not opened.store.accepts("chat", 1)


def test_switching_it_off_removes_everything(opened: Opened) -> None:
    opened.save("chat", list(range(80)))
    opened.budget = 0
    opened.store.trim()
    opened.store.flush()
    assert opened.files() == []
    assert opened.find(list(range(80))) is None


def test_a_deleted_conversation_is_gone_and_stays_gone(opened: Opened) -> None:
    opened.save("chat", list(range(80)))
    opened.save("other", list(range(70)))
    opened.store.forget("chat")
    opened.save("chat", list(range(90)))  # its last reply ended after it was deleted
    assert len(opened.files()) == 1
    found = opened.find(list(range(90)))
    assert found is not None
    assert found.conversation == "other"
    # Restored from the bin and asked again, it is kept again.
    opened.store.find("chat", opened.identity, token_array([5]), 1, can_cut=True, n_ctx=4096)
    opened.save("chat", list(range(90)))
    assert len(opened.files()) == 2


def test_a_conversation_can_be_deleted_before_any_model_is_loaded(opened: Opened) -> None:
    opened.save("chat", list(range(80)))
    opened.store.close(5.0)
    later = KvStore(opened.folder, lambda: opened.budget)
    later.forget("chat")
    later.close(5.0)
    assert opened.files() == []


def test_an_unwritable_folder_is_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    with caplog.at_level(logging.WARNING, "desk.engine.kv"):
        one = Opened(tmp_path / "file" / "kv")
        for n in range(3):
            one.save("chat", list(range(80 + n)))
        assert one.find(list(range(80))) is None
        one.store.close(1.0)
    assert len(caplog.records) == 1


def test_a_full_disk_is_a_warning_and_leaves_nothing(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kv_file, "_write_all", full)
    with caplog.at_level(logging.WARNING, "desk.engine.kv"):
        opened.save("chat", list(range(80)))
    assert "No space left" in caplog.text
    assert opened.files() == []
    monkeypatch.undo()
    opened.save("chat", list(range(80)))
    assert len(opened.files()) == 1


def test_closing_gives_up_what_takes_too_long(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, gate = threading.Event(), threading.Event()

    def slow(file: object, data: memoryview) -> None:
        entered.set()
        gate.wait(10)

    monkeypatch.setattr(kv_file, "_write_all", slow)
    opened.store.save(opened.state("chat", list(range(80)), 20 * MB))
    opened.store.save(opened.state("other", list(range(80)), 20 * MB))
    entered.wait(10)
    opened.store.close(0.05)
    gate.set()
    thread = opened.store._thread
    assert thread is not None
    thread.join(10)
    assert not thread.is_alive()
    assert opened.files() == []


def test_a_write_that_is_not_wanted_any_more_leaves_nothing(tmp_path: Path) -> None:
    state = KvState("chat", KvIdentity("m", "f16", "f16", "b"), array("i", [1]), bytearray(9 * MB))
    answers = iter([True, True, True, False])
    with pytest.raises(GivenUp):
        kv_file.write(tmp_path / "one.kv", state, lambda: next(answers))
    assert list(tmp_path.iterdir()) == []


def test_unfinished_writes_of_a_crash_are_removed(opened: Opened) -> None:
    (opened.folder / "dead.part").write_bytes(b"DESK-KV\n half")
    (opened.folder / "notes.txt").write_text("somebody's")
    again = reopened(opened)
    wait_until(lambda: [file.name for file in again.files()] == ["notes.txt"])
    again.store.close(1.0)


def test_two_models_share_one_store(opened: Opened) -> None:
    second = opened.store.identity(replace(PARAMS, fingerprint="2" * 32))
    assert second is not None
    opened.save("chat", list(range(80)))
    opened.store.save(replace(opened.state("chat", list(range(90))), identity=second))
    opened.store.flush()
    assert len(opened.files()) == 2
    opened.store.forget("chat")
    opened.store.flush()
    assert opened.files() == []


def test_checkpoints_stay_bounded_and_spread() -> None:
    kept = Checkpoints(max_bytes=100)
    for n in range(10, 210, 10):
        kept.add(Checkpoint(n, bytearray(10)))
    positions = [one.n_tokens for one in kept.all]
    assert len(positions) == 8
    assert positions[-1] == 200
    assert max(b - a for a, b in zip([0, *positions], positions, strict=False)) <= 80
    assert not kept.fits(101)
    kept.add(Checkpoint(300, bytearray(95)))
    assert [one.n_tokens for one in kept.all] == [300]


def test_checkpoints_of_a_changed_text_go() -> None:
    kept = Checkpoints(max_bytes=100)
    for n in (10, 20, 30):
        kept.add(Checkpoint(n, bytearray(1)))
    assert kept.best(25) is kept.all[1]
    kept.cut(20)
    assert kept.best(99) is kept.all[1]
    assert kept.best(9) is None


def test_a_checkpoint_stands_before_the_end_of_the_prompt() -> None:
    assert next_position(100, 0) == 92
    assert next_position(100, 92) is None
    assert next_position(63, 0) is None  # one batch more would cost more than it saves
