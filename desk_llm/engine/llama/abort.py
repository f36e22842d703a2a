"""The last line: what happens when native code gives up (GGML_ASSERT, GGML_ABORT)."""

from __future__ import annotations

import ctypes as c
import re
import sys
from collections.abc import Callable

from desk_llm.engine.llama.library import ggml

_CALLBACK = c.CFUNCTYPE(None, c.c_char_p)
_set_abort_callback = ggml("ggml_set_abort_callback", c.c_void_p, _CALLBACK)
_FOLDERS = re.compile(r"^\S*[/\\](?=[^/\\\s]+:\d+:)")  # of the machine that built it
_MOST = 400

Handler = Callable[[str], None]


class _Last:
    """The handler of this process."""

    handler: Handler | None = None


def install(handler: Handler | None) -> None:
    """Call `handler` with the message; when it returns, the process aborts.

    It runs on the thread that failed: the engine's, or a worker of OpenMP.
    """
    _Last.handler = handler
    _set_abort_callback(_on_abort)


@_CALLBACK  # type: ignore[untyped-decorator,unused-ignore]
def _on_abort(raw: bytes | None) -> None:
    message = sentence((raw or b"").decode("utf-8", "replace"))
    sys.stderr.write(f"desk-llm: the engine gave up: {message}\n")
    if _Last.handler is not None:
        _Last.handler(message)


def sentence(message: str) -> str:
    """One short line without control characters and without the folders of the build."""
    line = " ".join("".join(char if char.isprintable() else " " for char in message).split())
    return _FOLDERS.sub("", line)[:_MOST]
