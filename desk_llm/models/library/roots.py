"""Which folders the library reads, in the order in which their files count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from desk_llm.models.library import trash
from desk_llm.models.library.apps import add_place
from desk_llm.models.library.scan import Scan
from desk_llm.models.library.types import Place
from desk_llm.models.types import Origin

Wanted = tuple[tuple[Path, ...], tuple[Path, ...], tuple[Place, ...]]


class Roots:
    """Asks the settings anew each time."""

    def __init__(
        self,
        folders: Callable[[], Sequence[Path]],
        starter: Path,
        extra_files: Callable[[], Sequence[Path]],
        others: Callable[[], Sequence[Place]],
    ) -> None:
        self._folders = folders
        self.starter = starter
        self._extra_files = extra_files
        self._others = others
        self._scanned: Wanted | None = None
        self._emptied: set[Path] = set()

    def folders(self) -> tuple[Path, ...]:
        """The app's own folder, then those the person added; each once."""
        return tuple(dict.fromkeys(self._folders()))

    def others(self) -> tuple[Place, ...]:
        """The places of other apps."""
        return tuple(self._others())

    def changed(self) -> bool:
        """Whether other folders are wanted than at the last scan."""
        return self._scanned != self._wanted()

    def scan(self) -> Scan:
        """Look through all of them; nothing is opened but the small files of other apps."""
        folders, extra_files, others = self._scanned = self._wanted()
        scan = Scan()
        if self.starter.is_dir():
            scan.add_folder(self.starter, Origin.STARTER)
        for number, folder in enumerate(folders):
            self._empty_trash(folder)
            scan.add_folder(folder, Origin.FOLDER if number else Origin.APP)
        for path in extra_files:
            scan.add_file(path)
        for place in others:
            add_place(scan, place)
        return scan

    def _wanted(self) -> Wanted:
        return self.folders(), tuple(dict.fromkeys(self._extra_files())), self.others()

    def _empty_trash(self, folder: Path) -> None:
        """Once in a while is enough: at the first look of each start."""
        if folder not in self._emptied:
            self._emptied.add(folder)
            trash.empty_old(folder)
