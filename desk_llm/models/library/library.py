"""Library: the models on this disk, under ids that do not change; the room's front door."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, ModelNotFound
from desk_llm.events import Event
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.gguf.rows import metadata_rows
from desk_llm.models.library import removal, search, trash
from desk_llm.models.library.aliases import Aliases
from desk_llm.models.library.copies import copies
from desk_llm.models.library.digests import Digests
from desk_llm.models.library.entries import listed, name_of, totals_of
from desk_llm.models.library.header_cache import Facts, HeaderCache
from desk_llm.models.library.places import other_apps
from desk_llm.models.library.roots import Roots
from desk_llm.models.library.scan import Found, Scan, Stamp, stamp_of
from desk_llm.models.library.types import MetadataRow, Place, Removed
from desk_llm.models.library.watcher import Watcher
from desk_llm.models.library.writing import not_whole, still_written
from desk_llm.models.types import ModelFile, Origin

log = logging.getLogger("desk.models")

BATCH_S = 0.5  # so long after the first header, what is known by then is shown
FULL_LOOK_EVERY = 15  # of the watcher's looks: files that change in place are rare


class Library:
    """A snapshot that `refresh` replaces; reading it needs no lock and never waits."""

    def __init__(
        self,
        folders: Callable[[], Sequence[Path]],
        starter: Path,
        extra_files: Callable[[], Sequence[Path]] = tuple,
        *,
        others: Callable[[], Sequence[Place]] = tuple,
        downloading: Callable[[], AbstractSet[Path]] = frozenset,
        data: Path | None = None,
        cache: Path | None = None,
    ) -> None:
        """`folders`: the app's own first, then those the person added. `others`: other apps'.

        `downloading`: files that a download will bring: until then a split model is not listed.
        `data` keeps aliases, `cache` parsed headers and digests; None: nowhere.
        """
        self.changed: Event[None] = Event()
        self._roots = Roots(folders, starter, extra_files, others)
        self._downloading = downloading
        self._aliases = Aliases(data / "model_names.json" if data else None)
        self._headers = HeaderCache(cache / "headers.sqlite3" if cache else None)
        self._digests = Digests(cache / "digests.json" if cache else None)
        self._watcher = Watcher(self._look)
        self._lock = threading.Lock()
        self._files: tuple[ModelFile, ...] = ()
        self._problems: tuple[DeskError, ...] = ()
        self._totals: dict[Origin, int] = {}
        self._scan = Scan()
        self._is_read = False
        self._doubtful: tuple[Stamp, ...] = ()  # files that may be whole in a moment
        self._looks = 0

    @property
    def files(self) -> tuple[ModelFile, ...]:
        """The starter model first, then by name. Files that cannot be used have a `problem`."""
        return self._files

    @property
    def problems(self) -> tuple[DeskError, ...]:
        """Folders that could not be read at the last refresh."""
        return self._problems

    def totals(self) -> dict[Origin, int]:
        """Bytes on the disk by origin, projectors and drafts included; links count once."""
        return dict(self._totals)

    # ── reading the disk ─────────────────────────────────────────────────

    def refresh(self) -> None:
        """Read the folders again; worker threads only. Known files are not opened again."""
        with self._lock:
            is_new = self._take(self._roots.scan())
        if is_new:
            self.changed.emit(None)

    def refresh_if_changed(self) -> bool:
        """`refresh`, when a folder or file is not as it was; a few ms. True when it was read."""
        with self._lock:
            scan = self._roots.scan()
            if self._is_read and self._scan.stamps == scan.stamps:
                return False
            is_new = self._take(scan)
        if is_new:
            self.changed.emit(None)
        return True

    def watch(self) -> None:
        """Notice new and changed files within seconds, on a thread of its own, until `close`."""
        self._watcher.start()

    def close(self) -> None:
        """Stop watching. Idempotent."""
        self._watcher.close()

    def _look(self) -> None:
        """The watcher's: cheap, unless something changed."""
        if not self._is_read:
            return  # the first reading is the window's
        self._looks += 1
        if (
            self._looks % FULL_LOOK_EVERY == 0
            or self._roots.changed()
            or not self._scan.folders_are_same(self._looks)
            or any(stamp_of(Path(stamp[0])) != stamp for stamp in self._doubtful)
        ):
            self.refresh_if_changed()

    def _take(self, scan: Scan) -> bool:
        """Make the new snapshot; True when it differs from the old one."""
        known: list[tuple[Found, Facts]] = []
        shown_at = time.monotonic() + BATCH_S
        old = self._files
        with self._headers.open():
            for found in scan.found:
                known.append((found, self._headers.read(found)))
                if time.monotonic() > shown_at and not self._is_read:
                    self._show(known)
                    shown_at = time.monotonic() + 4 * BATCH_S
                    self.changed.emit(None)
        all_known, written = known, still_written(known, self._downloading())
        known = [one for one in known if one[0].path not in written]
        self._headers.keep_only({found.stamp for found in scan.found})
        self._show(known)
        self._problems = tuple(scan.problems)
        self._doubtful = not_whole(all_known)
        self._scan, self._is_read = scan, True
        return old != self._files

    def _show(self, known: Sequence[tuple[Found, Facts]]) -> None:
        self._files = self._with_digests(listed(known, self._aliases.all()))
        self._totals = totals_of([found for found, _facts in known])

    def _with_digests(self, files: tuple[ModelFile, ...]) -> tuple[ModelFile, ...]:
        """What was computed or downloaded before."""
        return tuple(
            replace(file, sha256=sha256)
            if not file.sha256
            and not file.parts
            and (sha256 := self._digests.known_path(file.path))
            else file
            for file in files
        )

    # ── finding ──────────────────────────────────────────────────────────

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
        for file in self._files:
            if file.path.absolute() == path:
                return file
        return self._file_at(path)

    def _file_at(self, path: Path) -> ModelFile:
        scan = Scan()
        scan.add_file(path)
        with self._lock, self._headers.open():
            known = [(found, self._headers.read(found)) for found in scan.found]
        for file in listed(known, {}):
            return replace(file, id=str(path))
        info = read_gguf(path)  # says what is wrong: it is gone, a later part, a projector
        return ModelFile(str(path), path, name_of(path.stem, info), path.stat().st_size, info=info)

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

    def metadata(self, model_id: str) -> tuple[MetadataRow, ...]:
        """Everything the header of a model says; worker threads only. Raises DeskError."""
        file = self.get(model_id)
        return metadata_rows(file.path, file.parts)

    # ── equal files ──────────────────────────────────────────────────────

    def duplicates(
        self, is_cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[tuple[ModelFile, ...], ...]:
        """Models whose content is on the disk more than once, the one to keep first.

        Files of equal size are read at both ends, and whole when those agree: worker threads only.
        """
        files = {file.path: file for file in self._files}
        groups = copies(
            [one for one in self._scan.found if one.path in files], self._digests, is_cancelled
        )
        return tuple(tuple(files[one.path] for one in group) for group in groups)

    def existing(self, sha256: str, size_bytes: int) -> Path | None:
        """A file on this disk with that content, whoever's it is; worker threads only."""
        if not sha256:
            return None
        self.refresh_if_changed()
        known = [stamp for one in self._scan.found for stamp in one.stamp if stamp[1] == size_bytes]
        by_name = {one.stamp[0]: one.sha256 for one in self._scan.found if one.sha256}
        for stamp in known:
            try:
                if (by_name.get(stamp) or self._digests.of(stamp)) == sha256:
                    return Path(stamp[0])
            except DeskError as error:
                log.info("%s", error)
        return None

    def learn_digest(self, path: Path, sha256: str) -> None:
        """Remember what a download was proven to be."""
        stamp = stamp_of(path)
        if stamp is not None and sha256:
            self._digests.learn(stamp, sha256)

    # ── changing ─────────────────────────────────────────────────────────

    def rename(self, model_id: str, alias: str) -> None:
        """Give a model a name of the person's own; an empty one takes it back. Raises DeskError."""
        self._aliases.set(self.get(model_id).id, alias)
        self.refresh()

    def remove(self, model_id: str) -> Removed:
        """Move a model's files to the trash; worker threads only.

        All its parts, and its projector when no other model uses it. Raises DeskError for models
        of other apps, and for the starter model.
        """
        file = self.get(model_id)
        others = (*self._roots.others(), *other_apps())  # those that are not shown, too
        removed = removal.remove(file, self._files, self._roots.folders(), others)
        self.refresh()
        return removed

    def undo(self, removed: Removed) -> None:
        """Bring a removed model back to where it was; worker threads only. Raises DiskProblem."""
        try:
            removal.undo(removed)
        finally:
            self.refresh()

    def empty_trash(self) -> int:
        """Delete what was removed into our own trash; the bytes that became free. Worker threads.

        Files in the system's trash are the system's matter.
        """
        return sum(map(trash.empty, self._roots.folders()))
