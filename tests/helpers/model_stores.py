"""The folders of other apps as they lay them out, with small models in them."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from tests.helpers.gguf_bytes import BOOL, STRING, U32, Gguf


def model(name: str = "Model", *, n_embd: int = 64, marker: int = 0) -> bytes:
    """A small model; `marker` makes its content its own."""
    header = Gguf().set("general.name", STRING, name).set("llama.embedding_length", U32, n_embd)
    return header.set("test.marker", U32, marker).encode()


def projector(n_embd: int = 64, *, hears: bool = False) -> bytes:
    """An encoder for models of that width."""
    header = (
        Gguf().set("general.architecture", STRING, "clip").set("general.type", STRING, "mmproj")
    )
    header.set("clip.has_vision_encoder", BOOL, not hears)
    header.set("clip.has_audio_encoder", BOOL, hears)
    header.set(f"clip.{'audio' if hears else 'vision'}.projection_dim", U32, n_embd)
    return header.encode()


def put(path: Path, content: bytes) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def put_hf(
    hub: Path, repo: str, name: str, content: bytes, *, commit: str = "c0ffee", main: bool = True
) -> Path:
    """A file of the Hugging Face cache: a link in a snapshot to a blob named by its digest."""
    folder = hub / f"models--{repo.replace('/', '--')}"
    blob = put(folder / "blobs" / hashlib.sha256(content).hexdigest(), content)
    link = folder / "snapshots" / commit / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(blob, link.parent))
    if main:
        put(folder / "refs" / "main", commit.encode())
    return link


def put_ollama(store: Path, name: str, layers: dict[str, bytes], *, size_change: int = 0) -> Path:
    """A model of Ollama's store; `layers` by kind. Returns the manifest."""
    listed = []
    for kind, content in layers.items():
        digest = hashlib.sha256(content).hexdigest()
        put(store / "blobs" / f"sha256-{digest}", content)
        listed.append(
            {
                "mediaType": f"application/vnd.ollama.image.{kind}",
                "digest": f"sha256:{digest}",
                "size": len(content) + size_change,
            }
        )
    model_name, tag = name.rsplit(":", 1)
    path = model_name if "/" in model_name else f"library/{model_name}"
    host = "" if path.count("/") > 1 else "registry.ollama.ai"
    manifest = {"schemaVersion": 2, "config": listed[0], "layers": listed}
    return put(store / "manifests" / host / path / tag, json.dumps(manifest).encode())
