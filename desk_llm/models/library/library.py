"""Library: the model files of the starter folder, the person's folders and single files."""

from __future__ import annotations

import collections
import logging
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, ModelNotFound
from desk_llm.events import Event
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.gguf.projector import Projector
from desk_llm.models.library import search
from desk_llm.models.library.scan import Found, Scan, Stamp
from desk_llm.models.library.types import MetadataRow, Place, Removed
from desk_llm.models.names import plain
from desk_llm.models.types import GgufInfo, ModelFile, Origin

log = logging.getLogger("desk.models")

_TELLING_NAME = re.compile(r"^[^/\\]*[^\W\d_]{2}[^/\\]*$")  # two letters, and no path


class Library:
    """A snapshot that `refresh` replaces; reading it needs no lock and never waits."""

    def __init__(
        self,
        folders: Callable[[], Sequence[Path]],
        starter: Path,
        extra_files: Callable[[], Sequence[Path]] = tuple,
        *,
        others: Callable[[], Sequence[Place]] = tuple,
        data: Path | None = None,
        cache: Path | None = None,
    ) -> None:
        """`folders`: the app's own first, then those the person added. `others`: other apps'.

        `data` keeps aliases and the list of removed files, `cache` parsed headers; None: nowhere.
        """
        self.changed: Event[None] = Event()
        self._folders = folders
        self._starter = starter
        self._extra_files = extra_files
        self._files: tuple[ModelFile, ...] = ()
        self._problems: tuple[DeskError, ...] = ()
        self._seen: list[Stamp] | None = None
        self._headers: dict[tuple[Stamp, ...], GgufInfo | DeskError] = {}
        self._lock = threading.Lock()

    @property
    def files(self) -> tuple[ModelFile, ...]:
        """The starter model first, then by name. Files that cannot be used have a `problem`."""
        return self._files

    @property
    def problems(self) -> tuple[DeskError, ...]:
        """Folders that could not be read at the last refresh."""
        return self._problems

    def refresh(self) -> None:
        """Read the folders again; worker threads only. Known files are not opened again."""
        with self._lock:
            is_new = self._take(*self._scan())
        if is_new:
            self.changed.emit(None)

    def refresh_if_changed(self) -> bool:
        """`refresh`, when a folder or file is not as it was; a few ms. True when it was read."""
        with self._lock:
            starter, others = self._scan()
            if self._seen == starter.stamps + others.stamps:
                return False
            is_new = self._take(starter, others)
        if is_new:
            self.changed.emit(None)
        return True

    def find(self, name_or_path: str) -> ModelFile:
        """A listed model by id, name, file name or unique prefix; else a file by its path.

        An unlisted path is opened, so it must come from the person and not from the network.
        Raises ModelNotFound, or what is wrong with the file at that path.
        """
        try:
            return self.get(name_or_path)
        except DeskError:
            path = Path(name_or_path).expanduser().absolute()
            if not search.looks_like_a_path(name_or_path, path):
                raise
        for listed in self._files:
            if listed.path.absolute() == path:
                return listed
        return self._file_at(path)

    def _file_at(self, path: Path) -> ModelFile:
        scan = Scan()
        scan.add_file(path)
        for found in scan.found:
            with self._lock:
                file = self._model_file(found, is_starter=False)
            if file is not None:
                return replace(file, id=str(path))
        info = read_gguf(path)  # says what is wrong: it is gone, a later part, a projector
        return ModelFile(str(path), path, _name(path.stem, info), path.stat().st_size, info=info)

    def usable(self, wanted_id: str = "") -> ModelFile:
        """The file of that id when it can be used, else the first that can: the starter model.

        Raises ModelNotFound when there is none at all.
        """
        files = [file for file in self._files if file.problem is None]
        for file in files:
            if file.id == wanted_id:
                return file
        if files:
            return files[0]
        raise ModelNotFound(
            QT_TRANSLATE_NOOP("errors", "There is no model that can be used."),
            QT_TRANSLATE_NOOP("errors", "Open a GGUF file or put one into the models folder."),
        )

    def get(self, name: str) -> ModelFile:
        """Like `find` but for listed models only, whoever asks. Raises ModelNotFound."""
        return search.find(self._files, name)

    def rename(self, model_id: str, alias: str) -> None:
        """Give a model a name of the person's own; an empty one takes it back."""
        raise NotImplementedError

    def remove(self, model_id: str) -> Removed:
        """Move a model's files to the trash; worker threads only.

        All its parts, and its projector when no other model uses it. Raises DeskError for models
        of other apps, and for the starter model.
        """
        raise NotImplementedError

    def undo(self, removed: Removed) -> None:
        """Bring a removed model back to where it was; worker threads only. Raises DiskProblem."""
        raise NotImplementedError

    def metadata(self, model_id: str) -> tuple[MetadataRow, ...]:
        """Everything the header of a model says; worker threads only."""
        raise NotImplementedError

    def duplicates(self) -> tuple[tuple[ModelFile, ...], ...]:
        """Models whose content is on the disk more than once, the one to keep first.

        Files of equal size are read at both ends, and whole when those agree: worker threads only.
        """
        raise NotImplementedError

    def totals(self) -> dict[Origin, int]:
        """Bytes on the disk by origin, projectors and drafts included."""
        raise NotImplementedError

    def existing(self, sha256: str, size_bytes: int) -> Path | None:
        """A file on this disk with that content, whoever's it is; worker threads only."""
        raise NotImplementedError

    def watch(self) -> None:
        """Look for new and changed files every few seconds, on a thread of its own."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop watching. Idempotent."""

    def _scan(self) -> tuple[Scan, Scan]:
        starter, others = Scan(), Scan()
        if self._starter.is_dir():
            starter.add_folder(self._starter)
        for folder in dict.fromkeys(self._folders()):
            others.add_folder(folder)
        for path in dict.fromkeys(self._extra_files()):
            others.add_file(path)
        return starter, others

    def _take(self, starter: Scan, others: Scan) -> bool:
        """Make the new snapshot; True when it differs from the old one."""
        listed = [self._model_file(found, is_starter=True) for found in starter.found]
        listed += sorted(
            (self._model_file(found, is_starter=False) for found in others.found),
            key=lambda file: file.name.casefold() if file else "",
        )
        known = {found.stamp for scan in (starter, others) for found in scan.found}
        self._headers = {stamp: info for stamp, info in self._headers.items() if stamp in known}
        files = tuple(_with_own_names(_without_copies(file for file in listed if file)))
        self._problems = tuple(starter.problems + others.problems)
        self._seen = starter.stamps + others.stamps
        old, self._files = self._files, files
        return old != files

    def _model_file(self, found: Found, *, is_starter: bool) -> ModelFile | None:
        """None for files that belong to a model and are none."""
        if "mmproj" in found.path.name.lower():
            return None
        if found.stamp not in self._headers:
            self._headers[found.stamp] = _read(found)
        header = self._headers[found.stamp]
        if isinstance(header, Projector):
            return None
        file = ModelFile(
            found.id, found.path, _name(Path(found.id).name), found.size_bytes, is_starter
        )
        if isinstance(header, DeskError):
            return replace(file, problem=header)
        return replace(file, name=_name(Path(found.id).name, header), info=header)


def _read(found: Found) -> GgufInfo | DeskError:
    if found.problem is not None:
        return found.problem
    try:
        return read_gguf(found.path)
    except DeskError as error:
        log.info("%s", error)
        return error


def _name(stem: str, info: GgufInfo | None = None) -> str:
    """What people call it: the name in the file if it is one, else the file's."""
    if info is not None and len(info.name) <= 80 and _TELLING_NAME.match(info.name):
        return info.name
    return plain(stem)


def _without_copies(files: Iterable[ModelFile]) -> list[ModelFile]:
    """Each file once, under an id of its own."""
    paths: set[Path] = set()
    ids: set[str] = set()
    kept = []
    for file in files:
        path = file.path.absolute()
        if path in paths:
            continue
        paths.add(path)
        new_id, number = file.id, 2
        while new_id in ids:
            new_id, number = f"{file.id} ({number})", number + 1
        ids.add(new_id)
        kept.append(replace(file, id=new_id))
    return kept


def _with_own_names(files: list[ModelFile]) -> list[ModelFile]:
    """Two files of one name and quant are told apart by their ids."""
    labels = collections.Counter(_label(file) for file in files)
    return [replace(one, name=one.id) if labels[_label(one)] > 1 else one for one in files]


def _label(file: ModelFile) -> tuple[str, str]:
    return file.name.casefold(), file.info.quant if file.info else ""
