"""How the run before this one died, as the supervisor tells it, and the model that did it.

That model is not loaded again by itself, not at later starts either, until the person wants it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path

from desk_llm.engine.breadcrumb import COMPUTING, ENDED_VARIABLE, LOADING
from desk_llm.models.names import file_name, plain

log = logging.getLogger("desk.models")

_PHASES = {LOADING: "loading", COMPUTING: "computing"}


@dataclass(frozen=True, slots=True)
class Ending:
    """The death of the last child."""

    cause: str  # name of a signal, "abort", or "hang"
    hung: str = ""  # "window" or "interpreter" when those did not move; "": the engine
    phase: str = ""  # "loading" or "computing"; "": the engine was at rest
    model: str = ""
    path: str = ""
    message: str = ""  # native code's last words
    is_safe: bool = False  # it happened so often that no model is loaded by itself now

    @property
    def culprit(self) -> str:
        """The model that a native call was about; "" when it was not the engine."""
        return self.model if self.phase and not self.hung else ""

    @property
    def model_name(self) -> str:
        """For people."""
        return file_name(Path(self.path)) if self.path else plain(self.model)


def take_ending() -> Ending | None:
    """What the supervisor told this process; None at a usual start. Only once."""
    told = os.environ.pop(ENDED_VARIABLE, "")
    if not told:
        return None
    with contextlib.suppress(ValueError, KeyError, TypeError):
        found = json.loads(told)
        return Ending(
            cause=str(found["cause"]),
            hung=str(found["hung"]),
            phase=_PHASES.get(found["phase"], ""),
            model=str(found["model"]),
            path=str(found["path"]),
            message=plain(str(found["message"]), 400),
            is_safe=bool(found["is_safe"]),
        )
    log.warning("the supervisor told nonsense: %.200s", told)
    return None


class Blocked:
    """The model that is not loaded by itself; remembered in a small file of the profile."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.model = self._read()

    def block(self, model: str) -> None:
        """This one ended the app."""
        self.model = model
        temporary = self._path.with_suffix(".new")
        try:
            temporary.write_text(json.dumps({"blocked": model}), encoding="utf-8")
            os.replace(temporary, self._path)
        except OSError as error:
            log.warning("not remembered which model crashed: %s", error)

    def release(self, model: str) -> None:
        """The person wants it."""
        if model == self.model and self.model:
            self.model = ""
            with contextlib.suppress(OSError):
                self._path.unlink()

    def _read(self) -> str:
        try:
            found = json.loads(self._path.read_bytes())
        except (OSError, ValueError):
            return ""
        model = found.get("blocked") if isinstance(found, dict) else None
        return model if isinstance(model, str) else ""
