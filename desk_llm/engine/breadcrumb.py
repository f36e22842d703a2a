"""Breadcrumb: what this process is doing, written into memory that outlives it.

    app         writes: the engine thread its model and phase, a plain thread and the window a beat
    supervisor  maps the same file, sees when nothing moves any more, and reads it after any death

A mark is a store into shared memory: no system call, so the engine thread can afford two a step.
Only `mmap` and `os` are imported, for the supervisor's sake.
"""

from __future__ import annotations

import mmap
import os

# In the environment of the app.
FILE_VARIABLE = "DESK_LLM_BREADCRUMB"  # its file
ENDED_VARIABLE = "DESK_LLM_ENDED"  # JSON: how the app died that ran before it
HANG_VARIABLE = "DESK_LLM_HANG_S"  # for tests
HANG_S = 30.0  # nothing may stand still longer

EXIT_ABORTED = 86  # native code gave up; the history was saved first
EXIT_HUNG = 87  # a native call did not return; the history was saved first

IDLE, LOADING, COMPUTING = 0, 1, 2

# Numbers, eight bytes each; then texts, each behind two bytes of length.
_PHASE, _MARKS, _ROWS, _BEAT, _WINDOW, _LEAVING = range(6)
_WORDS = 8
_MODEL, _PATH, _MESSAGE = 64, 1088, 5184  # where the texts begin
_SIZES = {_MODEL: 1022, _PATH: 4094, _MESSAGE: 1022}
_SIZE = 8192


class Breadcrumb:
    """Each field has one writing thread; texts are written before the phase that needs them."""

    def __init__(self, memory: mmap.mmap) -> None:
        self._memory = memory
        self._words = memoryview(memory)[: 8 * _WORDS].cast("Q")
        self._model = ""

    @classmethod
    def create(cls, path: str) -> Breadcrumb:
        """A new file, readable by its owner only. Raises OSError."""
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, bytes(_SIZE))  # real blocks: a full disk must fail here
            return cls(mmap.mmap(descriptor, _SIZE))
        finally:
            os.close(descriptor)

    @classmethod
    def open(cls, path: str) -> Breadcrumb:
        """The file that the supervisor made. Raises OSError, ValueError."""
        descriptor = os.open(path, os.O_RDWR)
        try:
            return cls(mmap.mmap(descriptor, _SIZE))
        finally:
            os.close(descriptor)

    @classmethod
    def private(cls) -> Breadcrumb:
        """Nobody but this process reads it."""
        return cls(mmap.mmap(-1, _SIZE))

    # ── the engine thread ────────────────────────────────────────────────

    def begin(self, phase: int, model: str, path: str) -> None:
        """A native call that may take long, or never return, is next."""
        if model != self._model:
            self._model = model
            self._write(_MODEL, model)
            self._write(_PATH, path)
        self._words[_PHASE] = phase
        self._words[_MARKS] += 1

    def advance(self) -> None:
        """It goes on: a load reported progress."""
        self._words[_MARKS] += 1

    def end(self) -> None:
        """It returned."""
        self._words[_PHASE] = IDLE

    def set_rows(self, n_rows: int) -> None:
        """How long a batch may take depends on its rows; 0: no batch is computed."""
        self._words[_ROWS] = n_rows

    # ── other writers ────────────────────────────────────────────────────

    def beat(self) -> None:
        """The interpreter runs; a plain thread says so."""
        self._words[_BEAT] += 1

    def beat_window(self) -> None:
        """The window stands and its event loop turns."""
        self._words[_WINDOW] += 1

    def leave(self) -> None:
        """The person closed the window: whatever happens now, it must not come back."""
        self._words[_LEAVING] = 1

    def note(self, message: str) -> None:
        """Last words."""
        self._write(_MESSAGE, message)

    # ── readers ──────────────────────────────────────────────────────────

    @property
    def phase(self) -> int:
        """IDLE, LOADING or COMPUTING."""
        return self._words[_PHASE]

    @property
    def marks(self) -> int:
        """Grows with every sign of progress of the engine thread."""
        return self._words[_MARKS]

    @property
    def n_rows(self) -> int:
        """Of the batch that is computed."""
        return self._words[_ROWS]

    @property
    def beats(self) -> tuple[int, int]:
        """Of the plain thread, of the window; 0 before the first."""
        return self._words[_BEAT], self._words[_WINDOW]

    @property
    def is_leaving(self) -> bool:
        """The window was closed in order."""
        return bool(self._words[_LEAVING])

    @property
    def model(self) -> str:
        """The key of the model that the phase is about."""
        return self._read(_MODEL)

    @property
    def path(self) -> str:
        """Its file."""
        return self._read(_PATH)

    @property
    def message(self) -> str:
        """Last words; empty when there were none."""
        return self._read(_MESSAGE)

    def clear(self) -> None:
        """As if nothing had happened: for the next process."""
        self._memory[:] = bytes(_SIZE)
        self._model = ""

    def close(self) -> None:
        """Let go of the memory."""
        self._words.release()
        self._memory.close()

    def _write(self, at: int, text: str) -> None:
        raw = text.encode("utf-8", "replace")[: _SIZES[at]]
        self._memory[at : at + 2] = b"\0\0"  # a reader must never see a length without its text
        self._memory[at + 2 : at + 2 + len(raw)] = raw
        self._memory[at : at + 2] = len(raw).to_bytes(2, "little")

    def _read(self, at: int) -> str:
        length = int.from_bytes(self._memory[at : at + 2], "little")
        return self._memory[at + 2 : at + 2 + length].decode("utf-8", "replace")


def hang_s() -> float:
    """How long nothing may move."""
    return float(os.environ.get(HANG_VARIABLE) or HANG_S)


_current = Breadcrumb.private()


def current() -> Breadcrumb:
    """The one of this process."""
    return _current


def attach() -> bool:
    """Use the supervisor's file, if there is one; before the engine is made.

    The variable goes: children of the app (templates, trial loads) leave no marks of theirs in it.
    """
    global _current  # noqa: PLW0603  one per process
    path = os.environ.pop(FILE_VARIABLE, "")
    if not path:
        return False
    try:
        _current = Breadcrumb.open(path)
    except (OSError, ValueError):
        return False
    return True
