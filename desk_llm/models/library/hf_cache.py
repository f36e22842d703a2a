"""The Hugging Face cache: models--owner--repo/snapshots/<commit>/file → blobs/<sha256>."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from desk_llm.models.library.scan import Found, Scan, find_parts, stat_of
from desk_llm.models.library.types import Place
from desk_llm.models.names import plain

MAX_REPOS = 5_000
_REPO = re.compile(r"models--(?P<owner>[^/]+?)--(?P<name>.+)")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def add_hf_cache(scan: Scan, place: Place, prefix: str) -> None:
    """Add the GGUF files of every repository; the snapshot that `main` points to comes first."""
    scan.watch(place.path)
    for folder in sorted(_folders(place.path))[:MAX_REPOS]:
        match = _REPO.fullmatch(folder.name)
        if match is None:
            continue
        repo = plain(f"{match['owner']}/{match['name']}")
        contents: set[tuple[int, int]] = set()  # a file that did not change between two commits
        names: set[str] = set()
        for snapshot in _snapshots(scan, folder):
            for relative, found in _files(scan, snapshot):
                if found.key in contents:
                    continue
                contents.add(found.key)
                name = f"{repo}/{relative}"
                name = f"{name}@{snapshot.name[:7]}" if name in names else name
                names.add(name)
                scan.add(
                    replace(
                        found,
                        id=prefix + plain(name, 1_000),
                        origin=place.origin,
                        root=place.path,
                        repo=repo,
                        sha256=_blob_digest(found.path) if len(found.stamp) == 1 else "",
                    )
                )


def _snapshots(scan: Scan, repo: Path) -> Iterator[Path]:
    scan.watch(repo / "snapshots")
    main = ""
    with contextlib.suppress(OSError, ValueError):  # a download by commit leaves no ref
        main = (repo / "refs" / "main").read_text("utf-8")[:100].strip()
    newest = sorted(_folders(repo / "snapshots"), key=_age, reverse=True)
    yield from sorted(newest, key=lambda one: one.name != main)


def _files(scan: Scan, snapshot: Path) -> Iterator[tuple[str, Found]]:
    for place, names in scan.walk(snapshot, is_ours=False):
        for name in sorted(names):
            parts = find_parts(place / name) if name.lower().endswith(".gguf") else None
            if parts is not None:
                stem, found = parts
                yield (place / stem).relative_to(snapshot).as_posix(), found


def _blob_digest(path: Path) -> str:
    """The name of the blob behind the link, which is the content's digest for large files."""
    try:
        name = os.path.basename(os.readlink(path))
    except OSError:  # no link: Windows without the right to make one
        return ""
    return name if _SHA256.fullmatch(name) else ""


def _folders(folder: Path) -> list[Path]:
    try:
        return [one for one in folder.iterdir() if one.is_dir()]
    except OSError:
        return []


def _age(folder: Path) -> float:
    status = stat_of(folder)
    return status.st_mtime if status else 0.0
