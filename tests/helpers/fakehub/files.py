"""The routes that bring files: resolve with its redirect, the CDN, plain addresses."""

from __future__ import annotations

import re
import urllib.parse
from typing import TYPE_CHECKING

from tests.helpers.fakehub.body import send_file
from tests.helpers.fakehub.call import Call

if TYPE_CHECKING:
    from tests.helpers.fakehub.server import FakeHub

_RESOLVE = re.compile(r"/([^/]+/[^/]+)/(?:resolve|raw)/([^/]+)/(.+)")
_PLACED = re.compile(r"/(?:cdn|plain)/([^/]+/[^/]+)/(.+)")


def answer(hub: FakeHub, call: Call) -> bool:
    """Answer if the path is one of these; whether it was."""
    if match := _RESOLVE.fullmatch(call.path):
        _resolve(hub, call, *match.groups())
    elif match := _PLACED.fullmatch(call.path):
        _placed(hub, call, *match.groups())
    else:
        return False
    return True


def is_refused(hub: FakeHub, call: Call, repo: str) -> bool:
    """Answer for a gated repository whose token was not sent; whether that is so."""
    token = hub.repos.gated.get(repo)
    if token is None or call.log.authorization == f"Bearer {token}":
        return False
    said = f"Access to model {repo} is restricted."
    call.error(403 if call.log.authorization else 401, "GatedRepo", said)
    return True


def _resolve(hub: FakeHub, call: Call, repo: str, revision: str, name: str) -> None:
    status = hub.faults.take_status("file")
    path = hub.repos.file(repo, name)
    commit = hub.repos.commit(repo)
    if status is not None:
        call.answer(status.code, status.body, status.headers)
    elif not hub.repos.has(repo):
        code = 404 if call.log.authorization else 401
        call.error(code, "RepoNotFound", "Repository not found")
    elif is_refused(hub, call, repo):
        pass
    elif revision not in ("main", commit):
        call.error(404, "RevisionNotFound", f"Invalid rev id: {revision}")
    elif path is None:
        call.error(404, "EntryNotFound", "Entry not found")
    elif not hub.repos.is_large(name):
        send_file(call, path, hub.repos.sha256(path)[:40], hub.faults, {"X-Repo-Commit": commit})
    else:
        digest = hub.repos.sha256(path)
        headers = {
            "Location": hub.faults.redirect_to or hub.cdn_url(repo, name) + "?sig=x",
            "X-Repo-Commit": commit,
            "X-Linked-Size": str(path.stat().st_size),
            "X-Linked-Etag": f'"{digest}"',
            "ETag": f'"{digest}"',
            "Accept-Ranges": "bytes",
        }
        call.answer(302, b"", headers)


def _placed(hub: FakeHub, call: Call, repo: str, name: str) -> None:
    path = hub.repos.file(repo, name)
    status = hub.faults.take_status("file") if call.path.startswith("/plain/") else None
    if status is not None:
        call.answer(status.code, status.body, status.headers)
    elif path is None:
        call.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
    else:
        send_file(call, path, hub.repos.sha256(path), hub.faults, {})


def quoted(repo: str, name: str) -> str:
    """The path of a file inside an address."""
    return f"{repo}/{urllib.parse.quote(name)}"
