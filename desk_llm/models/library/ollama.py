"""Ollama's store: manifests/<host>/<namespace>/<model>/<tag> → blobs/sha256-<hex>, read only.

The blobs are GGUF files and are used where they are. Models of other kinds (safetensors layers,
cloud models) are left out; what Ollama changed so that llama.cpp cannot load it is said.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported
from desk_llm.models.library.scan import Found, Scan, find_parts, stat_of
from desk_llm.models.library.types import Place
from desk_llm.models.names import plain

log = logging.getLogger("desk.models")

MAX_MANIFEST = 1 << 20
MAX_LAYERS = 1_000
MAX_MODELS = 5_000
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_KIND = "application/vnd.ollama.image."
_HOST, _NAMESPACE = "registry.ollama.ai", "library"


@dataclass(frozen=True, slots=True)
class Layer:
    """One blob of a model; it is there when it has its whole size."""

    kind: str  # "model", "projector", "adapter", "template", "system", "params"…
    path: Path
    size_bytes: int
    sha256: str

    @property
    def is_whole(self) -> bool:
        """Whether the blob is there, all of it."""
        status = stat_of(self.path)
        return status is not None and status.st_size == self.size_bytes


@dataclass(frozen=True, slots=True)
class OllamaModel:
    """A manifest: `name` as Ollama shows it, like qwen3:0.6b."""

    name: str
    layers: tuple[Layer, ...]

    def of(self, kind: str) -> list[Layer]:
        """Its layers of one kind."""
        return [layer for layer in self.layers if layer.kind == kind]


def add_ollama(scan: Scan, place: Place, prefix: str) -> None:
    """Add every model that is a GGUF file; one blob under several tags is added once."""
    added: set[str] = set()
    # "latest" is another tag of the same blob most of the time, and tells less.
    for model in sorted(models(scan, place.path), key=lambda one: one.name.endswith(":latest")):
        weights = model.of("model")
        if len(weights) != 1 or model.of("tensor") or not weights[0].is_whole:
            continue
        blob = weights[0]
        parts = find_parts(blob.path)
        if parts is None or blob.sha256 in added:
            continue
        added.add(blob.sha256)
        eyes = tuple(one.path for one in model.of("projector") if one.is_whole)
        found = replace(
            parts[1],
            id=prefix + plain(model.name, 1_000),
            origin=place.origin,
            root=place.path,
            repo=plain(model.name),
            title=plain(model.name),
            sha256=blob.sha256,
            projectors=eyes,
        )
        scan.add(found)
        for eye in eyes:
            _add_eye(scan, eye, found)


def _add_eye(scan: Scan, path: Path, model: Found) -> None:
    parts = find_parts(path)
    if parts is not None:
        scan.add(
            replace(
                model,
                path=path,
                stamp=parts[1].stamp,
                size_bytes=parts[1].size_bytes,
                key=parts[1].key,
                sha256="",
                is_companion=True,
            )
        )


def models(scan: Scan, store: Path) -> Iterator[OllamaModel]:
    """Every manifest that can be read."""
    manifests = store / "manifests"
    scan.watch(store / "blobs")
    count = 0
    for place, names in scan.walk(manifests, is_ours=False):
        where = place.relative_to(manifests).parts
        for tag in sorted(names):
            if len(where) < 2 or tag.startswith(".") or count == MAX_MODELS:
                continue
            count += 1
            layers = _layers(place / tag, store / "blobs")
            if layers:
                yield OllamaModel(_name(where, tag), layers)


def only_for_ollama(name: str, detail: str = "") -> Unsupported:
    """The sentence for a model that llama.cpp cannot load."""
    return Unsupported(
        QT_TRANSLATE_NOOP("errors", "“{file}” is an Ollama-only file: llama.cpp cannot load it."),
        QT_TRANSLATE_NOOP("errors", "Download a GGUF version of this model in Discover."),
        detail,
        file=plain(name),
    )


def _name(where: tuple[str, ...], tag: str) -> str:
    host, *namespace, model = where
    path = "/".join(namespace)
    if host != _HOST:
        return "/".join(one for one in (host, path, model) if one) + f":{tag}"
    return f"{model}:{tag}" if path in {"", _NAMESPACE} else f"{path}/{model}:{tag}"


def _layers(manifest: Path, blobs: Path) -> tuple[Layer, ...]:
    try:
        with manifest.open("rb") as file:
            read = json.loads(file.read(MAX_MANIFEST))
    except (OSError, ValueError, RecursionError) as error:
        log.info("%s cannot be read: %s", manifest, error)
        return ()
    listed = read.get("layers") if isinstance(read, dict) else None
    if not isinstance(listed, list):
        return ()
    return tuple(layer for one in listed[:MAX_LAYERS] if (layer := _layer(one, blobs)))


def _layer(entry: Any, blobs: Path) -> Layer | None:
    """None for what is no layer: a digest becomes a file name, so it must be one."""
    if not isinstance(entry, dict):
        return None
    digest, size = entry.get("digest"), entry.get("size")
    match = _DIGEST.fullmatch(digest) if isinstance(digest, str) else None
    if match is None or type(size) is not int:
        return None
    kind = str(entry.get("mediaType", "")).split(";")[0].removeprefix(_KIND)
    return Layer(kind, blobs / f"sha256-{match[1]}", size, match[1])
