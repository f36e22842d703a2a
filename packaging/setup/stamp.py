"""Stamp: one line in .venv that says what it was set up from, so that later starts do nothing.

Read at every start: no imports but the cheapest, no child process, four small files.
"""

from __future__ import annotations

import hashlib
import os
import sys

CHANGING = "changing"  # a set-up is, or was when it got killed, at work in .venv
INCOMPLETE = "incomplete"  # a set-up failed in good order; what it did can be kept

# What the environment is made from, besides the project's own code.
SOURCES = (
    "requirements.lock",
    "pyproject.toml",
    "packaging/slim.cmake",
    "packaging/setup/engine.py",
)
# The instruction sets a compiler uses by itself under -march=native.
SIMD = ("abm", "amx", "avx", "bmi", "f16c", "fma", "gfni", "movbe", "popcnt", "sse", "ssse", "vaes")


def venv_python(root: str) -> str:
    """The interpreter inside the checkout's environment."""
    place = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(root, ".venv", *place)


def cpu() -> str:
    """What this processor can do: the engine is compiled for it and would crash on a lesser one."""
    if sys.platform == "win32":
        return os.environ.get("PROCESSOR_IDENTIFIER", "")
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
            for line in lines:
                if line.startswith(("flags", "Features")):
                    features = line.partition(":")[2].split()
                    return " ".join([f for f in features if f.startswith(SIMD)] or features)
    except OSError:
        pass
    return os.uname().machine


def _interpreter(root: str) -> str:
    """Who runs the environment; changes when the system's Python is upgraded, raises when gone."""
    with open(os.path.join(root, ".venv", "pyvenv.cfg"), encoding="utf-8") as file:
        config = file.read()
    home = next(line.partition("=")[2].strip() for line in config.splitlines() if "home" in line)
    os.stat(home)  # on Windows .venv keeps a python.exe of its own when the real one has gone
    binary = os.stat(venv_python(root))
    return f"{config}{binary.st_size} {binary.st_mtime_ns}"


def fingerprint(root: str, gpu: str) -> str:
    """The stamp that a complete set-up for `gpu` leaves; "" when .venv cannot work at all."""
    try:
        parts = [root, gpu, cpu(), _interpreter(root)]
        digest = hashlib.sha256("\0".join(parts).encode())
        for name in SOURCES:
            with open(os.path.join(root, name), "rb") as file:
                digest.update(file.read())
    except (OSError, StopIteration):
        return ""
    return digest.hexdigest()


def read(root: str) -> tuple[str, str]:
    """The stamp and the GPU the engine was built for; ("", "cpu") without one."""
    try:
        with open(_file(root), encoding="utf-8") as file:
            mark, gpu = file.read().split()
    except (OSError, ValueError):
        return "", "cpu"
    return mark, gpu


def write(root: str, mark: str, gpu: str) -> None:
    """Replace the stamp in one step."""
    with open(_file(root) + ".new", "w", encoding="utf-8") as file:
        file.write(f"{mark} {gpu}\n")
    os.replace(_file(root) + ".new", _file(root))


def is_ready(root: str, gpu: str) -> bool:
    """True when .venv is what a set-up from the present files would make."""
    mark = read(root)[0]
    return bool(mark) and mark == fingerprint(root, gpu)


def _file(root: str) -> str:
    return os.path.join(root, ".venv", "desk_llm.stamp")
