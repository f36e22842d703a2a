"""The models of other apps, each read in its own layout; nothing there is ever changed."""

from __future__ import annotations

from dataclasses import replace

from desk_llm.models.library.flat_cache import add_flat_cache
from desk_llm.models.library.hf_cache import add_hf_cache
from desk_llm.models.library.ollama import add_ollama
from desk_llm.models.library.scan import Scan, find_parts, repo_of, unfinished_of
from desk_llm.models.library.types import Layout, Place
from desk_llm.models.names import plain
from desk_llm.models.types import Origin

PREFIXES = {
    Origin.HF_CACHE: "hf:",
    Origin.LLAMA_CPP: "llama.cpp:",
    Origin.LM_STUDIO: "lmstudio:",
    Origin.OLLAMA: "ollama:",
}
"""Of ids, so that they never take the id of a file of the person's own folders."""


def add_place(scan: Scan, place: Place) -> None:
    """Add what is in one place of another app."""
    prefix = PREFIXES[place.origin]
    if place.layout is Layout.HF_CACHE:
        add_hf_cache(scan, place, prefix)
    elif place.layout is Layout.FLAT_CACHE:
        add_flat_cache(scan, place, prefix)
    elif place.layout is Layout.OLLAMA:
        add_ollama(scan, place, prefix)
    else:
        _add_folder(scan, place, prefix)


def _add_folder(scan: Scan, place: Place, prefix: str) -> None:
    """LM Studio: publisher/model/file.gguf."""
    for folder, names in scan.walk(place.path, is_ours=False):
        unfinished = unfinished_of(names)
        for name in sorted(names):
            parts = find_parts(folder / name) if name.lower().endswith(".gguf") else None
            if parts is not None:
                stem, found = parts
                identity = plain((folder / stem).relative_to(place.path).as_posix(), 1_000)
                scan.add(
                    replace(
                        found,
                        id=prefix + identity,
                        origin=place.origin,
                        root=place.path,
                        repo=repo_of(identity),
                        is_unfinished=name in unfinished,
                    )
                )
