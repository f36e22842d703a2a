"""Digester: sha256 on a thread of its own, so that the network waits for the disk only."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

SIZE = 1 << 20  # of a buffer: few enough handovers, still warm in the cache
_N_BUFFERS = 4


class Digester:
    """Takes filled buffers and gives them back once they are summed up.

    hashlib lets go of the interpreter while it works: the sum costs a core's time, but no waiting.
    """

    def __init__(self) -> None:
        self._sum = hashlib.sha256()
        self._is_behind = False
        self._free: SimpleQueue[memoryview] = SimpleQueue()
        self._full: SimpleQueue[tuple[memoryview, int] | threading.Event | None] = SimpleQueue()
        for _ in range(_N_BUFFERS):
            self._free.put(memoryview(bytearray(SIZE)))
        self._thread = threading.Thread(target=self._run, name="download-sum", daemon=True)
        self._thread.start()

    def buffer(self) -> memoryview:
        """A free buffer; waits while the sum is behind."""
        return self._free.get()

    def add(self, buffer: memoryview, n_bytes: int, *, at_once: bool = False) -> None:
        """Sum up the first bytes of a buffer, which is free again then.

        `at_once`: on this thread, which has time for it; handing over costs more than waiting.
        """
        if not at_once:
            self._is_behind = True
            self._full.put((buffer, n_bytes))
            return
        self._settle()
        self._sum.update(buffer[:n_bytes])
        self._free.put(buffer)

    def restart(self) -> None:
        """Forget every byte so far."""
        self._settle()
        self._sum = hashlib.sha256()

    def hexdigest(self) -> str:
        """Of everything that was added."""
        self._settle()
        return self._sum.hexdigest()

    def close(self) -> None:
        """End the thread. Idempotent."""
        self._full.put(None)
        self._thread.join()

    def _settle(self) -> None:
        if not self._is_behind:
            return
        self._is_behind = False
        done = threading.Event()
        self._full.put(done)
        done.wait()

    def _run(self) -> None:
        while (work := self._full.get()) is not None:
            if isinstance(work, threading.Event):
                work.set()
                continue
            buffer, n_bytes = work
            self._sum.update(buffer[:n_bytes])
            self._free.put(buffer)


def digest_of(path: Path, progress: Callable[[int], None]) -> str:
    """sha256 of a file; `progress` hears how many bytes are done and may raise to stop it."""
    total = hashlib.sha256()
    buffer = memoryview(bytearray(SIZE))
    done = 0
    with path.open("rb", buffering=0) as file:
        while n_bytes := file.readinto(buffer):
            total.update(buffer[:n_bytes])
            done += n_bytes
            progress(done)
    return total.hexdigest()
