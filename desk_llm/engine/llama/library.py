"""llama.cpp's library: the only import of it, its log, and functions of ggml beneath it."""

from __future__ import annotations

import collections
import contextlib
import ctypes as c
import importlib
import importlib.util
import logging
import os
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from desk_llm.errors import QT_TRANSLATE_NOOP, LoadFailed

log = logging.getLogger("desk.engine.native")

# ggml forks a debugger for a backtrace when it aborts; a dying app must not wait for that.
os.environ.setdefault("GGML_NO_BACKTRACE", "1")


def _import_low_level() -> Any:
    """Import llama_cpp.llama_cpp without the package's `Llama` class.

    The package's __init__ pulls in numpy, jinja2 and diskcache: 22 MB and 0.2 s that this
    engine never uses. An empty parent module with the right search path avoids it.
    """
    if "llama_cpp" not in sys.modules:
        spec = importlib.util.find_spec("llama_cpp")
        if spec is None or spec.submodule_search_locations is None:
            raise LoadFailed(
                QT_TRANSLATE_NOOP("errors", "The engine (llama.cpp) is not installed."),
                QT_TRANSLATE_NOOP("errors", "Run “python3 run.py” once to build it."),
            )
        parent = types.ModuleType("llama_cpp")
        parent.__path__ = list(spec.submodule_search_locations)
        sys.modules["llama_cpp"] = parent
    return importlib.import_module("llama_cpp.llama_cpp")


L: Any = _import_low_level()

# What llama.cpp calls an error is a refused file here: the DeskError that follows says it.
_LEVELS = {1: logging.DEBUG, 2: logging.DEBUG, 3: logging.INFO, 4: logging.WARNING}
_problems: collections.deque[str] = collections.deque(maxlen=20)
_last_level = logging.DEBUG
_listeners: list[Callable[[str], None]] = []


@L.llama_log_callback  # type: ignore[untyped-decorator]
def _on_native_log(level: int, text: bytes, _user_data: object) -> None:
    global _last_level  # noqa: PLW0603  level 5 continues the line before it
    if level != 5:
        _last_level = _LEVELS.get(level, logging.DEBUG)
    line = text.decode("utf-8", "replace").strip()
    if not line or line == ".":
        return
    if _last_level >= logging.INFO:
        _problems.append(line)
    for listener in _listeners:
        listener(line)
    log.log(_last_level, "%s", line)


L.llama_log_set(_on_native_log, None)
L.llama_backend_init()


def recent_problems() -> str:
    """The native warnings and errors since the last call, one per line."""
    text = "\n".join(_problems)
    _problems.clear()
    return text


@contextlib.contextmanager
def listening(listener: Callable[[str], None]) -> Iterator[None]:
    """Give `listener` every line of llama.cpp's log meanwhile, on the thread that says it."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def ggml(name: str, restype: Any, *argtypes: Any) -> Any:
    """A ggml function through libllama's handle.

    dlsym follows the dependencies of libllama. Opening libggml by its own path would load a
    second ggml with its own, empty registry (seen on Linux); Windows has no such lookup.
    """
    try:
        function = getattr(L._lib, name)
    except AttributeError:
        folder = os.path.join(os.path.dirname(L.__file__), "lib")
        names = ("ggml-base.dll", "ggml.dll")
        dll = next(d for n in names if hasattr(d := c.CDLL(os.path.join(folder, n)), name))
        function = getattr(dll, name)
    function.restype, function.argtypes = restype, list(argtypes)
    return function
