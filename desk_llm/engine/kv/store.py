"""KvStore: conversations' KV states on disk, one file each, within a budget; oldest use goes first.

engine thread ── save ──▶ pending ── store's thread ──▶ files
prepare thread ◀─ find ── pending, or a file that its checksum proves

Files are read by their names in an index that is made when the app starts. What cannot be read
or written is logged: it costs time later, never a reply.
"""

from __future__ import annotations

import hashlib
import logging
import os
import queue
import shutil
import threading
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desk_llm.engine.fingerprint import engine_build, weights_of
from desk_llm.engine.kv import file as kv_file
from desk_llm.engine.kv.file import DamagedFile, GivenUp, KvHeader, KvIdentity, KvState
from desk_llm.engine.kv.prefix import common_prefix, usable_prefix
from desk_llm.engine.types import LoadParams

log = logging.getLogger("desk.engine.kv")

MAX_PENDING = 1 << 30  # bytes of states that wait for the disk
FREE_DISK = 1 << 30  # stays free for others
SMALL = 64 << 20  # a state for which nobody need look at the free RAM
READY_WITHIN_S = 2.0


@dataclass(slots=True)
class _Entry:
    """A file of the index."""

    path: Path
    header: KvHeader
    last_used: float


class KvStore:
    """Methods may be called on any thread; `budget` in bytes, 0 switches the store off."""

    def __init__(self, folder: Path, budget: Callable[[], int]) -> None:
        self._folder = folder
        self._budget = budget
        self._entries: dict[str, _Entry] = {}
        self._pending: dict[str, KvState] = {}
        self._forgotten: set[str] = set()  # deleted conversations, whose last reply may still run
        self._lock = threading.Lock()
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_ready = threading.Event()
        self._build = ""
        self._give_up_at = float("inf")
        self._has_warned = False

    def start(self) -> None:
        """Read the index on the store's own thread; idempotent."""
        with self._lock:
            if self._thread is not None:
                return
            self._thread = threading.Thread(target=self._work, name="kv-store", daemon=True)
        self._tasks.put(self._open)
        self._thread.start()

    def close(self, timeout: float) -> None:
        """Write what is pending within `timeout`, give up the rest. Idempotent."""
        thread = self._thread
        if thread is None:
            return
        self._give_up_at = time.monotonic() + timeout
        self._tasks.put(None)
        thread.join(timeout + 0.1)

    def flush(self) -> None:
        """Wait until everything asked for so far is done."""
        done = threading.Event()
        self._tasks.put(done.set)
        done.wait()

    def identity(self, params: LoadParams) -> KvIdentity | None:
        """What states of a model loaded like this are valid for; None: they are not kept."""
        if not params.fingerprint or not self._is_ready.wait(READY_WITHIN_S):
            return None
        return KvIdentity(weights_of(params), params.type_k, params.type_v, self._build)

    # ── saving ───────────────────────────────────────────────────────────

    def n_known(self, conversation: str, identity: KvIdentity, tokens: array[int]) -> int:
        """How many of these tokens the conversation's saved state begins with."""
        name = _name(conversation, identity)
        with self._lock:
            pending, entry = self._pending.get(name), self._entries.get(name)
        if pending is not None:
            return common_prefix(pending.tokens, tokens)
        return common_prefix(entry.header.tokens, tokens) if entry is not None else 0

    def accepts(self, conversation: str, n_bytes: int) -> bool:
        """Whether a state of this size would be kept."""
        with self._lock:
            waiting = sum(state.n_bytes for state in self._pending.values())
            if conversation in self._forgotten:
                return False
        if n_bytes > self._budget() // 2 or waiting + n_bytes > MAX_PENDING:
            return False
        return _has_ram(n_bytes)

    def save(self, state: KvState) -> None:
        """Write a state soon; it replaces the conversation's older one."""
        name = _name(state.conversation, state.identity)
        with self._lock:
            if state.conversation in self._forgotten:
                return
            self._pending[name] = state
        self._tasks.put(lambda: self._write(name, state))

    def forget(self, conversation: str) -> None:
        """The conversation was deleted: remove its files, and write none for it any more."""
        self.start()  # also when no model was loaded yet
        with self._lock:
            self._forgotten.add(conversation)
            for name, state in tuple(self._pending.items()):
                if state.conversation == conversation:
                    del self._pending[name]
        self._tasks.put(lambda: self._remove_all(conversation))

    def reject(self, state: KvState) -> None:
        """The context could not take it: it was saved with another layout."""
        name = _name(state.conversation, state.identity)
        with self._lock:
            entry = self._entries.get(name)
        if entry is not None:
            self._tasks.put(lambda: self._drop(name, entry))

    def trim(self) -> None:
        """The budget may have changed; before `start`, that will see to it."""
        self._tasks.put(self._fit_budget)

    # ── finding ──────────────────────────────────────────────────────────

    def find(
        self,
        conversation: str,
        identity: KvIdentity,
        tokens: array[int],
        at_least: int,
        *,
        can_cut: bool,
        n_ctx: int,
    ) -> KvState | None:
        """The state with the longest usable beginning of `tokens`, if it has `at_least`.

        Reads and checks a file; for the prepare thread.
        """
        with self._lock:
            self._forgotten.discard(conversation)  # it was restored from the bin
        if self._budget() <= 0 or not self._is_ready.wait(READY_WITHIN_S):
            return None
        best, best_n = "", max(at_least, 1) - 1
        for name, held, positions in self._candidates(identity):
            if len(held) > n_ctx:
                continue
            n = usable_prefix(held, tokens, positions, can_cut=can_cut)
            if n > best_n:
                best, best_n = name, n
        return self._read(best) if best else None

    def _candidates(self, identity: KvIdentity) -> list[tuple[str, array[int], tuple[int, ...]]]:
        with self._lock:
            found = {
                name: (entry.header.tokens, entry.header.checkpoints)
                for name, entry in self._entries.items()
                if entry.header.identity == identity
            }
            for name, state in self._pending.items():
                if state.identity == identity:
                    positions = tuple(one.n_tokens for one in state.checkpoints)
                    found[name] = (state.tokens, positions)
        return [(name, *held) for name, held in found.items()]

    def _read(self, name: str) -> KvState | None:
        with self._lock:
            pending, entry = self._pending.get(name), self._entries.get(name)
        if pending is not None or entry is None:
            return pending
        if not _has_ram(entry.header.n_bytes):
            return None
        try:
            state = kv_file.read(entry.path)
        except (DamagedFile, OSError, MemoryError) as error:
            log.warning("%s cannot be used: %s", entry.path.name, error)
            self._tasks.put(lambda: self._drop(name, entry))
            return None
        if state.identity != entry.header.identity or state.tokens != entry.header.tokens:
            return None  # it was just replaced by a newer one
        entry.last_used = time.time()
        self._tasks.put(lambda: _touch(entry))
        return state

    # ── the store's thread ───────────────────────────────────────────────

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except OSError as error:
                self._warn(error)
            except Exception:
                log.exception("the KV store failed")

    def _open(self) -> None:
        try:
            self._build = engine_build()
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for path in self._folder.iterdir():
                self._enter(path)
            self._fit_budget()
        finally:
            self._is_ready.set()

    def _enter(self, path: Path) -> None:
        """Index a file; what can never be used again is removed."""
        try:
            header = kv_file.read_header(path)
            is_useless = header.identity.build != self._build
            last_used = path.stat().st_mtime
        except DamagedFile:
            is_useless = path.suffix in {".kv", ".part"}
        except OSError:
            return
        if is_useless:
            path.unlink(missing_ok=True)
        elif path.suffix == ".kv":
            with self._lock:
                self._entries[path.stem] = _Entry(path, header, last_used)

    def _write(self, name: str, state: KvState) -> None:
        path = self._folder / f"{name}.kv"
        try:
            if self._make_room(state.n_bytes, keep=name) and self._is_wanted(name, state):
                n_bytes = kv_file.write(path, state, lambda: self._is_wanted(name, state))
                positions = tuple(one.n_tokens for one in state.checkpoints)
                header = KvHeader(
                    state.conversation, state.identity, state.tokens, positions, n_bytes
                )
                with self._lock:
                    self._entries[name] = _Entry(path, header, time.time())
                self._has_warned = False
        except GivenUp:
            pass
        finally:
            with self._lock:
                if self._pending.get(name) is state:
                    del self._pending[name]

    def _is_wanted(self, name: str, state: KvState) -> bool:
        return self._pending.get(name) is state and time.monotonic() < self._give_up_at

    def _fit_budget(self) -> None:
        self._make_room(0)

    def _make_room(self, n_bytes: int, keep: str = "") -> bool:
        """Remove what was not used for the longest time; False when there is no room at all."""
        budget = self._budget()
        with self._lock:
            by_age = sorted(self._entries.items(), key=lambda item: item[1].last_used)
        used = n_bytes + sum(one.header.n_bytes for name, one in by_age if name != keep)
        for name, entry in by_age:
            if used <= budget:
                break
            if name != keep or budget <= 0:
                self._drop(name, entry)
                used -= entry.header.n_bytes
        return used <= budget and (
            not n_bytes or shutil.disk_usage(self._folder).free >= n_bytes + FREE_DISK
        )

    def _drop(self, name: str, entry: _Entry) -> None:
        with self._lock:
            if self._entries.get(name) is not entry:
                return
            del self._entries[name]
        entry.path.unlink(missing_ok=True)

    def _remove_all(self, conversation: str) -> None:
        with self._lock:
            items = tuple(self._entries.items())
        for name, entry in items:
            if entry.header.conversation == conversation:
                self._drop(name, entry)

    def _warn(self, error: OSError) -> None:
        if not self._has_warned:  # once, not at every turn of every chat
            log.warning("conversations' KV states cannot be kept: %s", error)
        self._has_warned = True


def _name(conversation: str, identity: KvIdentity) -> str:
    words = (conversation, identity.model, identity.type_k, identity.type_v)
    return hashlib.blake2b("\0".join(words).encode(), digest_size=16).hexdigest()


def _has_ram(n_bytes: int) -> bool:
    """Whether a copy leaves as much again to others; small ones always do."""
    if n_bytes < SMALL:
        return True
    import psutil  # 10 ms that the start of the window does not need

    return int(psutil.virtual_memory().available) >= 2 * n_bytes


def _touch(entry: _Entry) -> None:
    os.utime(entry.path, (entry.last_used, entry.last_used))
