"""Hub: the front door to model servers. Every call may wait for the network: worker threads."""

from __future__ import annotations

from pathlib import Path

from desk_llm.hub.curated import Curated
from desk_llm.hub.remote_header import RemoteHeader
from desk_llm.hub.tokens import Tokens
from desk_llm.hub.types import (
    DownloadSpec,
    EndpointReport,
    QuantFiles,
    Repo,
    RepoSummary,
    SearchQuery,
)
from desk_llm.settings import SettingsStore


class Hub:
    """Asks the server of the settings; nothing is retried, the first failure is raised."""

    def __init__(self, settings: SettingsStore, tokens: Tokens, cache: Path) -> None:
        self._settings = settings
        self._tokens = tokens
        self._cache = cache

    def search(self, query: SearchQuery) -> tuple[RepoSummary, ...]:
        """GGUF repositories, in the order asked for. Raises NetworkError."""
        raise NotImplementedError

    def repo(self, name: str) -> Repo:
        """A repository with its quants. Raises NetworkError, ModelNotFound, AccessDenied.

        A gated one is returned with `is_readable` False and `problem` saying what to do.
        """
        raise NotImplementedError

    def card(self, name: str) -> str:
        """The model card as Markdown, without its front matter; empty when there is none."""
        raise NotImplementedError

    def header(self, repo: Repo, quant: QuantFiles) -> RemoteHeader:
        """The header, read by range requests; kept in the cache, so asking again is cheap."""
        raise NotImplementedError

    def spec(self, repo: Repo, quant: QuantFiles, *extras: QuantFiles) -> DownloadSpec:
        """What to download for a quant, with projectors or drafts. Asks no server."""
        raise NotImplementedError

    def resolve(self, name: str) -> DownloadSpec:
        """A download by name: owner/repo[:QUANT], hf.co/…, Hub URLs, ollama:…, https://….gguf."""
        raise NotImplementedError

    def test_endpoint(self, url: str) -> EndpointReport:
        """Try a server: its API, where a file is said to be, and the first 16 bytes of it."""
        raise NotImplementedError

    def curated(self) -> Curated:
        """The list that comes with the app. Asks no server."""
        raise NotImplementedError
