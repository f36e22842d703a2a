"""Where other apps keep their models on this machine: environment variables first, then defaults.

Of several variables that an app reads, the first that is set counts, as it does for that app.
Nothing is created or changed there.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from desk_llm.models.library.types import Layout, Place
from desk_llm.models.types import Origin

log = logging.getLogger("desk.models")

_MAX_SETTINGS = 1 << 20
_OLLAMA_SERVICES = ("/usr/share/ollama/.ollama/models", "/var/lib/ollama/.ollama/models")


def other_apps(environ: Mapping[str, str] = os.environ) -> tuple[Place, ...]:
    """The places of other apps that exist. Reads a few small files: not for the GUI thread."""
    found = (*_hugging_face(environ), *_llama_cpp(environ), *_lm_studio(), *_ollama(environ))
    return tuple(dict.fromkeys(place for place in found if place.path.is_dir()))


def _hugging_face(environ: Mapping[str, str]) -> Iterator[Place]:
    """huggingface_hub/constants.py; llama.cpp's common/hf-cache.cpp reads the same ones."""
    folder = (
        _named(environ, "HF_HUB_CACHE")
        or _named(environ, "HUGGINGFACE_HUB_CACHE")
        or _named(environ, "HF_HOME", "hub")
        or _named(environ, "XDG_CACHE_HOME", "huggingface", "hub")
        or Path.home() / ".cache" / "huggingface" / "hub"
    )
    yield Place(Origin.HF_CACHE, folder, Layout.HF_CACHE)


def _llama_cpp(environ: Mapping[str, str]) -> Iterator[Place]:
    """Its own folder: flat at first, then laid out like the Hugging Face cache."""
    folder = _named(environ, "LLAMA_CACHE") or _system_cache(environ) / "llama.cpp"
    yield Place(Origin.LLAMA_CPP, folder, Layout.HF_CACHE)
    yield Place(Origin.LLAMA_CPP, folder, Layout.FLAT_CACHE)


def _system_cache(environ: Mapping[str, str]) -> Path:
    """fs_get_cache_directory of llama.cpp's common.cpp."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    if sys.platform == "win32":
        return _named(environ, "LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    return _named(environ, "XDG_CACHE_HOME") or Path.home() / ".cache"


def _lm_studio() -> Iterator[Place]:
    """A pointer file may name another home, and the settings there another folder."""
    home = Path.home()
    homes = [home / ".lmstudio", home / ".cache" / "lm-studio"]
    pointed = _text(home / ".lmstudio-home-pointer").strip()
    if pointed:
        homes.insert(0, Path(pointed))
    for one in dict.fromkeys(homes):
        chosen = _downloads_folder(one / "settings.json")
        if chosen:
            yield Place(Origin.LM_STUDIO, Path(chosen))
        yield Place(Origin.LM_STUDIO, one / "models")


def _downloads_folder(settings: Path) -> str:
    try:
        read = json.loads(_text(settings) or "{}")
    except (ValueError, RecursionError):
        return ""
    chosen = read.get("downloadsFolder") if isinstance(read, dict) else None
    return chosen if isinstance(chosen, str) and os.path.isabs(chosen) else ""


def _ollama(environ: Mapping[str, str]) -> Iterator[Place]:
    """The person's own store, and those of the Linux service."""
    chosen = _named(environ, "OLLAMA_MODELS")
    folders = [chosen] if chosen else [Path.home() / ".ollama" / "models"]
    if not chosen and sys.platform == "linux":
        folders += map(Path, _OLLAMA_SERVICES)
    for folder in folders:
        yield Place(Origin.OLLAMA, folder, Layout.OLLAMA)


def _named(environ: Mapping[str, str], variable: str, *below: str) -> Path | None:
    value = environ.get(variable, "").strip()
    return Path(value).expanduser().joinpath(*below) if value else None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_SETTINGS).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        log.info("%s cannot be read: %s", path, error)
        return ""
