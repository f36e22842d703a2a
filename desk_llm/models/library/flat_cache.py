"""llama.cpp's old cache: owner_repo_file.gguf in one folder, with etags and manifests beside."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from desk_llm.models.library.scan import Scan, find_parts, unfinished_of
from desk_llm.models.library.types import Place
from desk_llm.models.names import plain

_MAX_NOTE = 64 << 10
_SHA256 = re.compile(r'"?([0-9a-f]{64})"?')
_MANIFEST = re.compile(r"manifest=(?P<owner>[^=]+)=(?P<name>[^=]+)=[^=]*\.json")
_USUAL_NAME = re.compile(r"(?P<owner>[^_]+)_(?P<name>.+?-GGUF)_.+", re.IGNORECASE)
_HUB_URL = re.compile(r"https?://[^/]+/(?P<owner>[^/]+)/(?P<name>[^/]+)/resolve/")


def add_flat_cache(scan: Scan, place: Place, prefix: str) -> None:
    """Add the GGUF files of the folder itself."""
    scan.watch(place.path)
    try:
        names = sorted(one.name for one in place.path.iterdir())
    except OSError:
        return
    unfinished = unfinished_of(names)
    repos = [
        f"{match['owner']}/{match['name']}" for match in map(_MANIFEST.fullmatch, names) if match
    ]
    for name in names:
        parts = find_parts(place.path / name) if name.lower().endswith(".gguf") else None
        if parts is None:
            continue
        stem, found = parts
        digest = _SHA256.fullmatch(_note(place.path / f"{name}.etag").strip())
        scan.add(
            replace(
                found,
                id=prefix + plain(stem, 1_000),
                origin=place.origin,
                root=place.path,
                repo=plain(_repo(place.path / name, repos)),
                sha256=digest[1] if digest else "",
                is_unfinished=name in unfinished,
            )
        )


def _repo(path: Path, repos: list[str]) -> str:
    """owner/repo, from a manifest, the note of the download's URL, or the usual form of names."""
    for repo in sorted(repos, key=len, reverse=True):
        if path.name.startswith(repo.replace("/", "_") + "_"):
            return repo
    match = _HUB_URL.match(_url(path)) or _USUAL_NAME.fullmatch(path.name)
    return f"{match['owner']}/{match['name']}" if match else ""


def _url(path: Path) -> str:
    try:
        note = json.loads(_note(path.with_name(path.name + ".json")) or "{}")
    except (ValueError, RecursionError):
        return ""
    url = note.get("url") if isinstance(note, dict) else ""
    return url if isinstance(url, str) else ""


def _note(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_NOTE).decode("utf-8", "replace")
    except OSError:
        return ""
