"""Native code's last words reach Python, on whatever thread they are said."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from desk_llm.engine.llama.abort import sentence

CHILD = """
import ctypes, threading
from desk_llm.engine.llama import abort
from desk_llm.engine.llama.library import ggml
def hear(message):
    print(threading.current_thread() is threading.main_thread(), message, flush=True)
abort.install(hear)
die = ggml("ggml_abort", None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)
work = lambda: die(b"/tmp/pip-x/ggml.c", 3243, b"GGML_ASSERT(a < b) failed")
{}
"""


@pytest.mark.parametrize(
    "start", ["work()", "t = threading.Thread(target=work); t.start(); t.join()"]
)
def test_the_handler_hears_the_message(start: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD.format(start)], capture_output=True, text=True, check=False
    )
    is_main = start == "work()"
    assert done.stdout == f"{is_main} ggml.c:3243: GGML_ASSERT(a < b) failed\n"
    assert "the engine gave up: ggml.c:3243" in done.stderr
    if sys.platform != "win32":
        assert done.returncode == -signal.SIGABRT


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "/tmp/a b/c.cpp:12: GGML_ASSERT(x/y) failed\n",
            "/tmp/a b/c.cpp:12: GGML_ASSERT(x/y) failed",
        ),
        ("C:\\\\build\\\\c.cpp:12: fatal error", "c.cpp:12: fatal error"),
        ("/x/ggml.c:3: a/b:4: c", "ggml.c:3: a/b:4: c"),
        ("two\nlines\x1b[31m\u202e", "two lines [31m"),
        ("", ""),
        ("x" * 1000, "x" * 400),
    ],
)
def test_messages_are_made_fit_to_be_shown(message: str, expected: str) -> None:
    assert sentence(message) == expected
