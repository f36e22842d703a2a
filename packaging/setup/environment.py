"""Environment: the virtual environment in .venv and pip, on machines that lack parts of either."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from setup.console import Log, SetupError, Step, succeeds

OLDEST, NEWEST = (3, 11), (3, 14)  # NEWEST: what PySide6's wheels of requirements.lock allow
IS_USABLE = (
    "import os, sys, sysconfig;"
    f"fits = {OLDEST} <= sys.version_info[:2] <= {NEWEST} and sys.prefix != sys.base_prefix;"
    # A system that went from Python 3.11 to 3.13 leaves an environment without its packages.
    "sys.exit(not (fits and os.path.isdir(sysconfig.get_path('purelib'))))"
)
# Settings of a person that would send packages elsewhere or stop to ask; all others are honoured.
PIP_SETTINGS = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "PIP_ROOT_USER_ACTION": "ignore",
    "PIP_USER": "0",
}


def is_usable(python: Path) -> bool:
    """Whether an environment's interpreter runs and is one that we support."""
    return succeeds([str(python), "-c", IS_USABLE])


def require_python() -> None:
    """Raise unless this interpreter can be the base of an environment."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        known = " to ".join(".".join(map(str, version)) for version in (OLDEST, NEWEST))
        found = ".".join(map(str, sys.version_info[:2]))
        raise SetupError(
            f"desk_llm needs Python {known}; this is {found}. "
            f"Start it with another one, for example:  python3.{NEWEST[1]} run.py"
        )


def make(log: Log, folder: Path) -> None:
    """Create the environment, without pip where the system does not offer one for it."""
    # When .venv's own Python started us, it is about to be replaced.
    is_inside = Path(sys.prefix).resolve() == folder
    base = getattr(sys, "_base_executable", "") if is_inside else sys.executable
    # Debian has venv without ensurepip; the system's pip can install into any environment.
    options = ["--without-pip"] if importlib.util.find_spec("pip") else []
    with Step("Python environment") as step:
        log.run(step, [base, "-m", "venv", *options, folder])


def pip(python: Path) -> list[str]:
    """The command that installs into the environment of `python`."""
    own = succeeds([str(python), "-c", "import pip"])
    return (
        [str(python), "-m", "pip"]
        if own
        else [sys.executable, "-m", "pip", "--python", str(python)]
    )


def pip_environment() -> dict[str, str]:
    """The variables pip runs with: the person's (index, proxy, certificates) and ours."""
    return {**os.environ, **PIP_SETTINGS}


def discard(folder: Path) -> None:
    """Remove an environment that cannot be repaired."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise SetupError(f"Close desk_llm and remove {folder}, then start again.")
