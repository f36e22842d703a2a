"""After a failed attempt: again, and when; or the end of it."""

from __future__ import annotations

import math
import time

from desk_llm.downloads.job import Task
from desk_llm.downloads.problems import Odd, WrongDigest, will_pass
from desk_llm.downloads.rules import Rules
from desk_llm.errors import DeskError
from desk_llm.hub.problems import Busy, Offline


def judge(task: Task, error: DeskError, rules: Rules) -> bool:
    """Whether it is tried again, for which `task` is told to wait. False: `error` is final."""
    if isinstance(error, WrongDigest):
        task.n_wrong += 1
        is_final = task.n_wrong >= rules.most_wrong
    elif isinstance(error, Odd):
        task.n_odd += 1
        is_final = task.n_odd >= rules.most_odd
    else:
        is_final = not will_pass(error)
    if is_final:
        return False
    task.n_fails += 1
    task.error = error
    task.not_before = time.monotonic() + _wait_s(task, error, rules)
    return True


def _wait_s(task: Task, error: DeskError, rules: Rules) -> float:
    if isinstance(error, Offline):
        return math.inf  # until the settings change
    wait = rules.wait_s(task.n_fails)
    if isinstance(error, Busy) and error.retry_after_s is not None:
        return max(wait, error.retry_after_s)
    return wait
