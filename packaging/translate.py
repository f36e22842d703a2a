"""Collects the texts for people and compiles their translations.

    python packaging/translate.py          lupdate desk_llm/**/*.py, then lrelease
    python packaging/translate.py --check  say what is out of step; the exit code counts it

Both tools come with PySide6. The .ts file is edited by hand (or in Qt Linguist); the .qm file is
what the app loads. Both are committed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "desk_llm"
FOLDER = ROOT / "assets" / "translations"
LANGUAGES = ("zh_CN",)


def ts_path(language: str) -> Path:
    """The editable file of a language."""
    return FOLDER / f"desk_llm_{language}.ts"


def qm_path(language: str) -> Path:
    """The compiled file of a language."""
    return FOLDER / f"desk_llm_{language}.qm"


def collect(language: str, target: Path) -> None:
    """Run lupdate: new texts are added, texts that are gone are dropped."""
    files = sorted(str(file.relative_to(ROOT)) for file in SOURCES.rglob("*.py"))
    command = ["-no-obsolete", "-locations", "none", "-target-language", language]
    _tool("lupdate", *command, *files, "-ts", str(target))


def compile_(source: Path, target: Path) -> None:
    """Run lrelease; unfinished entries are left out."""
    _tool("lrelease", str(source), "-qm", str(target))


def entries(path: Path) -> dict[tuple[str, str], str]:
    """(context, source) → translation; "" where there is none or it is unfinished."""
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.find("translation")
            is_done = translation is not None and translation.get("type") is None
            text = (translation.text or "") if translation is not None and is_done else ""
            found[name, message.findtext("source") or ""] = text
    return found


def problems(language: str) -> list[str]:
    """What is out of step; empty when all is well."""
    said = []
    with tempfile.TemporaryDirectory() as folder:
        fresh_ts, fresh_qm = Path(folder) / "fresh.ts", Path(folder) / "fresh.qm"
        collect(language, fresh_ts)
        wanted, kept = entries(fresh_ts), entries(ts_path(language))
        for context, text in sorted(wanted.keys() - kept.keys()):
            said.append(f"not in the .ts: [{context}] {text}")
        for context, text in sorted(kept.keys() - wanted.keys()):
            said.append(f"no longer used: [{context}] {text}")
        said += [f"not translated: [{c}] {t}" for (c, t), done in sorted(kept.items()) if not done]
        compile_(ts_path(language), fresh_qm)
        if (
            not qm_path(language).exists()
            or fresh_qm.read_bytes() != qm_path(language).read_bytes()
        ):
            said.append(f"{qm_path(language).name} is older than its .ts")
    return said


def _tool(name: str, *arguments: str) -> None:
    executable = Path(sys.executable).parent / f"pyside6-{name}"
    command = [str(executable), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{name} failed:\n{done.stdout}{done.stderr}")


def main(argv: list[str]) -> int:
    """Bring the files up to date, or check them."""
    parser = argparse.ArgumentParser(description="Collect and compile translations.")
    parser.add_argument("--check", action="store_true", help="change nothing, say what is wrong")
    options = parser.parse_args(argv)
    count = 0
    for language in LANGUAGES:
        if not options.check:
            collect(language, ts_path(language))
            compile_(ts_path(language), qm_path(language))
        for line in problems(language):
            print(line)
            count += 1
    return min(count, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
