"""How fast this machine's CPU reads its memory: measured once, kept with the machine's identity.

Writing one token reads all weights once, so bandwidth over bytes bounds the tokens per second.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import platform
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

log = logging.getLogger("desk.telemetry")

BYTES = 256 << 20  # together; more than any desktop's caches
MAX_THREADS = 8
_ROUNDS = 3
_ABSENT = 1
_FILE = "bandwidth.json"
_Memchr = Callable[[object, int, int], object]


def machine_id() -> str:
    """What the figure is valid for; another CPU or other memory needs another measurement."""
    import psutil  # not at the start of the window

    total = round(psutil.virtual_memory().total / (1 << 30))
    name = platform.processor() or platform.machine()
    return f"{platform.system()} {name} {psutil.cpu_count()} cores {total} GiB {_cpu_name()}"


def _cpu_name() -> str:
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as file:
            return next((row.split(":", 1)[1].strip() for row in file if "model name" in row), "")
    except OSError:
        return ""


def stored(folder: Path) -> float | None:
    """The figure of this machine in bytes/s, if it was measured before."""
    try:
        found = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        is_ours = found["machine"] == machine_id()
        return float(found["bytes_per_s"]) if is_ours and found["bytes_per_s"] > 0 else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def store(folder: Path, bytes_per_s: float) -> None:
    """Keep the figure; a folder that takes no file costs a measurement at the next start."""
    content = json.dumps({"machine": machine_id(), "bytes_per_s": round(bytes_per_s)})
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / _FILE).write_text(content, encoding="utf-8")
    except OSError as error:
        log.info("the memory bandwidth is not kept: %s", error)


def measure(n_bytes: int = BYTES, n_threads: int | None = None) -> float | None:
    """Bytes/s at which all cores together read; None where the C library is not to be had.

    Some 0.2 s, at low priority. memchr looks for a byte that is not there: it reads as fast as the
    processor can, and ctypes lets go of the GIL meanwhile.
    """
    import psutil

    memchr = _memchr()
    count = n_threads or min(MAX_THREADS, psutil.cpu_count(logical=False) or 1)
    if memchr is None or psutil.virtual_memory().available < 4 * n_bytes:
        return None
    part = n_bytes // count
    zones = [ctypes.create_string_buffer(part) for _ in range(count)]
    ready = threading.Barrier(count + 1)
    threads = [
        threading.Thread(target=_read, args=(memchr, zone, part, ready), name="bandwidth")
        for zone in zones
    ]
    for thread in threads:
        thread.start()
    best = float("inf")
    ready.wait()  # the zones are filled
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        ready.wait()
        ready.wait()
        best = min(best, time.perf_counter() - started)
    for thread in threads:
        thread.join()
    return part * count / best


def _read(memchr: _Memchr, zone: Any, size: int, ready: threading.Barrier) -> None:
    _lower_priority()
    ctypes.memset(zone, 2, size)  # untouched pages are all the same page of zeros, in the cache
    ready.wait()
    for _ in range(_ROUNDS):
        ready.wait()
        memchr(zone, _ABSENT, size)
        ready.wait()


def _memchr() -> _Memchr | None:
    try:
        library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
        memchr: Any = library.memchr
    except (OSError, AttributeError) as error:
        log.info("no C library to measure the memory with: %s", error)
        return None
    memchr.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t)
    memchr.restype = ctypes.c_void_p
    found: _Memchr = memchr
    return found


def _lower_priority() -> None:
    """Of this thread alone, which only Linux allows."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
