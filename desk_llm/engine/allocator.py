"""glibc's malloc, told to give memory back: models come and go, and so must their buffers.

By default glibc raises its threshold for mapped blocks to the size of what was freed last, up to
32 MB; later buffers of that size then lie on the heap, between small objects that live longer, and
the process grows with every model that was loaded. It also keeps a heap for every thread.
"""

from __future__ import annotations

import contextlib
import ctypes as c
import sys

# From glibc's malloc.h.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
MAPPED_FROM = 1 << 20  # bytes; such blocks go back to the system when they are freed
ARENAS = 2


def give_memory_back() -> None:
    """Once, before the engine's first native call. Other C libraries are left as they are."""
    if sys.platform != "linux":
        return
    with contextlib.suppress(AttributeError):  # musl has no mallopt
        mallopt = c.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, MAPPED_FROM)
        mallopt(_M_ARENA_MAX, ARENAS)
