"""Small valid GGUF files with a name, and a Hub that serves them."""

from __future__ import annotations

from pathlib import Path

from desk_llm.hub.types import DownloadFile, DownloadSpec, Source
from tests.helpers.fakehub.server import FakeHub
from tests.helpers.gguf_bytes import STRING, U32, Gguf


def put(path: Path, name: str = "", *, data: int = 0, **changes: object) -> Path:
    """Write a small model called `name`; `data` bytes follow its tensors."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = Gguf().set("general.name", STRING, name or path.stem)
    for key, value in changes.items():
        assert isinstance(value, str | int)
        made.set(key.replace("__", "."), STRING if isinstance(value, str) else U32, value)
    made.data += data
    path.write_bytes(made.encode())
    return path


def spec(hub: FakeHub, repo: str, file: str, *, is_right: bool = True) -> DownloadSpec:
    """The download of one served file, with its digest."""
    path = hub.repos.root / repo / file
    digest = hub.repos.real_sha256(path)
    target = DownloadFile(
        hub.resolve_url(repo, file),
        f"{repo}/{file}",
        path.stat().st_size,
        digest if is_right else digest[::-1],
    )
    return DownloadSpec(f"{repo} · {path.stem}", Source.HUB, (target,), repo)
