"""Freed buffers leave the process."""

from __future__ import annotations

import ctypes as c
import subprocess
import sys

import pytest

CODE = """
import ctypes as c, sys
from desk_llm.engine.allocator import give_memory_back
if sys.argv[1] == "yes":
    give_memory_back()
libc = c.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = c.c_void_p, [c.c_size_t]
libc.free.argtypes = [c.c_void_p]
BIG = 20 << 20
libc.free(libc.malloc(BIG))  # by default this raises the threshold
pairs = [(libc.malloc(BIG), libc.malloc(100_000)) for _ in range(4)]  # the second ones stay
for one, _pin in pairs:
    c.memset(one, 1, BIG)
for one, _pin in pairs:
    libc.free(one)
print(int(open("/proc/self/statm").read().split()[1]) * 4096)
"""


def resident_after(is_told: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", CODE, is_told], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc only")
@pytest.mark.skipif(not hasattr(c.CDLL(None), "mallopt"), reason="glibc only")
def test_freed_buffers_leave_the_process() -> None:
    assert resident_after("yes") < resident_after("no") - (60 << 20)
