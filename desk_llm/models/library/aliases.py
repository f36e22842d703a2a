"""Names that the person gave to models, in a small file of the data folder."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
from pathlib import Path
from typing import Any

from desk_llm.errors import QT_TRANSLATE_NOOP, DiskProblem
from desk_llm.models.names import plain

log = logging.getLogger("desk.models")

MAX_BYTES = 4 << 20
MAX_ALIAS = 80


class Aliases:
    """`path` None: remembered until the app ends. May be used on any thread."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._names: dict[str, str] | None = None

    def all(self) -> dict[str, str]:
        """Alias by id of the model."""
        with self._lock:
            return dict(self._read())

    def set(self, model_id: str, alias: str) -> None:
        """Keep an alias; an empty one is forgotten. Raises DiskProblem, and keeps the old one."""
        alias = plain(alias.strip(), MAX_ALIAS)
        with self._lock:
            names = dict(self._read())
            names.pop(model_id, None)
            if alias:
                names[model_id] = alias
            self._write(names)
            self._names = names

    def _read(self) -> dict[str, str]:
        if self._names is None:
            self._names = {
                str(model_id): plain(alias, MAX_ALIAS)
                for model_id, alias in _load(self._path).items()
                if isinstance(alias, str) and alias
            }
        return self._names

    def _write(self, names: dict[str, str]) -> None:
        if self._path is None:
            return
        temporary = self._path.with_name(self._path.name + ".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with temporary.open("w", encoding="utf-8") as file:
                json.dump(names, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except OSError as error:
            raise DiskProblem(
                QT_TRANSLATE_NOOP("errors", "The name cannot be saved: {reason}."),
                QT_TRANSLATE_NOOP(
                    "errors", "Free some space, or check the permissions of the data folder."
                ),
                str(error),
                reason=error.strerror or error,
            ) from error


def _load(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        with path.open("rb") as file:
            read = json.loads(file.read(MAX_BYTES))
    except FileNotFoundError:
        return {}
    except OSError as error:
        log.warning("%s cannot be read: %s", path, error)
        return {}
    except (ValueError, RecursionError) as error:
        log.warning("%s is damaged and kept aside: %s", path, error)
        with contextlib.suppress(OSError):
            os.replace(path, path.with_name(path.name + ".damaged"))
        return {}
    return read if isinstance(read, dict) else {}
