"""The child's side of a probe: one JSON object per line in, one or more out."""

from __future__ import annotations

import contextlib
import ctypes as c
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1

Answer = dict[str, Any]
Say = Callable[[Answer], None]


def serve(handle: Callable[[Answer, Say], None]) -> None:
    """Answer until the parent closes the pipe or kills.

    Standard output carries the answers only: whatever native code prints goes to standard error.
    """
    _be_first_to_die()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(answer: Answer) -> None:
        answers.write(json.dumps(answer) + "\n")
        answers.flush()

    for line in sys.stdin:
        handle(json.loads(line), say)


def _be_first_to_die() -> None:
    """When memory ends, the kernel takes this process and not the app; nor does it outlive it."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
        c.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would be as big as the model
