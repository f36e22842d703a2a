"""What the library hands out besides ModelFile: places to look at, rows of metadata, removals."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from desk_llm.models.gguf.rows import MetadataRow
from desk_llm.models.types import Origin

__all__ = ["Kept", "Layout", "MetadataRow", "Place", "Removed"]


class Layout(Enum):
    """How an app lays out its models in a folder."""

    FOLDER = "folder"  # files at any depth
    HF_CACHE = "hf_cache"  # models--owner--repo/snapshots/commit/file → ../../blobs/sha256
    FLAT_CACHE = "flat_cache"  # owner_repo_file.gguf beside etags and manifests
    OLLAMA = "ollama"  # manifests/… and blobs/sha256-…


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of another app in which models may be."""

    origin: Origin
    path: Path
    layout: Layout = Layout.FOLDER


@dataclass(frozen=True, slots=True)
class Kept:
    """Where one removed file is now, and where it was."""

    was: Path
    now: Path
    note: Path | None = None  # the system trash's own record of it


@dataclass(frozen=True, slots=True)
class Removed:
    """A removed model: `Library.undo` brings it back. `size_bytes` counts all its files."""

    id: str
    name: str
    size_bytes: int
    files: tuple[Kept, ...]
    in_system_trash: bool
