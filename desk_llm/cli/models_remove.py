"""`desk-llm models remove`: to the trash, and back."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path

from desk_llm.cli import columns, models_json
from desk_llm.cli.columns import say
from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem, RequestError
from desk_llm.models.library.types import Kept, Removed
from desk_llm.services import Core

log = logging.getLogger("desk.cli")

_KEPT = 100  # removals that can be undone, the newest first


def remove(arguments: argparse.Namespace, core: Core) -> int:
    """The verb."""
    core.library.refresh()
    if arguments.undo:
        return _undo(arguments, core)
    if not arguments.model:
        raise RequestError(QT_TRANSLATE_NOOP("errors", "Say which model."))
    file = core.library.find(arguments.model)
    question = f"Move {file.name} ({columns.size(file.size_bytes)}) to the trash?"
    if not (arguments.yes or _confirmed(question)):
        say("Nothing was removed.")
        return 1
    removed = core.library.remove(file.id)
    _write(core, [removed, *_read(core)][:_KEPT])
    core.library.refresh()
    if arguments.json:
        models_json.show({"removed": _as_json(removed)})
    else:
        place = "the trash" if removed.in_system_trash else "a trash folder beside it"
        print(f"Moved to {place}: {removed.name} ({columns.size(removed.size_bytes)})")
        say("Bring it back with: desk-llm models remove --undo")
    return 0


def _undo(arguments: argparse.Namespace, core: Core) -> int:
    every = _read(core)
    found = [one for one in every if arguments.model in (None, one.id, one.name)]
    if not found:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "There is nothing to bring back."),
            QT_TRANSLATE_NOOP("errors", "Only what “desk-llm models remove” removed comes back."),
        )
    core.library.undo(found[0])
    _write(core, [one for one in every if one is not found[0]])
    core.library.refresh()
    if arguments.json:
        models_json.show({"restored": _as_json(found[0])})
    else:
        print(f"Back: {found[0].name}")
    return 0


def _confirmed(question: str) -> bool:
    """Ask on the terminal; without one only --yes will do. Raises RequestError."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "Nobody is there to be asked."),
            QT_TRANSLATE_NOOP("errors", "Give --yes."),
        )
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _as_json(removed: Removed) -> models_json.Fields:
    return {
        "id": removed.id,
        "name": removed.name,
        "size_bytes": removed.size_bytes,
        "in_system_trash": removed.in_system_trash,
        "files": [{"was": str(one.was), "now": str(one.now)} for one in removed.files],
    }


# ── what was removed ─────────────────────────────────────────────────────


def _path(core: Core) -> Path:
    return core.paths.data / "removed.json"


def _read(core: Core) -> list[Removed]:
    try:
        return [_removed(one) for one in json.loads(_path(core).read_bytes())]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as error:
        log.warning("%s cannot be read: %s", _path(core), error)
        return []


def _removed(value: dict[str, object]) -> Removed:
    files = value["files"]
    if not isinstance(files, list):
        raise TypeError("files")
    return Removed(
        id=str(value["id"]),
        name=str(value["name"]),
        size_bytes=int(str(value["size_bytes"])),
        files=tuple(
            Kept(Path(one["was"]), Path(one["now"]), Path(one["note"]) if one["note"] else None)
            for one in files
        ),
        in_system_trash=bool(value["in_system_trash"]),
    )


def _write(core: Core, every: list[Removed]) -> None:
    try:
        text = json.dumps([asdict(one) for one in every], default=str)
        _path(core).write_text(text, encoding="utf-8")
    except OSError as error:
        raise DiskProblem(
            QT_TRANSLATE_NOOP("errors", "{path} cannot be written."),
            "",
            str(error),
            path=_path(core),
        ) from error
