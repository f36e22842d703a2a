"""The routes of Ollama's registry: manifests, and blobs by their digest."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.helpers.fakehub.body import send_file
from tests.helpers.fakehub.call import Call

if TYPE_CHECKING:
    from tests.helpers.fakehub.server import FakeHub

_KIND = "application/vnd.ollama.image."
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_PATH = re.compile(r"/v2/([^/]+/[^/]+)/(manifests|blobs)/([^/]+)")


@dataclass
class Registry:
    """Models by "namespace/model:tag"; blobs by "sha256:…" lie in a folder."""

    folder: Path
    manifests: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, name: str, model: bytes, **texts: str) -> str:
        """Offer "library/qwen3:0.6b"; `texts` are template, system, params… Its digest."""
        layers = [self._blob("model", model)]
        layers += [self._blob(kind, text.encode()) for kind, text in texts.items()]
        config = {**self._blob("config", b"{}"), "mediaType": "application/vnd.docker.container"}
        manifest = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": layers}
        self.manifests[name] = manifest
        return str(layers[0]["digest"])

    def blob(self, digest: str) -> Path:
        """Where it lies."""
        return self.folder / digest.replace(":", "-")

    def _blob(self, kind: str, data: bytes) -> dict[str, Any]:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.blob(digest).write_bytes(data)
        return {"mediaType": _KIND + kind, "digest": digest, "size": len(data)}


def answer(hub: FakeHub, call: Call) -> bool:
    """Answer if the path is one of these; whether it was."""
    if call.path.startswith("/cdn-blobs/"):
        _send(hub, call, call.path.removeprefix("/cdn-blobs/"))
    elif match := _PATH.fullmatch(call.path):
        _registry(hub, call, *match.groups())
    else:
        return False
    return True


def _registry(hub: FakeHub, call: Call, model: str, kind: str, name: str) -> None:
    status = hub.faults.take_status("api" if kind == "manifests" else "file")
    manifest = hub.ollama.manifests.get(f"{model}:{name}")
    if status is not None:
        call.answer(status.code, status.body, status.headers)
    elif kind == "blobs" and hub.ollama.blob(name).is_file():
        place = hub.faults.redirect_to or f"{hub.cdn}/cdn-blobs/{name}"
        call.answer(307, b"", {"Location": place})
    elif kind == "manifests" and manifest is not None:
        call.json(manifest, headers={"Content-Type": _MANIFEST})
    else:
        unknown = {"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}
        call.json({"errors": [unknown]}, 404)


def _send(hub: FakeHub, call: Call, digest: str) -> None:
    path = hub.ollama.blob(digest)
    if path.is_file():
        send_file(call, path, digest, hub.faults, {})
    else:
        call.answer(404)
