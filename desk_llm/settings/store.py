"""SettingsStore: the settings of this profile, kept in one file that is never half written."""

from __future__ import annotations

import logging
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, DiskProblem, FileDamaged
from desk_llm.events import Event
from desk_llm.settings.checks import check, group_types
from desk_llm.settings.codec import MAX_BYTES, VERSION, Extra, Parsed, dump, parse
from desk_llm.settings.table import Settings

log = logging.getLogger("desk.settings")


class SettingsStore:
    """`current` is always valid; `problem` says what could not be read or written, if anything.

    Changes are written on a thread of their own: a dialog must not wait for fsync.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._extra: Extra = {}
        self._version = VERSION
        self.current = Settings()
        self.problem: DeskError | None = None
        self.changed: Event[Settings] = Event()
        self.failed: Event[DeskError] = Event()  # on the writing thread
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="settings")
        self._is_dirty = False
        self._is_closed = False
        self._read()

    def change(self, group: str, **values: object) -> None:
        """Set fields of one group, all or none; raises RequestError with a sentence."""
        group_type = group_types()[group]
        checked = {name: check(group_type, name, value) for name, value in values.items()}
        new = replace(self.current, **{group: replace(getattr(self.current, group), **checked)})
        if new == self.current:
            return
        self.current = new
        self._save_soon()
        self.changed.emit(new)

    def flush(self) -> None:
        """Wait until the file is what `current` is."""
        self._writer.submit(lambda: None).result()

    def close(self) -> None:
        """Write what is not written yet. Idempotent."""
        self._is_closed = True
        self._writer.shutdown()

    # ── the file ─────────────────────────────────────────────────────────

    def _read(self) -> None:
        try:
            data = _read_bytes(self._path)
        except FileNotFoundError:
            return
        except OSError as error:
            self.problem = DiskProblem(
                QT_TRANSLATE_NOOP("errors", "The settings cannot be read: {reason}."),
                QT_TRANSLATE_NOOP("errors", "The app starts with its defaults."),
                reason=error.strerror or error,
            )
            return
        try:
            parsed = parse(data)
        except ValueError as error:
            log.warning("%s cannot be read: %s", self._path, error)
            self._use_backup(self._set_aside())
        else:
            self._use(parsed)

    def _use(self, parsed: Parsed) -> None:
        self.current, self._extra, self._version = parsed.settings, parsed.extra, parsed.version
        if parsed.wrong:
            log.warning("refused in %s: %s", self._path, ", ".join(parsed.wrong))
            self.problem = FileDamaged(
                QT_TRANSLATE_NOOP("errors", "Some settings could not be read: {names}."),
                QT_TRANSLATE_NOOP(
                    "errors", "They are at their defaults now. The old file is kept as {kept}."
                ),
                names=", ".join(parsed.wrong[:8]),
                kept=self._set_aside(),
            )
            self._save_soon()

    def _use_backup(self, kept: str) -> None:
        hint = QT_TRANSLATE_NOOP(
            "errors", "The app starts with its defaults. The damaged file is kept as {kept}."
        )
        try:
            parsed = parse(_read_bytes(self._backup))
        except (OSError, ValueError):
            pass
        else:
            self.current, self._extra, self._version = parsed.settings, parsed.extra, parsed.version
            hint = QT_TRANSLATE_NOOP(
                "errors",
                "The settings from before are used. The damaged file is kept as {kept}.",
            )
        message = QT_TRANSLATE_NOOP("errors", "The settings file is damaged.")
        self.problem = FileDamaged(message, hint, kept=kept)
        self._save_soon()

    def _set_aside(self) -> str:
        """Copy the file to the first free name; the name, or "" when the disk says no."""
        for n in range(1, 1000):
            kept = self._path.with_name(f"{self._path.name}.damaged-{n}")
            if not kept.exists():
                break
        try:
            shutil.copyfile(self._path, kept)
        except OSError as error:
            log.warning("%s cannot be kept: %s", self._path, error)
            return ""
        return kept.name

    @property
    def _backup(self) -> Path:
        return self._path.with_name(self._path.name + ".bak")

    def _save_soon(self) -> None:
        self._is_dirty = True
        if self._is_closed:
            self._save()
        else:
            self._writer.submit(self._save)

    def _save(self) -> None:
        if not self._is_dirty:
            return  # the job before this one wrote the newest state already
        self._is_dirty = False
        try:
            self._write(dump(self.current, self._extra, self._version))
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, error)
            self.problem = DiskProblem(
                QT_TRANSLATE_NOOP("errors", "The settings cannot be saved: {reason}."),
                QT_TRANSLATE_NOOP("errors", "They hold until you close the app."),
                reason=error.strerror or error,
            )
            self.failed.emit(self.problem)

    def _write(self, text: str) -> None:
        temporary = self._path.with_name(self._path.name + ".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if self._is_sound():
            shutil.copyfile(self._path, self._backup)
        os.replace(temporary, self._path)

    def _is_sound(self) -> bool:
        """A damaged file must not replace a good backup."""
        try:
            parse(_read_bytes(self._path))
        except FileNotFoundError:
            return False
        except ValueError:
            return False
        return True


def _read_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)
