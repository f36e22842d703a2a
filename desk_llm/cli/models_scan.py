"""`desk-llm models scan`: read the folders again, and tell what changed since the last scan."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
from pathlib import Path

from desk_llm.cli import columns, models_json
from desk_llm.cli.columns import say
from desk_llm.cli.models import table
from desk_llm.models.types import ModelFile
from desk_llm.services import Core

log = logging.getLogger("desk.cli")

_Seen = dict[str, str]  # path → id


def scan(arguments: argparse.Namespace, core: Core) -> int:
    """The verb."""
    memory = core.paths.cache / "scan.json"
    before = _read(memory)
    core.library.refresh()
    files = core.library.files
    now = {str(one.path): one.id for one in files}
    new = [one for one in files if str(one.path) not in before]
    gone = {path: model_id for path, model_id in before.items() if path not in now}
    broken = [one for one in files if one.problem is not None]
    _write(memory, now)
    if arguments.json:
        models_json.show(
            {
                "n_models": len(files),
                "new": [models_json.model(one) for one in new],
                "gone": [{"id": model_id, "path": path} for path, model_id in gone.items()],
                "broken": [models_json.model(one) for one in broken],
                "problems": [str(one) for one in core.library.problems],
            }
        )
        return 0
    for problem in core.library.problems:
        say(f"desk-llm: {problem}")
    counted = f"{len(new)} new, {len(gone)} gone, {len(broken)} broken"
    _tell(f"{len(files)} {'model' if len(files) == 1 else 'models'}, {counted}", new)
    if gone:
        print("\nGone:")
        print(columns.table(("ID", "File"), [(one, path) for path, one in gone.items()]))
    known = [one for one in broken if one not in new]
    if known:
        _tell("\nBroken:", known)
    return 0


def _tell(title: str, files: list[ModelFile]) -> None:
    print(title)
    if files:
        print(table(files))


def _read(path: Path) -> _Seen:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(key): str(one) for key, one in value.items()} if isinstance(value, dict) else {}


def _write(path: Path, seen: _Seen) -> None:
    """What cannot be remembered is new again the next time."""
    temporary = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(seen), encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error)
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
