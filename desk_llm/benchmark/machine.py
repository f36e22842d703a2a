"""What a benchmark ran on: processor, memory, GPUs, system."""

from __future__ import annotations

import contextlib
import platform
import subprocess
import sys
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import psutil

from desk_llm.benchmark.types import Machine
from desk_llm.engine.types import DeviceInfo


def describe(gpus: Iterable[DeviceInfo] = ()) -> Machine:
    """This machine; worker threads only (a Mac is asked through a process)."""
    return Machine(
        system=f"{platform.system()} {platform.release()}",
        cpu=cpu_name(),
        n_cores=psutil.cpu_count(logical=False) or psutil.cpu_count() or 1,
        n_threads=psutil.cpu_count() or 1,
        ram=psutil.virtual_memory().total,
        gpus=tuple(gpu.description or gpu.name for gpu in gpus),
    )


@lru_cache
def cpu_name() -> str:
    """As its maker calls it, else the architecture."""
    name = ""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        if sys.platform == "linux":
            name = _linux_name(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace"))
        elif sys.platform == "darwin":
            asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            name = subprocess.run(
                asked, capture_output=True, text=True, timeout=2, check=False
            ).stdout.strip()
    return name or platform.processor() or platform.machine()


def _linux_name(text: str) -> str:
    """ARM kernels have no "model name"."""
    for line in text.splitlines():
        key, _colon, value = line.partition(":")
        if key.strip() in ("model name", "Model", "Hardware"):
            return " ".join(value.split())
    return ""
