"""The header of a model that is not here yet, read by range requests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from desk_llm.errors import QT_TRANSLATE_NOOP, DeskError, FileDamaged
from desk_llm.hub.endpoints import file_url
from desk_llm.hub.header_store import HeaderStore, sparse_file
from desk_llm.hub.ranges import RangeFile
from desk_llm.hub.targets import safe_name
from desk_llm.hub.types import QuantFiles, Repo, RepoFile
from desk_llm.models.gguf.header import read_header_from
from desk_llm.models.gguf.info import read_gguf
from desk_llm.models.names import plain
from desk_llm.models.types import GgufInfo, ModelFile

if TYPE_CHECKING:
    import httpx2

MOST_PARTS = 200


@dataclass(frozen=True, slots=True)
class RemoteHeader:
    """What the header says, and files of full size without weights to simulate a load with."""

    info: GgufInfo
    path: Path  # a sparse file in the cache: true header, holes for weights
    parts: tuple[Path, ...]  # all parts, `path` first
    size_bytes: int  # of all parts on the server
    fetched_bytes: int  # what it cost to know; 0: it was in the cache

    @property
    def file(self) -> ModelFile:
        """As an entry of the library would be, for the fit; it must never be loaded."""
        return ModelFile(
            id=f"remote/{self.path.parent.name}/{self.path.stem}",
            path=self.path,
            name=self.info.name or self.path.stem,
            size_bytes=self.size_bytes,
            info=self.info,
            parts=self.parts if len(self.parts) > 1 else (),
        )


def read_remote(
    client: httpx2.Client, endpoint: str, repo: Repo, quant: QuantFiles, store: HeaderStore
) -> RemoteHeader:
    """The header of every part. Raises NetworkError, AccessDenied, FileDamaged, Unsupported."""
    names = [PurePosixPath(one.path).name for one in quant.files]
    key = "\n".join(
        (repo.summary.name, repo.commit, *(f"{one.path} {one.size_bytes}" for one in quant.files))
    )
    paths, fetched = store.find(key, names), 0
    if not paths:
        _check(quant)
        with store.adding(key) as folder:
            for one in quant.files:
                fetched += _fetch(client, endpoint, repo, one, folder)
        paths = store.find(key, names)
    try:
        info = read_gguf(paths[0], any_kind=True)
    except DeskError:
        store.remove(key)
        raise
    return RemoteHeader(info, paths[0], paths, quant.size_bytes, fetched)


def _check(quant: QuantFiles) -> None:
    if len(quant.files) > MOST_PARTS or any(one.size_bytes <= 0 for one in quant.files):
        raise FileDamaged(
            QT_TRANSLATE_NOOP("errors", "The server says nothing sensible about “{file}”."),
            file=plain(quant.path, 120),
        )


def _fetch(client: httpx2.Client, endpoint: str, repo: Repo, one: RepoFile, folder: Path) -> int:
    name = PurePosixPath(one.path).name
    url = file_url(endpoint, repo.summary.name, repo.commit or "main", one.path)
    with sparse_file(folder / safe_name(name), one.size_bytes) as file:
        source = RangeFile(
            client, url, one.size_bytes, file, name=repo.summary.name, page=repo.page_url
        )
        read_header_from(Path(name), source, one.size_bytes)  # type: ignore[arg-type]
        return source.fetched
