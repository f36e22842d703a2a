"""What can be done with the library: each deed on a worker, its outcome told by a signal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, RequestError
from desk_llm.models.library.types import Removed
from desk_llm.models.types import ModelFile
from desk_llm.services import Services
from desk_llm.ui import bridge


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence for a toast, and what its button does."""

    text: str
    button: str = ""
    action: Callable[[], None] | None = None


class LibraryDeeds(QObject):
    """Over the services of the window; `owner` ends with the page."""

    failed = Signal(object)  # DeskError
    told = Signal(object)  # Told
    added = Signal(object)  # Path of a model that was just added or restored

    def __init__(self, services: Services, owner: QObject) -> None:
        super().__init__(owner)
        self._services = services
        self._library = services.library

    def refresh(self) -> None:
        """Look at the folders again."""
        self._run(self._library.refresh)

    # ── adding ───────────────────────────────────────────────────────────

    def add(self, paths: Iterable[Path]) -> None:
        """GGUF files and folders from anywhere; they are used where they are."""
        asked = list(paths)
        task = bridge.run(lambda: _sorted_out(asked), self)
        task.then(self._on_sorted_out).failed(self.failed.emit)

    def _on_sorted_out(self, found: tuple[list[Path], list[Path]]) -> None:
        files, folders = found
        models = self._services.settings.current.models
        self._services.settings.change(
            "models",
            extra_files=_with(models.extra_files, files),
            folders=_with(models.folders, folders),
        )
        newest = (files or folders)[0]
        self._run(self._library.refresh, lambda _none: self.added.emit(newest))

    def forget_folder(self, folder: Path) -> None:
        """Show a folder's models no longer; nothing in it is touched."""
        models = self._services.settings.current.models
        kept = tuple(one for one in models.folders if Path(one) != folder)
        self._services.settings.change("models", folders=kept)
        self.refresh()

    # ── one model ────────────────────────────────────────────────────────

    def rename(self, model_id: str, alias: str) -> None:
        """Another name for it; empty: the file's own."""
        self._run(lambda: self._library.rename(model_id, alias))

    def remove(self, file: ModelFile) -> None:
        """To the trash, with Undo; what is loaded is unloaded first."""
        loader = self._services.loader

        def work() -> Removed:
            loader.unload(file.id).result()
            return self._library.remove(file.id)

        self._run(work, self._on_removed)

    def _on_removed(self, removed: Removed) -> None:
        text = self.tr("“{0}” removed").format(removed.name)
        if removed.in_system_trash:
            text = self.tr("“{0}” moved to the trash").format(removed.name)
        self.told.emit(Told(text, self.tr("Undo"), lambda: self._undo(removed)))

    def _undo(self, removed: Removed) -> None:
        path = removed.files[0].was
        self._run(lambda: self._library.undo(removed), lambda _none: self.added.emit(path))

    def open_folder(self, file: ModelFile) -> None:
        """The system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(file.path.parent)))

    def _run(self, work: Callable[[], object], then: Callable[..., None] | None = None) -> None:
        task = bridge.run(work, self)
        if then is not None:
            task.then(then)
        task.failed(self._on_failed)

    def _on_failed(self, error: DeskError) -> None:
        self.failed.emit(error)


def _with(known: tuple[str, ...], more: Iterable[Path]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *(str(one) for one in more))))


def _sorted_out(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Files and folders. Raises RequestError when there is nothing that could be a model."""
    files, folders = [], []
    for path in paths:
        whole = path.expanduser().absolute()
        if whole.is_dir():
            folders.append(whole)
        elif whole.is_file() and whole.suffix.lower() == ".gguf":
            files.append(whole)
    if not files and not folders:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "There is no GGUF file or folder among them."),
            QT_TRANSLATE_NOOP("errors", "Models are files whose names end in .gguf."),
        )
    return files, folders
