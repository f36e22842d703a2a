"""Hub: the front door to model servers. Every call may wait for the network: worker threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from desk_llm.errors import AccessDenied
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

if TYPE_CHECKING:
    import httpx2

    from desk_llm.hub.curated import Curated
    from desk_llm.hub.remote_header import RemoteHeader


class Hub:
    """Asks the server of the settings; nothing is retried, the first failure is raised.

    What the calls need is imported by them: the window's start must not wait for it.
    """

    def __init__(self, settings: SettingsStore, tokens: Tokens, cache: Path) -> None:
        self._settings = settings
        self._tokens = tokens
        self._cache = cache

    def search(self, query: SearchQuery) -> tuple[RepoSummary, ...]:
        """GGUF repositories, in the order asked for. Raises NetworkError."""
        from desk_llm.hub import api

        with self._client() as http:
            return api.search(http, self._endpoint, query)

    def repo(self, name: str) -> Repo:
        """A repository with its quants. Raises NetworkError, ModelNotFound, AccessDenied.

        A gated one is returned with `is_readable` False and `problem` saying what to do.
        """
        from desk_llm.hub.names import check_repo

        return self._repo(check_repo(name.strip()))

    def card(self, name: str) -> str:
        """The model card as Markdown, without its front matter; empty when there is none."""
        from desk_llm.hub.card import read_card
        from desk_llm.hub.names import check_repo

        repo = check_repo(name.strip())
        with self._client() as http:
            return read_card(http, self._endpoint, repo)

    def header(self, repo: Repo, quant: QuantFiles) -> RemoteHeader:
        """The header, read by range requests; kept in the cache, so asking again is cheap."""
        from desk_llm.hub.header_store import HeaderStore
        from desk_llm.hub.remote_header import read_remote

        if repo.problem is not None:
            raise repo.problem
        with self._client() as http:
            return read_remote(http, self._endpoint, repo, quant, HeaderStore(self._cache))

    def spec(self, repo: Repo, quant: QuantFiles, *extras: QuantFiles) -> DownloadSpec:
        """What to download for a quant, with projectors or drafts. Asks no server."""
        from desk_llm.hub.specs import make_spec

        endpoint = self._settings.current.network.endpoint.rstrip("/")
        return make_spec(endpoint, repo, quant, *extras)

    def resolve(self, name: str) -> DownloadSpec:
        """A download by name: owner/repo[:QUANT], hf.co/…, Hub URLs, ollama:…, https://….gguf."""
        from desk_llm.hub import names, ollama_registry, plain_url
        from desk_llm.hub.specs import chosen

        known = self._settings.current.network
        found = names.parse(name, (known.endpoint, *known.endpoints))
        if isinstance(found, names.OllamaName):
            with self._client() as http:
                return ollama_registry.resolve(http, ollama_registry.registry(), found)
        if isinstance(found, names.UrlName):
            with self._client() as http:
                return plain_url.resolve(http, found)
        repo = self._repo(found.repo, found.revision)
        return self.spec(repo, chosen(repo, found))

    def test_endpoint(self, url: str) -> EndpointReport:
        """Try a server: its API, where a file is said to be, and the first 16 bytes of it."""
        from desk_llm.hub import endpoints
        from desk_llm.hub.http import client

        endpoint = endpoints.clean(url)
        with client(self._settings, self._tokens, connect_s=6.0, read_s=10.0) as http:
            return endpoints.test(http, endpoint)

    def curated(self) -> Curated:
        """The list that comes with the app. Asks no server."""
        from desk_llm.hub import curated

        return curated.load()

    @property
    def _endpoint(self) -> str:
        from desk_llm.hub.endpoints import clean

        return clean(self._settings.current.network.endpoint)

    @contextmanager
    def _client(self) -> Iterator[httpx2.Client]:
        from desk_llm.hub.http import client

        with client(self._settings, self._tokens) as http:
            yield http

    def _repo(self, name: str, revision: str = "") -> Repo:
        from desk_llm.hub import api
        from desk_llm.hub.endpoints import on_mirror

        with self._client() as http:
            try:
                repo = api.repo(http, self._endpoint, name, revision)
            except AccessDenied as error:
                raise on_mirror(error, self._endpoint) from error
            if repo.summary.is_gated and repo.quants:
                try:
                    api.check_readable(http, self._endpoint, repo, repo.quants[0].path)
                except AccessDenied as error:
                    problem = on_mirror(error, self._endpoint)
                    return replace(repo, is_readable=False, problem=problem)
            return repo
