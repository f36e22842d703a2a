"""The Hub's API: search, and what a repository holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

from desk_llm.hub import quants
from desk_llm.hub.answers import check, sentences
from desk_llm.hub.endpoints import file_url, page_url
from desk_llm.hub.names import is_repo
from desk_llm.hub.session import hub_api
from desk_llm.hub.types import Repo, RepoFile, RepoSummary, SearchQuery
from desk_llm.models.names import is_plain, plain

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import ModelInfo
    from huggingface_hub.hf_api import RepoSibling

MAX_FILES = 10_000
MAX_TAGS = 200
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_EXPAND = ("author", "downloads", "gated", "gguf", "lastModified", "likes", "tags")
_MAX_SIZE = 1 << 50


def search(client: httpx2.Client, endpoint: str, query: SearchQuery) -> tuple[RepoSummary, ...]:
    """GGUF repositories in the order asked for; a page beyond the first only if needed."""
    with hub_api(client, endpoint) as api:
        found = api.list_models(
            filter="gguf",
            search=query.text.strip() or None,
            author=query.author.strip() or None,
            num_parameters=_range(query),
            sort=query.sort.value,
            limit=query.limit,
            expand=list(_EXPAND),  # type: ignore[arg-type]
            token=False,
        )
        return tuple(_summary(one) for one in islice(found, query.limit) if is_repo(one.id))


def repo(client: httpx2.Client, endpoint: str, name: str, revision: str = "") -> Repo:
    """The repository with its files grouped; whether it is readable is not asked here."""
    page = page_url(endpoint, name)
    with hub_api(client, endpoint, name=name, page_url=page) as api:
        info = api.model_info(name, revision=revision or None, files_metadata=True, token=False)
        if not is_repo(info.id):
            raise ValueError("the answer is about something else")  # said as nonsense
        files = _files(info.siblings or ())
        grouped = quants.group(files)
        commit = info.sha or ""
        return Repo(
            summary=_summary(info),
            commit=commit if _COMMIT.fullmatch(commit) else "",
            quants=grouped.quants,
            projectors=grouped.projectors,
            drafts=grouped.drafts,
            others=grouped.others,
            page_url=page,
        )


def check_readable(client: httpx2.Client, endpoint: str, known: Repo, path: str) -> None:
    """Ask for one file of a gated repository, without its bytes. Raises AccessDenied."""
    url = file_url(endpoint, known.summary.name, known.commit or "main", path)
    with sentences(url):
        answer = client.head(url, follow_redirects=False)
        if not answer.has_redirect_location:
            check(answer, name=known.summary.name, page_url=known.page_url, is_gated=True)


def _range(query: SearchQuery) -> str | None:
    """Numbers of parameters as the Hub writes a range.

    >>> _range(SearchQuery(least_params=3_000_000_000, most_params=500_000_000))
    'min:3B,max:500M'
    """
    limits = []
    if query.least_params > 0:
        limits.append(f"min:{_number(query.least_params)}")
    if query.most_params > 0:
        limits.append(f"max:{_number(query.most_params)}")
    return ",".join(limits) or None


def _number(count: int) -> str:
    return f"{count // 10**6}M" if count % 10**9 else f"{count // 10**9}B"


def _files(siblings: Iterable[RepoSibling]) -> list[RepoFile]:
    files = []
    for one in islice(siblings, MAX_FILES):
        path, size = one.rfilename, one.size or 0
        digest = (one.lfs.sha256 if one.lfs else "") or ""
        if isinstance(path, str) and is_plain(path) and 0 <= size < _MAX_SIZE:
            files.append(RepoFile(path, size, digest if _SHA256.fullmatch(digest) else ""))
    return files


def _summary(info: ModelInfo) -> RepoSummary:
    gguf: dict[str, Any] = info.gguf if isinstance(info.gguf, dict) else {}
    tags = tuple(plain(one, 80) for one in (info.tags or ())[:MAX_TAGS] if isinstance(one, str))
    licence = next((one for one in tags if one.startswith("license:")), "")
    architecture = gguf.get("architecture")
    return RepoSummary(
        name=info.id,
        downloads=_count(info.downloads),
        likes=_count(info.likes),
        updated_at=info.last_modified.isoformat() if info.last_modified else "",
        n_params=_count(gguf.get("total")),
        architecture=plain(architecture, 64) if isinstance(architecture, str) else "",
        n_ctx_train=_count(gguf.get("context_length")),
        licence=licence.removeprefix("license:"),
        is_gated=bool(info.gated),
        tags=tags,
    )


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value < 1 << 62 else 0
