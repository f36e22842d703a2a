#!/usr/bin/env python3
"""Run desk_llm from a checkout; the first run sets up everything it needs.

    python3 run.py                 the app; other arguments than the ones below are the app's own
    python3 run.py test [...]      the tests; arguments go to pytest
    python3 run.py check           linters, types, import rules, lock file
    GPU=cuda python3 run.py        build the engine for a GPU (cuda, vulkan, rocm) and keep to it;
                                   --gpu cuda as the first argument does the same, cpu goes back

Needs Python 3.11 or newer, pip and a C++ compiler. The set-up is in packaging/setup; once it is
done, this file only compares a stamp and hands over.
"""

from __future__ import annotations

import os
import sys

ROOT = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, os.path.join(ROOT, "packaging"))

from setup import stamp  # noqa: E402  found through the line above

GPUS = ("cpu", "cuda", "vulkan", "rocm")


class UsageError(Exception):
    """The command line asks for something that does not exist."""


def choose_gpu(arguments: list[str], variable: str, remembered: str) -> tuple[str, list[str]]:
    """The GPU to use (flag, else GPU=, else as before) and the arguments without the flag."""
    name, equals, value = arguments[0].partition("=") if arguments else ("", "", "")
    if name == "--gpu":
        rest = arguments[1:] if equals else arguments[2:]
        gpu = value if equals else "".join(arguments[1:2])
    else:
        rest, gpu = arguments, variable or remembered
    if gpu not in GPUS:
        raise UsageError(f"There is no engine for GPU {gpu!r}; choose one of {', '.join(GPUS)}.")
    return gpu, rest


def command(python: str, arguments: list[str]) -> list[str]:
    """What to start, for the arguments of a person."""
    verb, rest = arguments[:1], arguments[1:]
    if verb == ["test"]:
        return [python, "-m", "pytest", *rest]
    if verb == ["check"]:
        return [python, os.path.join(ROOT, "packaging", "setup", "checks.py")]
    # -P: a numpy.py in the folder where the person happens to be is not ours.
    return [python, "-P", "-m", "desk_llm", *arguments]


def launch(words: list[str]) -> int:
    """Become the program where the system can; else wait for it."""
    if os.name != "nt":
        os.execv(words[0], words)
    import subprocess

    with subprocess.Popen(words) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # the program got it as well and decides
                continue


def main(arguments: list[str]) -> int:
    """Set up if needed, then hand over."""
    try:
        remembered = stamp.read(ROOT)[1]
        gpu, arguments = choose_gpu(arguments, os.environ.get("GPU", ""), remembered)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    if not stamp.is_ready(ROOT, gpu) and not set_up(gpu):
        return 1
    if arguments[:1] in (["test"], ["check"]):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        os.chdir(ROOT)
    return launch(command(stamp.venv_python(ROOT), arguments))


def set_up(gpu: str) -> bool:
    """Run the set-up; says why when it fails."""
    from setup.console import SetupError
    from setup.install import set_up as install

    try:
        install(ROOT, gpu)
    except (SetupError, OSError) as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. The same command starts again.", file=sys.stderr)
    else:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
