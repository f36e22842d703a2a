"""What needs a question first: file dialogs, and the dialogs of this room."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from desk_llm.models.library.types import MetadataRow
from desk_llm.models.presets.importing import Imported
from desk_llm.models.types import ModelFile
from desk_llm.services import Services
from desk_llm.ui import bridge
from desk_llm.ui.models.library import modelfiles
from desk_llm.ui.models.library.deeds import LibraryDeeds, Told
from desk_llm.ui.models.library.duplicates import DuplicatesDialog, Groups
from desk_llm.ui.models.library.folders import FoldersDialog
from desk_llm.ui.models.library.metadata import MetadataDialog
from desk_llm.ui.models.library.moving import MoveDialog
from desk_llm.ui.models.replies.dialog import RepliesDialog


class Asking(QObject):
    """`ask(what)` and `ask_about(what, file)` with the names of the menus."""

    duplicates_found = Signal(object)  # Groups

    def __init__(self, services: Services, deeds: LibraryDeeds, page: QWidget) -> None:
        super().__init__(page)
        self._services = services
        self._deeds = deeds
        self._page = page
        self.dialogs: dict[str, QWidget] = {}  # those that are open

    def ask(self, what: str) -> None:
        """About the whole library."""
        {
            "add_file": self._ask_for_file,
            "add_folder": self._ask_for_folder,
            "models_folder": self._open_models_folder,
            "move": self._open_move,
            "folders": self._open_folders,
            "duplicates": self._find_duplicates,
            "import_modelfile": self._ask_for_modelfile,
        }[what]()

    def ask_about(self, what: str, file: ModelFile) -> None:
        """About one model."""
        {
            "metadata": self._read_metadata,
            "export": self._ask_where,
            "replies": self._open_replies,
        }[what](file)

    # ── files and folders ────────────────────────────────────────────────

    def _ask_for_file(self) -> None:
        chosen, _filter = QFileDialog.getOpenFileNames(
            self._page,
            self.tr("Open a GGUF file"),
            "",
            self.tr("GGUF models (*.gguf);;All files (*)"),
        )
        if chosen:
            self._deeds.add(Path(one) for one in chosen)

    def _ask_for_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self._page, self.tr("Add a folder with models"))
        if chosen:
            self._deeds.add([Path(chosen)])

    def _ask_for_modelfile(self) -> None:
        chosen, _filter = QFileDialog.getOpenFileName(
            self._page, self.tr("Import a Modelfile"), "", self.tr("Modelfiles (*)")
        )
        if chosen:
            self.import_modelfile(Path(chosen))

    def import_modelfile(self, path: Path) -> None:
        """Its model is chosen, and is loaded and asked as it says."""

        def show(taken: Imported) -> None:
            text = self.tr("Preset of “{0}” imported").format(taken.file.name)
            if taken.ignored:
                words = dict.fromkeys(
                    " ".join(part for part in (one.name.upper(), one.key) if part)
                    for one in taken.ignored
                )
                text = self.tr("Preset of “{0}” imported, without {1}").format(
                    taken.file.name, ", ".join(words)
                )
            self._deeds.told.emit(Told(text))
            self._deeds.added.emit(taken.file.path)

        task = bridge.run(lambda: modelfiles.take_in(self._services, path), self)
        task.then(show).failed(self._deeds.failed.emit)

    def _ask_where(self, file: ModelFile) -> None:
        chosen, _filter = QFileDialog.getSaveFileName(
            self._page, self.tr("Export a Modelfile"), f"{file.path.stem}.Modelfile"
        )
        if chosen:
            self.export_modelfile(file, Path(chosen))

    def export_modelfile(self, file: ModelFile, path: Path) -> None:
        """Its preset, for Ollama and other programs."""

        def show(_none: None) -> None:
            self._deeds.told.emit(Told(self.tr("Exported: {0}").format(path.name)))

        task = bridge.run(lambda: modelfiles.write(self._services, file, path), self)
        task.then(show).failed(self._deeds.failed.emit)

    def _open_models_folder(self) -> None:
        folder = self._services.models_folder

        def make() -> None:
            folder.mkdir(parents=True, exist_ok=True)

        def show(_none: None) -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

        bridge.run(make, self).then(show)

    def _open_move(self) -> None:
        dialog = MoveDialog(self._services, self._page)
        dialog.moved.connect(self._on_moved)
        self._open("move", dialog)

    def _on_moved(self, target: Path) -> None:
        self._deeds.refresh()
        text = self.tr("The models are in {0} now").format(target.name or str(target))
        self._deeds.told.emit(Told(text))

    def _open_folders(self) -> None:
        dialog = FoldersDialog(self._services, self._page)
        dialog.add_wanted.connect(self._ask_for_folder)
        dialog.changed.connect(self._deeds.refresh)
        self._open("folders", dialog)

    # ── contents ─────────────────────────────────────────────────────────

    def _read_metadata(self, file: ModelFile) -> None:
        def show(rows: tuple[MetadataRow, ...]) -> None:
            self._open("metadata", MetadataDialog(file.name, rows, self._page))

        library = self._services.library
        task = bridge.run(lambda: library.metadata(file.id), self)
        task.then(show).failed(self._deeds.failed.emit)

    def _open_replies(self, file: ModelFile) -> None:
        self._open("replies", RepliesDialog(self._services, file, self._page))

    def _find_duplicates(self) -> None:
        self._deeds.told.emit(Told(self.tr("Comparing files…")))
        task = bridge.run(self._services.library.duplicates, self)
        task.then(self._on_duplicates).failed(self._deeds.failed.emit)

    def _on_duplicates(self, groups: Groups) -> None:
        self.duplicates_found.emit(groups)
        if not groups:
            self._deeds.told.emit(Told(self.tr("No model is on this disk twice")))
            return
        dialog = DuplicatesDialog(groups, self._page)
        dialog.remove_wanted.connect(self._deeds.remove)
        dialog.remove_wanted.connect(lambda _file: dialog.close())
        dialog.show_wanted.connect(lambda file: self._deeds.added.emit(file.path))
        self._open("duplicates", dialog)

    def _open(self, name: str, dialog: QWidget) -> None:
        """One of each kind; the newest replaces the one before."""
        before = self.dialogs.pop(name, None)
        if before is not None:
            before.close()
        self.dialogs[name] = dialog
        dialog.destroyed.connect(lambda: self._on_closed(name, dialog))
        dialog.show()

    def _on_closed(self, name: str, dialog: QWidget) -> None:
        if self.dialogs.get(name) is dialog:
            del self.dialogs[name]
