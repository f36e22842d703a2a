"""Ollama's registry: the manifest of a model, turned into a download. Its blobs are GGUF files."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

from desk_llm.errors import QT_TRANSLATE_NOOP, Unsupported
from desk_llm.hub.answers import check, sentences
from desk_llm.hub.hosts import host_of
from desk_llm.hub.names import OllamaName
from desk_llm.hub.session import nonsense, read_bounded
from desk_llm.hub.targets import safe_name
from desk_llm.hub.types import DownloadFile, DownloadSpec, Source
from desk_llm.models.names import plain

if TYPE_CHECKING:
    import httpx2

REGISTRY = "https://registry.ollama.ai"
_VARIABLE = "DESK_LLM_OLLAMA_REGISTRY"  # a registry of one's own that speaks the same language
_ACCEPT = "application/vnd.docker.distribution.manifest.v2+json"
_KIND = "application/vnd.ollama.image."
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_MAX_MANIFEST = 1 << 20
_MAX_SIZE = 1 << 50


def registry() -> str:
    """The registry to ask."""
    return os.environ.get(_VARIABLE, "").rstrip("/") or REGISTRY


def resolve(client: httpx2.Client, base: str, name: OllamaName) -> DownloadSpec:
    """What to download. Raises ModelNotFound, Unsupported, NetworkError."""
    layers = _layers(client, base, name)
    kinds = [kind for kind, _digest, _size in layers]
    if "tensor" in kinds or kinds.count("model") != 1:
        raise _unsupported(
            QT_TRANSLATE_NOOP("errors", "Ollama keeps “{name}” in a form that is no GGUF file."),
            name,
        )
    if "adapter" in kinds:
        raise _unsupported(
            QT_TRANSLATE_NOOP("errors", "“{name}” is an adapter for another model of Ollama's."),
            name,
        )
    files = [
        _file(base, name, prefix, digest, size)
        for kind, prefix in (("model", ""), ("projector", "mmproj-"))
        for digest, size in [(digest, size) for one, digest, size in layers if one == kind][:1]
    ]
    return DownloadSpec(f"ollama:{name.text}", Source.OLLAMA, tuple(files), repo=name.text)


def _layers(client: httpx2.Client, base: str, name: OllamaName) -> list[tuple[str, str, int]]:
    """(kind, digest, size) of each layer of Ollama's own kinds."""
    url = f"{base}/v2/{name.namespace}/{name.model}/manifests/{name.tag}"
    with sentences(url), client.stream("GET", url, headers={"Accept": _ACCEPT}) as answer:
        check(answer, name=f"ollama:{name.text}", page_url=f"https://ollama.com/{name.text}")
        body = read_bounded(answer, _MAX_MANIFEST)
    try:
        manifest = json.loads(body)
        return [_layer(one) for one in manifest["layers"] if _is_ours(one)]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise nonsense(host_of(url), error) from error


def _is_ours(layer: dict[str, Any]) -> bool:
    return str(layer["mediaType"]).startswith(_KIND)


def _layer(layer: dict[str, Any]) -> tuple[str, str, int]:
    kind = str(layer["mediaType"]).removeprefix(_KIND).partition(";")[0]
    match, size = _DIGEST.fullmatch(str(layer["digest"])), layer["size"]
    if match is None or type(size) is not int or not 0 <= size < _MAX_SIZE:
        raise ValueError("a layer without a digest or a size")  # said as nonsense above
    return kind, match[1], size


def _file(base: str, name: OllamaName, prefix: str, digest: str, size: int) -> DownloadFile:
    url = f"{base}/v2/{name.namespace}/{name.model}/blobs/sha256:{digest}"
    model = name.model if name.namespace == "library" else f"{name.namespace}-{name.model}"
    target = f"ollama/{safe_name(model)}/{safe_name(f'{prefix}{name.model}-{name.tag}.gguf')}"
    return DownloadFile(url, target, size, digest, digest)


def _unsupported(message: str, name: OllamaName) -> Unsupported:
    return Unsupported(
        message,
        QT_TRANSLATE_NOOP("errors", "Look for a GGUF version of this model."),
        name=plain(name.text, 120),
    )
