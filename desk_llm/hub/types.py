"""What servers offer: repositories, their files, and what a download needs to know of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from desk_llm.errors import DeskError


class Sort(Enum):
    """The orders of a search; the values are the Hub's words."""

    TRENDING = "trending_score"
    DOWNLOADS = "downloads"
    LIKES = "likes"
    NEWEST = "created_at"
    UPDATED = "last_modified"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to look for; sizes in bytes of one quant are not known to the Hub, parameters are."""

    text: str = ""
    sort: Sort = Sort.TRENDING
    author: str = ""
    least_params: int = 0
    most_params: int = 0  # 0: any
    limit: int = 30


@dataclass(frozen=True, slots=True)
class RepoSummary:
    """One row of search results."""

    name: str  # "owner/repo"
    downloads: int = 0
    likes: int = 0
    updated_at: str = ""  # ISO 8601
    n_params: int = 0  # 0: unknown
    architecture: str = ""
    n_ctx_train: int = 0
    licence: str = ""
    is_gated: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RepoFile:
    """One file of a repository. `sha256` is empty for files the Hub keeps in git."""

    path: str
    size_bytes: int
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class QuantFiles:
    """The parts of one quant: what is downloaded together and becomes one model."""

    label: str  # "Q4_K_M", or the file's name where it tells no quant
    files: tuple[RepoFile, ...]

    @property
    def size_bytes(self) -> int:
        """Of all parts."""
        return sum(one.size_bytes for one in self.files)

    @property
    def path(self) -> str:
        """The first part."""
        return self.files[0].path


@dataclass(frozen=True, slots=True)
class Repo:
    """A repository with its quants, the projectors and drafts that belong to them."""

    summary: RepoSummary
    commit: str
    quants: tuple[QuantFiles, ...]  # by size
    projectors: tuple[QuantFiles, ...] = ()
    drafts: tuple[QuantFiles, ...] = ()  # MTP heads and draft models
    others: tuple[RepoFile, ...] = ()
    is_readable: bool = True  # False: gated, and the token (if any) does not open it
    page_url: str = ""
    problem: DeskError | None = None  # why it is not readable, and what to do


class Source(Enum):
    """Which protocol brings the bytes."""

    HUB = "hub"
    OLLAMA = "ollama"
    URL = "url"


@dataclass(frozen=True, slots=True)
class DownloadFile:
    """One file to fetch. `url` is asked anew at each attempt and may redirect to a CDN."""

    url: str
    target: str  # path below the models folder, with "/", already made safe
    size_bytes: int  # 0: unknown until the server says it
    sha256: str = ""  # empty: the Hub keeps no digest; then only the size is checked
    etag: str = ""


@dataclass(frozen=True, slots=True)
class DownloadSpec:
    """One job: all files of one model."""

    title: str  # for people: "owner/repo · Q4_K_M"
    source: Source
    files: tuple[DownloadFile, ...]
    repo: str = ""  # "owner/repo", or the Ollama name
    commit: str = ""

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(one.size_bytes for one in self.files)


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step of a connection test."""

    name: str  # "api", "resolve", "data"
    host: str
    is_ok: bool
    seconds: float
    problem: str = ""  # a sentence template's result, in English
    error: DeskError | None = None  # the same, for a window in another language


@dataclass(frozen=True, slots=True)
class EndpointReport:
    """How a server did: the first step that failed names the blocked host."""

    endpoint: str
    steps: tuple[StepReport, ...] = field(default=())

    @property
    def is_ok(self) -> bool:
        """Whether models can be found and fetched there."""
        return bool(self.steps) and all(one.is_ok for one in self.steps)
