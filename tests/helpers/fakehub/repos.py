"""The repositories that are served: folders `owner/name` below a root."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMMIT = "a" * 40
_GIT_SUFFIXES = (".md", ".json", ".txt", ".jinja", ".gitattributes")  # kept in git, not in LFS


@dataclass
class Repos:
    """`gated`: repository → the token that opens it. `gguf`: what `expand=gguf` says of it."""

    root: Path
    gated: dict[str, str] = field(default_factory=dict)
    gguf: dict[str, dict[str, Any]] = field(default_factory=dict)
    details: dict[str, dict[str, Any]] = field(default_factory=dict)  # downloads, likes, tags…
    commits: dict[str, str] = field(default_factory=dict)  # COMMIT where nothing is said
    digests: dict[str, str] = field(default_factory=dict)  # "owner/name/file": a false sha256
    _known: dict[tuple[Path, int, int], str] = field(default_factory=dict)

    def names(self) -> list[str]:
        """All "owner/name"."""
        return [
            f"{one.parent.name}/{one.name}" for one in sorted(self.root.glob("*/*")) if one.is_dir()
        ]

    def has(self, repo: str) -> bool:
        """Whether it exists."""
        return repo in self.names()

    def commit(self, repo: str) -> str:
        """The newest one."""
        return self.commits.get(repo, COMMIT)

    def files(self, repo: str) -> Iterator[tuple[str, Path]]:
        """Names with "/" and places, sorted."""
        folder = self.root / repo
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path.relative_to(folder).as_posix(), path

    def file(self, repo: str, name: str) -> Path | None:
        """The place of one file."""
        return dict(self.files(repo)).get(name) if self.has(repo) else None

    def is_large(self, name: str) -> bool:
        """Whether the Hub keeps such a file outside git, and so knows its sha256."""
        return not name.endswith(_GIT_SUFFIXES)

    def sha256(self, path: Path) -> str:
        """What the server says it is."""
        false = self.digests.get(path.relative_to(self.root).as_posix())
        return false or self.real_sha256(path)

    def real_sha256(self, path: Path) -> str:
        """The truth."""
        stat = path.stat()
        key = (path, stat.st_size, stat.st_mtime_ns)
        if key not in self._known:
            with path.open("rb") as file:
                self._known[key] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._known[key]

    def write(self, name: str, data: bytes) -> str:
        """Put a file at "owner/name/file"; its digest."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return self.real_sha256(path)
