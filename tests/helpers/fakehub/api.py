"""The Hub's API: search, repositories, trees, who am I."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.parse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.helpers.fakehub.call import Call

if TYPE_CHECKING:
    from tests.helpers.fakehub.server import FakeHub

_REPO = re.compile(r"/api/models/([^/]+/[^/]+)(?:/(revision|tree|paths-info)/([^/]+)(?:/(.*))?)?")


def answer(hub: FakeHub, call: Call) -> bool:
    """Answer if the path is one of the API; whether it was."""
    if not call.path.startswith("/api/"):
        return False
    status = hub.faults.take_status("api")
    match = _REPO.fullmatch(call.path)
    if status is not None:
        call.answer(status.code, status.body, status.headers)
    elif call.path == "/api/whoami-v2":
        _who_am_i(call)
    elif call.path == "/api/agent-harnesses":
        call.json({})
    elif call.path == "/api/models":
        _search(hub, call)
    elif match is not None:
        _repo(hub, call, match[1], match[2] or "", match[3] or "")
    else:
        call.error(404, "", f"not found: {call.path}")
    return True


def _who_am_i(call: Call) -> None:
    if call.log.authorization:
        call.json({"name": "tester", "type": "user", "auth": {"type": "access_token"}})
    else:
        call.error(401, "", "Invalid credentials in Authorization header")


def _search(hub: FakeHub, call: Call) -> None:
    """As the Hub: every condition given must hold; largest first, else by name."""
    text, author = call.one("search").lower(), call.one("author")
    infos = [_info(hub, repo, [], has_blobs=False) for repo in hub.repos.names()]
    found = [
        one
        for one in infos
        if text in one["id"].lower()
        and author in ("", one["author"])
        and all(tag in one["tags"] for tag in call.query.get("filter", []))
        and _has_params(one, call.one("num_parameters"))
    ]
    sort = call.one("sort")
    if sort:
        key = _SORTS[sort]
        found.sort(key=lambda one: one[key], reverse=True)
    limit, cursor = int(call.one("limit", "1000")), int(call.one("cursor", "0"))
    headers = {}
    if cursor + limit < len(found):
        query = {**call.query, "cursor": [str(cursor + limit)]}
        more = f"{hub.url}/api/models?{urllib.parse.urlencode(query, doseq=True)}"
        headers["Link"] = f'<{more}>; rel="next"'
    expand = call.query.get("expand", [])
    shown = found[cursor : cursor + limit]
    if call.one("full") != "true":
        shown = [_info(hub, one["id"], expand, has_blobs=False) for one in shown]
    call.json(shown, headers=headers)


_SORTS = {
    "downloads": "downloads",
    "likes": "likes",
    "trendingScore": "trendingScore",
    "trending_score": "trendingScore",
    "lastModified": "lastModified",
    "last_modified": "lastModified",
    "createdAt": "createdAt",
    "created_at": "createdAt",
}


def _has_params(info: dict[str, Any], wanted: str) -> bool:
    """Whether a repository is in a range like "min:3000M,max:8B"."""
    total = info.get("gguf", {}).get("total", 0)
    for limit in filter(None, wanted.split(",")):
        kind, _, text = limit.partition(":")
        number = float(text[:-1]) * {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}[text[-1]]
        if total < number if kind == "min" else total > number:
            return False
    return True


def _repo(hub: FakeHub, call: Call, repo: str, kind: str, revision: str) -> None:
    if not hub.repos.has(repo):
        code = 404 if call.log.authorization else 401
        call.error(code, "RepoNotFound", "Repository not found")
    elif revision and revision not in ("main", hub.repos.commit(repo)):
        call.error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    elif kind in ("", "revision"):
        has_blobs = call.one("blobs").lower() in ("true", "1")
        call.json(_info(hub, repo, call.query.get("expand", []), has_blobs=has_blobs))
    else:
        entries = [_entry(hub, name, path) for name, path in hub.repos.files(repo)]
        if kind == "paths-info":
            wanted = _wanted_paths(call.body)
            entries = [one for one in entries if one["path"] in wanted]
        call.json(entries)


def _wanted_paths(body: bytes) -> list[str]:
    if body.startswith(b"{"):
        return list(json.loads(body).get("paths", []))
    return urllib.parse.parse_qs(body.decode()).get("paths", [])


def _entry(hub: FakeHub, name: str, path: Path) -> dict[str, Any]:
    size = path.stat().st_size
    entry = {"type": "file", "path": name, "size": size, "oid": _git_id(name)}
    if hub.repos.is_large(name):
        entry["lfs"] = {"oid": hub.repos.sha256(path), "size": size, "pointerSize": 134}
    return entry


def _sibling(hub: FakeHub, name: str, path: Path) -> dict[str, Any]:
    size = path.stat().st_size
    sibling = {"rfilename": name, "size": size, "blobId": _git_id(name)}
    if hub.repos.is_large(name):
        sibling["lfs"] = {"sha256": hub.repos.sha256(path), "size": size, "pointerSize": 134}
    return sibling


def _info(hub: FakeHub, repo: str, expand: list[str], *, has_blobs: bool) -> dict[str, Any]:
    files = list(hub.repos.files(repo))
    siblings = [{"rfilename": name} for name, _path in files]
    info = {
        "_id": hashlib.sha256(repo.encode()).hexdigest()[:24],
        "id": repo,
        "modelId": repo,
        "author": repo.split("/", maxsplit=1)[0],
        "sha": hub.repos.commit(repo),
        "lastModified": "2026-11-01T00:00:00.000Z",
        "createdAt": "2026-10-01T00:00:00.000Z",
        "private": False,
        "gated": "manual" if repo in hub.repos.gated else False,
        "disabled": False,
        "downloads": 123,
        "likes": 4,
        "trendingScore": 1,
        "tags": ["gguf", "text-generation"],
        "pipeline_tag": "text-generation",
        "library_name": "gguf",
        "siblings": [_sibling(hub, *one) for one in files] if has_blobs else siblings,
        "cardData": {"license": "mit"},
        **hub.repos.details.get(repo, {}),
    }
    if repo in hub.repos.gguf:
        info["gguf"] = hub.repos.gguf[repo]
    if expand:
        return {name: one for name, one in info.items() if name in expand or name in ("_id", "id")}
    return info


def _git_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:40]
