"""The header of a model that is not here yet, read by range requests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desk_llm.models.types import GgufInfo, ModelFile


@dataclass(frozen=True, slots=True)
class RemoteHeader:
    """What the header says, and files of full size without weights to simulate a load with."""

    info: GgufInfo
    path: Path  # a sparse file in the cache: true header, holes for weights
    parts: tuple[Path, ...]  # all parts, `path` first
    size_bytes: int  # of all parts on the server
    fetched_bytes: int  # what it cost to know

    @property
    def file(self) -> ModelFile:
        """As an entry of the library would be, for the fit; it must never be loaded."""
        return ModelFile(
            id=f"remote/{self.path.stem}",
            path=self.path,
            name=self.info.name or self.path.stem,
            size_bytes=self.size_bytes,
            info=self.info,
            parts=self.parts if len(self.parts) > 1 else (),
        )
