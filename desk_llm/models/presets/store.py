"""PresetStore: how each model is loaded and asked, kept in one file that is never half written."""

from __future__ import annotations

import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, DiskProblem, FileDamaged
from desk_llm.events import Event
from desk_llm.models.presets import apply, codec
from desk_llm.models.presets.types import Preset
from desk_llm.settings import EngineSettings, SamplingSettings

log = logging.getLogger("desk.models")

_NONE = Preset()


class PresetStore:
    """Any thread; reading never waits, and what is saved is written on a thread of its own.

    The window and the command line may have the same file open: only presets that were changed
    here are written, into what the file holds by then.
    """

    def __init__(self, path: Path) -> None:
        self.changed: Event[str] = Event()  # the id of a model
        self.failed: Event[DeskError] = Event()  # on the writing thread
        self.problem: DeskError | None = None
        self._path = path
        self._lock = threading.Lock()
        self._presets: codec.Presets = {}
        self._unsaved: dict[str, Preset] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="presets")
        self._is_closed = False
        self._read()

    @property
    def all(self) -> dict[str, Preset]:
        """Those that say anything, by the ids of their models."""
        with self._lock:
            return dict(self._presets)

    def get(self, model_id: str) -> Preset:
        """The preset of a model; an empty one where there is none."""
        return self._presets.get(model_id, _NONE)

    def save(self, model_id: str, preset: Preset) -> None:
        """Keep it, whole; an empty one removes it. Raises RequestError with a sentence."""
        preset = apply.checked(preset)
        if preset == self.get(model_id):
            return
        with self._lock:
            self._presets = _with(self._presets, {model_id: preset})
            self._unsaved[model_id] = preset
            is_closed = self._is_closed
        if is_closed:
            self._save()
        else:
            self._writer.submit(self._save)
        self.changed.emit(model_id)

    def remove(self, model_id: str) -> None:
        """The model follows the general settings again."""
        self.save(model_id, _NONE)

    def engine(self, model_id: str, general: EngineSettings) -> EngineSettings:
        """How this model is loaded."""
        return apply.with_load(self.get(model_id), general)

    def sampling(self, model_id: str, general: SamplingSettings) -> SamplingSettings:
        """How this model is asked."""
        return apply.with_sampling(self.get(model_id), general)

    def flush(self) -> None:
        """Wait until the file is what was saved."""
        self._writer.submit(lambda: None).result()

    def close(self) -> None:
        """Write what is not written yet. Idempotent."""
        with self._lock:
            self._is_closed = True
        self._writer.shutdown()

    # ── the file ─────────────────────────────────────────────────────────

    def _read(self) -> None:
        try:
            self._presets, wrong = codec.parse(_read_bytes(self._path))
        except FileNotFoundError:
            return
        except OSError as error:
            self.problem = DiskProblem(
                QT_TRANSLATE_NOOP("errors", "The presets of your models cannot be read: {reason}."),
                QT_TRANSLATE_NOOP("errors", "The general settings are used for all models."),
                reason=error.strerror or error,
            )
        except ValueError as error:
            log.warning("%s cannot be read: %s", self._path, error)
            self.problem = FileDamaged(
                QT_TRANSLATE_NOOP("errors", "The presets of your models are damaged."),
                QT_TRANSLATE_NOOP("errors", "They are empty now. The old file is kept as {kept}."),
                kept=self._set_aside(),
            )
        else:
            if wrong:
                log.warning("refused in %s: %s", self._path, ", ".join(wrong[:20]))

    def _set_aside(self) -> str:
        for n in range(1, 1000):
            kept = self._path.with_name(f"{self._path.name}.damaged-{n}")
            if not kept.exists():
                break
        try:
            self._path.rename(kept)
        except OSError as error:
            log.warning("%s cannot be kept: %s", self._path, error)
            return ""
        return kept.name

    def _save(self) -> None:
        with self._lock:
            unsaved, self._unsaved = self._unsaved, {}
        if not unsaved:
            return  # the job before this one wrote it already
        try:
            self._write(unsaved)
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error)
            self.problem = DiskProblem(
                QT_TRANSLATE_NOOP(
                    "errors", "The presets of your models cannot be saved: {reason}."
                ),
                QT_TRANSLATE_NOOP("errors", "They hold until you close the app."),
                reason=error.strerror or error,
            )
            with self._lock:
                self._unsaved = unsaved | self._unsaved
            self.failed.emit(self.problem)

    def _write(self, unsaved: codec.Presets) -> None:
        try:
            in_file, _wrong = codec.parse(_read_bytes(self._path))
        except (FileNotFoundError, ValueError):
            in_file = {}
        text = codec.dump(_with(in_file, unsaved))
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._path.with_name(self._path.name + ".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self._path)


def _with(presets: codec.Presets, changes: codec.Presets) -> codec.Presets:
    merged = {**presets, **changes}
    return {model_id: preset for model_id, preset in merged.items() if preset != _NONE}


def _read_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(codec.MAX_BYTES + 1)
