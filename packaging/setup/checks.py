"""Checks: the linters and our own rules, one line each; what `run.py check` runs in .venv."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LINT_IMPORTS = (
    "import sys; from importlinter.cli import lint_imports_command as main; sys.exit(main())"
)
STEPS = {
    "ruff": ["-m", "ruff", "check", "--quiet", "--output-format", "concise", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "types": ["-m", "mypy", "--no-error-summary"],
    "imports": ["-c", LINT_IMPORTS, "--no-cache"],
}


def lock_problems(project: str, lock: str) -> list[str]:
    """Direct dependencies of pyproject.toml without a pin in the lock that satisfies them."""
    table = tomllib.loads(project)["project"]
    wanted = [*table["dependencies"], *chain(*table["optional-dependencies"].values())]
    heads = [line.rstrip(" \\") for line in lock.splitlines() if line[:1].isalnum()]
    pins: dict[str, list[str]] = {}
    for pin in map(Requirement, heads):
        pins.setdefault(canonicalize_name(pin.name), []).append(
            str(pin.specifier).removeprefix("==")
        )
    return [
        f"requirements.lock has no {requirement} (it has {', '.join(versions) or 'none'})"
        for requirement in map(Requirement, wanted)
        if not (versions := pins.get(canonicalize_name(requirement.name), []))
        or not all(requirement.specifier.contains(version) for version in versions)
    ]


def run(name: str, arguments: list[str]) -> bool:
    """Run one tool and print its line, and what it says when it finds something."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    report(name, done.returncode == 0, started, done.stdout + done.stderr)
    return done.returncode == 0


def report(name: str, is_good: bool, started: float, text: str) -> None:
    """One line per check; its findings follow when there are any."""
    word = "ok" if is_good else "FAILED"
    print(f"{name:10} {word:7} {time.monotonic() - started:5.1f} s", flush=True)
    if not is_good:
        print(text.strip(), flush=True)


def main() -> int:
    """All checks, whatever the ones before found."""
    results = [run(name, arguments) for name, arguments in STEPS.items()]
    started = time.monotonic()
    problems = lock_problems(
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
        (ROOT / "requirements.lock").read_text(encoding="utf-8"),
    )
    report("lock", not problems, started, "\n".join(problems))
    return 0 if all(results) and not problems else 1


if __name__ == "__main__":
    sys.exit(main())
